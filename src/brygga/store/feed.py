"""The change feed and the history of fields. Numbers follow the order of commits.

A reader keeps the last number it has seen and asks for what comes after: it never misses a
line and never sees one out of order, however many writers there are (see `next_numbers`).
"""

# ruff: noqa: S608 – only names of ours are put into SQL; every value is a parameter
# ruff: noqa: A002 – `id` is what the column and the record call it

from __future__ import annotations

from brygga.store.database import Row
from brygga.store.jsons import from_json, maybe_from_json
from brygga.store.moments import from_us
from brygga.store.room import Room
from brygga.store.rows import FeedRow, HistoryRow

_COLUMNS = "seq, at_us, kind, id, connection, op, fields, version, correlation_id"


class Feed(Room):
    """What changed."""

    def feed_after(self, seq: int, limit: int = 1000) -> list[FeedRow]:
        """The next lines after number `seq`, in order."""
        sql = f"SELECT {_COLUMNS} FROM feed WHERE seq > ? ORDER BY seq LIMIT ?"
        return [_line(row) for row in self._db.rows(sql, (seq, limit))]

    def feed_last(self) -> int:
        """The newest line's number; 0 if there is none."""
        row = self._db.row("SELECT n FROM counter WHERE name = 'feed'")
        return int(row[0]) if row else 0

    def history(self, kind: str, id: str, limit: int = 1000) -> list[HistoryRow]:
        """The newest `limit` changes of a record's fields, oldest first."""
        sql = (
            "SELECT h.seq, h.at_us, h.path, h.old, h.new, f.correlation_id"
            " FROM history h LEFT JOIN feed f ON f.seq = h.seq"
            " WHERE h.id = ? AND h.kind = ? ORDER BY h.n DESC LIMIT ?"
        )
        return [
            HistoryRow(
                seq=seq,
                at=from_us(at_us),
                path=path,
                old=maybe_from_json(old),
                new=maybe_from_json(new),
                correlation_id=correlation_id or "",
            )
            for seq, at_us, path, old, new, correlation_id in reversed(self._db.rows(sql, (id, kind, limit)))
        ]


def _line(row: Row) -> FeedRow:
    seq, at_us, kind, record_id, connection, op, fields, version, correlation_id = row
    return FeedRow(
        seq=seq,
        at=from_us(at_us),
        kind=kind,
        id=record_id,
        connection=connection,
        op=op,
        fields=tuple(from_json(fields)),
        version=version,
        correlation_id=correlation_id,
    )
