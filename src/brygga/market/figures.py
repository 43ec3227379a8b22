"""Figures over sales: median, quartiles, medians by period, and a slope that odd sales do not move.

Kronor per square metre throughout. Quartiles are the inclusive ones (type 7 of Hyndman and Fan,
"Sample Quantiles in Statistical Packages", 1996). The slope is the median of all pairwise slopes
(Theil 1950, Sen 1968).
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

import msgspec

from brygga.market.sales import Sale

_DAYS_A_YEAR: Final = 365.25
_MOST_POINTS: Final = 400
"""Sales that the slope is taken over; of more, so many evenly spread in time (80,000 pairs)."""
_FEWEST: Final = 8
_SHORTEST_DAYS: Final = 120
_FEWEST_PERIODS: Final = 3
"""Two clusters of sales far apart make a line, but no trend."""


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """Kr/m² of a set of sales: the middle one, the middle half's ends, the outermost."""

    n: int
    median: float
    low_quarter: float
    high_quarter: float
    lowest: float
    highest: float


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """One quarter, half-year or year with its median kr/m²; both days belong to it."""

    label: str
    from_day: date
    to_day: date
    n: int
    median: float


class Trend(msgspec.Struct, frozen=True, kw_only=True):
    """Medians by period (`per`: quarter · half · year), and the slope in per cent of the median a year.

    The slope is None when there are too few sales or periods, or too short a time.
    """

    per: str
    periods: tuple[Period, ...]
    percent_a_year: float | None


def spread(sales: Sequence[Sale]) -> Spread | None:
    """None when there are no sales."""
    values = sorted(sale.kr_m2 for sale in sales)
    if not values:
        return None
    low, middle, high = (
        statistics.quantiles(values, n=4, method="inclusive") if len(values) > 1 else [values[0]] * 3
    )
    return Spread(
        n=len(values),
        median=statistics.median(values) if len(values) > 1 else middle,
        low_quarter=low,
        high_quarter=high,
        lowest=values[0],
        highest=values[-1],
    )


def trend(sales: Sequence[Sale]) -> Trend:
    """Periods fine enough for the time that the sales span."""
    if not sales:
        return Trend(per="quarter", periods=(), percent_a_year=None)
    days = [sale.day for sale in sales]
    years = (max(days) - min(days)).days / _DAYS_A_YEAR
    per = "quarter" if years <= 3 else "half" if years <= 7 else "year"
    periods = _periods(sales, per)
    enough = len(periods) >= _FEWEST_PERIODS
    return Trend(per=per, periods=periods, percent_a_year=slope(sales) if enough else None)


def _periods(sales: Sequence[Sale], per: str) -> tuple[Period, ...]:
    groups: dict[tuple[int, int], list[float]] = defaultdict(list)
    for sale in sales:
        groups[sale.day.year, _PART[per](sale.day)].append(sale.kr_m2)
    return tuple(_period(year, part, per, values) for (year, part), values in sorted(groups.items()))


def _period(year: int, part: int, per: str, values: list[float]) -> Period:
    months = {"quarter": 3, "half": 6, "year": 12}[per]
    first = date(year, 1 + part * months, 1)
    after = date(year + 1, 1, 1) if 1 + (part + 1) * months > 12 else date(year, 1 + (part + 1) * months, 1)
    label = {"quarter": f"kv {part + 1} {year}", "half": f"halvår {part + 1} {year}", "year": str(year)}[per]
    last = date.fromordinal(after.toordinal() - 1)
    median = statistics.median(values)
    return Period(label=label, from_day=first, to_day=last, n=len(values), median=median)


_PART: Final[dict[str, Callable[[date], int]]] = {
    "quarter": lambda day: (day.month - 1) // 3,
    "half": lambda day: (day.month - 1) // 6,
    "year": lambda _: 0,
}


def slope(sales: Sequence[Sale]) -> float | None:
    """Change a year in per cent of the median, by Theil and Sen; None when it would say nothing."""
    points = sorted((sale.day.toordinal(), sale.kr_m2) for sale in sales)
    if len(points) < _FEWEST or points[-1][0] - points[0][0] < _SHORTEST_DAYS:
        return None
    middle = statistics.median(value for _, value in points)
    thin = _thinned(points)
    slopes = [
        (b - a) / (later - earlier)
        for n, (earlier, a) in enumerate(thin)
        for later, b in thin[n + 1 :]
        if later > earlier
    ]
    return statistics.median(slopes) * _DAYS_A_YEAR / middle * 100 if slopes else None


def _thinned(points: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """At most `_MOST_POINTS` of them, evenly spread by order of time."""
    if len(points) <= _MOST_POINTS:
        return points
    step = (len(points) - 1) / (_MOST_POINTS - 1)
    return [points[round(n * step)] for n in range(_MOST_POINTS)]
