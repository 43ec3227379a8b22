"""`brygga send`: a neutral message, shown as it would leave or put in the queue and waited for."""

from __future__ import annotations

import asyncio
import secrets
import time
from typing import Any, Final

import msgspec

from brygga.connectors.abilities import Mail, Sms
from brygga.hub.flows.deliver import recipients
from brygga.hub.hub import Hub
from brygga.model import Invalid, SetupError
from brygga.store import OutboxRow
from brygga.wire.call import Call

SHAPES: Final[dict[str, type[Mail] | type[Sms]]] = {"email": Mail, "sms": Sms}
UNSETTLED: Final = frozenset({"waiting", "sending"})


def message(channel: str, body: bytes, sender: str = "") -> Mail | Sms:
    """A message out of JSON; without a key it gets one. Bytes are base64. Raises Invalid."""
    try:
        given = msgspec.json.decode(body, type=dict[str, Any])
        given.setdefault("key", secrets.token_hex(16))
        if sender and not given.get("sender"):
            given["sender"] = sender
        found: Mail | Sms = msgspec.convert(given, SHAPES[channel])
    except msgspec.MsgspecError as error:
        raise Invalid(
            f"That is not a message: {error}", code="not_a_message", sv="Meddelandet gick inte att läsa."
        ) from error
    unknown = sorted(given.keys() - set(SHAPES[channel].__struct_fields__))
    if unknown:
        raise Invalid(f"A message has no {unknown[0]}.", code="unknown_member")
    return found


def sender_of(hub: Hub, channel: str, via: str) -> str:
    """Who sends it: the connection named, or the first that can. Raises SetupError, Invalid."""
    able = hub.connections.who_can(channel, hub.settings.fallbacks)
    if via and via not in able:
        hub.connections.get(via)
        raise Invalid(f"{via} cannot send {channel}.", sv=f"{via} kan inte skicka {channel}.")
    if not able:
        raise SetupError(f"No connection can send {channel}.", sv=f"Ingen anslutning kan skicka {channel}.")
    return via or able[0]


async def as_it_would_leave(hub: Hub, channel: str, via: str, found: Mail | Sms) -> list[dict[str, Any]]:
    """The requests, credentials hidden. Nothing leaves."""
    live = hub.connections.live(via)
    calls = live.connector.email_calls(found) if channel == "email" else live.connector.sms_calls(found)
    return [_plain(await _shown(live.wire, call)) for call in calls]


async def _shown(wire: Any, call: Call) -> dict[str, Any]:
    if call.method == "SMTP":  # not HTTP: the path is the server's address, the body the message
        return {"method": call.method, "url": call.path, "headers": dict(call.headers), "body": call.body}
    shown: dict[str, Any] = await wire.shown(call)
    return shown


def _plain(shown: dict[str, Any]) -> dict[str, Any]:
    """With the body as JSON where it is, else as text."""
    body = shown["body"] or b""
    try:
        return shown | {"body": msgspec.json.decode(body)}
    except (msgspec.DecodeError, UnicodeDecodeError):
        return shown | {"body": body.decode("utf-8", "replace")}


async def send_and_wait(
    hub: Hub, channel: str, via: str, found: Mail | Sms, *, wait_s: float = 60.0
) -> dict[str, Any]:
    """Put it in the queue and wait until somebody has sent it, or nobody will. It goes on by itself."""
    payload = {k: v for k, v in msgspec.to_builtins(found).items() if k != "key"}
    payload["message_key"] = found.key
    row = OutboxRow(
        connection=via,
        ability=channel,
        operation="send",
        kind="mail" if channel == "email" else "sms",
        id=found.key,
        payload=payload,
        repeat="none",
        key=f"send|{found.key}",
    )
    (number,) = await asyncio.to_thread(hub.store.outbox_add, [row])
    if number is None:
        raise Invalid("A message with that key was sent before.", code="sent_before")
    hub.wake()
    until = time.monotonic() + wait_s
    told = await asyncio.to_thread(_told, hub, number)
    while told["state"] in UNSETTLED and told["attempts"] == 0 and time.monotonic() < until:
        await asyncio.sleep(0.05)
        told = await asyncio.to_thread(_told, hub, number)
    return told | {"to": len(recipients(payload))}


def _told(hub: Hub, number: int) -> dict[str, Any]:
    """What became of the row, or of the one that it was passed on to."""
    row = hub.store.outbox_get(number)
    if row is None:
        raise Invalid(f"There is no outgoing row {number}.")
    passed_on = str((row.result or {}).get("passed_on", ""))
    if row.state == "done" and passed_on:
        base = str(row.payload.get("message_key") or row.key)
        after = hub.store.outbox_list(connection=passed_on, id=f"{base}|via {passed_on}")
        if after:
            return _told(hub, after[0].n)
    return {
        "n": row.n,
        "via": row.connection,
        "state": row.state,
        "attempts": row.attempts,
        "error": row.error_sv,
        "result": row.result or {},
    }
