"""Proposed times for viewings: free time and wishes → slots (*visningstider*). Pure and deterministic."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import msgspec

from brygga.calendars.busy import Interval, merged, widened
from brygga.calendars.red_days import red_day
from brygga.calendars.trouble import unusable
from brygga.swedish.dates import STOCKHOLM

LONGEST_SEARCH: Final = timedelta(days=366)
_SUNDAY: Final = 6


class Hours(msgspec.Struct, frozen=True, kw_only=True):
    """When a viewing may lie on one weekday (Monday 0): it begins and ends within these Swedish hours."""

    weekday: int
    earliest: time
    latest: time


EVENING: Final = (time(17, 0), time(19, 30))
USUAL: Final = (
    Hours(weekday=_SUNDAY, earliest=time(11, 0), latest=time(16, 0)),
    *(Hours(weekday=day, earliest=EVENING[0], latest=EVENING[1]) for day in range(4)),
)
"""Sundays at midday, and Monday to Thursday in the evening."""


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted. `travel_min`: free before and after anything else; `step_min`: starts at :00, :15 …;
    `notice_h`: not sooner than so many hours from now; `a_day`: proposals a day; `gap_min`: between
    two proposals of one day."""

    hours: tuple[Hours, ...] = USUAL
    length_min: int = 30
    travel_min: int = 30
    step_min: int = 15
    notice_h: int = 24
    a_day: int = 1
    most: int = 5
    gap_min: int = 0
    on_red_days: bool = False


def propose(
    taken: Iterable[Interval],
    wishes: Wishes,
    *,
    now: datetime,
    until: datetime,
    since: datetime | None = None,
) -> list[Interval]:
    """At most `wishes.most` free slots in order of time, in Swedish time.

    `taken` is what all who must be there have in their calendars, and viewings already set. An
    object of the same kind at the same place may be left out of it by the caller, for then nobody
    travels. Raises Invalid (`bad_wishes`).
    """
    _check(wishes)
    first = max(now.astimezone(UTC) + timedelta(hours=wishes.notice_h), (since or now).astimezone(UTC))
    last = min(until.astimezone(UTC), first + LONGEST_SEARCH)
    blocked = widened(taken, timedelta(minutes=wishes.travel_min))
    found: list[Interval] = []
    for day in _days(first, last):
        if not wishes.on_red_days and red_day(day):
            continue
        found += _of_day(day, wishes, blocked, first, last)
        if len(found) >= wishes.most:
            break
    return found[: wishes.most]


def _of_day(
    day: date, wishes: Wishes, blocked: list[Interval], first: datetime, last: datetime
) -> list[Interval]:
    found: list[Interval] = []
    gap, earliest_next = timedelta(minutes=wishes.gap_min), first
    for slot in _candidates(day, wishes):
        if len(found) >= wishes.a_day:
            break
        if slot.starts_at < earliest_next or slot.ends_at > last or _hits(slot, blocked):
            continue
        found.append(slot)
        earliest_next = slot.ends_at + gap
    return [Interval(s.starts_at.astimezone(STOCKHOLM), s.ends_at.astimezone(STOCKHOLM)) for s in found]


def _candidates(day: date, wishes: Wishes) -> Iterator[Interval]:
    """All starts of a day in UTC, in order; hours that the clock skips or doubles are lived once each."""
    step, length = timedelta(minutes=wishes.step_min), timedelta(minutes=wishes.length_min)
    spans = [
        Interval(_on(day, hours.earliest), _on(day, hours.latest))
        for hours in wishes.hours
        if hours.weekday == day.weekday()
    ]
    for span in merged(spans):
        at = span.starts_at
        while at + length <= span.ends_at:
            yield Interval(at, at + length)
            at += step


def _on(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, tzinfo=STOCKHOLM).astimezone(UTC)


def _hits(slot: Interval, blocked: list[Interval]) -> bool:
    """`blocked` is merged and in order, so only the last one that begins before the slot's end can hit."""
    at = bisect.bisect_left(blocked, slot.ends_at, key=lambda one: one.starts_at)
    return at > 0 and blocked[at - 1].ends_at > slot.starts_at


def _days(first: datetime, last: datetime) -> Iterator[date]:
    day, end = first.astimezone(STOCKHOLM).date(), last.astimezone(STOCKHOLM).date()
    while day <= end:
        yield day
        day += timedelta(days=1)


def _check(wishes: Wishes) -> None:
    sizes = (wishes.length_min, wishes.step_min, wishes.most, wishes.a_day)
    if min(sizes) < 1 or min(wishes.travel_min, wishes.notice_h, wishes.gap_min) < 0:
        raise unusable("lengths are at least a minute, counts at least one", code="bad_wishes")
    if any(not 0 <= hours.weekday <= _SUNDAY for hours in wishes.hours):
        raise unusable("weekdays are 0 to 6", code="bad_wishes")
