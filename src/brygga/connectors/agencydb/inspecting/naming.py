"""A column's name in the forms it may be known by: without unit, without its table's name, without `_id`."""

from __future__ import annotations

import functools
from typing import Final

from brygga.connectors.agencydb.inspecting.vocabulary import KIND_NAMES, UNITS
from brygga.connectors.agencydb.mapping.folding import tokens

_ENDINGS: Final = frozenset({"id", "fk", "uuid", "key", "ref", "guid"})
_PREFIXES: Final = frozenset(word for names in KIND_NAMES.values() for word in names)
_FILLING_LAST: Final = frozenset(
    {"amount", "belopp", "value", "utc", "local", "lokaltid", "e164", "md", "html", "month", "manad"}
)
_FILLING_FIRST: Final = frozenset(
    {
        "primary",
        "main",
        "huvud",
        "primar",
        "geo",
        "current",
        "aktuell",
        "aktuellt",
        "is",
        "has",
        "har",
        "window",
        "slot",
    }
)
_RATES: Final = (["per", "year"], ["per", "ar"], ["per", "month"], ["per", "manad"])
_DIALECT: Final = (("ae", "a"), ("oe", "o"), ("aa", "a"))


@functools.lru_cache(maxsize=4096)
def squashes(column: str, table: str) -> tuple[str, ...]:
    """The forms, the one as it is written first."""
    words = list(tokens(column))
    forms: dict[str, None] = {"".join(words): None}
    forms["".join(_without_unit(words))] = None
    bare = _without_unit(words)
    if len(bare) > 1 and bare[-1] in _ENDINGS:
        forms["".join(bare[:-1])] = None
    own = set(tokens(table)) | _PREFIXES
    if len(bare) > 1 and bare[0] in own:
        forms["".join(bare[1:])] = None
        if len(bare) > 2 and bare[-1] in _ENDINGS:
            forms["".join(bare[1:-1])] = None
    if len(bare) > 1 and bare[-1] in {"datum", "date", "at"} and bare[0] in own:
        forms["".join(bare[1:])] = None
    if (core := _core(bare)) != bare:
        forms |= dict.fromkeys(squashes("_".join(core), table))
    for form in list(forms):
        for written, plain in _DIALECT:
            forms[form.replace(written, plain)] = None
    forms.pop("", None)
    return tuple(forms)


def _core(words: list[str]) -> list[str]:
    """The words without those that only say what sort of value it is: `primary_email`, `StartUtc`."""
    kept = list(words)
    if len(kept) > 2 and kept[-2:] in _RATES:
        kept = kept[:-2]
    while len(kept) > 1 and kept[-1] in _FILLING_LAST:
        kept.pop()
    while len(kept) > 1 and kept[0] in _FILLING_FIRST:
        kept.pop(0)
    return kept


def says_utc(column: str) -> bool:
    """Whether a column of times says in its name that they are UTC."""
    return "utc" in tokens(column)


def unit_of(column: str) -> str:
    """The transformation that a name's unit asks for (`pris_tkr` → tkr); empty when it names none."""
    words = tokens(column)
    return next((UNITS[one] for one in (words[-1:] + words[:1]) if UNITS.get(one)), "")


def _without_unit(words: list[str]) -> list[str]:
    kept = list(words)
    while len(kept) > 1 and (kept[-1] in UNITS or kept[-1] in {"i", "in"}):
        kept.pop()
    return kept
