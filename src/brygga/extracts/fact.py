"""One fact, with its text and place; a part of a document; and the small values that facts hold."""

from __future__ import annotations

from enum import StrEnum
from typing import Generic, TypeVar

import msgspec

from brygga.swedish.masking import mask

T = TypeVar("T")
I = TypeVar("I")  # noqa: E741  # a section's Item


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a value stands. Points (1/72 inch) from the page's top left corner; pages and lines from 1.

    A text file has no points: all four are nought there, and `line` counts the file's lines.
    """

    page: int
    line: int
    x0: float = 0.0
    y0: float = 0.0
    x1: float = 0.0
    y1: float = 0.0


class Fact(msgspec.Struct, Generic[T], frozen=True, kw_only=True):
    """One value. `value` is None when `text` could not be read; `remark` then says why, as a code.

    `sure=False`: read, but a person should look before it is used. Codes in `remark`: those of
    `brygga.swedish.NotUnderstood`, and `ocr`, `ambiguous`, `spaces_restored`, `repeated`,
    `does_not_add_up`, `protected`, `label_doubtful`.
    """

    value: T | None
    text: str
    place: Place
    sure: bool = True
    remark: str = ""

    def __repr__(self) -> str:
        """Persons hidden: facts end up in logs."""
        shown = mask(repr(self.value))
        return f"Fact({shown}, sure={self.sure}, remark={self.remark!r}, page={self.place.page})"


class State(StrEnum):
    """How a part of the document stands."""

    ABSENT = "absent"
    EMPTY = "empty"
    THERE = "there"


class Section(msgspec.Struct, Generic[I], frozen=True, kw_only=True):
    """A part of the document. `place` is its heading's; None when absent.

    `whole=False`: some of its text was not understood and stands in `left_over`; the items are
    true, but there may be more of them.
    """

    state: State = State.ABSENT
    items: list[I] = []
    place: Place | None = None
    whole: bool = True
    left_over: list[str] = []


class Share(msgspec.Struct, frozen=True):
    """A share (*andel*) as written, not shortened: 2/4 stays 2/4."""

    numerator: int
    denominator: int

    def __str__(self) -> str:
        """`1/2`."""
        return f"{self.numerator}/{self.denominator}"


class Address(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An address as printed; `postcode` is five digits without space."""

    street: str
    postcode: str = ""
    town: str = ""


class Position(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A point. SWEREF 99 TM in metres, and WGS84 in degrees when the document or a converter gave it."""

    north_m: float
    east_m: float
    latitude: float | None = None
    longitude: float | None = None
