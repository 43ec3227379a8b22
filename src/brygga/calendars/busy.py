"""Busy time: what of a calendar is taken, as intervals (*upptagen tid*)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import msgspec

from brygga.calendars import occurrences
from brygga.calendars.event import CalendarEvent


class Interval(msgspec.Struct, frozen=True, order=True):
    """From `starts_at` to just before `ends_at`, both zone-aware."""

    starts_at: datetime
    ends_at: datetime


def busy(events: Iterable[CalendarEvent], starts: datetime, ends: datetime) -> list[Interval]:
    """What the events take of [`starts`, `ends`), merged. Cancelled and free (TRANSPARENT) ones take nothing.

    Raises Invalid as `occurrences.between`.
    """
    taken = occurrences.between(events, starts, ends).events
    return merged(Interval(max(e.starts_at, starts), min(e.ends_at, ends)) for e in taken if e.busy)


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """Intervals in order and in UTC, those that meet or overlap made one; empty ones dropped."""
    found: list[Interval] = []
    in_utc = (Interval(i.starts_at.astimezone(UTC), i.ends_at.astimezone(UTC)) for i in intervals)
    for one in sorted(in_utc):
        if one.ends_at <= one.starts_at:
            continue
        if found and one.starts_at <= found[-1].ends_at:
            found[-1] = Interval(found[-1].starts_at, max(found[-1].ends_at, one.ends_at))
        else:
            found.append(one)
    return found


def widened(intervals: Iterable[Interval], by: timedelta) -> list[Interval]:
    """Each interval with `by` before and after it (travel), merged."""
    return merged(Interval(one.starts_at - by, one.ends_at + by) for one in merged(intervals))
