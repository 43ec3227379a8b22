"""A calendar file → events and findings (RFC 5545). Never hangs; raises Invalid and nothing else.

Files of real life are read as kindly as is safe: bare line feeds, odd charsets, Windows zone names,
missing DTSTAMP. What cannot be used is left out with a finding; findings never repeat a value.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from brygga.calendars import lines, persons, values
from brygga.calendars.components import Component, tree
from brygga.calendars.event import CONFIRMED, Alarm, CalendarEvent, Pattern
from brygga.calendars.lines import Line, unescaped
from brygga.calendars.trouble import unusable
from brygga.calendars.zones import HOME_ZONE, UTC_ZONE, Named, Zone, Zones
from brygga.model.errors import Invalid
from brygga.model.findings import Finding, Severity

MOST_TIMES: Final = 5_000
"""RDATE and EXDATE values of one event that are read."""
MOST_ALARMS: Final = 20
_KNOWN: Final = frozenset(
    {"UID", "DTSTAMP", "DTSTART", "DTEND", "DURATION", "SEQUENCE", "SUMMARY", "LOCATION", "DESCRIPTION"}
    | {"ORGANIZER", "ATTENDEE", "STATUS", "URL", "TRANSP", "CLASS", "RRULE", "RDATE", "EXDATE"}
    | {"RECURRENCE-ID", "LAST-MODIFIED"}
)


class CalendarFile(msgspec.Struct, kw_only=True):
    """What a file holds. `method` as in iTIP (`REQUEST`), empty for a stored event."""

    events: list[CalendarEvent]
    findings: list[Finding] = []
    method: str = ""
    name: str = ""
    charset: str = "utf-8"


class _When(msgspec.Struct, frozen=True):
    wall: datetime
    whole_day: bool
    zone: Named
    at: datetime
    floating: bool = False


def read(data: bytes) -> CalendarFile:
    """All events of a calendar file. Raises Invalid (`not_icalendar`, `torn`, `too_large`)."""
    text, charset = lines.decoded(data)
    refused: list[int] = []
    calendars = [c for c in tree(lines.lines_of(text, refused)) if c.name == "VCALENDAR"]
    if not calendars:
        raise unusable("there is no VCALENDAR in it", code="not_icalendar")
    file = CalendarFile(
        events=[], method=calendars[0].value("METHOD").upper(), name=calendars[0].value("X-WR-CALNAME")
    )
    file.charset = charset
    if refused:
        file.findings.append(_finding(f"lines[{refused[0]}]", "line_not_read", Severity.REFUSED))
    for calendar in calendars:
        _take(calendar, file)
    return file


def _take(calendar: Component, file: CalendarFile) -> None:
    own = {c.value("TZID"): c for c in calendar.inner if c.name == "VTIMEZONE"}
    zones, events, whole_days = Zones(own), list[CalendarEvent](), set[int]()
    for number, component in enumerate(c for c in calendar.inner if c.name == "VEVENT"):
        reader = _Reader(component, zones, f"VEVENT[{number}]", file.findings)
        try:
            event = reader.event()
        except Invalid as error:
            file.findings.append(_finding(reader.path, error.code, Severity.PARKED))
            continue
        if reader.instance_is_day:
            whole_days.add(len(events))
        events.append(event)
    file.events += _placed(events, whole_days)


def _placed(events: list[CalendarEvent], whole_days: set[int]) -> list[CalendarEvent]:
    """A RECURRENCE-ID that is only a day means the series' own hour on that day."""
    if not whole_days:
        return events
    begins = {e.uid: HOME_ZONE.wall(e.starts_at) for e in events if e.instance_of is None and not e.all_day}
    for number in whole_days:
        event = events[number]
        begin = begins.get(event.uid)
        if event.instance_of is not None and begin is not None and not event.all_day:
            wall = datetime.combine(HOME_ZONE.wall(event.instance_of).date(), begin.time())
            events[number] = msgspec.structs.replace(event, instance_of=HOME_ZONE.at(wall))
    return events


def _finding(path: str, code: str, severity: Severity) -> Finding:
    return Finding(path=path, code=code, severity=severity)


