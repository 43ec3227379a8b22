"""Time zones of calendar files: IANA names, Windows names, what the file defines, and Stockholm written out.

Names are looked up in this order: IANA, Windows, the last part of a path (`/mozilla.org/…/Europe/Stockholm`),
the file's own VTIMEZONE. Windows names are those of Microsoft's documentation, as far as a Swedish
office meets them; others come with a VTIMEZONE.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from brygga.calendars import rules, values
from brygga.calendars.components import Component
from brygga.calendars.trouble import unusable
from brygga.model.errors import Invalid
from brygga.swedish.dates import STOCKHOLM

HOME: Final = "Europe/Stockholm"
MOST_OBSERVANCES: Final = 40
STEPS_A_YEAR: Final = 2_000
STEPS_A_FILE: Final = 2_000_000
"""Work that the zones of one file may cost."""

_WINDOWS: Final = {
    "w. europe standard time": HOME,
    "w. europe daylight time": HOME,
    "romance standard time": "Europe/Paris",
    "central europe standard time": "Europe/Budapest",
    "central european standard time": "Europe/Warsaw",
    "gmt standard time": "Europe/London",
    "greenwich standard time": "Atlantic/Reykjavik",
    "fle standard time": "Europe/Kyiv",
    "gtb standard time": "Europe/Bucharest",
    "e. europe standard time": "Europe/Chisinau",
    "kaliningrad standard time": "Europe/Kaliningrad",
    "russian standard time": "Europe/Moscow",
    "turkey standard time": "Europe/Istanbul",
    "israel standard time": "Asia/Jerusalem",
    "middle east standard time": "Asia/Beirut",
    "egypt standard time": "Africa/Cairo",
    "south africa standard time": "Africa/Johannesburg",
    "arabian standard time": "Asia/Dubai",
    "arab standard time": "Asia/Riyadh",
    "india standard time": "Asia/Kolkata",
    "se asia standard time": "Asia/Bangkok",
    "china standard time": "Asia/Shanghai",
    "singapore standard time": "Asia/Singapore",
    "tokyo standard time": "Asia/Tokyo",
    "korea standard time": "Asia/Seoul",
    "aus eastern standard time": "Australia/Sydney",
    "new zealand standard time": "Pacific/Auckland",
    "eastern standard time": "America/New_York",
    "central standard time": "America/Chicago",
    "mountain standard time": "America/Denver",
    "us mountain standard time": "America/Phoenix",
    "pacific standard time": "America/Los_Angeles",
    "alaskan standard time": "America/Anchorage",
    "hawaiian standard time": "Pacific/Honolulu",
    "atlantic standard time": "America/Halifax",
    "e. south america standard time": "America/Sao_Paulo",
    "argentina standard time": "America/Argentina/Buenos_Aires",
    "morocco standard time": "Africa/Casablanca",
    "azores standard time": "Atlantic/Azores",
    "utc": "UTC",
    "coordinated universal time": "UTC",
    "(utc+01:00) amsterdam, berlin, bern, rome, stockholm, vienna": HOME,
    "amsterdam, berlin, bern, rome, stockholm, vienna": HOME,
}

STOCKHOLM_LINES: Final = (
    "BEGIN:VTIMEZONE",
    f"TZID:{HOME}",
    "BEGIN:DAYLIGHT",
    "DTSTART:19960331T020000",
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0200",
    "TZNAME:CEST",
    "END:DAYLIGHT",
    "BEGIN:STANDARD",
    "DTSTART:19961027T030000",
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
    "TZOFFSETFROM:+0200",
    "TZOFFSETTO:+0100",
    "TZNAME:CET",
    "END:STANDARD",
    "END:VTIMEZONE",
)
"""Europe/Stockholm since 1996 as two rules; the years before had other days."""


class Zone:
    """A zone of a file: puts absolute time on a wall clock. `name` is IANA, or empty for a file's own."""

    name = ""

    def at(self, wall: datetime) -> datetime:
        """The instant of a wall clock, in UTC. Doubled hour: the first; missing hour: the offset before."""
        raise NotImplementedError

    def wall(self, at: datetime) -> datetime:
        """The naive wall clock of an absolute time."""
        raise NotImplementedError


class Named(Zone):
    """A zone that the system knows."""

    def __init__(self, name: str, info: tzinfo) -> None:
        self.name, self._info = name, info

    def at(self, wall: datetime) -> datetime:
        """See Zone."""
        return wall.replace(tzinfo=self._info).astimezone(UTC)

    def wall(self, at: datetime) -> datetime:
        """See Zone."""
        return at.astimezone(self._info).replace(tzinfo=None, fold=0)


class _Observance(msgspec.Struct, frozen=True):
    start: datetime
    before: timedelta
    after: timedelta
    rule: rules.Rule | None
    more: tuple[datetime, ...]


