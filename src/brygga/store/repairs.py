"""Repairs (*åtgärder*): what a person must mend. One per code, connection and subject."""

# ruff: noqa: S608 – only names of ours are put into SQL; every value is a parameter

from __future__ import annotations

from datetime import datetime
from typing import Any

from brygga.store.database import Row
from brygga.store.jsons import from_json, to_json
from brygga.store.moments import from_us, maybe_from_us
from brygga.store.room import Room
from brygga.store.told import Repair

_COLUMNS = "code, connection, subject, opened_us, last_us, closed_us, closed_by, count, snoozed_us, facts"
_KEY = "code = ? AND connection = ? AND subject = ?"
_OPEN = """
    INSERT INTO repair (code, connection, subject, opened_us, last_us, closed_us, closed_by, count,
        snoozed_us, facts)
    VALUES (?, ?, ?, ?, ?, NULL, '', 1, NULL, ?)
    ON CONFLICT (code, connection, subject) DO UPDATE SET
        opened_us = CASE WHEN repair.closed_us IS NULL THEN repair.opened_us ELSE excluded.opened_us END,
        count = CASE WHEN repair.closed_us IS NULL THEN repair.count + 1 ELSE 1 END,
        snoozed_us = CASE WHEN repair.closed_us IS NULL THEN repair.snoozed_us ELSE NULL END,
        last_us = excluded.last_us, closed_us = NULL, closed_by = '', facts = excluded.facts
    RETURNING count
"""


class Repairs(Room):
    """Open, close, put off, list."""

    def repair_open(
        self,
        code: str,
        connection: str,
        subject: str = "",
        facts: dict[str, Any] | None = None,
        now: datetime | None = None,
    ) -> bool:
        """Report it; True if it was not open already (then somebody should be told)."""
        at_us = self._us(now)
        values = (code, connection, subject, at_us, at_us, to_json(facts or {}))
        row = self._db.write(lambda tx: tx.row(_OPEN, values))
        return row is not None and row[0] == 1

    def repair_close(
        self, code: str, connection: str, subject: str = "", now: datetime | None = None, by: str = ""
    ) -> bool:
        """It is mended; False if it was not open. Usually nothing is open, and a look is all."""
        if (
            self._db.row(
                f"SELECT 1 FROM repair WHERE {_KEY} AND closed_us IS NULL", (code, connection, subject)
            )
            is None
        ):
            return False
        sql = f"UPDATE repair SET closed_us = ?, closed_by = ? WHERE {_KEY} AND closed_us IS NULL"
        values = (self._us(now), by, code, connection, subject)
        return self._db.write(lambda tx: tx.run(sql, values)) > 0

    def repair_snooze(self, code: str, connection: str, subject: str, until: datetime) -> bool:
        """Do not remind of it before that moment."""
        sql = f"UPDATE repair SET snoozed_us = ? WHERE {_KEY} AND closed_us IS NULL"
        values = (self._us(until), code, connection, subject)
        return self._db.write(lambda tx: tx.run(sql, values)) > 0

    def repair_list(
        self, *, connection: str = "", include_closed: bool = False, limit: int = 500
    ) -> list[Repair]:
        """Repairs, those opened first at the top; closed ones only if asked for."""
        where = "1 = 1" if include_closed else "closed_us IS NULL"
        given = (connection,) if connection else ()
        sql = (
            f"SELECT {_COLUMNS} FROM repair WHERE {where} {'AND connection = ?' if connection else ''}"
            " ORDER BY opened_us, code, connection, subject LIMIT ?"
        )
        return [_repair(row) for row in self._db.rows(sql, (*given, limit))]


def _repair(row: Row) -> Repair:
    code, connection, subject, opened_us, last_us, closed_us, closed_by, count, snoozed_us, facts = row
    return Repair(
        code=code,
        connection=connection,
        subject=subject,
        opened_at=from_us(opened_us),
        last_at=from_us(last_us),
        closed_at=maybe_from_us(closed_us),
        closed_by=closed_by,
        count=count,
        snoozed_until=maybe_from_us(snoozed_us),
        facts=from_json(facts),
    )
