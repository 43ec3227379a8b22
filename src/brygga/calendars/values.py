"""Dates, times, durations and offsets as iCalendar writes them (RFC 5545 §3.3)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

from brygga.calendars.trouble import unusable

_MOMENT: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:T([0-9]{2})([0-9]{2})([0-9]{2})?(Z?))?")
_DURATION: Final = re.compile(
    r"([+-]?)P(?:([0-9]{1,5})W)?(?:([0-9]{1,6})D)?"
    r"(?:T(?:([0-9]{1,7})H)?(?:([0-9]{1,8})M)?(?:([0-9]{1,9})S)?)?"
)
_OFFSET: Final = re.compile(r"([+-])([0-9]{2})([0-9]{2})([0-9]{2})?")


def moment(text: str) -> tuple[datetime, bool, bool]:
    """`20261206`, `20261206T130000`, `20261206T120000Z` → (naive wall clock, is a date, is UTC).

    A leap second is read as the second before it. Years 1800–2200. Raises Invalid (`not_time`).
    """
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        raise unusable("that is not a date or time", code="not_time")
    year, month, day, hour, minute, second = (int(found[n] or 0) for n in range(1, 7))
    if not 1800 <= year <= 2200:
        raise unusable("a year outside 1800–2200", code="not_time")
    try:
        wall = datetime(year, month, day, hour, minute, min(second, 59))  # noqa: DTZ001 - its zone is told apart from it
    except ValueError as error:
        raise unusable("there is no such day or time", code="not_time") from error
    return wall, found[4] is None, found[7] == "Z"


def duration(text: str) -> timedelta:
    """`PT30M`, `P1D`, `-P1W`. Raises Invalid (`not_duration`)."""
    found = _DURATION.fullmatch(text.strip())
    if found is None or not any(found.groups()[1:]):
        raise unusable("that is not a duration", code="not_duration")
    weeks, days, hours, minutes, seconds = (int(found[n] or 0) for n in range(2, 7))
    length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    if length > timedelta(days=36_600):
        raise unusable("a duration of more than a hundred years", code="not_duration")
    return -length if found[1] == "-" else length


def offset(text: str) -> timedelta:
    """`+0100`, `-053020`. Raises Invalid (`not_offset`)."""
    found = _OFFSET.fullmatch(text.strip())
    if found is None:
        raise unusable("that is not an offset from UTC", code="not_offset")
    hours, minutes, seconds = (int(found[n] or 0) for n in (2, 3, 4))
    length = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    if length >= timedelta(hours=24):
        raise unusable("an offset of a day or more", code="not_offset")
    return -length if found[1] == "-" else length


def written_utc(at: datetime) -> str:
    """A zone-aware time as UTC."""
    return _wall(at.astimezone(UTC)) + "Z"


def written_wall(at: datetime) -> str:
    """The wall clock of `at` in its own zone."""
    return _wall(at)


def written_date(day: date) -> str:
    """A whole day."""
    return f"{day.year:04}{day.month:02}{day.day:02}"


def _wall(at: datetime) -> str:
    return f"{at.year:04}{at.month:02}{at.day:02}T{at.hour:02}{at.minute:02}{at.second:02}"


def written_duration(seconds: int) -> str:
    """Seconds as a duration, below zero with a minus sign."""
    sign, left = ("-", -seconds) if seconds < 0 else ("", seconds)
    days, left = divmod(left, 86_400)
    hours, left = divmod(left, 3_600)
    minutes, rest = divmod(left, 60)
    clock = "".join(f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M"), (rest, "S")) if n)
    whole = f"{days}D" if days else ""
    return f"{sign}P{whole}{'T' + clock if clock else ''}" if whole or clock else f"{sign}PT0S"
