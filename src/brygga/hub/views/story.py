"""What there is to tell of a home: its changes, viewings, bids and wishes, read from the store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from brygga.hub.hub import Hub
from brygga.hub.views import changes as change_words
from brygga.hub.views.changes import changes_of
from brygga.hub.views.entries import Entry, entries_of_changes
from brygga.model import Bid
from brygga.store import StoredRow

FIRST_LOAD = timedelta(minutes=1)
"""Parts that came this soon after the home itself came with it."""


def story(hub: Hub, row: StoredRow, viewings: Sequence[StoredRow], links: dict[str, Any]) -> list[Entry]:
    """Every business event of a home, without what went out because of it."""
    store = hub.store
    found = entries_of_changes(changes_of(store.history("estate", row.id)))
    came = _came_at(hub, row)
    if came is not None:
        found.append(Entry(kind="created", at=came))
    for viewing in viewings:
        found += _viewing_entries(hub, viewing, came)
    for bid in store.owned("bid", row.id):
        for version, at, record in store.versions("bid", bid.id):
            found.append(Entry(kind="bid", at=_placed(record, at, version), about=record))
    wishes = ((target, state, moment(state.get("wished_at"))) for target, state in links.items())
    found += [
        Entry(kind="publish", at=at, target=t, about=state) for t, state, at in wishes if at is not None
    ]
    return found


def _came_at(hub: Hub, row: StoredRow) -> datetime | None:
    """When a record came for the first time: known exactly while it has its first version."""
    lines = hub.store.feed_after(row.seq - 1, 1) if row.version == 1 else []
    return lines[0].at if lines and lines[0].id == row.id else None


def _viewing_entries(hub: Hub, viewing: StoredRow, home_came: datetime | None) -> list[Entry]:
    found: list[Entry] = []
    came = _came_at(hub, viewing)
    if came is not None and (home_came is None or came - home_came > FIRST_LOAD):
        found.append(Entry(kind="viewing", at=came, about=viewing.record))
    found += [
        Entry(kind="viewing", at=change.at, change=change, about=viewing.record)
        for change in changes_of(hub.store.history("viewing", viewing.id))
        if change.said or change_words.REMOVED in change.values
    ]
    return found


def _placed(record: Any, stored_at: datetime, version: int) -> datetime:
    """A bid stands where it was placed; a correction where it came."""
    placed = record.placed_at if isinstance(record, Bid) else None
    return min(placed, stored_at) if placed is not None and version == 1 else stored_at


def moment(value: Any) -> datetime | None:
    """A kept ISO time; None for anything else."""
    try:
        at = datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None
