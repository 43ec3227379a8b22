"""Links: what a record is called in another system, and how far its publication has come."""

# ruff: noqa: S608 – only names of ours are put into SQL; every value is a parameter
# ruff: noqa: A002 – `id` is what the column and the record call it

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from brygga.store.database import Row, Tx
from brygga.store.jsons import from_json, to_json
from brygga.store.moments import from_us
from brygga.store.room import Room
from brygga.store.told import Link

_COLUMNS = "kind, id, connection, remote_id, state, at_us"
_PUT = """
    INSERT INTO link (kind, id, connection, remote_id, state, at_us) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (kind, id, connection) DO UPDATE SET
        remote_id = CASE WHEN excluded.remote_id = '' THEN link.remote_id ELSE excluded.remote_id END,
        state = excluded.state, at_us = excluded.at_us
"""


class Links(Room):
    """Keep and look up."""

    def link_get(self, kind: str, id: str, connection: str) -> dict[str, Any] | None:
        """The state of one link; None if there is none."""
        row = self._db.row(_STATE, (kind, id, connection))
        return from_json(row[0]) if row else None

    def link_put(
        self,
        kind: str,
        id: str,
        connection: str,
        state: dict[str, Any],
        now: datetime | None = None,
        *,
        remote_id: str = "",
    ) -> None:
        """Keep a link's state, all of it. An empty `remote_id` leaves the known one."""
        values = (kind, id, connection, remote_id, to_json(state), self._us(now))
        self._db.write(lambda tx: tx.run(_PUT, values))

    def link_merge(
        self,
        kind: str,
        id: str,
        connection: str,
        patch: dict[str, Any],
        now: datetime | None = None,
        *,
        remote_id: str = "",
    ) -> dict[str, Any]:
        """Change some members of a link's state, on disk before this returns; gives the whole state."""
        at_us = self._us(now)

        def work(tx: Tx) -> dict[str, Any]:
            tx.lock(f"link|{kind}|{id}|{connection}")
            row = tx.row(_STATE, (kind, id, connection))
            merged = {**(from_json(row[0]) if row else {}), **patch}
            tx.run(_PUT, (kind, id, connection, remote_id, to_json(merged), at_us))
            return merged

        return self._db.write(work)

    def link_drop(self, kind: str, id: str, connection: str) -> None:
        """Forget a link."""
        sql = "DELETE FROM link WHERE kind = ? AND id = ? AND connection = ?"
        self._db.write(lambda tx: tx.run(sql, (kind, id, connection)))

    def links_of(self, kind: str, ids: Iterable[str]) -> dict[str, dict[str, dict[str, Any]]]:
        """Id → connection → state, for those that have links."""
        sql = f"SELECT id, connection, state FROM link WHERE kind = ? AND id {self._db.among}"
        found: dict[str, dict[str, dict[str, Any]]] = {}
        for record_id, connection, state in self._db.rows(sql, (kind, self._db.array(ids))):
            found.setdefault(record_id, {})[connection] = from_json(state)
        return found

    def links(self, connection: str, *, kind: str = "estate") -> list[Link]:
        """All links of one kind to one connection, by id."""
        sql = f"SELECT {_COLUMNS} FROM link WHERE kind = ? AND connection = ? ORDER BY id"
        return [_link(row) for row in self._db.rows(sql, (kind, connection))]

    def link_by_remote(self, connection: str, remote_id: str) -> Link | None:
        """The link whose record is called `remote_id` over there."""
        sql = f"SELECT {_COLUMNS} FROM link WHERE connection = ? AND remote_id = ?"
        row = self._db.row(sql, (connection, remote_id))
        return _link(row) if row else None

    def published_at(self, estate_ids: Sequence[str]) -> dict[str, list[str]]:
        """Estate id → the connections that it has been asked to be published at, sorted."""
        sql = (
            f"SELECT id, connection FROM link WHERE kind = 'estate' AND id {self._db.among}"
            " ORDER BY id, connection"
        )
        found: dict[str, list[str]] = {}
        for record_id, connection in self._db.rows(sql, (self._db.array(estate_ids),)):
            found.setdefault(record_id, []).append(connection)
        return found


_STATE = "SELECT state FROM link WHERE kind = ? AND id = ? AND connection = ?"


def _link(row: Row) -> Link:
    kind, record_id, connection, remote_id, state, at_us = row
    return Link(
        kind=kind,
        id=record_id,
        connection=connection,
        remote_id=remote_id,
        state=from_json(state),
        at=from_us(at_us),
    )
