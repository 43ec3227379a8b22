"""Cursors with overlap."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from brygga.sync import catchup

NOON = datetime(2026, 10, 25, 12, tzinfo=UTC)


def test_nothing_read_yet_means_everything() -> None:
    assert catchup.since("") is None


def test_the_overlap_covers_the_doubled_hour_of_autumn() -> None:
    asked = catchup.since(NOON.isoformat())
    assert asked is not None
    assert NOON - asked >= timedelta(hours=1)


def test_a_cursor_never_moves_backwards() -> None:
    later = (NOON + timedelta(hours=1)).isoformat()
    assert catchup.advance(later, NOON) == later
    assert catchup.advance("", NOON) == NOON.isoformat()
    assert catchup.advance(NOON.isoformat(), NOON + timedelta(minutes=5)) > NOON.isoformat()