class Defined(Zone):
    """A zone that the file itself defines (VTIMEZONE, RFC 5545 §3.6.5)."""

    def __init__(self, component: Component, budget: rules.Budget) -> None:
        """Raises Invalid when the definition cannot be used. `budget` is that of the whole file."""
        self._budget, self._broken = budget, False
        parts = [c for c in component.inner if c.name in ("STANDARD", "DAYLIGHT")][:MOST_OBSERVANCES]
        self._parts = [_observance(part) for part in parts]
        if not self._parts:
            raise unusable("a time zone without any offset", code="bad_zone")
        self._years: dict[int, list[tuple[datetime, _Observance]]] = {}

    def at(self, wall: datetime) -> datetime:
        """See Zone."""
        return (wall - self._offset(wall)).replace(tzinfo=UTC)

    def wall(self, at: datetime) -> datetime:
        """See Zone."""
        utc = at.astimezone(UTC).replace(tzinfo=None)
        guess = utc + self._offset(utc + self._parts[0].after)
        return utc + self._offset(guess)

    def _offset(self, wall: datetime) -> timedelta:
        """The offset that the last change before `wall` set; before the first one, what held then."""
        held = [(onset, one) for onset, one in self._onsets(wall.year) if onset <= wall]
        if held:
            return held[-1][1].after
        return min(self._parts, key=lambda one: one.start).before

    def _onsets(self, year: int) -> list[tuple[datetime, _Observance]]:
        if self._broken:
            raise unusable("a time zone whose rules cost too much", code="bad_zone")
        if year not in self._years:
            self._broken = True  # until it has gone well
            if len(self._years) > 500:
                self._years.clear()
            found = [(on, one) for one in self._parts for on in _onsets(one, year, self._budget)]
            self._years[year] = sorted(found, key=lambda pair: pair[0])
            self._broken = False
        return self._years[year]


def _onsets(one: _Observance, year: int, budget: rules.Budget) -> list[datetime]:
    """Changes of the year and the one before it, and the last explicit one before these.

    Raises Invalid (`too_many`) when the rule costs more than such a rule may.
    """
    since = datetime(year - 1, 1, 1)  # noqa: DTZ001 - wall clock
    until = datetime(year + 1, 1, 1)  # noqa: DTZ001 - wall clock
    told = sorted(at for at in (one.start, *one.more) if at < until)
    recent = [at for at in told if at >= since] or told[-1:]
    if one.rule is None:
        return recent
    steps = rules.Budget(min(STEPS_A_YEAR, max(budget.left, 0)))
    budget.left -= STEPS_A_YEAR
    return recent + list(itertools.islice(rules.walk(one.rule, one.start, since, until, steps), 50))


def _observance(part: Component) -> _Observance:
    rule = rules.parse(part.value("RRULE")) if part.value("RRULE") else None
    before, after = values.offset(part.value("TZOFFSETFROM")), values.offset(part.value("TZOFFSETTO"))
    if rule is not None and rule.until is not None and rule.until_utc:
        rule = msgspec.structs.replace(rule, until=rule.until + before)
    more = [text for line in part.all("RDATE") for text in line.value.split(",")][:1_000]
    return _Observance(
        _begin(part.value("DTSTART")),
        before,
        after,
        rule,
        tuple(values.moment(text.partition("/")[0])[0] for text in more),
    )


def _begin(text: str) -> datetime:
    """When an observance begins. Microsoft writes the year 1601 for "always"."""
    return values.moment("1970" + text[4:] if text[:4] < "1800" else text)[0]


HOME_ZONE: Final = Named(HOME, STOCKHOLM)
UTC_ZONE: Final = Named("UTC", UTC)


def likened(zone: Zone, year: int) -> Named | None:
    """The IANA zone that keeps the same time as a file's own zone in `year` and the next.

    Half a month apart is close enough to tell all zones apart that begin and end summer time on
    different days of different months.
    """
    if isinstance(zone, Named):
        return zone
    begin = datetime(year, 1, 1, 12)  # noqa: DTZ001 - wall clock
    walls = [begin + timedelta(days=15 * n) for n in range(49)]
    told = [zone.at(one) for one in walls]
    for name in dict.fromkeys((HOME, *_WINDOWS.values())):
        known = _named(name)
        if known is not None and all(known.at(one) == at for one, at in zip(walls, told, strict=True)):
            return known
    return None


class Zones:
    """The zones that one file may name."""

    def __init__(self, defined: Mapping[str, Component] | None = None) -> None:
        self._components, self._found = defined or {}, dict[str, Zone | None]()
        self._likened = dict[tuple[int, int], Named | None]()
        self._budget = rules.Budget(STEPS_A_FILE)

    def find(self, name: str) -> Zone | None:
        """The zone by that name; None when nobody knows it."""
        if name not in self._found:
            self._found[name] = self._look(name)
        return self._found[name]

    def likened(self, zone: Zone, year: int) -> Named | None:
        """See `likened`; asked once for each zone and year."""
        key = (id(zone), year)
        if key not in self._likened:
            self._likened[key] = likened(zone, year)
        return self._likened[key]

    def _look(self, name: str) -> Zone | None:
        known = _named(name.strip())
        if known is not None or name not in self._components:
            return known
        try:
            return Defined(self._components[name], self._budget)
        except Invalid:
            return None


@functools.lru_cache(maxsize=2_000)
def _named(name: str) -> Named | None:
    plain = _WINDOWS.get(name.lower().strip('"'), name)
    parts = plain.strip("/").split("/")
    for at in range(max(0, len(parts) - 3), len(parts)):
        candidate = "/".join(parts[at:])
        info = _info(candidate)
        if info is not None:
            return Named("UTC" if info is UTC else candidate, info)
    return None


def _info(name: str) -> tzinfo | None:
    if name in ("UTC", "Etc/UTC", "GMT", "Z"):
        return UTC
    if not name or len(name) > 60 or not name[0].isalpha():
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
