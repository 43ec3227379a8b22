"""Events: what happened to which home and connection. The timelines (*tidslinjer*) read them."""

# ruff: noqa: S608 – only names of ours are put into SQL; every value is a parameter
# ruff: noqa: A002 – `id` is what the column and the record call it

from __future__ import annotations

from collections.abc import Iterable

from brygga.store.database import Row, Tx
from brygga.store.jsons import from_json, to_json
from brygga.store.moments import from_us, to_us
from brygga.store.room import Room
from brygga.store.told import Event

_COLUMNS = "at_us, correlation_id, connection, kind, id, what, level, took_ms, facts"


def add(tx: Tx, events: Iterable[Event], at_us: int, correlation_id: str = "") -> None:
    """Write events; what they leave out (moment, correlation id) is filled in."""
    rows = [
        (
            to_us(e.at) if e.at is not None else at_us,
            e.correlation_id or correlation_id,
            e.connection,
            e.kind,
            e.id,
            e.what,
            e.level,
            e.took_ms,
            to_json(e.facts),
        )
        for e in events
    ]
    tx.load("event", _COLUMNS, rows)


class Events(Room):
    """Write and read the timelines."""

    def event_add(self, events: Iterable[Event]) -> None:
        """Write events outside a batch. A power cut may lose the last ones; a crash of ours does not."""
        listed = list(events)
        at_us = self._us()
        if listed:
            self._db.write(lambda tx: add(tx, listed, at_us), durable=False)

    def timeline(self, kind: str, id: str, limit: int = 200) -> list[Event]:
        """The newest `limit` events of one record, oldest first."""
        return self._newest("id = ? AND kind = ?", (id, kind), limit)

    def events(
        self, connection: str = "", *, after: int = 0, limit: int = 200, correlation_id: str = ""
    ) -> list[Event]:
        """The newest `limit` events of a connection (or of all) after number `after`, oldest first."""
        where, values = "n > ?", [after]
        given: list[object] = [*values]
        for name, value in (("connection", connection), ("correlation_id", correlation_id)):
            if value:
                where += f" AND {name} = ?"
                given.append(value)
        return self._newest(where, tuple(given), limit)

    def last_event(self, connection: str, what: str) -> Event | None:
        """A connection's newest event of that name: "last fetched at …"."""
        found = self._newest("connection = ? AND what = ?", (connection, what), 1)
        return found[0] if found else None

    def _newest(self, where: str, values: tuple[object, ...], limit: int) -> list[Event]:
        sql = f"SELECT n, {_COLUMNS} FROM event WHERE {where} ORDER BY n DESC LIMIT ?"
        return [_event(row) for row in reversed(self._db.rows(sql, (*values, limit)))]


def _event(row: Row) -> Event:
    n, at_us, correlation_id, connection, kind, record_id, what, level, took_ms, facts = row
    return Event(
        n=n,
        at=from_us(at_us),
        correlation_id=correlation_id,
        connection=connection,
        kind=kind,
        id=record_id,
        what=what,
        level=level,
        took_ms=took_ms,
        facts=from_json(facts),
    )
