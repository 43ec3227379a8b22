"""Settings kept in the database, and the workers' signs of life."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from brygga.store.jsons import from_json, to_json
from brygga.store.moments import from_us
from brygga.store.room import Room
from brygga.store.told import Heartbeat

_PUT = (
    "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)
_BEAT = (
    "INSERT INTO heartbeat (worker, at_us, facts) VALUES (?, ?, ?)"
    " ON CONFLICT (worker) DO UPDATE SET at_us = excluded.at_us, facts = excluded.facts"
)


class Settings(Room):
    """Names and values; no secrets, those are in the vault."""

    def setting_get(self, name: str) -> Any:
        """The value; None if it is not set."""
        row = self._db.row("SELECT value FROM setting WHERE name = ?", (name,))
        return from_json(row[0]) if row else None

    def setting_put(self, name: str, value: Any) -> None:
        """Set it; plain values, lists and dicts."""
        self._db.write(lambda tx: tx.run(_PUT, (name, to_json(value))))

    def setting_drop(self, name: str) -> None:
        """Unset it."""
        self._db.write(lambda tx: tx.run("DELETE FROM setting WHERE name = ?", (name,)))

    def settings_like(self, prefix: str) -> dict[str, Any]:
        """Name → value of all settings whose names begin so."""
        sql = "SELECT name, value FROM setting WHERE name >= ? AND name < ? ORDER BY name"
        return {name: from_json(value) for name, value in self._db.rows(sql, (prefix, f"{prefix}\U0010ffff"))}

    def heartbeat(
        self, worker: str, facts: dict[str, Any] | None = None, now: datetime | None = None
    ) -> None:
        """The worker is alive now."""
        values = (worker, self._us(now), to_json(facts or {}))
        self._db.write(lambda tx: tx.run(_BEAT, values), durable=False)

    def heartbeats(self) -> list[Heartbeat]:
        """The last sign of life of every worker, by name."""
        rows = self._db.rows("SELECT worker, at_us, facts FROM heartbeat ORDER BY worker")
        return [Heartbeat(worker=w, at=from_us(at), facts=from_json(facts)) for w, at, facts in rows]

    def heartbeat_drop(self, worker: str) -> None:
        """The worker has ended in good order."""
        self._db.write(lambda tx: tx.run("DELETE FROM heartbeat WHERE worker = ?", (worker,)))
