"""What each column of a table holds: name, type, foreign key, words and a look at the data together."""

from __future__ import annotations

from typing import Final

import msgspec

from brygga.connectors.agencydb.inspecting import vocabulary
from brygga.connectors.agencydb.inspecting.choosing import Fitted, literal
from brygga.connectors.agencydb.inspecting.completing import positions, words_for_nothing
from brygga.connectors.agencydb.inspecting.fitting import fit
from brygga.connectors.agencydb.inspecting.naming import squashes
from brygga.connectors.agencydb.inspecting.reasons import reason
from brygga.connectors.agencydb.inspecting.samples import Samples
from brygga.connectors.agencydb.inspecting.tables import Guess, key_holder
from brygga.connectors.agencydb.inspecting.wordlists import WORDS
from brygga.connectors.agencydb.mapping.folding import squashed, tokens
from brygga.connectors.agencydb.schema import Catalog, Column, ColumnPlan, Table

REFERENCES: Final = {
    "agent_id": "agent",
    "second_agent_id": "agent",
    "office_id": "office",
    "office_ids": "office",
    "estate_id": "estate",
    "contact_id": "contact",
    "contact_ids": "contact",
    "relations.seller": "contact",
    "relations.buyer": "contact",
    "share.association_id": "association",
}
"""Field → the kind that it refers to."""
_BY_NAME_ONLY: Final = {"relations.seller", "relations.buyer", "second_agent_id"}
_SOMEBODY: Final = frozenset(
    {"created", "skapad", "updated", "andrad", "modified", "deleted", "by", "av", "raderad"}
)


_NUMBER_WORDS: Final = frozenset({"no", "nr", "number", "nummer", "kod", "code", "id", "ref", "fk"})
_KEY_WORDS: Final = frozenset({"id", "fk", "uuid", "guid", "key"})
_SELF_EVIDENT: Final = frozenset({"estate_id", "contact_id", "office_ids", "share.association_id"})
"""References that a foreign key settles whatever the column is called."""


class Found(msgspec.Struct, kw_only=True):
    """A column's plan and the comment on it."""

    plan: ColumnPlan
    why: str = ""


class Table_(msgspec.Struct, kw_only=True):  # noqa: N801  # the catalogue's Table is another thing
    """What is known while one table is looked at."""

    table: Table
    kind: str
    catalog: Catalog
    guesses: dict[str, Guess]
    samples: Samples


def columns_of(at: Table_) -> tuple[dict[str, Found], list[tuple[str, str]]]:
    """The columns that are understood, and those left out with the reason."""
    found: dict[str, Found] = {}
    taken: set[str] = set()
    later: list[tuple[Column, Fitted]] = []
    for column, field in _claims(at):
        if column.name in found or field in taken:
            continue
        if field == "created_at" and not column.nullable and not column.filled:
            continue  # it must have the time of writing: see `proposal`
        if _only_a_key(at, column, field):
            continue
        fitted = _reference(at, column, field) if field in REFERENCES else fit(at, column, field, taken)
        if fitted is None:
            continue
        if fitted.how == "choice" and not fitted.words:
            later.append((column, fitted))
            continue
        found[column.name] = _planned(column, fitted)
        taken |= {field, *fitted.also}
    for column, fitted in later:  # words that nobody knows: where no other column has the field
        if column.name not in found and fitted.field not in taken:
            found[column.name] = _planned(column, fitted)
            taken.add(fitted.field)
    _streets(at, found)
    positions(at, found)
    words_for_nothing(at, found)
    out = [
        (f"{at.table.name}.{column.name}", reason(at, column))
        for column in at.table.columns
        if column.name not in found
    ]
    return {c.name: found[c.name] for c in at.table.columns if c.name in found}, out


def _claims(at: Table_) -> list[tuple[Column, str]]:
    """Every column with every field that it may be, the likeliest first."""
    claims: list[tuple[tuple[int, int, int], Column, str]] = []
    for place, column in enumerate(at.table.columns):
        if squashed(column.name) in vocabulary.SECRET or column.base in {"other", "array"}:
            continue
        if column.name in at.table.key and column.sequenced:
            continue
        for depth, form in enumerate(_forms(at, column)):
            claims += [
                ((depth, vocabulary.rank(at.kind, field, form), place), column, field)
                for field in vocabulary.fields_of(at.kind, form)
            ]
        claims += [((9, 9, place), column, field) for field in (*_by_key(at, column), *_by_type(at, column))]
    claims.sort(key=lambda one: one[0])
    return [(column, field) for _, column, field in claims]


def _only_a_key(at: Table_, column: Column, field: str) -> bool:
    """Whether the column names a row elsewhere, so that a plain field cannot stand in it (`address_id`)."""
    if field in REFERENCES or field in WORDS:
        return False
    words, known = tokens(column.name), vocabulary.COLUMN_NAMES[at.kind].get(field, [])
    ends = len(words) > 1 and words[-1] in _KEY_WORDS and "".join(words) not in known
    return ends or at.table.foreign_of(column.name) is not None


