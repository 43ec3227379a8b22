from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brygga.swedish import NotUnderstood, dates
from brygga.swedish import format as swedish

NEAR = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("såld 15 januari 2022", date(2022, 1, 15)),
        ("15 jan. 2022", date(2022, 1, 15)),
        ("den 1:a maj 2024", date(2024, 5, 1)),
        ("3 SEPT 2021", date(2021, 9, 3)),
        ("2026-06-16", date(2026, 6, 16)),
        ("2026-06-16 13:54:40", date(2026, 6, 16)),
        ("20260616", date(2026, 6, 16)),
        ("15/1 2022", date(2022, 1, 15)),
        ("15.1.2022", date(2022, 1, 15)),
        ("Ons 24 jun kl 16:30", date(2026, 6, 24)),
        ("fre 8 jan", date(2027, 1, 8)),
        ("29 februari", date(2028, 2, 29)),
        ("i går", date(2026, 11, 22)),
    ],
)
def test_a_written_date_is_read(text: str, value: date) -> None:
    assert dates.parse(text, near=NEAR) == value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("24 jun", "no_year"),
        ("i dag", "no_year"),
        ("31 februari 2022", "no_such_day"),
        ("15 brumaire 2022", "not_date"),
        ("slutpris 6 450 000 kr", "not_date"),
        ("0001-01-01", "placeholder"),
        ("1700-01-01", "out_of_range"),
        ("2026-06-16T23:30:00Z", "not_date"),
    ],
)
def test_what_is_not_a_date_is_refused_by_name(text: str, code: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        dates.parse(text)
    assert caught.value.code == code


@given(st.dates(date(1800, 1, 1), date(2200, 12, 31)))
def test_what_the_page_writes_is_read_back_the_same(value: date) -> None:
    assert dates.parse(swedish.day(value)) == value
    assert dates.parse(swedish.iso_day(value)) == value


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-08-31T11:46:09.65", datetime(2026, 8, 31, 9, 46, 9, 650_000, tzinfo=UTC)),
        ("2026-08-31T11:46:09.6512345", datetime(2026, 8, 31, 9, 46, 9, 651_234, tzinfo=UTC)),
        ("2026-01-31 11:46", datetime(2026, 1, 31, 10, 46, tzinfo=UTC)),
        ("2026-08-31T09:46:09Z", datetime(2026, 8, 31, 9, 46, 9, tzinfo=UTC)),
        ("2026-06-16 kl. 13.54", datetime(2026, 6, 16, 11, 54, tzinfo=UTC)),
        ("2026-08-31T11:46:09.", datetime(2026, 8, 31, 9, 46, 9, tzinfo=UTC)),
        ("2026-10-25T02:30:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-10-25T01:30:00Z", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        ("2026-03-29T02:30:00", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
    ],
)
def test_a_naive_wall_clock_is_swedish(text: str, utc: datetime) -> None:
    read = dates.wall_clock(text)
    assert read.astimezone(UTC) == utc
    assert read.tzinfo is dates.STOCKHOLM


def test_a_datetime_is_taken_as_it_is_written() -> None:
    naive = datetime(2026, 8, 31, 11, 46)  # noqa: DTZ001  # a provider's naive time is the case
    assert dates.wall_clock(naive).isoformat() == "2026-08-31T11:46:00+02:00"
    second_time_round = datetime(2026, 10, 25, 2, 30, fold=1)  # noqa: DTZ001  # the same
    assert dates.wall_clock(second_time_round).utcoffset() == timedelta(hours=1)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0001-01-01T00:00:00", "placeholder"),
        ("9999-12-31T23:59:59.9999999", "placeholder"),
        ("0001-01-01T00:00:00Z", "placeholder"),
        ("1066-10-14", "out_of_range"),
        ("2026-13-01T00:00:00", "not_time"),
        ("strax", "not_time"),
        ("", "empty"),
    ],
)
def test_what_is_not_a_time_is_refused_by_name(text: str, code: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        dates.wall_clock(text)
    assert caught.value.code == code
