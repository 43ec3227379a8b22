"""Series unrolled over a window: held against an independent implementation, and by hand for exceptions."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brygga.calendars import CalendarEvent, Interval, Pattern, between, busy, read, rules
from brygga.model import Invalid
from brygga.swedish.dates import STOCKHOLM

CASES = 1_000 if os.environ.get("BRYGGA_CHAOS") else 50
YEAR = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


def file(*events: str) -> bytes:
    body = "".join(
        f"BEGIN:VEVENT\r\nUID:s\r\nDTSTAMP:20260101T000000Z\r\n{one}\r\nEND:VEVENT\r\n" for one in events
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{body}END:VCALENDAR\r\n".encode()


def times(*events: str, window=YEAR) -> list[str]:
    found = between(read(file(*events)).events, *window)
    assert not found.findings
    return [e.starts_at.astimezone(STOCKHOLM).strftime("%m-%d %H:%M") for e in found.events]


WEEKLY = "DTSTART;TZID=Europe/Stockholm:20261018T130000\r\nDURATION:PT30M\r\nRRULE:FREQ=WEEKLY;COUNT=4"


def test_a_series_keeps_its_wall_clock_over_the_night_in_october() -> None:
    assert times(WEEKLY) == ["10-18 13:00", "10-25 13:00", "11-01 13:00", "11-08 13:00"]


def test_times_fall_away_are_added_and_moved() -> None:
    gone = WEEKLY + "\r\nEXDATE;TZID=Europe/Stockholm:20261025T130000\r\nRDATE:20261224T120000Z"
    change = "RECURRENCE-ID:20261101T120000Z\r\nDTSTART:20261102T170000Z\r\nDURATION:PT1H"
    assert times(gone, change) == ["10-18 13:00", "11-02 18:00", "11-08 13:00", "12-24 13:00"]


def test_a_cancelled_instance_does_not_take_place() -> None:
    change = "RECURRENCE-ID:20261101T120000Z\r\nDTSTART:20261101T120000Z\r\nSTATUS:CANCELLED"
    assert times(WEEKLY, change) == ["10-18 13:00", "10-25 13:00", "11-08 13:00"]
    assert times(WEEKLY + "\r\nSTATUS:CANCELLED") == []


def test_a_change_from_here_on_holds_for_all_later_ones() -> None:
    change = (
        "RECURRENCE-ID;RANGE=THISANDFUTURE:20261101T120000Z\r\n"
        "DTSTART;TZID=Europe/Stockholm:20261101T150000\r\nDURATION:PT1H"
    )
    assert times(WEEKLY, change) == ["10-18 13:00", "10-25 13:00", "11-01 15:00", "11-08 15:00"]


def test_of_two_versions_the_higher_sequence_holds() -> None:
    newer = WEEKLY.replace("130000", "140000").replace("COUNT=4", "COUNT=1") + "\r\nSEQUENCE:2"
    assert times(newer, WEEKLY) == times(WEEKLY, newer) == ["10-18 14:00"]


def test_a_moved_instance_alone_in_its_file_is_seen() -> None:
    assert times("RECURRENCE-ID:20261101T120000Z\r\nDTSTART:20261102T170000Z") == ["11-02 18:00"]


def test_an_instance_named_only_by_its_day_is_the_one_of_that_day() -> None:
    change = "RECURRENCE-ID;VALUE=DATE:20261101\r\nDTSTART:20261102T170000Z"
    assert times(WEEKLY, change) == ["10-18 13:00", "10-25 13:00", "11-02 18:00", "11-08 13:00"]


def test_an_exception_that_names_only_a_day_takes_that_day_away() -> None:
    assert times(WEEKLY + "\r\nEXDATE;VALUE=DATE:20261025") == ["10-18 13:00", "11-01 13:00", "11-08 13:00"]


def test_until_in_utc_and_as_a_day_are_included() -> None:
    head = "DTSTART;TZID=Europe/Stockholm:20260701T130000\r\nRRULE:FREQ=DAILY;UNTIL="
    assert (
        times(head + "20260703T110000Z") == times(head + "20260703") == [f"07-0{n} 13:00" for n in (1, 2, 3)]
    )
    assert times(head + "20260703T105959Z") == ["07-01 13:00", "07-02 13:00"]


def test_whole_days_stay_whole_over_both_nights() -> None:
    rule = "DTSTART;VALUE=DATE:20260328\r\nDTEND;VALUE=DATE:20260329\r\nRRULE:FREQ=DAILY;COUNT=3"
    found = between(read(file(rule)).events, *YEAR).events
    walls = [(e.starts_at.astimezone(STOCKHOLM).strftime("%d %H"), e.length) for e in found]
    assert walls == [
        ("28 00", timedelta(hours=24)),
        ("29 00", timedelta(hours=23)),
        ("30 00", timedelta(hours=24)),
    ]


def test_the_missing_and_the_doubled_half_past_two() -> None:
    head = "DTSTART;TZID=Europe/Stockholm:{}T023000\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY;COUNT=3"
    assert times(head.format("20260328")) == ["03-28 02:30", "03-29 03:30", "03-30 02:30"]
    autumn = between(read(file(head.format("20261024"))).events, *YEAR).events
    assert [e.starts_at.strftime("%d %H:%M") for e in autumn] == ["24 00:30", "25 00:30", "26 01:30"]
    assert {e.length for e in autumn} == {timedelta(hours=1)}


def test_what_begins_before_the_window_and_reaches_into_it_counts() -> None:
    night = "DTSTART:20260531T220000Z\r\nDURATION:PT4H\r\nRRULE:FREQ=DAILY;COUNT=1"
    window = datetime(2026, 6, 1, 1, 0, tzinfo=UTC), datetime(2026, 6, 2, tzinfo=UTC)
    assert times(night, window=window) == ["06-01 00:00"]


def test_busy_time_is_merged_and_free_time_is_not_in_it() -> None:
    starts = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    half = timedelta(minutes=30)
    one = CalendarEvent(uid="a", starts_at=starts, ends_at=starts + half)
    # 02:30 a second time, on the same wall clock as the first
    two = CalendarEvent(
        uid="b",
        starts_at=(starts + 2 * half).astimezone(STOCKHOLM),
        ends_at=(starts + 3 * half).astimezone(STOCKHOLM),
    )
    free = CalendarEvent(uid="c", starts_at=starts, ends_at=starts + 9 * half, busy=False)
    assert busy([one, two, free], *YEAR) == [
        Interval(starts, starts + half),
        Interval(starts + 2 * half, starts + 3 * half),
    ]


def test_more_instances_than_anybody_looks_at_are_refused() -> None:
    with pytest.raises(Invalid):
        between(read(file("DTSTART:20260101T000000Z\r\nRRULE:FREQ=HOURLY")).events, *YEAR, most=100)


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "FREQ=OFTEN",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;BYDAY=XX",
        "FREQ=DAILY;BYHOUR=24",
        "FREQ=DAILY;COUNT=-1",
    ],
)
def test_a_rule_that_cannot_be_used_is_told_and_the_others_are_read(rule) -> None:
    with pytest.raises(Invalid):
        rules.parse(rule)
    good = CalendarEvent(uid="good", starts_at=YEAR[0], ends_at=YEAR[0] + timedelta(hours=1))
    bad = CalendarEvent(uid="bad", starts_at=YEAR[0], ends_at=YEAR[0], pattern=Pattern(rules=(rule or "X",)))
    found = between([bad, good], *YEAR)
    assert [event.uid for event in found.events] == ["good"]
    assert [one.code for one in found.findings] == ["not_rule"]


def lists(low: int, high: int, *, negative: bool = False):
    numbers = st.integers(low, high)
    signed = numbers | numbers.map(lambda n: -n) if negative else numbers
    return st.lists(signed, min_size=1, max_size=3, unique=True).map(lambda found: ",".join(map(str, found)))


DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
WEEKDAYS = st.lists(st.sampled_from(DAYS), min_size=1, max_size=3, unique=True).map(",".join)
NUMBERED = st.tuples(st.sampled_from(["", "1", "2", "-1", "-2"]), st.sampled_from(DAYS)).map("".join)
LONG = st.fixed_dictionaries(
    {"FREQ": st.sampled_from(["YEARLY", "MONTHLY", "WEEKLY", "DAILY"])},
    optional={
        "INTERVAL": st.integers(1, 5).map(str),
        "COUNT": st.integers(1, 40).map(str),
        "BYMONTH": lists(1, 12),
        "BYMONTHDAY": lists(1, 31, negative=True),
        "BYHOUR": lists(0, 23),
        "BYSETPOS": lists(1, 4, negative=True),
        "WKST": st.sampled_from(["MO", "SU", "TH"]),
    },
)
SHORT = st.fixed_dictionaries(
    {"FREQ": st.just("HOURLY"), "INTERVAL": st.integers(1, 30).map(str)},
    optional={
        "BYDAY": WEEKDAYS,
        "BYMINUTE": lists(0, 59),
        "COUNT": st.integers(1, 40).map(str),
    },
)


@st.composite
def any_rule(draw) -> str:
    members = draw(LONG | SHORT)
    if members["FREQ"] == "WEEKLY":
        members.pop("BYMONTHDAY", None)  # RFC 5545 forbids it there
    days = draw(st.none() | WEEKDAYS | NUMBERED)
    if days and members["FREQ"] in ("YEARLY", "MONTHLY", "WEEKLY", "DAILY"):
        numbered = days[0] in "-12"
        if not (numbered and members["FREQ"] in ("WEEKLY", "DAILY")):
            members["BYDAY"] = days
    if members["FREQ"] == "YEARLY" and draw(st.booleans()) and "BYDAY" not in members:
        members["BYYEARDAY"] = draw(lists(1, 366, negative=True))
    return ";".join(f"{name}={value}" for name, value in members.items())


@settings(max_examples=CASES, deadline=None)
@given(
    any_rule(),
    st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2026, 12, 31)),  # noqa: DTZ001 - wall clock
    st.integers(0, 1500),
)
def test_a_rule_gives_what_an_independent_implementation_gives(rule, start, later) -> None:
    rrule = pytest.importorskip("dateutil.rrule")
    start = start.replace(microsecond=0, second=0)
    since = start + timedelta(days=later)
    until = since + timedelta(days=400)
    theirs = rrule.rrulestr(rule, dtstart=start)
    ours = list(rules.walk(rules.parse(rule), start, since, until, rules.Budget(10**7)))
    wanted = []
    for at in theirs.xafter(since, inc=True):
        if at >= until:
            break
        wanted.append(at)
    assert ours == wanted
