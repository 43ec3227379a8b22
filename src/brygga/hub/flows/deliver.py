"""Deliver: one message, mail or text, handed to whoever can send it, never twice.

Where a chain of senders is declared (`fallbacks`), the next is tried only when it is certain that
the former did not send. Before the bytes leave, "begun" is written down. Found again after a crash
it means that the message may have gone: then nobody sends it again until a person has said how it is.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any, TypeVar

import msgspec

from brygga.connectors.abilities import Mail, Receipt, Sms
from brygga.hub.durable import FlowContext
from brygga.hub.services import Services
from brygga.hub.trouble import note_fate
from brygga.model import BryggaError, OutcomeUnknown
from brygga.store import Event, OutboxItem, OutboxRow

Message = TypeVar("Message", Mail, Sms)

SMS = "sms"
NOT_SENT = frozenset({"retryable", "needs_sign_in", "refused"})
"""Kinds of error after which it is certain that nothing was sent, and another sender may do better."""
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
            receipt = await self._hand_over(row)
        except OutcomeUnknown:
            raise
        except BryggaError:
            await asyncio.to_thread(self._s.store.outbox_note, n, {"begun": ""})
            raise
        return await asyncio.to_thread(self._settle, row, receipt)

    async def _hand_over(self, row: OutboxItem) -> Receipt:
        connector = self._s.connections.live(row.connection).connector
        receipt: Receipt
        if row.ability == SMS:
            receipt = await connector.send_sms(message_of(row, Sms))
        else:
            receipt = await connector.send(message_of(row, Mail))
        return receipt

    def _settle(self, row: OutboxItem, receipt: Receipt) -> dict[str, Any]:
        """Keep what came of it, as counts; whoever was put off gets a row of their own before that."""
        everybody = recipients(row.payload)
        later = [to for to in everybody if receipt.results.get(to, "").startswith(LATER)]
        refused = sum(1 for to in everybody if receipt.results.get(to, ACCEPTED) != ACCEPTED) - len(later)
        if later:
            self._s.store.outbox_add([_rest(row, later, self._s.now())])
        counts = {
            "accepted": len(everybody) - len(later) - refused,
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
            what="mail" if row.ability != SMS else "sms",
            level="warn" if counts["refused"] else "ok",
            facts=counts,
        )
        self._s.store.event_add([event])

    async def _trouble(self, n: int, facts: dict[str, Any]) -> dict[str, Any]:
        row = await asyncio.to_thread(self._s.store.outbox_get, n)
        if row is None:
            return {"status": "gone"}
        if (after := self._next_sender(row, str(facts["kind"]))) is not None:
            await asyncio.to_thread(self._pass_on, row, after, str(facts["code"]))
            return {"status": "passed on", "to": after}
        group = (row.connection, row.ability, row.kind, row.id)
        fate = await asyncio.to_thread(note_fate, self._s, group, n, facts)
        return {"status": "failed", "fate": fate}

    def _next_sender(self, row: OutboxItem, kind: str) -> str | None:
        """Who comes after in the declared chain; None where nothing is declared or it may have been sent."""
        chain = self._s.settings.fallbacks.get(row.ability, [])
        if kind not in NOT_SENT or row.connection not in chain:
            return None
        tried = {row.connection, *row.payload.get("tried", [])}
        able = self._s.connections.who_can(row.ability, self._s.settings.fallbacks)
        return next((name for name in able if name not in tried), None)

    def _pass_on(self, row: OutboxItem, to: str, code: str) -> None:
        """The same message by another sender. Its key is unique, so a crash passes it on once."""
        base = str(row.payload.get("message_key") or row.key)
        tried = [*row.payload.get("tried", []), row.connection]
        key = f"{base}|via {to}"
        self._s.store.outbox_add(
            [
                OutboxRow(
                    connection=to,
                    ability=row.ability,
                    operation=row.operation,
                    kind=row.kind,
                    id=key,
                    payload={**row.payload, "message_key": base, "tried": tried},
                    repeat=row.repeat,
                    key=key,
                    correlation_id=row.correlation_id,
                )
            ]
        )
        now = self._s.now()
        group = (row.connection, row.ability, row.kind, row.id)
        self._s.store.outbox_settle(group, row.n, now=now, again_s=None, result={"passed_on": to})
        event = Event(
            at=now, connection=row.connection, what=f"{row.ability}.passed_on", level="wait",
            facts={"to": to, "code": code},
        )  # fmt: skip
        self._s.store.event_add([event])


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
        payload={**row.payload, **_only(row.payload, later), "message_key": base},
        repeat=row.repeat,
        key=key,
        not_before=now + PUT_OFF,
        correlation_id=row.correlation_id,
    )


def _only(payload: dict[str, Any], later: list[str]) -> dict[str, Any]:
    """The recipients that are left, in the shape that the message has them."""
    if payload.get("people"):
        return {"people": [one for one in payload["people"] if one["address"] in later]}
    return {"to": later}


def recipients(payload: dict[str, Any]) -> list[str]:
    """Everybody that a message goes to."""
    to = payload.get("to") or []
    many = [to] if isinstance(to, str) else [*to, *payload.get("cc", []), *payload.get("bcc", [])]
    return many or [str(one["address"]) for one in payload.get("people", [])]


def message_of(row: OutboxItem, shape: type[Message]) -> Message:
    """The message of a row. What else its payload holds is the hub's own."""
    known = {name: row.payload[name] for name in shape.__struct_fields__ if name in row.payload}
    return msgspec.convert(known | {"key": str(row.payload.get("message_key") or row.key)}, shape)
