"""Sealed credentials in SQL: the vault's CredentialStore. This room cannot read them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from brygga.store.database import Database, Row, Tx
from brygga.store.moments import to_us
from brygga.vault.credentials import StoredCredential

_COLUMNS = "tenant, connection, version, blob"
_CREATE = """
    INSERT INTO credential (tenant, connection, version, updated_us, blob) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (tenant, connection) DO NOTHING
"""
_REPLACE = """
    UPDATE credential SET version = ?, updated_us = ?, blob = ?
    WHERE tenant = ? AND connection = ? AND version = ?
"""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class SqlCredentials:
    """Rows of (tenant, connection); each change is one compare-and-swap on the version."""

    def __init__(self, db: Database, *, now: Callable[[], datetime] = _utc_now) -> None:
        self._db = db
        self._now = now

    async def load(self, tenant: str, connection: str) -> StoredCredential | None:
        """The row, or None."""
        sql = f"SELECT {_COLUMNS} FROM credential WHERE tenant = ? AND connection = ?"  # noqa: S608 – names are ours
        row = await asyncio.to_thread(self._db.row, sql, (tenant, connection))
        return _row(row) if row else None

    async def save_if_version(self, row: StoredCredential, *, expected: int | None) -> bool:
        """Write `row` if the kept version is `expected` (None: if there is no row). True if written."""
        at_us = to_us(self._now())

        def work(tx: Tx) -> bool:
            if expected is None:
                return tx.run(_CREATE, (row.tenant, row.connection, row.version, at_us, row.blob)) == 1
            where = (row.tenant, row.connection, expected)
            return tx.run(_REPLACE, (row.version, at_us, row.blob, *where)) == 1

        return await asyncio.to_thread(self._db.write, work)

    async def list(self) -> list[StoredCredential]:
        """All rows of all tenants."""
        sql = f"SELECT {_COLUMNS} FROM credential ORDER BY tenant, connection"  # noqa: S608 – names are ours
        return [_row(row) for row in await asyncio.to_thread(self._db.rows, sql)]

    async def delete(self, tenant: str, connection: str) -> bool:
        """Remove the row. True if there was one."""
        sql = "DELETE FROM credential WHERE tenant = ? AND connection = ?"

        def work(tx: Tx) -> bool:
            return tx.run(sql, (tenant, connection)) == 1

        return await asyncio.to_thread(self._db.write, work)


def _row(row: Row) -> StoredCredential:
    tenant, connection, version, blob = row
    return StoredCredential(tenant=tenant, connection=connection, version=version, blob=blob)
