"""The audit log (*behandlingslogg*): who did what to what, each line sealed to the one before.

A line's hash covers the hash of the line before it, so a line that is changed, put in or taken
out shows, and so does a log whose end was cut off (the counter knows how many there are). It
proves order and wholeness, not who held the database: for that the newest hash is to be kept
somewhere else now and then.
"""

# ruff: noqa: S608 – only names of ours are put into SQL; every value is a parameter

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from brygga.store.database import Row, Tx
from brygga.store.jsons import from_json, to_json
from brygga.store.moments import from_us
from brygga.store.room import Room
from brygga.store.told import AuditCheck, AuditRow
from brygga.store.writing import next_numbers

_COLUMNS = "n, at_us, actor, action, subject, facts, prev, hash"
_ADD = f"INSERT INTO audit ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_FIRST = b"\x00" * 32
_PAGE = 1000


class Audit(Room):
    """Add, read, verify. There is no way to change or remove a line."""

    def audit_add(
        self,
        actor: str,
        action: str,
        subject: str = "",
        facts: dict[str, Any] | None = None,
        now: datetime | None = None,
    ) -> int:
        """Write a line; gives its number. On disk before this returns."""
        line = (self._us(now), actor, action, subject, to_json(facts or {}))

        def work(tx: Tx) -> int:
            n = next_numbers(tx, "audit", 1)[0]
            last = tx.row("SELECT hash FROM audit ORDER BY n DESC LIMIT 1")
            prev = last[0] if last else _FIRST
            tx.run(_ADD, (n, *line, prev, _digest(prev, n, *line)))
            return n

        return self._db.write(work)

    def audit_list(self, *, subject: str = "", after: int = 0, limit: int = 200) -> list[AuditRow]:
        """Lines after number `after`, oldest first; of one subject if given."""
        where, values = ("AND subject = ?", (subject,)) if subject else ("", ())
        sql = (
            f"SELECT n, at_us, actor, action, subject, facts FROM audit WHERE n > ? {where}"
            " ORDER BY n LIMIT ?"
        )
        return [_line(row) for row in self._db.rows(sql, (after, *values, limit))]

    def audit_verify(self) -> AuditCheck:
        """Go through the whole chain."""
        n, prev = 0, _FIRST
        while True:
            rows = self._db.rows(f"SELECT {_COLUMNS} FROM audit WHERE n > ? ORDER BY n LIMIT ?", (n, _PAGE))
            for row in rows:
                if row[0] != n + 1 or row[6] != prev or row[7] != _digest(prev, *row[:6]):
                    return AuditCheck(ok=False, lines=n, first_bad=n + 1)
                n, prev = row[0], row[7]
            if len(rows) < _PAGE:
                break
        given = self._db.row("SELECT n FROM counter WHERE name = 'audit'")
        whole = n == (given[0] if given else 0)
        return AuditCheck(ok=whole, lines=n, first_bad=None if whole else n + 1)


def _digest(prev: bytes, n: int, *line: object) -> bytes:
    return hashlib.sha256(prev + to_json([n, *line]).encode()).digest()


def _line(row: Row) -> AuditRow:
    n, at_us, actor, action, subject, facts = row
    return AuditRow(
        n=n, at=from_us(at_us), actor=actor, action=action, subject=subject, facts=from_json(facts)
    )
