"""Red days, free time and proposed slots."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta

import pytest

from brygga.calendars import Hours, Interval, Wishes, propose, red_day, red_days
from brygga.calendars.red_days import easter
from brygga.model import Invalid
from brygga.swedish.dates import STOCKHOLM

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=STOCKHOLM)  # a Monday
LATER = NOW + timedelta(days=60)


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=STOCKHOLM)


def test_easter_is_what_an_independent_implementation_says_for_six_centuries() -> None:
    theirs = pytest.importorskip("dateutil.easter")
    assert all(easter(year) == theirs.easter(year) for year in range(1600, 2200))


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2026-01-01", "nyårsdagen"),
        ("2026-01-06", "trettondedag jul"),
        ("2026-04-03", "långfredagen"),
        ("2026-04-04", "påskafton"),
        ("2026-04-05", "påskdagen"),
        ("2026-04-06", "annandag påsk"),
        ("2026-05-01", "första maj"),
        ("2026-05-14", "Kristi himmelsfärdsdag"),
        ("2026-05-24", "pingstdagen"),
        ("2026-05-25", ""),
        ("2026-06-06", "nationaldagen"),
        ("2026-06-19", "midsommarafton"),
        ("2026-06-20", "midsommardagen"),
        ("2026-10-31", "alla helgons dag"),
        ("2026-12-24", "julafton"),
        ("2026-12-25", "juldagen"),
        ("2026-12-26", "annandag jul"),
        ("2026-12-31", "nyårsafton"),
        ("2026-11-29", ""),
        ("2004-06-06", ""),
        ("2004-05-31", "annandag pingst"),
        ("2027-06-26", "midsommardagen"),
        ("2027-11-06", "alla helgons dag"),
    ],
)
def test_the_red_days_of_sweden(day, name) -> None:
    assert red_day(date.fromisoformat(day)) == name


def test_a_year_has_thirteen_holidays_or_one_fewer_when_two_fall_together() -> None:
    assert all(len(red_days(year)) in (12, 13) for year in range(2005, 2200))
    assert red_day(date(2026, 12, 24), with_eves=False) == ""


def test_an_empty_calendar_gives_the_usual_times_and_none_on_red_days() -> None:
    found = propose([], Wishes(most=40), now=NOW, until=LATER)
    days = {slot.starts_at.date() for slot in found}
    assert found[0] == Interval(at(24, 17), at(24, 17, 30))
    assert found[4] == Interval(at(30, 17), at(30, 17, 30))
    assert at(29, 11) in [slot.starts_at for slot in found]
    assert not days & {date(2026, 12, 24), date(2026, 12, 31), date(2027, 1, 6)}
    assert {day.weekday() for day in days} == {0, 1, 2, 3, 6}
    with_all = propose([], Wishes(most=90, on_red_days=True), now=NOW, until=LATER)
    assert date(2026, 12, 24) in {slot.starts_at.date() for slot in with_all}


def test_what_is_taken_is_left_alone_with_time_to_travel() -> None:
    taken = [Interval(at(29, 11, 30), at(29, 12)), Interval(at(29, 14), at(29, 15, 20))]
    sunday = Wishes(hours=(Hours(weekday=6, earliest=time(11), latest=time(16)),), a_day=9, most=9)
    found = propose(taken, sunday, now=NOW, until=at(30, 0))
    assert found == [
        Interval(at(29, 12, 30), at(29, 13)),
        Interval(at(29, 13), at(29, 13, 30)),
    ]
    near = propose(taken, Wishes(hours=sunday.hours, a_day=9, most=9, travel_min=0), now=NOW, until=at(30, 0))
    assert [slot.starts_at.strftime("%H:%M") for slot in near] == [
        "11:00", "12:00", "12:30", "13:00", "13:30", "15:30",
    ]  # fmt: skip  # one row


def test_notice_and_the_end_of_the_search_are_kept() -> None:
    assert propose([], Wishes(notice_h=0, most=1), now=at(24, 18, 50), until=LATER)[0].starts_at == at(24, 19)
    assert propose([], Wishes(notice_h=0, most=1), now=at(24, 19, 1), until=LATER)[0].starts_at == at(25, 17)
    assert propose([], Wishes(), now=NOW, until=at(24, 17, 29)) == []
    assert propose([], Wishes(), now=NOW, until=NOW - timedelta(days=3)) == []


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 2), (date(2026, 10, 25), 4)])
def test_the_night_when_an_hour_is_missing_or_doubled_has_as_many_slots_as_hours(day, hours) -> None:
    wishes = Wishes(
        hours=(Hours(weekday=6, earliest=time(1), latest=time(4)),),
        length_min=60, step_min=60, a_day=9, most=9, travel_min=0, notice_h=0,
    )  # fmt: skip  # one row
    begin = datetime.combine(day, time(), tzinfo=STOCKHOLM)
    found = propose([], wishes, now=begin, until=begin + timedelta(days=1))
    assert len(found) == hours
    assert len({slot.starts_at.astimezone(UTC) for slot in found}) == hours


@pytest.mark.parametrize("wrong", [{"length_min": 0}, {"step_min": 0}, {"most": 0}, {"travel_min": -1}])
def test_wishes_that_cannot_be_met_are_refused(wrong) -> None:
    with pytest.raises(Invalid):
        propose([], Wishes(**wrong), now=NOW, until=LATER)


def test_no_slot_ever_lies_on_taken_time_or_outside_the_wishes() -> None:
    rng = random.Random(5)
    for _ in range(60):
        taken = []
        for _ in range(rng.randint(0, 60)):
            begin = NOW + timedelta(minutes=rng.randrange(60 * 24 * 60))
            taken.append(Interval(begin, begin + timedelta(minutes=rng.randint(5, 600))))
        wishes = Wishes(
            length_min=rng.choice([15, 30, 60]),
            travel_min=rng.choice([0, 20, 45]),
            a_day=rng.randint(1, 4),
            gap_min=rng.choice([0, 10]),
            most=30,
        )
        found = propose(taken, wishes, now=NOW, until=LATER)
        assert found == sorted(found)
        for slot in found:
            near = timedelta(minutes=wishes.travel_min)
            assert all(
                slot.ends_at + near <= one.starts_at or one.ends_at + near <= slot.starts_at for one in taken
            )
            assert not red_day(slot.starts_at.date())
            assert slot.ends_at - slot.starts_at == timedelta(minutes=wishes.length_min)
