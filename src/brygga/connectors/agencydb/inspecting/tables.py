"""Which table holds which kind: by its name, by what its columns are called, and by who refers to whom."""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec

from brygga.connectors.agencydb.inspecting import vocabulary
from brygga.connectors.agencydb.inspecting.naming import squashes
from brygga.connectors.agencydb.mapping.folding import squashed, tokens
from brygga.connectors.agencydb.schema import Catalog, Column, Table

_TELLING: Final = {
    "estate": (
        "price.asking_kr", "price.final_kr", "areas.living_m2", "areas.plot_m2", "rooms",
        "buildings[0].year_built", "type", "address.street", "fee.amount_kr", "texts.long", "reference",
    ),
    "contact": (
        "first_name", "last_name", "full_name", "personnummer", "orgnr", "email", "mobile", "phone",
        "company_name",
    ),
    "agent": ("name", "name.first", "name.last", "email", "title", "category", "mobile", "phone"),
    "viewing": ("estate_id", "starts_at", "ends_at", "day"),
    "bid": ("estate_id", "amount_kr", "placed_at", "contact_id", "cancelled", "day"),
    "relation": ("estate_id", "contact_id", "role"),
    "association": ("name", "orgnr", "apartments"),
    "office": ("name", "email", "phone", "address.street"),
    "meeting": ("starts_at", "subject", "place", "day"),
}  # fmt: skip
"""Kind → the fields whose columns speak for it."""
_LEAST: Final = {"estate": 3, "contact": 3, "agent": 2, "viewing": 2, "bid": 2, "relation": 2}
_NEEDS: Final = {
    "viewing": ("estate_id",),
    "bid": ("estate_id", "amount_kr"),
    "relation": ("estate_id", "contact_id"),
}
_ROLE_TABLES: Final = {
    "saljare": "seller", "sellers": "seller", "seller": "seller", "vendors": "seller",
    "kopare": "buyer", "buyers": "buyer", "buyer": "buyer", "purchasers": "buyer",
    "spekulanter": "speculator", "speculators": "speculator", "prospects": "speculator",
}  # fmt: skip
_BY_NAME: Final = frozenset({"association", "office", "meeting"})
"""Kinds that only a name can tell: their columns are those of others too."""
_MOST_OF_A_RELATION: Final = 10
_NAMED, _PARTLY = 6, 3
_LISTS: Final = ("tbl", "register", "reg", "tabell", "tab", "lista", "table", "list")
"""What a table's name may end with that says nothing."""
_MARKS: Final = frozenset({"tbl", "tb", "t", "tab", "app", "dbo"})
"""Words before a table's name that say nothing."""


class Guess(msgspec.Struct, kw_only=True):
    """What a table seems to hold. `score`: higher is surer; `why`: for the comment in the file."""

    kind: str
    score: int
    named: bool
    fields: int
    why: str
    fixed: dict[str, str] = {}
    sure: bool = True


class Rival(NamedTuple):
    """A table that might have been taken for a kind, and the one that was."""

    kind: str
    winner: str
    close: bool


def guessed(catalog: Catalog, rivals: dict[str, Rival] | None = None) -> dict[str, Guess]:
    """Table → what it holds, those that others refer to first found. `rivals` gets those passed over."""
    found: dict[str, Guess] = {}
    passed = {} if rivals is None else rivals
    for kinds in (
        ("estate", "contact", "agent", "association", "office"),
        ("viewing", "bid", "relation", "meeting"),
    ):
        marks = {
            (name, kind): guess
            for name, table in catalog.tables.items()
            if name not in found
            for kind in kinds
            if (guess := _judged(table, kind, found, catalog)) is not None
        }
        _give(marks, found, catalog, passed)
    return found


def _give(
    marks: dict[tuple[str, str], Guess],
    found: dict[str, Guess],
    catalog: Catalog,
    rivals: dict[str, Rival],
) -> None:
    """The best pair of table and kind first. A second table of a kind needs a name without doubt."""
    taken: set[str] = {one.kind for one in found.values()}
    pairs = sorted(marks, key=lambda one: (marks[one].score, _referred(catalog, one[0])), reverse=True)
    for name, kind in pairs:
        guess = marks[name, kind]
        second = kind in taken and not (kind in {"contact", "relation"} and guess.named)
        if name in found or second or (catalog.tables[name].view and kind in taken):
            if name not in found and kind != "meeting":
                _pass_over(catalog.tables[name], guess, found, rivals)
            continue
        found[name] = guess
        rivals.pop(name, None)
        taken.add(kind)


