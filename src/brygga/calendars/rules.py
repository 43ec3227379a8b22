"""Recurrence rules (RRULE, RFC 5545 §3.3.10): read, and walked through over a window with bounded work.

All here is naive wall clock; whoever asks puts the zone on. A rule that never matches, or matches
every second, costs at most `Budget` steps.
"""

from __future__ import annotations

import calendar
import itertools
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Final

import msgspec

from brygga.calendars import values
from brygga.calendars.trouble import unusable

_DAYS: Final = {name: number for number, name in enumerate(("MO", "TU", "WE", "TH", "FR", "SA", "SU"))}
_BYDAY: Final = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_FREQUENCIES: Final = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY")
_SECONDS: Final = {"HOURLY": 3_600, "MINUTELY": 60, "SECONDLY": 1}
_LISTS: Final = {
    "BYMONTH": ("months", 1, 12, False),
    "BYMONTHDAY": ("month_days", 1, 31, True),
    "BYYEARDAY": ("year_days", 1, 366, True),
    "BYWEEKNO": ("weeks", 1, 53, True),
    "BYHOUR": ("hours", 0, 23, False),
    "BYMINUTE": ("minutes", 0, 59, False),
    "BYSECOND": ("seconds", 0, 60, False),
    "BYSETPOS": ("positions", 1, 366, True),
}
_ONE_DAY: Final = timedelta(days=1)
_LAST: Final = date(2200, 12, 31)


class Budget:
    """How many steps may still be taken. Raises Invalid (`too_many`) when they are used up."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def spend(self, steps: int = 1) -> None:
        """Take steps."""
        self.left -= steps
        if self.left < 0:
            raise unusable("a recurrence that takes too many steps", code="too_many")


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule as read. `days`: (which in its month or year, weekday with Monday 0); 0 means every."""

    frequency: str
    interval: int = 1
    count: int | None = None
    until: datetime | None = None
    until_utc: bool = False
    week_start: int = 0
    days: tuple[tuple[int, int], ...] = ()
    months: frozenset[int] = frozenset()
    month_days: frozenset[int] = frozenset()
    year_days: frozenset[int] = frozenset()
    weeks: frozenset[int] = frozenset()
    hours: frozenset[int] = frozenset()
    minutes: frozenset[int] = frozenset()
    seconds: frozenset[int] = frozenset()
    positions: frozenset[int] = frozenset()


def parse(text: str) -> Rule:
    """`FREQ=WEEKLY;BYDAY=SU;COUNT=4`. Unknown members are left out. Raises Invalid (`not_rule`)."""
    if len(text) > 4_000:
        raise _bad("longer than any rule is")
    members = dict(part.partition("=")[::2] for part in text.strip().upper().split(";") if part)
    frequency = members.get("FREQ", "")
    if frequency not in _FREQUENCIES:
        raise _bad("it does not say how often")
    facts: dict[str, object] = {"frequency": frequency, "interval": _number(members.get("INTERVAL", "1"))}
    if "COUNT" in members:
        facts["count"] = _number(members["COUNT"])
    if "UNTIL" in members:
        facts["until"], facts["until_utc"] = _until(members["UNTIL"])
    if members.get("WKST") in _DAYS:
        facts["week_start"] = _DAYS[members["WKST"]]
    facts["days"] = tuple(_weekday(one) for one in members.get("BYDAY", "").split(",") if one)
    for name, (field, low, high, negative) in _LISTS.items():
        facts[field] = _numbers(members.get(name, ""), low, high, negative=negative)
    return msgspec.convert(facts, Rule)


def walk(rule: Rule, start: datetime, since: datetime, until: datetime, budget: Budget) -> Iterator[datetime]:
    """The rule's times from `start` on, within [`since`, `until`), in order.

    Times before `since` are counted where the rule has a COUNT and jumped over where it has none.
    Raises Invalid (`too_many`).
    """
    left = rule.count
    for found in _sets(_filled(rule, start), start, since, until, budget):
        for at in found:
            if at < start:
                continue
            if at >= until or (rule.until is not None and at > rule.until):
                return
            if left is not None:
                if left <= 0:
                    return
                left -= 1
            if at >= since:
                yield at


def _sets(
    rule: Rule, start: datetime, since: datetime, until: datetime, budget: Budget
) -> Iterator[list[datetime]]:
    """The times of each period, sorted, BYSETPOS applied; ends after the period that holds `until`."""
    steps = _short_steps if rule.frequency in _SECONDS else _long_steps
    for found in steps(rule, start, since, until, budget):
        if rule.positions and found:
            size = len(found)
            places = sorted(p - 1 if p > 0 else size + p for p in rule.positions)
            yield [found[p] for p in dict.fromkeys(places) if 0 <= p < size]
        else:
            yield found


