"""Dates and wall clocks in Swedish text (*datum*, *tidpunkt*), always Europe/Stockholm.

`parse` reads a date as people write it. `wall_clock` reads a provider's time stamp and is on
the bulk path: about a microsecond each.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from brygga.swedish.outcome import NotUnderstood
from brygga.swedish.text import field

STOCKHOLM = ZoneInfo("Europe/Stockholm")

EARLIEST_YEAR, LATEST_YEAR = 1800, 2200

_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            "januari jan", "februari feb febr", "mars mar", "april apr", "maj", "juni jun",
            "juli jul", "augusti aug", "september sept sep", "oktober okt", "november nov", "december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip  # one month a word
_LEAD = (
    r"(?:(?:såld|tillträde|tillträdesdag|inflyttning|visning|publicerad|datum):? )?"
    r"(?:(?:mån|tis|ons|tors|tor|fre|lör|sön)(?:dag)?(?:en)?\.? ?,? ?)?(?:den )?"
)
_HOUR = r"[0-9]{1,2}[.:][0-9]{2}(?:[.:][0-9]{2}(?:[.,][0-9]+)?)?"
_CLOCK = rf"(?:[ t,]+(?:kl\.? ?)?{_HOUR}(?: ?- ?{_HOUR})?)?"
_WORDS = re.compile(
    rf"{_LEAD}(?P<day>[0-9]{{1,2}})(?::?[ea])? (?P<month>[a-z]+)\.?,?(?: (?P<year>[0-9]{{4}}))?{_CLOCK}"
)
_ISO = re.compile(rf"{_LEAD}(?P<year>[0-9]{{4}})([-/.]?)(?P<month>[0-9]{{2}})\2(?P<day>[0-9]{{2}}){_CLOCK}")
_SLASH = re.compile(
    rf"{_LEAD}(?P<day>[0-9]{{1,2}})[/.](?P<month>[0-9]{{1,2}})(?:[ ./-](?P<year>[0-9]{{4}}))?{_CLOCK}"
)
_RELATIVE = {"i dag": 0, "idag": 0, "i går": -1, "igår": -1, "i morgon": 1, "imorgon": 1}
_TIME = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})[ tT,]+(?:kl\.? ?)?"
    r"(?P<hour>[0-9]{1,2})[.:](?P<minute>[0-9]{2})(?:[.:](?P<second>[0-9]{2})[.,]?(?P<fraction>[0-9]*))?"
)


def parse(text: str, *, near: date | None = None) -> date:
    """`såld 15 januari 2022`, `15 jan 2022`, `2026-06-16 13:54`, `15/1 2022`, `ons 24 jun kl 16:30`.

    A date without a year, and *i dag*, *i går*, *i morgon*, need `near`: the year that comes
    closest to it is taken. A weekday is not checked. Raises NotUnderstood: `empty`, `too_long`,
    `not_date`, `no_year`, `no_such_day`, `out_of_range` (year outside 1800–2200).
    """
    lowered = field(text, kind="date").lower()
    if lowered in _RELATIVE:
        return _shifted(near, _RELATIVE[lowered])
    found = _ISO.fullmatch(lowered) or _WORDS.fullmatch(lowered) or _SLASH.fullmatch(lowered)
    if not found:
        raise NotUnderstood("date", "not_date", position=0)
    month = _month(found["month"], position=found.start("month"))
    day = int(found["day"])
    if found["year"] is None:
        return _closest(day, month, near)
    return _checked(int(found["year"]), month, day)


def wall_clock(value: str | datetime) -> datetime:
    """A provider's time as a zone-aware datetime in Europe/Stockholm.

    Naive values are Swedish wall clock. In the doubled hour of October the first one (summer
    time, fold=0) is meant; in the missing hour of March the offset before the change holds.
    Values with `Z` or an offset are converted. Any number of decimals, microseconds kept.
    Raises NotUnderstood: `empty`, `too_long`, `not_time`, `placeholder` (year 1 or 9999, which
    mean "not set" in .NET).
    """
    if isinstance(value, str):
        value = _read(value)
    if not EARLIEST_YEAR <= value.year <= LATEST_YEAR:
        raise NotUnderstood("time", "placeholder" if value.year in {1, 9999} else "out_of_range")
    if value.tzinfo is None:
        return value.replace(tzinfo=STOCKHOLM)
    return value.astimezone(STOCKHOLM)


def _read(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return _read_slowly(text)


def _read_slowly(text: str) -> datetime:
    """Forms that the standard library refuses: `2026-06-16 kl. 13.54`, odd spaces and dashes."""
    cleaned = field(text, kind="time")
    found = _TIME.fullmatch(cleaned)
    iso = cleaned
    if found:
        fraction = found["fraction"] or "0"
        iso = f"{found['day']}T{found['hour']:0>2}:{found['minute']}:{found['second'] or '00'}.{fraction}"
    try:
        return datetime.fromisoformat(iso)
    except ValueError as error:
        raise NotUnderstood("time", "not_time") from error


def _month(name: str, *, position: int) -> int:
    if name.isdigit():
        return int(name)
    if name not in _MONTHS:
        raise NotUnderstood("date", "not_date", position=position)
    return _MONTHS[name]


def _checked(year: int, month: int, day: int) -> date:
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise NotUnderstood("date", "placeholder" if year in {0, 1, 9999} else "out_of_range")
    try:
        return date(year, month, day)
    except ValueError as error:
        raise NotUnderstood("date", "no_such_day") from error


def _closest(day: int, month: int, near: date | None) -> date:
    """The date nearest to `near` among the years around it (eight, for 29 February)."""
    if near is None:
        raise NotUnderstood("date", "no_year")
    candidates = []
    for year in range(near.year - 4, near.year + 5):
        try:
            candidates.append(date(year, month, day))
        except ValueError:
            continue
    if not candidates:
        raise NotUnderstood("date", "no_such_day")
    return min(candidates, key=lambda candidate: abs(candidate - near))


def _shifted(near: date | None, days: int) -> date:
    if near is None:
        raise NotUnderstood("date", "no_year")
    return near + timedelta(days=days)
