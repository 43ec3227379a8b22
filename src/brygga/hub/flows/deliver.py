"""Deliver: one message handed to whoever can send it, never twice.

Before the bytes leave, "begun" is written down. Found again after a crash it means that the
message may have gone: then nobody sends it again until a person has said how it is.
"""

from __future__ import annotations

import asyncio
from typing import Any

from brygga.connectors.abilities import Mail
from brygga.hub.durable import FlowContext
from brygga.hub.services import Services
from brygga.hub.trouble import note_fate
from brygga.model import BryggaError, OutcomeUnknown
from brygga.store import Event


class Deliver:
    """The flow. `key` is `<connection>|mail|<message key>`."""

    name = "deliver"

    def __init__(self, services: Services) -> None:
        self._s = services

    async def run(self, ctx: FlowContext, *, key: str, wanted: int) -> dict[str, Any]:
        """Send the message in outbox row `wanted`."""
        connection = key.split("|", 1)[0]
        try:
            return await ctx.step("send", self._send, connection, wanted)
        except BryggaError as error:
            facts = error.facts() | {"kind": error.kind, "message": error.message}
            return await ctx.step("trouble", self._trouble, wanted, facts)

    async def _send(self, connection: str, n: int) -> dict[str, Any]:
        row = await asyncio.to_thread(self._s.store.outbox_get, n)
        if row is None or row.state == "done":
            return {"status": "done already"}
        if (row.result or {}).get("begun"):
            raise OutcomeUnknown(
                "The line broke or the program stopped while the message was being handed over.",
                sv="Mejlet kan ha gått i väg utan kvitto.",
                connection=connection,
                operation="send",
            )
        await asyncio.to_thread(self._s.store.outbox_note, n, {"begun": self._s.now().isoformat()})
        try:
            receipt = await self._s.connections.live(connection).connector.send(_mail(row.payload, row.key))
        except OutcomeUnknown:
            raise
        except BryggaError:
            await asyncio.to_thread(self._s.store.outbox_note, n, {"begun": ""})
            raise
        group = (row.connection, row.ability, row.kind, row.id)
        result = {"remote_id": receipt.remote_id, "results": dict(receipt.results)}
        await asyncio.to_thread(
            self._s.store.outbox_settle, group, n, now=self._s.now(), again_s=None, result=result
        )
        await asyncio.to_thread(self._tell, connection, row.payload)
        return {"status": "sent"}

    def _tell(self, connection: str, payload: dict[str, Any]) -> None:
        event = Event(
            at=self._s.now(),
            connection=connection,
            kind="estate",
            id=str(payload.get("estate", "")),
            what="mail",
            level="ok",
        )
        self._s.store.event_add([event])

    async def _trouble(self, n: int, facts: dict[str, Any]) -> dict[str, Any]:
        row = await asyncio.to_thread(self._s.store.outbox_get, n)
        if row is None:
            return {"status": "gone"}
        group = (row.connection, row.ability, row.kind, row.id)
        fate = await asyncio.to_thread(note_fate, self._s, group, n, facts)
        return {"status": "failed", "fate": fate}


def _mail(payload: dict[str, Any], key: str) -> Mail:
    return Mail(
        to=tuple(payload["to"]),
        subject=payload["subject"],
        text=payload["text"],
        html=payload.get("html", ""),
        sender=payload.get("sender", ""),
        key=key,
    )