class _Reader:
    """Reads one VEVENT."""

    def __init__(self, component: Component, zones: Zones, path: str, findings: list[Finding]) -> None:
        self._c, self._zones, self.path, self._findings = component, zones, path, findings
        self.instance_is_day = False

    def event(self) -> CalendarEvent:
        """Raises Invalid when it has no uid, no start or ends before it."""
        uid = lines.plain(unescaped(self._c.value("UID")))
        if not uid or len(uid) > 1_000:
            raise unusable("an event without a uid", code="no_uid")
        start_line = self._c.first("DTSTART")
        if start_line is None:
            raise unusable("an event without a start", code="no_start")
        start = self._when(start_line, start_line.value)
        end = self._end(start)
        if end < start.at:
            raise unusable("an event that ends before it starts", code="ends_before_start")
        instance = self._instance()
        return CalendarEvent(
            uid=uid,
            starts_at=start.at,
            ends_at=end,
            all_day=start.whole_day,
            floating=start.floating,
            zone=start.zone.name,
            sequence=self._sequence(),
            title=lines.plain(self._text("SUMMARY")),
            place=self._text("LOCATION"),
            description=self._text("DESCRIPTION"),
            organiser=persons.read(self._c.first("ORGANIZER")),
            guests=persons.read_all(self._c.all("ATTENDEE")),
            status=self._c.value("STATUS").lower() or CONFIRMED,
            url=lines.plain(self._c.value("URL")),
            busy=self._c.value("TRANSP").upper() != "TRANSPARENT",
            private=self._c.value("CLASS").upper() in ("PRIVATE", "CONFIDENTIAL"),
            alarms=tuple(alarm for alarm in map(_alarm, self._alarms()) if alarm is not None),
            pattern=self._pattern(start),
            instance_of=instance,
            from_here=self._from_here(),
            stamped_at=self._moment("DTSTAMP"),
            changed_at=self._moment("LAST-MODIFIED"),
            extra=tuple(self._extra()),
        )

    def _text(self, name: str) -> str:
        line = self._c.first(name)
        return unescaped(line.value) if line is not None else ""

    def _note(self, name: str, code: str, severity: Severity = Severity.CHANGED) -> None:
        self._findings.append(_finding(f"{self.path}.{name}", code, severity))

    def _when(self, line: Line, text: str) -> _When:
        wall, whole_day, utc = values.moment(text)
        if utc:
            return _When(wall, whole_day, UTC_ZONE, UTC_ZONE.at(wall))
        name = line.params.get("TZID", "")
        if whole_day or not name:
            return _When(wall, whole_day, HOME_ZONE, HOME_ZONE.at(wall), not whole_day)
        zone = self._zones.find(name)
        if zone is None:
            self._note(line.name, "unknown_zone")
            zone = HOME_ZONE
        return _When(wall, whole_day, self._known(zone, wall, line.name), zone.at(wall))

    def _known(self, zone: Zone, wall: datetime, name: str) -> Named:
        known = self._zones.likened(zone, wall.year)
        if known is None and self._c.first("RRULE") is not None:
            self._note(name, "zone_not_kept")
        return known or HOME_ZONE

    def _end(self, start: _When) -> datetime:
        line = self._c.first("DTEND")
        if line is not None:
            end = self._when(line, line.value)
            if end.whole_day == start.whole_day:
                return _day_after(start) if start.whole_day and end.at == start.at else end.at
            self._note("DTEND", "end_of_another_kind")
            return _day_after(start) if start.whole_day else start.at
        text = self._c.value("DURATION")
        if not text:
            return _day_after(start) if start.whole_day else start.at
        length = values.duration(text)
        if start.whole_day or "T" not in text.upper():
            return start.zone.at(start.wall + timedelta(days=max(length.days, int(start.whole_day))))
        return start.at + length

    def _instance(self) -> datetime | None:
        line = self._c.first("RECURRENCE-ID")
        if line is None:
            return None
        when = self._when(line, line.value)
        self.instance_is_day = when.whole_day
        return when.at

    def _from_here(self) -> bool:
        line = self._c.first("RECURRENCE-ID")
        return line is not None and line.params.get("RANGE", "").upper() == "THISANDFUTURE"

    def _sequence(self) -> int:
        text = self._c.value("SEQUENCE")
        if text.isascii() and text.isdigit() and len(text) <= 10 and int(text) < 2**31:
            return int(text)
        if text:
            self._note("SEQUENCE", "not_number")
        return 0

    def _moment(self, name: str) -> datetime | None:
        line = self._c.first(name)
        if line is None:
            return None
        try:
            return self._when(line, line.value).at
        except Invalid as error:
            self._note(name, error.code)
            return None

    def _pattern(self, start: _When) -> Pattern:
        rules = tuple(line.value.strip() for line in self._c.all("RRULE") if line.value.strip())
        return Pattern(rules=rules[:10], more=self._times("RDATE", start), less=self._times("EXDATE", start))

    def _times(self, name: str, start: _When) -> tuple[datetime, ...]:
        found: list[datetime] = []
        for line in self._c.all(name):
            for text in line.value.split(",")[: MOST_TIMES - len(found)]:
                when = self._when(line, text.partition("/")[0])
                if when.whole_day and not start.whole_day:
                    found.append(start.zone.at(datetime.combine(when.wall.date(), start.wall.time())))
                else:
                    found.append(when.at)
        if len(found) == MOST_TIMES:
            self._note(name, "too_many", Severity.REFUSED)
        return tuple(found)

    def _alarms(self) -> list[Component]:
        return [c for c in self._c.inner if c.name == "VALARM"][:MOST_ALARMS]

    def _extra(self) -> list[str]:
        known_alarms = [c for c in self._alarms() if _alarm(c) is not None]
        rows = [line.raw for line in self._c.lines if line.name not in _KNOWN]
        for component in self._c.inner:
            if not any(component is known for known in known_alarms):
                rows += _rows(component)
        return [lines.plain(row) for row in rows]


def _rows(component: Component) -> Sequence[str]:
    rows = [f"BEGIN:{component.name}", *(line.raw for line in component.lines)]
    for inner in component.inner:
        rows += _rows(inner)
    return [*rows, f"END:{component.name}"]


def _alarm(component: Component) -> Alarm | None:
    """A reminder relative to the start that only shows a text; None for any other kind."""
    trigger = component.first("TRIGGER")
    plain_kind = component.value("ACTION").upper() in ("DISPLAY", "")
    if trigger is None or not plain_kind or trigger.params.get("RELATED", "START").upper() != "START":
        return None
    try:
        before = -values.duration(trigger.value)
    except Invalid:
        return None
    said = component.first("DESCRIPTION")
    return Alarm(before_s=int(before.total_seconds()), text=unescaped(said.value) if said else "")


def _day_after(start: _When) -> datetime:
    return HOME_ZONE.at(start.wall + timedelta(days=1))
