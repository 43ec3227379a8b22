"""The strip of 24 hours: 48 half-hours per connection, each as well as its worst event.

Height says it besides colour: full is fine, two thirds had to wait, a third was refused, a
dotted base is no traffic.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from brygga.store import Event

BUCKETS: Final = 48
STEP: Final = timedelta(minutes=30)

_LEVELS = {"ok": "ok", "wait": "warn", "warn": "warn", "bad": "bad", "doubt": "warn"}
_RANK = {"none": 0, "ok": 1, "warn": 2, "bad": 3}


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """One half-hour from `at` on: `ok` · `warn` · `bad` · `none`."""

    at: datetime
    kind: str


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """Bars of one kind in a row: from the first one's beginning to the last one's end."""

    kind: str
    begins_at: datetime
    ends_at: datetime
    until_now: bool


def bars(events: Iterable[Event], now: datetime) -> list[Bar]:
    """The last 48 half-hours, oldest first; the last one is the one that runs now."""
    start = _floor(now) - STEP * (BUCKETS - 1)
    kinds = ["none"] * BUCKETS
    for event in events:
        if event.at is None or not start <= event.at <= now or event.what.endswith(".blocked"):
            continue
        place = min(BUCKETS - 1, int((event.at - start) / STEP))
        kind = _LEVELS.get(event.level, "ok")
        if _RANK[kind] > _RANK[kinds[place]]:
            kinds[place] = kind
    return [Bar(at=start + STEP * n, kind=kind) for n, kind in enumerate(kinds)]


def stretches(row: Sequence[Bar]) -> list[Stretch]:
    """The bars in runs of one kind."""
    found: list[Stretch] = []
    for place, bar in enumerate(row):
        last = place == len(row) - 1
        if found and found[-1].kind == bar.kind:
            found[-1] = msgspec.structs.replace(found[-1], ends_at=bar.at + STEP, until_now=last)
        else:
            found.append(Stretch(kind=bar.kind, begins_at=bar.at, ends_at=bar.at + STEP, until_now=last))
    return found


def _floor(now: datetime) -> datetime:
    """The half-hour that `now` lies in."""
    return now.replace(minute=0 if now.minute < 30 else 30, second=0, microsecond=0)
