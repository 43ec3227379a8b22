"""What is kept for a limited time goes when its time is up, a little at a time."""

# ruff: noqa: S608 – only names of ours are put into SQL; every value is a parameter

from __future__ import annotations

from datetime import datetime

from brygga.store.database import Database
from brygga.store.moments import DAY_US
from brygga.store.room import Room
from brygga.store.told import Purged

_AT_A_TIME = 2000
"""Rows per transaction, so that no writer waits long."""

_PURGES = (
    ("raw", "purge_us <= ?", 0),
    ("inbox", "state <> 'new' AND done_us <= ?", 14),
    ("outbox", "state IN ('done', 'dropped') AND done_us <= ?", 400),
    ("event", "at_us <= ?", 400),
    ("parked", "state <> 'parked' AND at_us <= ?", 30),
    ("listing", "at_us <= ?", 7),
    ("answer", "fetched_us <= ?", 30),
)
"""Table, what is old, after how many days. An outbox row outlives any repeat of its key."""

_KEYS = {
    "raw": "connection, kind, source_id",
    "parked": "connection, kind, source_id",
    "listing": "run_id, stream, source_id",
    "answer": "scope, key",
}


_OLDEST_EVENTS = f"(SELECT n, at_us FROM event ORDER BY n LIMIT {_AT_A_TIME}) AS oldest"
"""Events lie in the order of time: only the old end need be looked at, not millions of rows."""


class Purging(Room):
    """The broom."""

    def purge(self, now: datetime | None = None, *, days: dict[str, int] | None = None) -> Purged:
        """Take away what is past its time; `days` changes a table's number of days."""
        at_us = self._us(now)
        gone = {}
        for table, old, after_days in _PURGES:
            kept_days = (days or {}).get(table, after_days)
            gone[table] = _sweep(self._db, table, old, at_us - kept_days * DAY_US)
        return Purged(**gone)

    def purge_raw(self, now: datetime | None = None) -> int:
        """Only the raw bytes whose date has passed; how many."""
        return _sweep(self._db, "raw", "purge_us <= ?", self._us(now))


def _sweep(db: Database, table: str, old: str, limit_us: int) -> int:
    key = _KEYS.get(table, "n")
    among = _OLDEST_EVENTS if table == "event" else table
    sql = f"DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {among} WHERE {old} LIMIT ?)"
    gone = 0
    while True:
        here = db.write(lambda tx: tx.run(sql, (limit_us, _AT_A_TIME)))
        gone += here
        if here < _AT_A_TIME:
            return gone
