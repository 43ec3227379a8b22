"""Deliver: one message handed to whoever can send it, never twice.

Before the bytes leave, "begun" is written down. Found again after a crash it means that the
message may have gone: then nobody sends it again until a person has said how it is.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

from brygga.connectors.abilities import Mail, Receipt
from brygga.hub.durable import FlowContext
from brygga.hub.services import Services
from brygga.hub.trouble import note_fate
from brygga.model import BryggaError, OutcomeUnknown
from brygga.store import Event, OutboxItem, OutboxRow

ACCEPTED = "accepted"
LATER = "later"
PUT_OFF = timedelta(minutes=10)
"""How long we wait for a mailbox that was full or busy (4xx for one recipient)."""


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
                operation="mail.send",
            )
        await asyncio.to_thread(self._s.store.outbox_note, n, {"begun": self._s.now().isoformat()})
        try:
            receipt = await self._s.connections.live(connection).connector.send(_mail(row.payload, row.key))
        except OutcomeUnknown:
            raise
        except BryggaError:
            await asyncio.to_thread(self._s.store.outbox_note, n, {"begun": ""})
            raise
        return await asyncio.to_thread(self._settle, row, receipt)

    def _settle(self, row: OutboxItem, receipt: Receipt) -> dict[str, Any]:
        """Keep what came of it, as counts; whoever was put off gets a row of their own before that."""
        later = [to for to in row.payload["to"] if receipt.results.get(to, "").startswith(LATER)]
        refused = sum(1 for to in row.payload["to"] if receipt.results.get(to, ACCEPTED) != ACCEPTED) - len(
            later
        )
        if later:
            self._s.store.outbox_add([_rest(row, later, self._s.now())])
        counts = {
            "accepted": len(row.payload["to"]) - len(later) - refused,
            "later": len(later),
            "refused": refused,
        }
        group = (row.connection, row.ability, row.kind, row.id)
        result = {"remote_id": receipt.remote_id, **counts}
        now = self._s.now()
        self._s.store.outbox_settle(group, row.n, now=now, again_s=None, result=result)
        if refused:
            self._s.store.repair_open("rejected_item", row.connection, f"mail|{row.n}", counts, now)
        self._tell(row, counts)
        return {"status": "sent"}

    def _tell(self, row: OutboxItem, counts: dict[str, int]) -> None:
        event = Event(
            at=self._s.now(),
            connection=row.connection,
            kind="estate",
            id=str(row.payload.get("estate", "")),
            what="mail",
            level="warn" if counts["refused"] else "ok",
            facts=counts,
        )
        self._s.store.event_add([event])

    async def _trouble(self, n: int, facts: dict[str, Any]) -> dict[str, Any]:
        row = await asyncio.to_thread(self._s.store.outbox_get, n)
        if row is None:
            return {"status": "gone"}
        group = (row.connection, row.ability, row.kind, row.id)
        fate = await asyncio.to_thread(note_fate, self._s, group, n, facts)
        return {"status": "failed", "fate": fate}


def _rest(row: OutboxItem, later: list[str], now: datetime) -> OutboxRow:
    """The same message to those that were put off. Its key is unique, so a crash adds it once."""
    base = str(row.payload.get("message_key") or row.key)
    key = f"{base}|rest of {row.n}"
    return OutboxRow(
        connection=row.connection,
        ability=row.ability,
        operation=row.operation,
        kind=row.kind,
        id=key,
        payload={**row.payload, "to": later, "message_key": base},
        repeat=row.repeat,
        key=key,
        not_before=now + PUT_OFF,
        correlation_id=row.correlation_id,
    )


def _mail(payload: dict[str, Any], key: str) -> Mail:
    return Mail(
        to=tuple(payload["to"]),
        subject=payload["subject"],
        text=payload["text"],
        html=payload.get("html", ""),
        sender=payload.get("sender", ""),
        key=str(payload.get("message_key") or key),
    )
