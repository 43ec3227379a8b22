"""The strip of 24 hours: 48 half-hours, each as well as its worst event."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from brygga.health import BUCKETS, bars, stretches
from brygga.store import Event

NOW = datetime(2026, 11, 23, 13, 5, tzinfo=UTC)


def event(minutes_ago: float, level: str = "ok") -> Event:
    return Event(at=NOW - timedelta(minutes=minutes_ago), what="pull.catchup", level=level)


def test_a_day_without_events_is_48_empty_bars() -> None:
    assert [bar.kind for bar in bars([], NOW)] == ["none"] * BUCKETS


def test_the_last_bar_is_the_half_hour_that_runs_now() -> None:
    row = bars([event(0), event(4.9)], NOW)
    assert [bar.kind for bar in row[-2:]] == ["none", "ok"]
    assert row[-1].at == NOW.replace(minute=0)


def test_the_worst_of_a_half_hour_counts() -> None:
    assert bars([event(1), event(2, "bad"), event(3, "wait")], NOW)[-1].kind == "bad"
    assert bars([event(1), event(3, "wait")], NOW)[-1].kind == "warn"


def test_what_is_older_than_a_day_or_lies_ahead_is_left_out() -> None:
    assert {bar.kind for bar in bars([event(24 * 60), event(-10)], NOW)} == {"none"}


def test_runs_of_one_kind_are_joined() -> None:
    found = stretches(bars([event(0, "bad"), event(30, "bad"), event(50)], NOW))
    assert [(run.kind, run.until_now) for run in found] == [("none", False), ("ok", False), ("bad", True)]
    assert found[-1].begins_at == NOW.replace(hour=12, minute=30)


@given(
    st.lists(
        st.tuples(st.floats(-60, 60 * 26), st.sampled_from(["ok", "wait", "warn", "bad", "doubt", "odd"]))
    )
)
def test_any_events_make_48_bars_in_order(told: list[tuple[float, str]]) -> None:
    row = bars([event(ago, level) for ago, level in told], NOW)
    assert len(row) == BUCKETS
    assert all(b.at - a.at == timedelta(minutes=30) for a, b in itertools.pairwise(row))
    assert sum((run.ends_at - run.begins_at) / timedelta(minutes=30) for run in stretches(row)) == BUCKETS
