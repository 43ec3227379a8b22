"""What an event and a finished calendar file must hold before they leave the house.

`faults` reads the bytes anew and knows nothing of how they were made. The demands are those of
RFC 5545 and 5546 that Outlook ([MS-OXCICAL], [MS-STANOICAL]), Google Calendar and Apple Calendar
are documented to act on; the contract's section "A file that Outlook and Google accept".
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from brygga.calendars import lines, values
from brygga.calendars.components import Component, tree
from brygga.calendars.event import CANCELLED, CONFIRMED, TENTATIVE, CalendarEvent
from brygga.calendars.trouble import unusable
from brygga.model.errors import Invalid

LONGEST_TITLE: Final = 1_000
LONGEST_TEXT: Final = 100_000
MOST_SEQUENCE: Final = 2**31 - 1
METHODS: Final = ("REQUEST", "CANCEL", "PUBLISH", "REPLY")
_TIMES: Final = ("DTSTART", "DTEND", "RECURRENCE-ID", "RDATE", "EXDATE")


def checked(event: CalendarEvent) -> CalendarEvent:
    """The event as it is. Raises Invalid when it cannot be written: `bad_uid`, `bad_sequence`,
    `naive_time`, `ends_before_start`, `too_large`, `bad_status`, `odd_characters`."""
    if not event.uid.strip() or len(event.uid) > 255:
        raise unusable("a uid has 1–255 characters", code="bad_uid")
    lines.strict(event.uid, "the uid")
    if not 0 <= event.sequence <= MOST_SEQUENCE:
        raise unusable("a sequence that cannot be written", code="bad_sequence")
    for at in _moments(event):
        if at.tzinfo is None:
            raise unusable("a time without a zone", code="naive_time")
    if event.length < timedelta():
        raise unusable("an event that ends before it starts", code="ends_before_start")
    if len(event.title) > LONGEST_TITLE or len(event.place) + len(event.description) > LONGEST_TEXT:
        raise unusable("a text of an event is too long", code="too_large")
    if event.status not in (CONFIRMED, TENTATIVE, CANCELLED):
        raise unusable("a status that there is not", code="bad_status")
    return event


def _moments(event: CalendarEvent) -> list[datetime]:
    single = [event.starts_at, event.ends_at, event.instance_of, event.changed_at]
    return [at for at in (*single, *event.pattern.more, *event.pattern.less) if at is not None]


def faults(data: bytes) -> list[str]:
    """What is wrong with a finished file, as stable codes; empty when all holds."""
    try:
        parts = tree(lines.lines_of(lines.decoded(data)[0]))
    except Invalid as error:
        return [error.code]
    if len(parts) != 1 or parts[0].name != "VCALENDAR":
        return ["not_one_calendar"]
    calendar = parts[0]
    method = calendar.value("METHOD")
    events = [c for c in calendar.inner if c.name == "VEVENT"]
    found = _form(data) + _frame(calendar, method, events)
    for event in events:
        found += _event(event) + _people(event, method) + _zones(event, calendar)
    return list(dict.fromkeys(found))


def _form(data: bytes) -> list[str]:
    found = []
    rows = data.split(b"\r\n")
    if rows[-1] or any(b"\n" in row or b"\r" in row for row in rows):
        found.append("line_ends")
    if any(len(row) > lines.WIDTH_BYTES for row in rows):
        found.append("not_folded")
    try:
        for row in rows:
            row.decode("utf-8")
    except UnicodeDecodeError:
        found.append("not_utf8")
    return found


def _frame(calendar: Component, method: str, events: list[Component]) -> list[str]:
    checks = {
        "version": calendar.value("VERSION") != "2.0",
        "no_prodid": not calendar.value("PRODID"),
        "several_methods": len(calendar.all("METHOD")) > 1,
        "unknown_method": bool(method) and method not in METHODS,
        "no_event": not events,
        "several_uids": len({event.value("UID") for event in events}) > 1,
    }
    return [code for code, wrong in checks.items() if wrong]


def _event(event: Component) -> list[str]:
    once = ("UID", "DTSTAMP", "DTSTART", "SUMMARY", "SEQUENCE")
    found = [f"no_{name.lower()}" for name in once if not event.value(name)]
    found += [f"several_{name.lower()}" for name in (*once, "DTEND", "STATUS") if len(event.all(name)) > 1]
    if not event.value("DTSTAMP").endswith("Z"):
        found.append("dtstamp_not_utc")
    if event.first("DTEND") is not None and event.first("DURATION") is not None:
        found.append("end_and_duration")
    try:
        start = values.moment(event.value("DTSTART"))
        end = values.moment(event.value("DTEND")) if event.first("DTEND") else None
    except Invalid as error:
        return [*found, error.code]
    if end is not None and (end[1:] == start[1:] and end[0] <= start[0]):
        found.append("ends_before_start")
    return found


def _people(event: Component, method: str) -> list[str]:
    guests, organisers = len(event.all("ATTENDEE")), len(event.all("ORGANIZER"))
    mailtos = all(line.value.lower().startswith("mailto:") for line in event.all("ATTENDEE"))
    checks = {
        "no_organiser": bool(method) and organisers != 1,
        "guest_in_publication": method == "PUBLISH" and guests > 0,
        "not_one_guest": method in ("REQUEST", "REPLY", "CANCEL") and guests != 1,
        "not_cancelled": method == "CANCEL" and event.value("STATUS") != "CANCELLED",
        "guest_without_mailto": not mailtos,
    }
    return [code for code, wrong in checks.items() if wrong]


def _zones(event: Component, calendar: Component) -> list[str]:
    told = {zone.value("TZID") for zone in calendar.inner if zone.name == "VTIMEZONE"}
    used = {line.params["TZID"] for name in _TIMES for line in event.all(name) if "TZID" in line.params}
    return ["zone_not_defined"] if used - told else []
