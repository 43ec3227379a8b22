"""Areas in Swedish text (*boarea*, *biarea*, *tomtarea*): square metres.

`parse` reads one area. Two areas in one field (`67 + 12 m²`) are an error here; `size.parse`
takes them apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from brygga.swedish import number
from brygga.swedish.outcome import NotUnderstood
from brygga.swedish.text import field

Use = Literal["living", "other", "plot"]

LARGEST_M2 = 10**9

UNIT = r"(?:m²|m2|m\^2|kvm\.?|kvadratmeter|ha|hektar)(?![\w²])"
CA = r"(?:ca\.?|c:a|cirka|omkring)"
USE = (
    r"(?:(?P<living>boarea|boa|bostadsarea|boyta)|(?P<other>biarea|bia|biyta)|"
    r"(?P<plot>tomtarea|tomtyta|tomten|tomt|totalarea|markareal|mark))(?!\w)"
)
TERM = rf"(?:(?P<ca>{CA}) ?)?(?P<number>{number.NUMBER}) ?(?P<unit>{UNIT})?"

_AREA = re.compile(rf"(?:{USE}:? )?{TERM}")
_AREA_FIRST = re.compile(rf"{TERM} ?\(?{USE}\)?")


@dataclass(frozen=True, slots=True)
class Area:
    """Square metres. `approximate` when the text says *ca*; `use` when it says what is measured."""

    m2: float
    approximate: bool = False
    use: Use | None = None


def parse(text: str) -> Area:
    """One area in m²; hectares are converted; a number without unit is m².

    *Totalarea* and *markareal* count as plot. Raises NotUnderstood: `empty`, `too_long`,
    `not_area`, `negative`, `out_of_range` (0 or above 1 000 km²).
    """
    lowered = field(text, kind="area").lower()
    found = _AREA.fullmatch(lowered) or _AREA_FIRST.fullmatch(lowered)
    if not found:
        raise NotUnderstood("area", "not_area", position=_first_doubt(lowered))
    return Area(
        square_metres(found["number"], unit=found["unit"], kind="area"),
        found["ca"] is not None,
        use_of(found),
    )


def square_metres(token: str, *, unit: str | None, kind: str) -> float:
    """The value of a number token in m². Raises NotUnderstood `negative` or `out_of_range`."""
    hectares = unit is not None and unit.startswith("h")
    value = number.read(token, point_groups=not hectares) * Decimal(10_000 if hectares else 1)
    if value < 0:
        raise NotUnderstood(kind, "negative")
    if not 0 < value <= LARGEST_M2:
        raise NotUnderstood(kind, "out_of_range")
    return float(value)


def use_of(found: re.Match[str]) -> Use | None:
    """Which of the three uses a match of USE named."""
    if found["living"]:
        return "living"
    if found["other"]:
        return "other"
    return "plot" if found["plot"] else None


def _first_doubt(lowered: str) -> int:
    """Where reading stopped: after the first area, or at the start."""
    found = _AREA.match(lowered)
    return found.end() if found else 0
