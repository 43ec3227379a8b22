"""Swedish public holidays (*röda dagar*, lag 1989:253 om allmänna helgdagar) and the eves kept like them.

Ordinary Sundays are not among them: most viewings are held on Sundays.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

_FIXED: Final = {
    (1, 1): "nyårsdagen",
    (1, 6): "trettondedag jul",
    (5, 1): "första maj",
    (12, 25): "juldagen",
    (12, 26): "annandag jul",
}
_FROM_EASTER: Final = {
    -2: "långfredagen",
    0: "påskdagen",
    1: "annandag påsk",
    39: "Kristi himmelsfärdsdag",
    49: "pingstdagen",
}
_NATIONAL_DAY_SINCE: Final = 2005
"""The national day became a holiday and Whit Monday ceased to be one (lag 2004:1320)."""
_SATURDAY: Final = 5
_DAY: Final = timedelta(days=1)


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by the rule of its lunar tables.

    Golden number, solar and lunar corrections of the centuries give the paschal full moon; Easter is
    the Sunday after it. Holds for 1583–9999.
    """
    century = year // 100
    golden = year % 19
    corrected = century - century // 4 - (8 * century + 13) // 25
    age = (19 * golden + corrected + 15) % 30
    age -= int(age == 29 or (age == 28 and golden > 10))
    moon = date(year, 3, 21) + _DAY * age
    return moon + _DAY * (6 - moon.weekday() if moon.weekday() < 6 else 7)


@functools.lru_cache(maxsize=200)
def red_days(year: int) -> Mapping[date, str]:
    """Day → Swedish name. Years 1953–9999; the holidays are those since 1953."""
    found = {date(year, month, day): name for (month, day), name in _FIXED.items()}
    found |= {easter(year) + _DAY * days: name for days, name in _FROM_EASTER.items()}
    if year >= _NATIONAL_DAY_SINCE:
        found[date(year, 6, 6)] = "nationaldagen"
    else:
        found[easter(year) + _DAY * 50] = "annandag pingst"
    found[_saturday(date(year, 6, 20))] = "midsommardagen"
    found[_saturday(date(year, 10, 31))] = "alla helgons dag"
    return dict(sorted(found.items()))


@functools.lru_cache(maxsize=200)
def eves(year: int) -> Mapping[date, str]:
    """Days before a holiday that are kept like one: those of semesterlagen § 3 a, and Easter Eve."""
    return {
        easter(year) - _DAY: "påskafton",
        _saturday(date(year, 6, 20)) - _DAY: "midsommarafton",
        date(year, 12, 24): "julafton",
        date(year, 12, 31): "nyårsafton",
    }


def red_day(day: date, *, with_eves: bool = True) -> str:
    """The Swedish name of the holiday or eve that `day` is, or nothing."""
    name = red_days(day.year).get(day, "")
    return name or (eves(day.year).get(day, "") if with_eves else "")


def _saturday(first: date) -> date:
    """The Saturday among the seven days from `first` on."""
    return first + _DAY * ((_SATURDAY - first.weekday()) % 7)
