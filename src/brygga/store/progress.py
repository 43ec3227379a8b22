"""How far a source has been read, and the ids that a full comparison has seen so far."""

# ruff: noqa: S608 – only names of ours are put into SQL; every value is a parameter

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec

from brygga.model import RECORD_TYPES
from brygga.store.apply import SAVE_CURSOR
from brygga.store.moments import from_us
from brygga.store.prepare import OWNED
from brygga.store.room import Room

_LIST = (
    "INSERT INTO listing (run_id, source_id, connection, stream, at_us) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (run_id, stream, source_id) DO NOTHING"
)


class Held(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A living record beside a comparison's listings. `home_listed` is False for what belongs to no home."""

    id: str
    source_id: str
    listed: bool
    home_listed: bool


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

    def listing_count(self, run_id: str, connection: str, stream: str) -> int:
        """How many ids the comparison has seen."""
        sql = "SELECT count(*) FROM listing WHERE run_id = ? AND connection = ? AND stream = ?"
        return int(self._db.rows(sql, (run_id, connection, stream))[0][0])

    def held_page(
        self, run_id: str, connection: str, kind: str, *, after_id: str = "", limit: int = 5_000
    ) -> list[Held]:
        """What we hold of one kind, in the order of ids, and whether the run's listings name it and its home.

        A page at a time, so that a large source needs no more memory than a small one.
        """
        if kind not in RECORD_TYPES:
            raise KeyError(kind)
        low, high = f"{connection}:", f"{connection};"  # `;` is the sign after `:`
        named = "EXISTS (SELECT 1 FROM listing l WHERE l.run_id = ? AND l.stream = ? AND l.source_id = {})"
        home = "substr(r.owner_id, ?)" if kind in OWNED else "NULL"
        sql = (
            f"SELECT r.id, r.source_id, {named.format('r.source_id')}, {named.format(home)}"
            f" FROM rec_{kind} r WHERE r.id >= ? AND r.id < ? AND r.id > ?"
            " AND r.deleted_us IS NULL ORDER BY r.id LIMIT ?"
        )
        owner = (len(low) + 1,) if kind in OWNED else ()
        values = (run_id, kind, run_id, "estate", *owner, low, high, after_id, limit)
        return [
            Held(id=rid, source_id=sid, listed=bool(listed), home_listed=bool(home_listed))
            for rid, sid, listed, home_listed in self._db.rows(sql, values)
        ]

    def listing_drop(self, run_id: str) -> None:
        """The comparison is over."""
        self._db.write(lambda tx: tx.run("DELETE FROM listing WHERE run_id = ?", (run_id,)))
