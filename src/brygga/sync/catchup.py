"""From when to ask again: cursors with overlap, so that late commits and odd clocks lose nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

OVERLAP = timedelta(hours=2)
"""How far back a catch-up reaches beyond its cursor.

A naive Swedish wall clock is ambiguous for an hour each autumn, so an hour is the least that
is safe; the rest covers clocks that differ.
"""


def since(cursor: str, *, overlap: timedelta = OVERLAP) -> datetime | None:
    """The moment to ask from, or None (everything) when nothing has been read yet."""
    if not cursor:
        return None
    return datetime.fromisoformat(cursor).astimezone(UTC) - overlap


def advance(cursor: str, started_at: datetime) -> str:
    """The cursor after a whole pass: when the pass began, never backwards.

    Our own clock is used, not the newest change seen: a quiet source must still move on.
    """
    now = started_at.astimezone(UTC)
    if cursor and datetime.fromisoformat(cursor) > now:
        return cursor
    return now.isoformat()