def _pass_over(table: Table, guess: Guess, found: dict[str, Guess], rivals: dict[str, Rival]) -> None:
    """A table that came second: so near that a person must choose, or not."""
    winner = max(
        (n for n, one in found.items() if one.kind == guess.kind), key=lambda n: found[n].score, default=""
    )
    if not winner:
        return
    copy = table.view or any(one.isdigit() for one in tokens(table.name))
    close = not copy and guess.score >= found[winner].score - 1
    rivals.setdefault(table.name, Rival(guess.kind, winner, close))
    if close:
        found[winner].sure = False


def _referred(catalog: Catalog, name: str) -> int:
    return sum(1 for table in catalog.tables.values() for one in table.foreign if one.table == name)


def _judged(table: Table, kind: str, found: dict[str, Guess], catalog: Catalog) -> Guess | None:
    """What speaks for this table holding this kind; None when too little does."""
    names, squash = tokens(table.name), squashed(table.name)
    role = _ROLE_TABLES.get(names[-1]) if names and kind in {"relation", "contact"} else None
    named = _named(kind, names, squash) or (role is not None and squash in _ROLE_TABLES)
    forms = (*names, squash.removesuffix("tbl"), squash.removeprefix("tbl"))
    partly = role is not None or any(kind in vocabulary.kinds_of(one) for one in forms)
    has = _fields(table, kind, found, catalog)
    if kind == "relation":
        partly = partly or "role" in has or _pair(names)
    telling = _telling(table, kind, has)
    if not _possible(table, kind, has) or telling < _LEAST.get(kind, 1):
        return None
    if not named and vocabulary.NOT_TABLES.intersection(names):
        return None
    by_columns = telling >= 4 + 2 * (kind == "agent") and kind not in _BY_NAME
    if not (named or partly or by_columns):
        return None
    how = "namnet" if named else "en del av namnet" if partly else "kolumnernas namn"
    return Guess(
        kind=kind,
        score=telling + (_NAMED if named else _PARTLY if partly else 0),
        named=named,
        fields=telling,
        why=f"{kind}: {how}, och {telling} kolumner som talar för det",
        fixed={"role": role} if role is not None and kind == "relation" else {},
        sure=named or telling > 4 or (kind == "relation" and (role is not None or "role" in has)),
    )


def _pair(names: tuple[str, ...]) -> bool:
    """`customer_estate`: a table between two, called after both."""
    kinds = [set(vocabulary.kinds_of(one)) for one in names]
    return any("estate" in one for one in kinds) and any("contact" in one for one in kinds)


def _named(kind: str, names: tuple[str, ...], squash: str) -> bool:
    """Whether the name says it outright: `objekt`, `tblObjekt`, `viewings_viewing`."""
    bare = names[1:] if len(names) > 1 and names[0] in _MARKS else names
    whole = [squash, "".join(bare), squash.removeprefix("tbl")]
    whole += [squash.removesuffix(one) for one in _LISTS]
    doubled = len(names) > 1 and all(kind in vocabulary.kinds_of(one) for one in names)
    return doubled or any(kind in vocabulary.kinds_of(one) for one in whole)


def _fields(table: Table, kind: str, found: dict[str, Guess], catalog: Catalog) -> set[str]:
    """The fields that the table's columns may hold, by name or by foreign key."""
    has = {
        field
        for column in table.columns
        for one in squashes(column.name, table.name)
        for field in vocabulary.fields_of(kind, one)
    }
    single = [one.table for one in table.foreign if len(one.columns) == 1]
    single += [key_holder(table, one, catalog, found) for one in table.columns]
    kinds = {found[one].kind for one in single if one in found}
    return has | {f"{one}_id" for one in kinds if f"{one}_id" in _TELLING.get(kind, ())}


def key_holder(table: Table, column: Column, catalog: Catalog, found: dict[str, Guess]) -> str:
    """The table whose key has this very name, as in `objnr` in both, where no foreign key says so."""
    if table.foreign or column.name in table.key or squashed(column.name) in {"id", "uuid", "guid"}:
        return ""
    return next(
        (n for n in found if n != table.name and catalog.tables[n].key == (column.name,)),
        "",
    )


def _possible(table: Table, kind: str, has: set[str]) -> bool:
    """Whether the table has what this kind cannot be without, and nothing that it never has."""
    if not has.issuperset(_NEEDS.get(kind, ())):
        return False
    if kind == "viewing":
        return bool(has & {"starts_at", "day"})
    return kind != "relation" or len(table.columns) <= _MOST_OF_A_RELATION


def _telling(table: Table, kind: str, has: set[str]) -> int:
    """How many columns speak for it. Secrets speak for a colleague, numbers of persons for a contact."""
    telling = len(has.intersection(_TELLING.get(kind, ())))
    if kind == "contact" and has & {"personnummer", "orgnr"}:
        telling += 2
    if any(squashed(one.name) in vocabulary.SECRET for one in table.columns):
        telling += {"contact": -2, "estate": -2, "agent": 2}.get(kind, 0)
    return telling
