"""How far a source has been read, and the ids that a full comparison has seen so far."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from brygga.store.apply import SAVE_CURSOR
from brygga.store.moments import from_us
from brygga.store.room import Room

_LIST = (
    "INSERT INTO listing (run_id, source_id, connection, stream, at_us) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (run_id, stream, source_id) DO NOTHING"
)


class Progress(Room):
    """Cursors (*läsmärken*) and listings."""

    def cursor_get(self, connection: str, stream: str) -> str | None:
        """The cursor's value; None before the first read."""
        row = self._db.row(
            "SELECT value FROM cursor WHERE connection = ? AND stream = ?", (connection, stream)
        )
        return str(row[0]) if row else None

    def cursor_put(self, connection: str, stream: str, value: str, now: datetime | None = None) -> None:
        """Save a cursor by itself; with a page it is saved by the page's batch."""
        values = (connection, stream, value, self._us(now))
        self._db.write(lambda tx: tx.run(SAVE_CURSOR, values))

    def cursors(self, connection: str) -> dict[str, tuple[str, datetime]]:
        """Stream → (value, when it was saved)."""
        rows = self._db.rows("SELECT stream, value, at_us FROM cursor WHERE connection = ?", (connection,))
        return {str(stream): (str(value), from_us(at_us)) for stream, value, at_us in rows}

    def listing_add(self, run_id: str, connection: str, stream: str, source_ids: Iterable[str]) -> None:
        """Note the ids of one page of a comparison under way; the same page twice is the same."""
        at_us = self._us()
        rows = [(run_id, source_id, connection, stream, at_us) for source_id in sorted(set(source_ids))]
        if rows:
            self._db.write(lambda tx: tx.many(_LIST, rows))

    def listing_ids(self, run_id: str, connection: str, stream: str) -> set[str]:
        """All ids that the comparison has seen."""
        sql = "SELECT source_id FROM listing WHERE run_id = ? AND connection = ? AND stream = ?"
        return {row[0] for row in self._db.rows(sql, (run_id, connection, stream))}

    def listing_drop(self, run_id: str) -> None:
        """The comparison is over."""
        self._db.write(lambda tx: tx.run("DELETE FROM listing WHERE run_id = ?", (run_id,)))
