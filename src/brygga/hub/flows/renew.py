"""Renew: a key that nears its end is changed before it does, without a person."""

from __future__ import annotations

import asyncio
from typing import Any

from brygga.hub.durable import FlowContext
from brygga.hub.services import Services
from brygga.hub.trouble import note_trouble
from brygga.model import BryggaError


class Renew:
    """The flow. `key` is the connection. Run once a day; doing nothing is the usual outcome."""

    name = "renew"

    def __init__(self, services: Services) -> None:
        self._s = services

    async def run(self, ctx: FlowContext, *, key: str, wanted: int) -> dict[str, Any]:
        """Ask the connector to renew its key if it is time."""
        done = await ctx.step("renew", self._renew, key)
        await ctx.step("done", self._done, key, wanted)
        return done

    async def _renew(self, name: str) -> dict[str, Any]:
        try:
            renewal = await self._s.connections.live(name).connector.renew_key()
        except BryggaError as error:
            await asyncio.to_thread(note_trouble, self._s, name, error.kind, error.message, error.facts())
            return {"renewed": False, "trouble": error.kind}
        return {"renewed": bool(renewal.renewed)}

    async def _done(self, key: str, wanted: int) -> None:
        await asyncio.to_thread(self._s.store.signal_done, self.name, key, wanted)
