"""Listings page by page in the order of the keys, single rows, and only what changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from brygga.connectors.abilities import Page, RawRecord, Ref
from brygga.connectors.agencydb.api import changelog
from brygga.connectors.agencydb.api.statements import Found, Statements
from brygga.connectors.agencydb.mapping import Mapper, TableMap
from brygga.model import Invalid, Unsupported
from brygga.swedish.dates import STOCKHOLM
from brygga.wire.database import DatabaseLine
from brygga.wire.database_session import Session

OVERLAP = timedelta(minutes=10)
"""How far back a search for changes reaches: a transaction shows its changes only when it ends."""


class Place(msgspec.Struct, array_like=True):
    """Where a listing stands: which of the kind's tables, and the last key read in it."""

    table: int = 0
    after: tuple[str, ...] = ()


class Reader:
    """Reads what one connection's mapping names. `changes`: auto · column · triggers · compare."""

    def __init__(
        self,
        line: DatabaseLine,
        mapper: Mapper,
        *,
        changes: str,
        page_rows: int,
        now: Callable[[], datetime],
    ) -> None:
        self._line, self._mapper, self._changes, self._now = line, mapper, changes, now
        self._page_rows = page_rows
        self._logged: bool | None = None

    async def pages(self, stream: str, *, since: datetime | None, cursor: str) -> AsyncIterator[Page]:
        """One kind's rows; the next page is fetched while the last one is worked on."""
        tables = self._mapper.of_kind(stream)
        if not tables:
            raise Unsupported(
                f"The mapping has no table for {stream}.",
                connection=self._mapper.connection,
                operation="list",
            )
        place: Place | None = msgspec.json.decode(cursor, type=Place) if cursor else Place()
        coming = asyncio.create_task(self._page(stream, tables, place or Place(), since))
        try:
            while True:
                page, place = await coming
                if place is not None:
                    coming = asyncio.create_task(self._page(stream, tables, place, since))
                yield page
                if place is None:
                    return
        finally:
            coming.cancel()
            await asyncio.gather(coming, return_exceptions=True)

    async def _page(
        self, stream: str, tables: list[TableMap], place: Place, since: datetime | None
    ) -> tuple[Page, Place | None]:
        table = tables[place.table]
        operation, at = f"{stream}.list", self._now()
        if since is not None and await self._by_log(table):
            found = await self._line.run(operation, lambda s: self._logged_rows(s, table, since))
            full = False
        else:
            start = changed_from(table, since, self._line.dialect) if since else None
            found = await self._line.run(operation, lambda s: self._rows(s, table, place.after, start))
            full = len(found) >= self._page_rows
        after: Place | None = Place(place.table, found[-1][0]) if full else Place(place.table + 1)
        last = not full and place.table + 1 >= len(tables)
        records = self._records(table, found, at)
        cursor = msgspec.json.encode(after).decode()
        return Page(records=records, cursor=cursor, last=last), None if last else after

    async def fetch(self, ref: Ref) -> RawRecord | None:
        """One row by its id; None when it is not there. Raises Invalid for an id of another make."""
        if ref.kind == "relation" and not self._mapper.of_kind("relation"):
            return await self._relation(ref)
        table = self._mapper.table_of(ref.kind, ref.source_id)
        if table is None:
            raise Unsupported(
                f"The mapping has no table for {ref.kind}.",
                connection=self._mapper.connection,
                operation="read",
            )
        key, at = self._key(table, ref.source_id), self._now()
        found = await self._line.run(f"{ref.kind}.read", lambda s: self._sql(table, s).by_keys(s, [key]))
        return self._records(table, found, at)[0] if found else None

    async def _relation(self, ref: Ref) -> RawRecord | None:
        """The home's row, if it still names that very contact in that part."""
        table = self._mapper.carrier
        if table is None:
            return None
        estate = table.home_of(ref.source_id)
        key, at = self._key(table, estate), self._now()
        found = await self._line.run("relation.read", lambda s: self._sql(table, s).by_keys(s, [key]))
        if not found:
            return None
        body = found[0][1]
        named = self._mapper.relations(table, self._mapper.row(body), estate)
        if self._mapper.canonical(ref.source_id) not in {one.id for one in named}:
            return None
        return RawRecord(kind="relation", source_id=ref.source_id, body=body, fetched_at=at)

    def _key(self, table: TableMap, source_id: str) -> tuple[str, ...]:
        key = table.key_of(source_id)
        base = table.plan.key_type.partition(" ")[0]
        if (base == "int" and not key[0].lstrip("-").isdigit()) or (base == "uuid" and not _is_uuid(key[0])):
            raise Invalid(
                "That is not a key of this table.", code="bad_reference", connection=self._mapper.connection
            )
        return key

    async def _by_log(self, table: TableMap) -> bool:
        if self._changes in {"column", "compare"} or (self._changes == "auto" and table.plan.changed):
            return False
        if self._logged is None:
            schema = self._mapper.plan.schema
            self._logged = await self._line.run("check", lambda s: changelog.present(s, schema))
        return self._logged

    # ------------------------------------------------------------------ in a thread

    def _sql(self, table: TableMap, session: Session) -> Statements:
        return Statements(table, dialect=session.dialect, schema=self._mapper.plan.schema)

    def _rows(self, session: Session, table: TableMap, after: tuple[str, ...], start: Any) -> list[Found]:
        since = None if self._changes in {"compare", "triggers"} else start
        return self._sql(table, session).page(session, after=after, since=since, limit=self._page_rows)

    def _logged_rows(self, session: Session, table: TableMap, since: datetime) -> list[Found]:
        keys = changelog.changed_keys(session, self._mapper.plan.schema, table, since - OVERLAP)
        return self._sql(table, session).by_keys(session, keys)

    def _records(self, table: TableMap, found: list[Found], at: datetime) -> list[RawRecord]:
        """`at`: when they were asked for, which is never later than what they say."""
        kind, prefix = table.kind, table.prefix
        return [
            RawRecord(
                kind=kind,
                source_id=prefix + (key[0] if len(key) == 1 else "|".join(key)),
                body=body,
                fetched_at=at,
            )
            for key, body in found
        ]


def changed_from(table: TableMap, since: datetime, dialect: str) -> Any:
    """The value to compare the changed column with; None where there is no such column.

    A column without a zone holds wall clock, which is put back an hour in the night when summer time
    ends: what is changed after that may carry an earlier clock than what was changed before.
    """
    plan = table.plan
    if not plan.changed:
        return None
    at = since.astimezone(UTC) - OVERLAP
    column = plan.columns.get(plan.changed)
    zoned = plan.changed_zone == "offset" or (column is not None and column.type.startswith("moment_tz"))
    if zoned:
        return at if dialect == "postgresql" else at.strftime("%Y-%m-%d %H:%M:%S")
    if plan.changed_zone == "UTC":
        naive = at.replace(tzinfo=None)
    else:
        naive = at.astimezone(STOCKHOLM).replace(tzinfo=None)
        later = (at + timedelta(hours=1)).astimezone(STOCKHOLM)
        offset = at.astimezone(STOCKHOLM).utcoffset() or timedelta(0)
        naive -= max(offset - (later.utcoffset() or timedelta(0)), timedelta(0))
    return naive if dialect == "postgresql" else naive.strftime("%Y-%m-%d %H:%M:%S")


def _is_uuid(text: str) -> bool:
    import uuid

    try:
        return bool(uuid.UUID(text))
    except ValueError:
        return False
