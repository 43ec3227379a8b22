"""What could not be taken in (*undanlagt*) and what was remarked on in what could (*datafynd*)."""

# ruff: noqa: S608 – only names of ours are put into SQL; every value is a parameter
# ruff: noqa: A002 – `id` is what the column and the record call it

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from brygga.model import Finding
from brygga.store.database import Row, Tx
from brygga.store.moments import from_us, to_us
from brygga.store.prepare import plain
from brygga.store.room import Room
from brygga.store.rows import StoredFinding
from brygga.store.sealing import Sealer, label, pack, unpack
from brygga.store.shapes import Parked

_MOST_LOOKED_AT = 10_000
_COLUMNS = "connection, kind, source_id, reason_code, sv, detail, raw, attempts, state, at_us"
_PARK = f"""
    INSERT INTO parked ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'parked', ?)
    ON CONFLICT (connection, kind, source_id) DO UPDATE SET
        reason_code = excluded.reason_code, sv = excluded.sv, detail = excluded.detail,
        raw = coalesce(excluded.raw, parked.raw), state = 'parked', at_us = excluded.at_us,
        attempts = CASE WHEN parked.state = 'parked' THEN parked.attempts + 1 ELSE excluded.attempts END
"""


def park(tx: Tx, items: Sequence[Parked], sealer: Sealer, at_us: int) -> None:
    """Set items aside; one that is there already counts one more attempt."""
    tx.many(_PARK, [_row(item, sealer, at_us) for item in sorted(items, key=_key)])


def _key(item: Parked) -> tuple[str, str, str]:
    return (item.connection, item.kind, item.source_id)


def _row(item: Parked, sealer: Sealer, at_us: int) -> tuple[object, ...]:
    raw = None
    if item.raw is not None:
        raw = sealer.seal(pack(item.raw), aad=label("parked", *_key(item)))
    at = to_us(item.at) if item.at is not None else at_us
    texts = (plain(item.reason_code), plain(item.sv), plain(item.detail))
    return (item.connection, item.kind, plain(item.source_id), *texts, raw, item.attempts, at)


def mend(tx: Tx, connection: str, came_in: Iterable[tuple[str, str]]) -> None:
    """What came in well is parked no longer. Usually nothing is parked, and one look is all."""
    sql = "SELECT kind, source_id FROM parked WHERE connection = ? AND state = 'parked' LIMIT ?"
    waiting = {(kind, source_id) for kind, source_id in tx.rows(sql, (connection, _MOST_LOOKED_AT))}
    if not waiting:
        return
    sql = "UPDATE parked SET state = 'mended', raw = NULL WHERE connection = ? AND kind = ? AND source_id = ?"
    tx.many(sql, [(connection, *key) for key in sorted(waiting.intersection(came_in))])


class Parking(Room):
    """Parked items and findings, for lists and for a person's decision."""

    def park(self, items: Sequence[Parked]) -> None:
        """Set items aside outside a batch."""
        self._db.write(lambda tx: park(tx, items, self._sealer, self._us()))

    def parked(
        self, connection: str = "", *, state: str = "parked", limit: int = 1000, with_raw: bool = False
    ) -> list[Parked]:
        """Parked items, newest first. `with_raw` opens the sealed bytes."""
        sql = f"SELECT {_COLUMNS} FROM parked WHERE state = ?"
        values: list[object] = [state]
        if connection:
            sql += " AND connection = ?"
            values.append(connection)
        rows = self._db.rows(f"{sql} ORDER BY at_us DESC, kind, source_id LIMIT ?", (*values, limit))
        return [self._parked(row, with_raw) for row in rows]

    def unpark(self, connection: str, kind: str, source_id: str, *, state: str = "mended") -> bool:
        """Mark one as mended or dropped; its raw bytes go. False if it was not parked."""
        sql = (
            "UPDATE parked SET state = ?, raw = NULL"
            " WHERE connection = ? AND kind = ? AND source_id = ? AND state = 'parked'"
        )
        return self._db.write(lambda tx: tx.run(sql, (state, connection, kind, source_id))) > 0

    def findings_put(
        self, kind: str, id: str, found: list[Finding], *, under: str, now: datetime | None = None
    ) -> None:
        """Replace the findings of one record whose paths begin with `under` by these."""
        at_us, connection = self._us(now), id.partition(":")[0]
        rows = {(kind, id, plain(one.path), one.code): (str(one.severity), plain(one.sv)) for one in found}

        def work(tx: Tx) -> None:
            sql = "DELETE FROM finding WHERE kind = ? AND id = ? AND path >= ? AND path < ?"
            tx.run(sql, (kind, id, under, f"{under}\U0010ffff"))
            columns = "kind, id, path, code, connection, severity, sv, at_us"
            tx.load("finding", columns, [(*key, connection, *rest, at_us) for key, rest in rows.items()])

        self._db.write(work)

    def findings(
        self,
        connection: str = "",
        *,
        kind: str = "",
        id: str = "",
        limit: int = 10_000,
    ) -> list[StoredFinding]:
        """Findings of a connection, a kind or one record, in the order of records."""
        asked = {"connection": connection, "kind": kind, "id": id}
        given = {name: value for name, value in asked.items() if value}
        where = " AND ".join(f"{name} = ?" for name in given) or "1 = 1"
        sql = (
            "SELECT connection, kind, id, path, code, severity, sv, at_us"
            f" FROM finding WHERE {where} ORDER BY kind, id, path, code LIMIT ?"
        )
        return [_finding(row) for row in self._db.rows(sql, (*given.values(), limit))]

    def finding_counts(self, connection: str = "") -> dict[str, int]:
        """Code → how many records have it."""
        where, values = ("WHERE connection = ?", (connection,)) if connection else ("", ())
        sql = f"SELECT code, count(*) FROM finding {where} GROUP BY code ORDER BY code"
        return {str(code): int(n) for code, n in self._db.rows(sql, values)}

    def _parked(self, row: Row, with_raw: bool) -> Parked:
        connection, kind, source_id, code, sv, detail, sealed, attempts, state, at_us = row
        raw: Any = None
        if with_raw and sealed is not None:
            raw = unpack(self._sealer.open(sealed, aad=label("parked", connection, kind, source_id)))
        return Parked(
            connection=connection,
            kind=kind,
            source_id=source_id,
            reason_code=code,
            sv=sv,
            detail=detail,
            raw=raw,
            attempts=attempts,
            state=state,
            at=from_us(at_us),
        )


def _finding(row: Row) -> StoredFinding:
    connection, kind, record_id, path, code, severity, sv, at_us = row
    return StoredFinding(
        connection=connection,
        kind=kind,
        id=record_id,
        path=path,
        code=code,
        severity=severity,
        sv=sv,
        at=from_us(at_us),
    )
