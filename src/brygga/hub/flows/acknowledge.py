"""Acknowledge: tell a source that what it published is shown here, once it is stored."""

from __future__ import annotations

import asyncio
from typing import Any

from brygga.hub.durable import FlowContext
from brygga.hub.services import Services
from brygga.hub.trouble import note_fate
from brygga.model import BryggaError
from brygga.store import Event, OutboxItem


class Acknowledge:
    """The flow. `key` is `<connection>|<kind>|<id>`; a repeat is safe, so nothing is noted before."""

    name = "acknowledge"

    def __init__(self, services: Services) -> None:
        self._s = services

    async def run(self, ctx: FlowContext, *, key: str, wanted: int) -> dict[str, Any]:
        """Report the record of outbox row `wanted`."""
        try:
            return await ctx.step("report", self._report, wanted)
        except BryggaError as error:
            facts = error.facts() | {"kind": error.kind, "message": error.message}
            return await ctx.step("trouble", self._trouble, wanted, facts)

    async def _report(self, n: int) -> dict[str, Any]:
        row = await asyncio.to_thread(self._s.store.outbox_get, n)
        if row is None or row.state == "done":
            return {"status": "done already"}
        connector = self._s.connections.live(row.connection).connector
        await connector.acknowledge(str(row.payload["source_id"]), True)
        await asyncio.to_thread(self._settle, row)
        return {"status": "told"}

    def _settle(self, row: OutboxItem) -> None:
        now = self._s.now()
        group = (row.connection, row.ability, row.kind, row.id)
        self._s.store.outbox_settle(group, row.n, now=now, again_s=None, result={"status": "told"})
        event = Event(at=now, connection=row.connection, kind=row.kind, id=row.id, what="acknowledge")
        self._s.store.event_add([event])

    async def _trouble(self, n: int, facts: dict[str, Any]) -> dict[str, Any]:
        row = await asyncio.to_thread(self._s.store.outbox_get, n)
        if row is None:
            return {"status": "gone"}
        group = (row.connection, row.ability, row.kind, row.id)
        fate = await asyncio.to_thread(note_fate, self._s, group, n, facts)
        return {"status": "failed", "fate": fate}
