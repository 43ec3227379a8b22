"""From days and kronor to places in the picture, with round steps that people read easily."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from typing import Final

import msgspec

from brygga.swedish.format import MONTHS

_STEPS: Final = (1, 2, 2.5, 5, 10)


class Scale(msgspec.Struct, frozen=True):
    """A straight line from values to places."""

    low: float
    high: float
    at_low: float
    at_high: float

    def place(self, value: float) -> float:
        """Where a value lies; outside values lie on the edge."""
        inside = min(max(value, self.low), self.high)
        return self.at_low + (inside - self.low) / (self.high - self.low) * (self.at_high - self.at_low)


def round_steps(low: float, high: float, wanted: int = 5) -> list[float]:
    """Round numbers from at or below `low` to at or above `high`, about `wanted` steps apart."""
    span = max(high - low, abs(high) * 0.05, 1.0)
    raw = span / wanted
    size = 10 ** math.floor(math.log10(raw))
    step = next(s * size for s in _STEPS if s * size >= raw * 0.999)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [n * step for n in range(first, max(last, first + 1) + 1)]


def shown_range(values: Sequence[float]) -> tuple[float, float]:
    """The range to draw: all values, unless a few lie far outside the rest.

    A value further than three times the middle half's width from it is drawn on the edge
    (Tukey's outer fences).
    """
    ordered = sorted(values)
    low_quarter, high_quarter = ordered[len(ordered) // 4], ordered[(3 * len(ordered)) // 4]
    reach = 3 * max(high_quarter - low_quarter, high_quarter * 0.02)
    inside = [v for v in ordered if low_quarter - reach <= v <= high_quarter + reach]
    return inside[0], inside[-1]


def day_marks(first: date, last: date) -> list[tuple[date, str]]:
    """Days to mark below the picture: months, quarters or years, with their names; years named once."""
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    step = next((s for s in (1, 2, 3, 6, 12, 24, 60, 120) if months / s <= 9), 240)
    marks: list[tuple[date, str]] = []
    number = first.year * 12 + first.month - 1
    number += -number % step
    while (day := date(number // 12, number % 12 + 1, 1)) <= last:
        if day >= first:
            marks.append((day, _name(day, step, first_mark=not marks)))
        number += step
    return marks


def _name(day: date, step: int, *, first_mark: bool) -> str:
    if step >= 12:
        return str(day.year)
    month = MONTHS[day.month - 1]
    return f"{month} {day.year}" if first_mark or day.month <= step else month
