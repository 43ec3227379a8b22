"""The agency's own database as a source and a sink: check, read, write."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from brygga.connectors.abilities import (
    Checked,
    Draft,
    Page,
    RawRecord,
    Ref,
    Secrets,
    Writable,
    Written,
)
from brygga.connectors.agencydb.api.opening import line_of, plan_of, settings_of
from brygga.connectors.agencydb.api.reading import Reader
from brygga.connectors.agencydb.api.writing import Writer
from brygga.connectors.agencydb.mapping import Mapper, TableMap
from brygga.model import BryggaError, Mapped, NeedsSignIn, Record
from brygga.wire import Wire
from brygga.wire.call import Repeat
from brygga.wire.database import DatabaseLine


def utc_now() -> datetime:
    """The real time, zone-aware."""
    return datetime.now(UTC)


class AgencyDb:
    """One database. SQL does not go over HTTP: `wire` lends the kit by which limits hold over all processes.

    `line`: another line to the database than the settings' own.
    """

    by_reading = True
    """A row stands as it is read: when it was read counts, and not the clock that dated it."""

    def __init__(
        self,
        wire: Wire | None,
        *,
        connection: str,
        settings: Mapping[str, Any],
        secrets: Secrets,
        line: DatabaseLine | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._settings = settings_of(settings)
        self._connection, self._now = connection, now
        self.mapper = Mapper(plan_of(self._settings), connection)
        self._line = line or line_of(
            self._settings,
            connection=connection,
            password=_optional(secrets),
            kit=wire.kit if wire else None,
        )
        self._reader = Reader(
            self._line,
            self.mapper,
            changes=self._settings.changes,
            page_rows=self._settings.page_rows,
            now=now,
        )
        self._writer = Writer(self._line, self.mapper, now=now)

    @property
    def streams(self) -> tuple[str, ...]:
        """The kinds that the mapping holds, those that others refer to first."""
        return self.mapper.kinds

    async def check(self) -> Checked:
        """Read the catalogue and hold the mapping against it; nothing is changed."""
        from brygga.connectors.agencydb.inspecting import check_plan, read_catalog

        catalog = await self._line.run("check", lambda s: read_catalog(s, self.mapper.plan.schema))
        found = check_plan(self.mapper.plan, catalog)
        stops = [one for one in found if one.stops]
        writes = any(self.writable().values()) and not catalog.read_only
        return Checked(
            ok=not stops,
            sv=stops[0].sv if stops else "Databasen svarar och mappningen stämmer med den.",
            abilities={
                "check": "ok",
                "read": "refused" if stops else "ok",
                "write": "ok" if writes else "refused",
            },
            facts={"tables": len(self.mapper.tables), "remarks": len(found)},
        )

    # ------------------------------------------------------------------ read

    def pages(self, stream: str, *, since: datetime | None = None, cursor: str = "") -> AsyncIterator[Page]:
        """The rows of one kind; see `Reader.pages`."""
        return self._reader.pages(stream, since=since, cursor=cursor)

    async def fetch(self, ref: Ref) -> RawRecord | None:
        """One row; None when it is not there."""
        return await self._reader.fetch(ref)

    def map(self, raw: RawRecord) -> Mapped:
        """Pure; see `Mapper.to_model`."""
        return self.mapper.to_model(raw.kind, raw.source_id, raw.body)

    def covers(self, stream: str, source_id: str) -> bool:
        """Every row of a mapped table is in its listing."""
        return stream in self.streams

    def follow(self, mapped: Mapped) -> list[Ref]:
        """Every kind has a listing of its own."""
        return []

    # ------------------------------------------------------------------ write

    def writable(self) -> Mapping[str, Writable]:
        """Pure: what the mapping can carry, and what is lost in it."""
        return self._writable

    @cached_property
    def _writable(self) -> dict[str, Writable]:
        made = {}
        for kind in self.mapper.kinds:
            tables = [one for one in self.mapper.of_kind(kind) if not one.plan.read_only]
            if tables:
                made[kind] = Writable(
                    create=any(one.plan.create for one in tables),
                    update=True,
                    remove=all(one.plan.remove for one in tables),
                    fields=frozenset().union(*(one.fields for one in tables)),
                    repeat=self._repeat(tables[0]),
                    losses=self.mapper.losses(kind),
                )
        carrier = self.mapper.carrier
        if carrier is not None and "relation" not in made and not carrier.plan.read_only:
            roles = ", ".join(sorted(carrier.relations))
            made["relation"] = Writable(
                create=True,
                remove=True,
                fields=frozenset({"estate_id", "contact_id", "role"}),
                repeat=Repeat.NATURAL,
                losses={"role": f"Bara en av varje ryms, och bara {roles}."},
            )
        return made

    def _repeat(self, table: TableMap) -> Repeat:
        if table.plan.key_made in {"uuid", "text", "given"} or self.mapper.plan.side_table:
            return Repeat.NATURAL
        return Repeat.READBACK if table.plan.natural else Repeat.NONE

    def as_seen(self, record: Record) -> Record:
        """Pure; see `Mapper.as_seen`."""
        return self.mapper.as_seen(record)

    async def write(self, drafts: Sequence[Draft]) -> list[Written | BryggaError]:
        """In bulk, one transaction; see `Writer.write`."""
        return await self._writer.write(drafts)

    async def read_back(self, draft: Draft) -> Written | None:
        """See `Writer.read_back`."""
        return await self._writer.read_back(draft)

    async def close(self) -> None:
        """Hang up."""
        await asyncio.shield(self._line.close())


def _optional(secrets: Secrets) -> Callable[[], Any]:
    """The password, or none: a database on this machine may ask for no password at all."""

    async def password() -> str:
        try:
            return await secrets("password")
        except NeedsSignIn:
            return ""

    return password
