"""Shares (*andel*): `1/2`, `35/100`, `0,5869 %`. Kept as written, because registers do not reduce."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from brygga.swedish.outcome import NotUnderstood
from brygga.swedish.text import field

_WHOLE = r"[0-9]{1,3}(?: [0-9]{3})+|[0-9]{1,12}"
_FRACTION = re.compile(
    rf"(?:andel:? ?)?(?:(?P<over>{_WHOLE}) ?/ ?(?P<under>{_WHOLE})|(?P<half>½))(?:-?(?: ?del| andel))?"
)
_PERCENT = re.compile(
    r"(?:andel:? ?)?(?P<whole>[0-9]{1,3})(?:[.,](?P<decimals>[0-9]{1,12}))? ?(?:%|procent)(?: andel)?"
)
_KIND = "share"


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole, above 0 and at most 1. `decimals` is set when it was written in percent."""

    numerator: int
    denominator: int
    decimals: int | None = None

    @property
    def text(self) -> str:
        """`35/100` or `0.5869%`, the canonical form: as written, with a decimal point."""
        if self.decimals is None:
            return f"{self.numerator}/{self.denominator}"
        whole, rest = divmod(self.numerator, 10**self.decimals)
        return f"{whole}.{rest:0{self.decimals}}%" if self.decimals else f"{whole}%"

    def __str__(self) -> str:
        """The canonical form."""
        return self.text

    @property
    def fraction(self) -> Fraction:
        """The exact value, reduced, for sums: the shares of a home should add up to 1."""
        return Fraction(self.numerator, self.denominator)


def parse(text: str) -> Share:
    """A fraction or a percentage; a bare number is neither.

    Raises NotUnderstood: `empty`, `too_long`, `bad_share` (also 0, and above the whole).
    """
    lowered = field(text, kind=_KIND).lower()
    if found := _FRACTION.fullmatch(lowered):
        if found["half"]:
            return Share(1, 2)
        over, under = int(found["over"].replace(" ", "")), int(found["under"].replace(" ", ""))
        return _checked(over, under, decimals=None, position=found.start("over"))
    if found := _PERCENT.fullmatch(lowered):
        decimals = (found["decimals"] or "").rstrip("0")
        over = int(found["whole"] + decimals)
        return _checked(
            over, 10 ** (2 + len(decimals)), decimals=len(decimals), position=found.start("whole")
        )
    raise NotUnderstood(_KIND, "bad_share", position=0)


def _checked(over: int, under: int, *, decimals: int | None, position: int) -> Share:
    if not 0 < over <= under:
        raise NotUnderstood(_KIND, "bad_share", position=position)
    return Share(over, under, decimals)
