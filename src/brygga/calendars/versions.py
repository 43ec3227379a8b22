"""When an event has changed so that its guests must be told: SEQUENCE (RFC 5546 §2.1.4)."""

from __future__ import annotations

from datetime import UTC

import msgspec

from brygga.calendars.event import CANCELLED, CalendarEvent


def matters(before: CalendarEvent, after: CalendarEvent) -> bool:
    """Whether time, recurrence, place or standing differ: guests get an update, and SEQUENCE rises."""
    return _heart(before) != _heart(after)


def told_apart(before: CalendarEvent, after: CalendarEvent) -> bool:
    """Whether anything differs that a reader of the calendar sees."""
    return _heart(before) != _heart(after) or _face(before) != _face(after)


def advanced(before: CalendarEvent | None, after: CalendarEvent) -> CalendarEvent:
    """`after` with the SEQUENCE that follows `before`: one more when it matters, else the same.

    It never falls below what `after` already carries.
    """
    if before is None:
        return after
    wanted = before.sequence + 1 if matters(before, after) else before.sequence
    return msgspec.structs.replace(after, sequence=max(wanted, after.sequence))


def cancelled(event: CalendarEvent) -> CalendarEvent:
    """The event called off, with its SEQUENCE raised; one that is cancelled already stays as it is."""
    if event.status == CANCELLED:
        return event
    return msgspec.structs.replace(event, status=CANCELLED, sequence=event.sequence + 1)


def _heart(event: CalendarEvent) -> tuple[object, ...]:
    return (
        event.starts_at.astimezone(UTC),
        event.ends_at.astimezone(UTC),
        event.all_day,
        event.status,
        event.place,
        event.pattern,
        event.instance_of,
    )


def _face(event: CalendarEvent) -> tuple[object, ...]:
    return event.title, event.description, event.url, event.busy, event.private
