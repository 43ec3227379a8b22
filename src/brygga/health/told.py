"""What a connection's events tell of it: when it last went well, and since when it has not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from brygga.store import Event

FAULTS = frozenset({"bad", "doubt"})


def of_the_line(event: Event) -> bool:
    """Whether an event tells of calls to the connection: a notice comes by itself, our check asks nobody."""
    return event.what != "webhook" and not event.what.endswith(".blocked")


class Told(msgspec.Struct, kw_only=True):
    """What the newest events say. `trouble_since` is None when the last word was a good one."""

    last_ok_at: datetime | None = None
    trouble_since: datetime | None = None
    ok: int = 0
    failed: int = 0


def told_by(events: Iterable[Event]) -> Told:
    """Read events, oldest first. Notices and our own check say nothing of how our calls go."""
    told = Told()
    for event in events:
        if event.at is None or not of_the_line(event):
            continue
        if event.level == "ok":
            told.ok += 1
            told.last_ok_at, told.trouble_since = event.at, None
        elif event.what.startswith("trouble.") or event.level in FAULTS or event.what.endswith(".waits"):
            told.failed += 1
            told.trouble_since = told.trouble_since or event.at
    return told
