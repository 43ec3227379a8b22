"""Postcode and post town (*postnummer*, *postort*): canonical form `NNN NN`.

Whether a well-formed postcode exists needs PostNord's list, which is not free; it is not
pretended here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from brygga.swedish.outcome import NotUnderstood
from brygga.swedish.text import field

_POSTCODE = re.compile(r"(?:(?:se|s)[ -]*)?([0-9]{3}) ?([0-9]{2})(?![0-9])[ ,]*", re.IGNORECASE)
_TOWN = re.compile(r"[^\W\d_][^\d]*")


@dataclass(frozen=True, slots=True)
class Postcode:
    """A Swedish postcode `NNN NN`, and the town in the spelling given, None when not given."""

    code: str
    town: str | None = None


def parse(text: str) -> Postcode:
    """`114 18`, `SE-11418`, `12950Hägersten`, `129 50 Hägersten`.

    Raises NotUnderstood: `empty`, `too_long`, `not_postcode`, `range` (first digit 0).
    """
    cleaned = field(text, kind="postcode")
    found = _POSTCODE.match(cleaned)
    if not found:
        raise NotUnderstood("postcode", "not_postcode", position=0)
    if found[1].startswith("0"):
        raise NotUnderstood("postcode", "range", position=found.start(1))
    town = cleaned[found.end() :]
    if town and not _TOWN.fullmatch(town):
        raise NotUnderstood("postcode", "not_postcode", position=found.end())
    return Postcode(f"{found[1]} {found[2]}", town or None)