def _long_steps(
    rule: Rule, start: datetime, since: datetime, until: datetime, budget: Budget
) -> Iterator[list[datetime]]:
    clocks = _clocks(rule, budget)
    passes = _day_test(rule)
    for days in _periods(rule, start.date(), since.date(), min(until.date(), _LAST)):
        budget.spend(len(days))
        held = [day for day in days if passes(day)]
        budget.spend(len(held) * len(clocks))
        yield [
            datetime(day.year, day.month, day.day, *clock)  # noqa: DTZ001 - wall clock, see the module
            for day in held
            for clock in clocks
        ]


def _clocks(rule: Rule, budget: Budget) -> list[tuple[int, int, int]]:
    budget.spend(len(rule.hours) * len(rule.minutes) * len(rule.seconds))
    seconds = sorted({min(second, 59) for second in rule.seconds})
    return list(itertools.product(sorted(rule.hours), sorted(rule.minutes), seconds))


def _periods(rule: Rule, start: date, since: date, until: date) -> Iterator[list[date]]:
    """The days of each period in turn."""
    jump = since if rule.count is None and since > start else start
    if rule.frequency == "YEARLY":
        first = start.year + _skipped(jump.year - start.year, rule.interval)
        for year in range(first, until.year + 1, rule.interval):
            yield _year(year, rule.months)
    elif rule.frequency == "MONTHLY":
        begin = start.year * 12 + start.month - 1
        gone = (jump.year - start.year) * 12 + jump.month - start.month
        last = until.year * 12 + until.month
        for number in range(begin + _skipped(gone, rule.interval), last, rule.interval):
            yield _month(number // 12, number % 12 + 1)
    else:
        yield from _day_periods(rule, start, jump, until)


def _day_periods(rule: Rule, start: date, jump: date, until: date) -> Iterator[list[date]]:
    length = 7 if rule.frequency == "WEEKLY" else 1
    begin = start.toordinal()
    if length == 7:
        begin -= (start.weekday() - rule.week_start) % 7
    stride = rule.interval * length
    begin += _skipped(jump.toordinal() - begin, stride)
    for number in range(begin, until.toordinal() + 1, stride):
        yield [date.fromordinal(number + n) for n in range(length)]


def _skipped(gone: int, stride: int) -> int:
    """How far whole strides reach into `gone`, less one stride for what spills over."""
    return max(0, gone // stride - 1) * stride


def _year(year: int, months: frozenset[int]) -> list[date]:
    return [day for month in sorted(months or range(1, 13)) for day in _month(year, month)]


def _month(year: int, month: int) -> list[date]:
    return [date(year, month, n + 1) for n in range(calendar.monthrange(year, month)[1])]


def _short_steps(
    rule: Rule, start: datetime, since: datetime, until: datetime, budget: Budget
) -> Iterator[list[datetime]]:
    """Hourly and finer: one step after the other."""
    passes = _day_test(rule)
    unit = _SECONDS[rule.frequency]
    stride = timedelta(seconds=min(unit * rule.interval, 10**10))
    at = start.replace(minute=0 if unit >= 3_600 else start.minute, second=0 if unit >= 60 else start.second)
    if rule.count is None and since > at:
        at += max(0, (since - at) // stride - 1) * stride
    while at < until:
        budget.spend()
        if passes(at.date()) and _clock_passes(rule, at, unit):
            yield _finer(rule, at, unit, budget)
        at += stride


def _clock_passes(rule: Rule, at: datetime, unit: int) -> bool:
    return (
        (not rule.hours or at.hour in rule.hours)
        and (unit >= 3_600 or not rule.minutes or at.minute in rule.minutes)
        and (unit >= 60 or not rule.seconds or at.second in rule.seconds)
    )


def _finer(rule: Rule, at: datetime, unit: int, budget: Budget) -> list[datetime]:
    minutes = sorted(rule.minutes) if unit >= 3_600 else [at.minute]
    seconds = sorted({min(s, 59) for s in rule.seconds}) if unit >= 60 else [at.second]
    budget.spend(len(minutes) * len(seconds))
    return [at.replace(minute=minute, second=second) for minute in minutes for second in seconds]


def _day_test(rule: Rule) -> Callable[[date], bool]:
    tests = [test for wanted, test in _TESTS if wanted(rule)]
    return lambda day: all(test(rule, day) for test in tests)


def _on_month(rule: Rule, day: date) -> bool:
    return day.month in rule.months


def _on_month_day(rule: Rule, day: date) -> bool:
    wanted = rule.month_days
    return day.day in wanted or day.day - calendar.monthrange(day.year, day.month)[1] - 1 in wanted


def _on_year_day(rule: Rule, day: date) -> bool:
    number, size = day.timetuple().tm_yday, 366 if calendar.isleap(day.year) else 365
    return number in rule.year_days or number - size - 1 in rule.year_days


def _on_weekday(rule: Rule, day: date) -> bool:
    weekday = day.weekday()
    if rule.frequency not in ("YEARLY", "MONTHLY"):
        return any(wanted == weekday for _, wanted in rule.days)  # a number has no meaning in a week
    return any(wanted == weekday and (not nth or _is_nth(rule, day, nth)) for nth, wanted in rule.days)


def _is_nth(rule: Rule, day: date, nth: int) -> bool:
    """In its month, or in its year when a yearly rule names no month."""
    if rule.frequency == "MONTHLY" or rule.months:
        place, size = day.day, calendar.monthrange(day.year, day.month)[1]
    else:
        place, size = day.timetuple().tm_yday, 366 if calendar.isleap(day.year) else 365
    return (place - 1) // 7 + 1 == nth if nth > 0 else (size - place) // 7 + 1 == -nth


def _on_week(rule: Rule, day: date) -> bool:
    first, following = _first_week(day.year, rule.week_start), _first_week(day.year + 1, rule.week_start)
    if not first <= day < following:
        return False  # it belongs to a week of the year before or after
    number, size = (day - first).days // 7 + 1, (following - first).days // 7
    return number in rule.weeks or number - size - 1 in rule.weeks


def _first_week(year: int, week_start: int) -> date:
    """The week that holds 4 January is the first one."""
    fourth = date(year, 1, 4)
    return fourth - _ONE_DAY * ((fourth.weekday() - week_start) % 7)


_TESTS: Final[tuple[tuple[Callable[[Rule], object], Callable[[Rule, date], bool]], ...]] = (
    (lambda rule: rule.months, _on_month),
    (lambda rule: rule.month_days, _on_month_day),
    (lambda rule: rule.year_days, _on_year_day),
    (lambda rule: rule.weeks, _on_week),
    (lambda rule: rule.days, _on_weekday),
)


def _filled(rule: Rule, start: datetime) -> Rule:
    """What the rule leaves open comes from the start (RFC 5545 §3.3.10)."""
    facts: dict[str, object] = {}
    names_day = rule.days or rule.month_days or rule.year_days or rule.weeks
    if not names_day and rule.frequency in ("YEARLY", "MONTHLY"):
        facts["month_days"] = frozenset({start.day})
        if rule.frequency == "YEARLY" and not rule.months:
            facts["months"] = frozenset({start.month})
    elif not rule.days and (rule.frequency == "WEEKLY" or (rule.weeks and names_day is rule.weeks)):
        facts["days"] = ((0, start.weekday()),)
    short = _SECONDS.get(rule.frequency, 10**6)
    if not rule.hours and short > 3_600:
        facts["hours"] = frozenset({start.hour})
    if not rule.minutes and short > 60:
        facts["minutes"] = frozenset({start.minute})
    if not rule.seconds and short > 1:
        facts["seconds"] = frozenset({start.second})
    return msgspec.structs.replace(rule, **facts)


def _until(text: str) -> tuple[datetime, bool]:
    at, whole_day, utc = values.moment(text)
    return (at.replace(hour=23, minute=59, second=59) if whole_day else at), utc


def _weekday(text: str) -> tuple[int, int]:
    found = _BYDAY.fullmatch(text.strip())
    if found is None or abs(nth := int(found[1] or 0)) > 53:
        raise _bad("a weekday that there is not")
    return nth, _DAYS[found[2]]


def _number(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) < 1:
        raise _bad("a number that cannot be used")
    return int(text)


def _numbers(text: str, low: int, high: int, *, negative: bool) -> frozenset[int]:
    found = set()
    for one in filter(None, text.split(",")):
        if not re.fullmatch(r"[+-]?[0-9]{1,3}", one.strip()):
            raise _bad("a list that holds no numbers")
        number = int(one)
        if not low <= (abs(number) if negative else number) <= high:
            raise _bad("a number out of its range")
        found.add(number)
    return frozenset(found)


def _bad(why: str) -> Exception:
    return unusable(f"a recurrence rule cannot be used: {why}", code="not_rule")
