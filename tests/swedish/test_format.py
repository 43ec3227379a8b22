from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from brygga.swedish import format as swedish
from brygga.swedish.dates import STOCKHOLM

NOW = datetime(2026, 11, 23, 14, 5, tzinfo=STOCKHOLM)  # a Monday


def test_amounts_are_grouped_with_no_break_spaces() -> None:
    assert swedish.kr(4_050_000) == "4\u00a0050\u00a0000\u00a0kr"
    assert swedish.kr(895) == "895\u00a0kr"
    assert swedish.kr_per_month(2_391) == "2\u00a0391\u00a0kr/mån"
    assert swedish.number(-1234.56, decimals=1) == "\u22121\u00a0234,6"
    assert swedish.number(-0.04, decimals=1) == "0"


def test_units_stand_after_a_no_break_space() -> None:
    assert swedish.m2(76) == "76\u00a0m²"
    assert swedish.m2(67.5) == "67,5\u00a0m²"
    assert swedish.rooms(2.5) == "2,5\u00a0rum"
    assert swedish.percent(12.3) == "12,3\u00a0%"
    assert [swedish.size(n) for n in (12, 41_000, 999_960, 1_900_000)] == [
        "12\u00a0byte", "41\u00a0kB", "1\u00a0MB", "1,9\u00a0MB",
    ]  # fmt: skip  # one list


def test_a_change_in_percent_carries_its_sign() -> None:
    assert swedish.percent_change(16) == "+16\u00a0%"
    assert swedish.percent_change(-4) == "\u22124\u00a0%"
    assert swedish.percent_change(0.01) == "±0\u00a0%"


def test_months_are_written_as_the_house_writes_them() -> None:
    written = [swedish.day(date(2026, month, 1)) for month in range(1, 13)]
    months = "jan feb mars april maj juni juli aug sep okt nov dec"
    assert " ".join(written) == " ".join(f"1 {month} 2026" for month in months.split(" "))


def test_clocks_are_swedish_and_have_a_full_stop() -> None:
    morning = datetime(2026, 11, 23, 8, 15, tzinfo=UTC)
    assert swedish.clock(morning) == "kl.\u00a09.15"
    assert swedish.clock_column(morning) == "09.15"
    assert swedish.day_and_clock(morning) == "23 nov 2026 kl.\u00a09.15"
    assert swedish.span(NOW, NOW + timedelta(minutes=45)) == "kl.\u00a014.05–14.50"
    assert swedish.day(datetime(2026, 11, 23, 23, 30, tzinfo=UTC)) == "24 nov 2026"
    assert swedish.iso_day(datetime(2026, 11, 23, 23, 30, tzinfo=UTC)) == "2026-11-24"


def test_the_doubled_hour_says_which_one_it_is() -> None:
    assert swedish.clock(datetime(2026, 10, 25, 0, 30, tzinfo=UTC)) == "kl.\u00a02.30 (sommartid)"
    assert swedish.clock(datetime(2026, 10, 25, 1, 30, tzinfo=UTC)) == "kl.\u00a02.30 (vintertid)"
    assert swedish.clock(datetime(2026, 10, 25, 2, 30, tzinfo=UTC)) == "kl.\u00a03.30"
    assert swedish.clock(datetime(2026, 3, 29, 1, 30, tzinfo=UTC)) == "kl.\u00a03.30"


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (timedelta(seconds=59), "nyss"),
        (timedelta(seconds=60), "för 1\u00a0minut sedan"),
        (timedelta(minutes=12), "för 12\u00a0minuter sedan"),
        (timedelta(hours=4, minutes=50), "i dag kl.\u00a09.15"),
        (timedelta(hours=21, minutes=35), "i går kl.\u00a016.30"),
        (timedelta(days=4), "i torsdags kl.\u00a014.05"),
        (timedelta(days=7), "16 nov 2026"),
        (timedelta(seconds=-30), "strax"),
        (timedelta(minutes=-12), "om 12\u00a0minuter"),
        (timedelta(hours=-2, minutes=5), "i dag kl.\u00a016"),
        (timedelta(hours=-4, minutes=-25), "i kväll kl.\u00a018.30"),
        (timedelta(hours=-19, minutes=5), "i morgon kl.\u00a09"),
        (timedelta(days=-3), "på torsdag"),
        (timedelta(days=-9), "2 dec 2026"),
    ],
)
def test_time_near_now_is_told_in_words(ago: timedelta, text: str) -> None:
    assert swedish.relative(NOW - ago, now=NOW) == text


def test_elapsed_time_counts_real_hours_when_the_clocks_change() -> None:
    before = datetime(2026, 10, 25, 2, 50, tzinfo=STOCKHOLM)
    after = datetime(2026, 10, 25, 2, 10, fold=1, tzinfo=STOCKHOLM)
    assert swedish.relative(before, now=after) == "för 20\u00a0minuter sedan"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"), (0.01, "under 0,1 s"), (0.2, "0,2 s"), (1.9, "1,9 s"), (9.97, "10 s"), (41, "41 s"),
        (59.6, "1 min"), (180, "3 min"), (3599, "1 h"), (7800, "2 h 10 min"), (86_400, "1 dag"),
        (6 * 86_400, "6 dagar"),
    ],
)  # fmt: skip  # a block of pairs
def test_durations_are_suitably_exact(seconds: float, text: str) -> None:
    assert swedish.duration(seconds).replace("\u00a0", " ") == text


def test_a_naive_time_is_a_mistake_and_not_shown() -> None:
    with pytest.raises(ValueError, match="without zone"):
        swedish.clock(datetime(2026, 11, 23, 14, 5))  # noqa: DTZ001  # the mistake itself
