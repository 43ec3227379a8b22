"""Which table holds which kind: by its name, by what its columns are called, and by who refers to whom."""

from __future__ import annotations

from typing import Final

import msgspec

from brygga.connectors.agencydb.inspecting import vocabulary
from brygga.connectors.agencydb.inspecting.naming import squashes
from brygga.connectors.agencydb.mapping.folding import squashed, tokens
from brygga.connectors.agencydb.schema import Catalog, Table

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


class Guess(msgspec.Struct, kw_only=True):
    """What a table seems to hold. `score`: higher is surer; `why`: for the comment in the file."""

    kind: str
    score: int
    named: bool
    fields: int
    why: str
    fixed: dict[str, str] = {}


def guessed(catalog: Catalog) -> dict[str, Guess]:
    """Table → what it holds, those that others refer to first found."""
    found: dict[str, Guess] = {}
    for kinds in (
        ("estate", "contact", "agent", "association", "office"),
        ("viewing", "bid", "relation", "meeting"),
    ):
        marks = {
            (name, kind): guess
            for name, table in catalog.tables.items()
            if name not in found
            for kind in kinds
            if (guess := _judged(table, kind, found)) is not None
        }
        _give(marks, found, catalog)
    return found


def _give(marks: dict[tuple[str, str], Guess], found: dict[str, Guess], catalog: Catalog) -> None:
    """The best pair of table and kind first. A second table of a kind needs a name without doubt."""
    taken: set[str] = {one.kind for one in found.values()}
    pairs = sorted(marks, key=lambda one: (marks[one].score, _referred(catalog, one[0])), reverse=True)
    for name, kind in pairs:
        guess = marks[name, kind]
        second = kind in taken and not (kind in {"contact", "relation"} and guess.named)
        if name in found or second or (catalog.tables[name].view and kind in taken):
            continue
        found[name] = guess
        taken.add(kind)


def _referred(catalog: Catalog, name: str) -> int:
    return sum(1 for table in catalog.tables.values() for one in table.foreign if one.table == name)


def _judged(table: Table, kind: str, found: dict[str, Guess]) -> Guess | None:
    """What speaks for this table holding this kind; None when too little does."""
    names, squash = tokens(table.name), squashed(table.name)
    role = _ROLE_TABLES.get(names[-1]) if names and kind in {"relation", "contact"} else None
    named = kind in vocabulary.kinds_of(squash) or (role is not None and squash in _ROLE_TABLES)
    forms = (*names, squash.removesuffix("tbl"), squash.removeprefix("tbl"))
    partly = role is not None or any(kind in vocabulary.kinds_of(one) for one in forms)
    has = _fields(table, kind, found)
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
    )


def _fields(table: Table, kind: str, found: dict[str, Guess]) -> set[str]:
    """The fields that the table's columns may hold, by name or by foreign key."""
    has = {
        field
        for column in table.columns
        for one in squashes(column.name, table.name)
        for field in vocabulary.fields_of(kind, one)
    }
    kinds = {found[one.table].kind for one in table.foreign if one.table in found}
    return has | {f"{one}_id" for one in kinds if f"{one}_id" in _TELLING.get(kind, ())}


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
