"""Events → calendar files: an invitation, its update and cancellation, an answer, a stored event.

Each file names one guest at most, because everybody who gets a file can read its ATTENDEE lines.
RFC 5545, RFC 5546 (iTIP), RFC 4791 §4.1 (no METHOD in what is stored).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from brygga.calendars import persons, values
from brygga.calendars.checking import checked
from brygga.calendars.event import CANCELLED, Alarm, CalendarEvent, Person
from brygga.calendars.lines import escaped, folded, plain, strict
from brygga.calendars.occurrences import zone_of
from brygga.calendars.trouble import unusable
from brygga.calendars.zones import HOME, STOCKHOLM_LINES

PRODUCT: Final = "-//brygga//brygga//SV"
_FIRST_YEAR: Final = 1997
"""From here on the written zone holds; times before it are written in UTC."""


def invitation(event: CalendarEvent, guest: Person, *, now: datetime) -> bytes:
    """REQUEST to one guest: new, or an update when `event.sequence` is higher than before.

    Raises Invalid (`no_organiser`, `no_title`, `bad_address`, …).
    """
    return _mailed(event, "REQUEST", now, [persons.invited(guest)])


def cancellation(event: CalendarEvent, guest: Person, *, now: datetime) -> bytes:
    """CANCEL to one guest. The event carries its new SEQUENCE already (`versions.cancelled`).

    Raises Invalid (`not_cancelled`, and as `invitation`).
    """
    if event.status != CANCELLED:
        raise unusable("the event to be cancelled is not marked as cancelled", code="not_cancelled")
    return _mailed(event, "CANCEL", now, [persons.invited(guest)])


def publication(event: CalendarEvent, *, now: datetime) -> bytes:
    """PUBLISH: for anybody to put into a calendar; names no guest."""
    return _mailed(event, "PUBLISH", now, [])


def reply(event: CalendarEvent, guest: Person, answer: str, *, now: datetime) -> bytes:
    """REPLY of one guest to the organiser; `answer` as in `event.ANSWERS`."""
    return _mailed(event, "REPLY", now, [persons.answered(guest, answer)])


def stored(*events: CalendarEvent, now: datetime, with_guests: bool = False) -> bytes:
    """What a calendar server keeps: a series and its changed instances, all of one uid, no METHOD.

    Without guests nobody's address reaches the server, and it mails no one; `with_guests` writes
    them back as they were read, marked so that the server mails no one either.
    """
    if not events or any(event.uid != events[0].uid for event in events):
        raise unusable("a stored file holds the events of one uid", code="several_uids")
    blocks = []
    for event in events:
        people = [persons.invited(guest, by_client=True) for guest in event.guests] if with_guests else []
        if with_guests and event.organiser is not None:
            people.insert(0, persons.organiser(event.organiser, by_client=True))
        blocks.append(_block(checked(event), now, people))
    return _file(blocks, "")


def content_type(method: str) -> str:
    """The media type of a mailed file; its method must equal the file's (RFC 6047 §2.4)."""
    return f"text/calendar; charset=UTF-8; method={method}"


def _mailed(event: CalendarEvent, method: str, now: datetime, people: list[str]) -> bytes:
    if event.organiser is None:
        raise unusable("an event that is mailed names its organiser", code="no_organiser")
    if not plain(event.title):
        raise unusable("an event that is mailed has a title", code="no_title")
    block = _block(checked(event), now, [persons.organiser(event.organiser), *people])
    return _file([block], method)


def _file(blocks: list[list[str]], method: str) -> bytes:
    rows = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN"]
    if method:
        rows.append(f"METHOD:{method}")
    if any(f"TZID={HOME}" in row for block in blocks for row in block):
        rows += STOCKHOLM_LINES
    for block in blocks:
        rows += block
    return b"".join(folded(row) for row in (*rows, "END:VCALENDAR"))


def _block(event: CalendarEvent, now: datetime, people: list[str]) -> list[str]:
    rows = ["BEGIN:VEVENT", f"UID:{escaped(event.uid)}", f"DTSTAMP:{values.written_utc(now)}"]
    rows += _times(event)
    rows += [f"SEQUENCE:{event.sequence}", f"SUMMARY:{escaped(plain(event.title))}"]
    rows += [
        f"{name}:{escaped(text)}"
        for name, text in (("LOCATION", event.place), ("DESCRIPTION", event.description))
        if text
    ]
    if event.url:
        rows.append(f"URL:{strict(event.url, 'the address')}")
    rows += [f"STATUS:{event.status.upper()}", f"TRANSP:{'OPAQUE' if event.busy else 'TRANSPARENT'}"]
    if event.private:
        rows.append("CLASS:PRIVATE")
    if event.changed_at is not None:
        rows.append(f"LAST-MODIFIED:{values.written_utc(event.changed_at)}")
    rows += people
    for alarm in event.alarms:
        rows += _alarm(alarm, event.title)
    return [*rows, *(strict(row, "an unknown line") for row in event.extra), "END:VEVENT"]


def _alarm(alarm: Alarm, title: str) -> list[str]:
    trigger = values.written_duration(-alarm.before_s)
    text = escaped(alarm.text or title)
    return ["BEGIN:VALARM", "ACTION:DISPLAY", f"TRIGGER:{trigger}", f"DESCRIPTION:{text}", "END:VALARM"]


def _times(event: CalendarEvent) -> list[str]:
    clock = _Clock(event)
    rows = [clock.line("DTSTART", event.starts_at)]
    if event.length:
        rows.append(clock.line("DTEND", event.ends_at))
    rows += [f"RRULE:{strict(rule, 'a rule')}" for rule in event.pattern.rules]
    rows += clock.lines("RDATE", event.pattern.more)
    rows += clock.lines("EXDATE", event.pattern.less)
    if event.instance_of is not None:
        suffix = ";RANGE=THISANDFUTURE" if event.from_here else ""
        rows.append(clock.line(f"RECURRENCE-ID{suffix}", event.instance_of))
    return rows


class _Clock:
    """How the times of one event are written: days, Swedish wall clock, or UTC.

    UTC is taken where a wall clock would not say it: the second of two equal hours in October, the
    years before the written zone, a zone that we do not write out.
    """

    def __init__(self, event: CalendarEvent) -> None:
        self._days, self._floating = event.all_day, event.floating
        self._zone = zone_of(event.zone)
        self._home = event.zone == HOME
        if event.pattern.rules and not (event.all_day or self._home or event.zone == "UTC"):
            raise unusable("a series in another zone than Sweden's is not written", code="zone_not_written")

    def line(self, name: str, at: datetime) -> str:
        """One time as a whole line."""
        params, text = self._said(at)
        return f"{name}{params}:{text}"

    def lines(self, name: str, times: Iterable[datetime]) -> list[str]:
        """Many times, those with equal parameters on one line."""
        held: dict[str, list[str]] = {}
        for at in times:
            params, text = self._said(at)
            held.setdefault(params, []).append(text)
        return [f"{name}{params}:{','.join(texts)}" for params, texts in held.items()]

    def _said(self, at: datetime) -> tuple[str, str]:
        wall = self._zone.wall(at)
        if self._days:
            return ";VALUE=DATE", values.written_date(wall.date())
        sure = self._zone.at(wall) == at.astimezone(UTC)
        if self._floating and sure:
            return "", values.written_wall(wall)
        if self._home and sure and wall.year >= _FIRST_YEAR:
            return f";TZID={HOME}", values.written_wall(wall)
        return "", values.written_utc(at)
