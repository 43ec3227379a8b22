"""What takes place within a window: series unrolled, moved and cancelled instances in their place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from brygga.calendars import rules
from brygga.calendars.event import CANCELLED, CalendarEvent, Pattern
from brygga.calendars.trouble import unusable
from brygga.calendars.zones import HOME_ZONE, UTC_ZONE, Named, Zone
from brygga.model.errors import Invalid
from brygga.model.findings import Finding, Severity

MOST_INSTANCES: Final = 10_000
STEPS_A_SERIES: Final = 200_000
STEPS_IN_ALL: Final = 3_000_000
_SLACK: Final = timedelta(days=1)


class Unrolled(msgspec.Struct, kw_only=True):
    """The instances in order of time, and what was left out. An instance has `instance_of` set."""

    events: list[CalendarEvent]
    findings: list[Finding] = []


def between(
    events: Iterable[CalendarEvent], starts: datetime, ends: datetime, *, most: int = MOST_INSTANCES
) -> Unrolled:
    """What takes place, wholly or partly, in [`starts`, `ends`); cancelled events do not.

    A series whose rule cannot be used or takes too many steps is left out with a finding. Of an
    event that occurs twice the highest SEQUENCE holds. Raises Invalid (`too_many`) beyond `most`
    instances or too much work in all.
    """
    starts, ends = starts.astimezone(UTC), ends.astimezone(UTC)
    found, findings, in_all = list[CalendarEvent](), list[Finding](), rules.Budget(STEPS_IN_ALL)
    for master, changed in _series(events):
        budget = rules.Budget(STEPS_A_SERIES)
        room = most - len(found)
        try:
            found += _limited(_instances(master, changed, starts, ends, budget), starts, ends, room)
        except Invalid as error:
            if len(found) >= most or error.code == "too_many_in_all":
                raise
            findings.append(Finding(path="RRULE", code=error.code, severity=Severity.PARKED))
        in_all.spend(STEPS_A_SERIES - max(budget.left, 0))
    found.sort(key=lambda event: (event.starts_at, event.ends_at, event.uid))
    return Unrolled(events=found, findings=findings)


def _limited(
    instances: Iterator[CalendarEvent], starts: datetime, ends: datetime, room: int
) -> list[CalendarEvent]:
    kept: list[CalendarEvent] = []
    for event in instances:
        if event.status == CANCELLED or not overlaps(event, starts, ends):
            continue
        if len(kept) >= room:
            raise unusable("more instances than anybody can look at", code="too_many_in_all")
        kept.append(event)
    return kept


def overlaps(event: CalendarEvent, starts: datetime, ends: datetime) -> bool:
    """Whether it lies at least partly in the window; one without length lies where it starts."""
    return event.starts_at < ends and (event.ends_at > starts or event.starts_at == event.ends_at >= starts)


_Changed = dict[datetime, CalendarEvent]


def _series(events: Iterable[CalendarEvent]) -> list[tuple[CalendarEvent | None, _Changed]]:
    """Each uid's series and changed instances; of doubles the newest."""
    masters: dict[str, CalendarEvent] = {}
    changed: dict[str, _Changed] = {}
    for event in map(_in_utc, events):
        if event.instance_of is None:
            masters[event.uid] = _newer(masters.get(event.uid), event)
        else:
            own = changed.setdefault(event.uid, {})
            own[event.instance_of] = _newer(own.get(event.instance_of), event)
    return [(masters.get(uid), changed.get(uid, {})) for uid in dict.fromkeys([*masters, *changed])]


def _in_utc(event: CalendarEvent) -> CalendarEvent:
    """Times of one zone compare by their wall clocks in Python, and two equal hours would be one."""
    if event.starts_at.tzinfo is UTC and event.ends_at.tzinfo is UTC:
        return event
    held = event.pattern
    more, less = (tuple(at.astimezone(UTC) for at in times) for times in (held.more, held.less))
    return msgspec.structs.replace(
        event,
        starts_at=event.starts_at.astimezone(UTC),
        ends_at=event.ends_at.astimezone(UTC),
        instance_of=event.instance_of.astimezone(UTC) if event.instance_of else None,
        pattern=Pattern(rules=held.rules, more=more, less=less),
    )


def _newer(one: CalendarEvent | None, other: CalendarEvent) -> CalendarEvent:
    if one is None:
        return other
    return max(one, other, key=lambda e: (e.sequence, e.stamped_at.timestamp() if e.stamped_at else 0.0))


def _instances(
    master: CalendarEvent | None, changed: _Changed, starts: datetime, ends: datetime, budget: rules.Budget
) -> Iterator[CalendarEvent]:
    yield from changed.values()
    if master is None or master.status == CANCELLED:
        return
    if not master.pattern:
        if master.starts_at not in changed:
            yield master
        return
    onward = sorted((c for c in changed.values() if c.from_here and c.instance_of), key=_when_changed)
    shift = max((abs(c.starts_at - _when_changed(c)) for c in onward), default=timedelta())
    reach = shift + max((c.length for c in (master, *onward)), default=timedelta())
    for at in _starts(master, starts - reach, ends + reach, budget):
        budget.spend(len(onward))
        if at not in changed:
            yield _instance(master, onward, at)


def _when_changed(event: CalendarEvent) -> datetime:
    return event.instance_of or event.starts_at


def _starts(
    master: CalendarEvent, since: datetime, until: datetime, budget: rules.Budget
) -> Iterator[datetime]:
    zone = zone_of(master.zone)
    gone = frozenset(master.pattern.less)
    found = {at for at in (master.starts_at, *master.pattern.more) if since <= at < until}
    wall = zone.wall(master.starts_at)
    low, high = zone.wall(since) - _SLACK, zone.wall(until) + _SLACK
    for text in master.pattern.rules:
        rule = _in_zone(rules.parse(text), zone)
        for at in rules.walk(rule, wall, low, high, budget):
            budget.spend()
            found.add(zone.at(at))
    yield from sorted(found - gone)


def _in_zone(rule: rules.Rule, zone: Zone) -> rules.Rule:
    """UNTIL in UTC as the wall clock of the series (RFC 5545 §3.3.10)."""
    if rule.until is None or not rule.until_utc:
        return rule
    return msgspec.structs.replace(rule, until=zone.wall(rule.until.replace(tzinfo=UTC)))


def _instance(master: CalendarEvent, onward: Sequence[CalendarEvent], at: datetime) -> CalendarEvent:
    """The instance at `at`, as the series or the last change from there on has it."""
    shape, zone = master, zone_of(master.zone)
    start = zone.wall(at)
    for change in onward:
        if _when_changed(change) <= at:
            shape = change
            start = zone.wall(at) + (zone.wall(change.starts_at) - zone.wall(_when_changed(change)))
    begins = zone.at(start)
    if shape.all_day:
        days = (zone.wall(shape.ends_at) - zone.wall(shape.starts_at)).days
        ends = zone.at(start + timedelta(days=days))
    else:
        ends = begins + shape.length
    return msgspec.structs.replace(
        shape, starts_at=begins, ends_at=ends, instance_of=at, pattern=Pattern(), from_here=False
    )


@lru_cache(maxsize=200)
def zone_of(name: str) -> Named:
    """The zone of an event; Swedish time when the system does not know it."""
    if name == "UTC":
        return UTC_ZONE
    try:
        return Named(name, ZoneInfo(name))
    except (KeyError, ValueError, OSError):
        return HOME_ZONE
