"""Municipalities and counties (*kommun*, *län*): code ↔ name, and the longest name a text begins with.

Codes are text, because they begin with a nought. Names are matched without regard to case, on a
word border, longest first: *Mark* is a prefix of *Markaryd*.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from brygga.swedish.municipality_table import COUNTIES
from brygga.swedish.outcome import NotUnderstood
from brygga.swedish.text import field

_OFFICE = re.compile(r"(?P<name>.+?)(?: (?P<word>kommun|stad))?")
_CODE = re.compile(r"[0-9]{4}")
_COUNTY_CODE = re.compile(r"[0-9]{2}")
_SHORT_GENITIVES = {"falu": "FALUN"}
"""*Falu kommun* is Falun; every other name is itself or takes an *s*."""


@dataclass(frozen=True, slots=True)
class County:
    """A county (*län*): two digits, the letters once used for it, and its name with *län*."""

    code: str
    letters: str
    name: str


@dataclass(frozen=True, slots=True)
class Municipality:
    """A municipality (*kommun*): four digits, of which the first two are the county's, and its name."""

    code: str
    name: str
    county: County

    @property
    def upper(self) -> str:
        """The name as the property register writes it (*registerområde*): `UPPLANDS VÄSBY`."""
        return self.name.upper()


class _Tables(NamedTuple):
    counties: dict[str, County]
    by_code: dict[str, Municipality]
    by_name: dict[str, Municipality]


def parse(text: str) -> Municipality:
    """`Uppsala`, `UPPSALA KOMMUN`, `Stockholms stad`, `0380`.

    Raises NotUnderstood: `empty`, `too_long`, `unknown_municipality`.
    """
    upper = field(text, kind="municipality").upper()
    tables = _tables()
    found = tables.by_code.get(upper) if _CODE.fullmatch(upper) else tables.by_name.get(upper)
    found = found or _with_office(upper, tables.by_name)
    if found is None:
        raise NotUnderstood("municipality", "unknown_municipality", position=0)
    return found


def county(text: str) -> County:
    """`Uppsala län`, `Skåne`, `Västra Götalands`, `03`.

    Raises NotUnderstood: `empty`, `too_long`, `unknown_county`.
    """
    lowered = field(text, kind="county").lower()
    counties = _tables().counties
    if _COUNTY_CODE.fullmatch(lowered) and lowered in counties:
        return counties[lowered]
    wanted = lowered.removesuffix(" län")
    for candidate in counties.values():
        name = candidate.name.lower().removesuffix(" län")
        if wanted in {name, name.removesuffix("s")}:
            return candidate
    raise NotUnderstood("county", "unknown_county", position=0)


def by_code(code: str) -> Municipality | None:
    """The municipality with these four digits, or None."""
    return _tables().by_code.get(code)


def everyone() -> tuple[Municipality, ...]:
    """All 290, by code."""
    return tuple(_tables().by_code.values())


def leading(upper: str) -> tuple[Municipality, int] | None:
    """The longest municipality name that an upper-case text begins with, and where it ends.

    The name must end at a space, a comma or the end of the text. None when there is none.
    """
    tables = _tables()
    first = _WORD.match(upper)
    if first is None:
        return None
    second = _WORD.match(upper, first.end() + 1)
    for end in (second.end() if second else 0, first.end()):
        found = tables.by_name.get(upper[:end])
        if found is not None:
            return found, end
    return None


_WORD = re.compile(r"[^ ,]+")  # no name of the 290 has more than two; a test looks


def _with_office(upper: str, by_name: dict[str, Municipality]) -> Municipality | None:
    """`STOCKHOLMS STAD`, `FALU KOMMUN`: the name may stand in the genitive before the word."""
    taken = _OFFICE.fullmatch(upper.lower())
    if taken is None or taken["word"] is None:
        return None
    name = taken["name"].upper()
    return (
        by_name.get(name)
        or by_name.get(name.removesuffix("S"))
        or by_name.get(_SHORT_GENITIVES.get(name.lower(), ""))
    )


@cache
def _tables() -> _Tables:
    counties: dict[str, County] = {}
    by_code: dict[str, Municipality] = {}
    for entry in re.split(r"\n(?=[0-9])", COUNTIES.strip()):
        head, _, rest = entry.partition("\n")
        code, letters, name = head.split(" ", 2)
        counties[code] = County(code, letters, name)
        for pair in " ".join(rest.split()).split(", "):
            last_two, _, municipality = pair.partition(" ")
            by_code[code + last_two] = Municipality(code + last_two, municipality, counties[code])
    by_name = {municipality.upper: municipality for municipality in by_code.values()}
    return _Tables(counties, by_code, by_name)
