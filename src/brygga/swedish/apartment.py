"""Apartment numbers (*lägenhetsnummer*) in both senses: the register's and the association's own.

The register's has four digits: two for the floor (10 is the entrance level, 11 the next up, 09 the next
down), two for the door, counted clockwise from the left of the stairs, from 01 (lag (2006:378) om
lägenhetsregister). It is text: `0901`. The association's own (`27`, `A12`) is another field.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from brygga.swedish.outcome import NotUnderstood
from brygga.swedish.text import field

_KIND = "apartment"
_LABEL = r"(?:(?:lägenhets?|lgh)[ .-]{0,2}(?:nummer|num|nr\.?|n:o|nro)?|nr\.?|#)[ :]{0,2}"
_OFFICIAL = re.compile(rf"\(?(?:{_LABEL})?(?P<number>[0-9]{{4}})\)?")
_OWN = re.compile(
    rf"\(?(?:{_LABEL})?(?P<own>[a-zåäö]{{0,3}}[ -]?[0-9]{{1,6}}(?:-[0-9]{{1,6}})?[ -]?[a-zåäö]?)\)?"
)
_BETWEEN = re.compile(r" ?[/,;(] ?")


@dataclass(frozen=True, slots=True)
class Apartment:
    """The register's number, four digits, as text."""

    number: str

    @property
    def floors_from_entrance(self) -> int:
        """0 is the entrance level, 1 the next up, -1 the next down."""
        return int(self.number[:2]) - 10

    def __str__(self) -> str:
        """The canonical form."""
        return self.number


@dataclass(frozen=True, slots=True)
class BothNumbers:
    """What a field with two numbers holds: the register's, and the association's in upper case."""

    official: Apartment
    own: str


def parse(text: str) -> Apartment:
    """`LGH 1001`, `lgh nr 1204`, `Lägenhet 0901`, `1101`: the register's number.

    Raises NotUnderstood: `empty`, `too_long`, `not_lgh` (also `LGH 27`, and doors numbered 00).
    """
    lowered = field(text, kind=_KIND).lower()
    found = _OFFICIAL.fullmatch(lowered)
    if found is None or found["number"].endswith("00"):
        raise NotUnderstood(_KIND, "not_lgh", position=found.start("number") if found else 0)
    return Apartment(found["number"])


def own(text: str) -> str:
    """The association's own number in upper case without label or spaces: `27`, `A12`, `1-204`.

    Four digits are taken too: which of the two a bare `1204` is, only the field can tell. Raises
    NotUnderstood: `empty`, `too_long`, `not_lgh`.
    """
    found = _OWN.fullmatch(field(text, kind=_KIND).lower())
    if found is None:
        raise NotUnderstood(_KIND, "not_lgh", position=0)
    return found["own"].replace(" ", "").upper()


def both(text: str) -> BothNumbers:
    """`27 (1204)`, `lgh 1204 / 27`: the one of four digits is the register's.

    Raises NotUnderstood: `empty`, `too_long`, `not_lgh`, `ambiguous` when both could be it.
    """
    cleaned = field(text, kind=_KIND)
    parts = [part for part in _BETWEEN.split(cleaned, maxsplit=1) if part]
    if len(parts) != 2:
        raise NotUnderstood(_KIND, "not_lgh", position=0)
    first, second = parts[0], parts[1].rstrip(") ")
    official = [_official_or_none(part) for part in (first, second)]
    if all(official):
        raise NotUnderstood(_KIND, "ambiguous")
    if official[0] is not None:
        return BothNumbers(official[0], own(second))
    return BothNumbers(official[1] or parse(second), own(first))


def _official_or_none(text: str) -> Apartment | None:
    try:
        return parse(text)
    except NotUnderstood:
        return None