def _forms(at: Table_, column: Column) -> tuple[str, ...]:
    """The column's name in its forms; one that refers to a row also without the words for that:
    `vendor_no`, `SellerPartyId`."""
    forms = squashes(column.name, at.table.name)
    key = at.table.foreign_of(column.name)
    if key is None:
        return forms
    to = at.guesses.get(key.table)
    known = vocabulary.KIND_NAMES[to.kind] if to is not None else frozenset()
    words = [one for one in tokens(column.name) if one not in _NUMBER_WORDS]
    bare = [one for one in words if one not in known] or words
    return (*forms, "".join(bare)) if bare else forms


def _by_key(at: Table_, column: Column) -> list[str]:
    """Fields that a foreign key alone speaks for: a bid's row that refers to a contact names the bidder."""
    key = at.table.foreign_of(column.name)
    to = at.guesses.get(key.table if key else key_holder(at.table, column, at.catalog, at.guesses))
    if to is None or _SOMEBODY.intersection(tokens(column.name)):
        return []
    known = vocabulary.COLUMN_NAMES[at.kind]
    return [f for f, kind in REFERENCES.items() if kind == to.kind and f in known and f not in _BY_NAME_ONLY]


def _by_type(at: Table_, column: Column) -> list[str]:
    """Fields that a type alone speaks for: clocks of a viewing in their order, the one time of a bid."""
    technical = vocabulary.CHANGED | {"createdat", "created", "skapad", "skapat"}
    if at.kind == "viewing" and column.base == "time":
        return ["starts_at", "ends_at"]
    if at.kind == "viewing" and column.base == "date":
        return ["day"]
    alone = column.base in {"moment", "moment_tz"} and squashed(column.name) not in technical
    return ["placed_at"] if at.kind == "bid" and alone and not column.filled else []


def _reference(at: Table_, column: Column, field: str) -> Fitted | None:
    kind = REFERENCES[field]
    key = at.table.foreign_of(column.name)
    if key is not None:
        to = at.guesses.get(key.table)
        if to is None or to.kind != kind:
            return None
        named = field in _SELF_EVIDENT or any(
            one in vocabulary.COLUMN_NAMES[at.kind][field] for one in _forms(at, column)
        )
        why = (
            "" if named else f"vem är det? Nyckeln leder till {key.table}, men namnet säger inte vilken roll"
        )
        return Fitted(field=field, how="ref", to=key.table, sure=named, why=why)
    tables = [name for name, guess in at.guesses.items() if guess.kind == kind]
    if len(tables) != 1 or len(at.catalog.tables[tables[0]].key) != 1:
        return None
    other = at.catalog.tables[tables[0]]
    target = other.column(other.key[0])
    if target is None or target.base != column.base:
        return None
    return Fitted(
        field=field,
        how="ref",
        to=tables[0],
        sure=False,
        why=f"hör den till {tables[0]}? Ingen främmande nyckel säger det, bara namn och typ",
    )


def _planned(column: Column, fitted: Fitted) -> Found:
    declared = "" if column.declared == column.base else f" {column.declared}"
    technical = fitted.field == "created_at"
    own_number = fitted.field == "reference" and column.sequenced
    write = not (column.generated or column.identity == "always" or own_number or technical) and fitted.write
    why = fitted.why
    if own_number:
        why = "databasen har en egen nummerserie här: numret läses men skrivs inte"
    elif column.generated:
        why = "räknas fram av databasen och skrivs inte"
    field = "address.municipality_code" if fitted.field == "address.county" else fitted.field
    plan = ColumnPlan(
        field=field,
        how=fitted.how,
        type=f"{column.base}{declared}",
        to=fitted.to,
        day=fitted.day,
        zone=fitted.zone,
        style=fitted.style,
        words=fitted.words,
        back=fitted.back,
        missing=literal(column) if column.filled and not column.nullable else fitted.missing,
        required=not column.nullable and not column.filled and write,
        filled=column.filled and not column.nullable,
        write=write,
        sure=fitted.sure,
    )
    return Found(plan=plan, why=why)


def _streets(at: Table_, found: dict[str, Found]) -> None:
    """A street and its number in two columns."""
    number = next(
        (
            c.name
            for c in at.table.columns
            if c.name not in found
            and any(s in vocabulary.STREET_NUMBER for s in squashes(c.name, at.table.name)[:2])
        ),
        None,
    )
    name = next(
        (
            n
            for n, f in found.items()
            if f.plan.field == "address.street" and squashed(n) in vocabulary.STREET_NAME
        ),
        None,
    )
    if number is None or name is None:
        return
    column = at.table.column(number)
    if column is None:
        return
    found[name].plan = msgspec.structs.replace(found[name].plan, how="street_name")
    fitted = Fitted(field="address.street", how="street_number", why="gatunumret står för sig")
    found[number] = _planned(column, fitted)
