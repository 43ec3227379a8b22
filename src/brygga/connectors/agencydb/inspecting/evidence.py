"""What the rows say for or against a guess: a name alone may lie, and `pnr` may be two things."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from brygga.connectors.agencydb.inspecting.samples import Samples
from brygga.connectors.agencydb.mapping import transforms
from brygga.model.intake import Intake

_SHAPES: Final = {
    "email": re.compile(r"\S+@\S+"),
    "phone": re.compile(r"\D{0,6}(?:\d[^\dA-Za-z]{0,3}){5,}.{0,20}"),
    "postcode": re.compile(r"(?:[A-Z]{1,2}-?\s?)?\d{3}\s?\d{2}"),
    "personnummer": re.compile(r"(?:\d{2})?\d{6}[-+\s]?[\dA-Za-z]{4}"),
    "orgnr": re.compile(r"(?:16)?\d{6}-?\d{4}"),
    "id_number": re.compile(r"(?:\d{2})?\d{6}[-+\s]?\d{4}"),
}
"""Transformation → what its texts look like."""
_LEAST: Final = 3
"""Texts that must be seen before they may speak against a name."""
_SWEDEN: Final = {"latitude": (55.0, 70.0), "longitude": (10.0, 25.0)}
"""Degrees, WGS 84."""


class Readable(NamedTuple):
    """How many of a column's texts a transformation understands, and the shape of one that it does not."""

    seen: int
    read: int
    odd: str


def against(how: str, texts: Sequence[str]) -> bool:
    """Whether the rows show that the column cannot hold this: none of several texts looks like it."""
    return how in _SHAPES and len(texts) >= _LEAST and not any(_fits(how, one) for one in texts)


def speaks_for(how: str, texts: Sequence[str]) -> bool:
    """Whether most texts look like this."""
    return bool(texts) and how in _SHAPES and sum(_fits(how, one) for one in texts) * 2 > len(texts)


def _fits(how: str, text: str) -> bool:
    return _SHAPES[how].fullmatch(text.strip()) is not None


def readable(how: str, texts: Sequence[str]) -> Readable:
    """How a transformation fares with what the column holds."""
    odd = [one for one in texts if not _read(how, one)]
    return Readable(len(texts), len(texts) - len(odd), _shape(odd[0]) if odd else "")


def _read(how: str, text: str) -> bool:
    if how == "clock":
        return transforms.joined("2000-01-01", text) is not None
    if how == "day":
        return transforms.joined(text, "12:00") is not None
    return transforms.TRANSFORMS[how].read(text, "", Intake()) not in (None, "")


def _shape(text: str) -> str:
    """The form of a text and nothing of what it says: digits as 9, letters but a unit's as x."""
    plain = re.sub(r"\d", "9", text.strip())
    return re.sub(r"(?!kr\b|rok\b|rum\b|kvm\b|m[²2]?\b)[^\W\d_]{2,}", "xx", plain)[:20]


def swapped(latitudes: Sequence[float], longitudes: Sequence[float]) -> bool:
    """Whether the rows' degrees lie in Sweden only if the two columns change places."""
    return _within("longitude", latitudes) and _within("latitude", longitudes)


def beyond_degrees(values: Sequence[float]) -> bool:
    """Whether the numbers are too large for degrees: metres in a plane, such as SWEREF 99 TM."""
    return bool(values) and min(abs(one) for one in values) > 180


def _within(name: str, values: Sequence[float]) -> bool:
    low, high = _SWEDEN[name]
    return bool(values) and all(low <= one <= high for one in values)


def degrees(samples: Samples, table: str, column: str) -> list[float]:
    """The numbers of a column of coordinates, without noughts."""
    return [one for one in samples.all_numbers(table, column) if one]
