"""Webhooks and the list of events → what became of mails. Pure, and never an error for a new event.

Source: the provider's OpenAPI file (events) and the contract notes. A permanent failure because the
recipient is on the list of unsubscribed or complained says nothing of the mailbox: `rejected`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from brygga.connectors.abilities import Delivery
from brygga.connectors.mailgun.schema import KEY, Hook
from brygga.model import Fault, Invalid

EVENTS = {
    "accepted": "queued",
    "delivered": "delivered",
    "rejected": "rejected",
    "opened": "opened",
    "clicked": "clicked",
    "complained": "complained",
    "unsubscribed": "unsubscribed",
}
"""`failed` is told by its severity. The names of older form webhooks stand in `OLD`."""
OLD = {"bounced": ("failed", "permanent"), "dropped": ("failed", "permanent")}
REASONS = {
    "suppress-bounce": ("bounced_hard", "Adressen har studsat förut, så inget skickades."),
    "suppress-complaint": ("rejected", "Mottagaren har anmält skräppost förut, så inget skickades."),
    "suppress-unsubscribe": ("rejected", "Mottagaren har avregistrerat sig, så inget skickades."),
    "bounce": ("bounced_hard", "Mejlet studsade: adressen tar inte emot."),
    "espblock": ("bounced_soft", "Mottagarens server har spärrat mejlet."),
    "greylisted": ("bounced_soft", "Mottagarens server bad om tid för länge."),
    "old": ("bounced_soft", "Mejlet kunde inte lämnas i tid."),
}
"""Reason of a permanent failure → what it says of the address, and the Swedish words."""
WORDS = {
    "queued": "Mailgun har tagit emot mejlet.",
    "deferred": "Mottagarens server ber om tid. Mailgun försöker igen.",
    "delivered": "Mejlet är framme hos mottagarens server.",
    "bounced_hard": "Mejlet studsade: adressen tar inte emot.",
    "bounced_soft": "Mottagarens server tog inte emot mejlet den här gången.",
    "rejected": "Mailgun skickade inte mejlet.",
    "opened": "Mejlet har öppnats.",
    "clicked": "En länk i mejlet har följts.",
    "complained": "Mottagaren har anmält mejlet som skräppost.",
    "unsubscribed": "Mottagaren har avregistrerat sig.",
    "unknown": "Mailgun berättade något som brygga inte känner till.",
}
_HOOK = msgspec.json.Decoder(Hook)
_PERMANENT = 500
MOST_TEXT = 500
Row = Mapping[str, Any]


def hook(body: bytes) -> Delivery:
    """The one event of a verified webhook; its token is the id. Raises Invalid (`not_an_event`)."""
    try:
        found = _HOOK.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(
            "a webhook's body is not an event",
            code="not_an_event",
            sv="Ett meddelande från Mailgun går inte att läsa.",
            fault=Fault.PROVIDER,
        ) from error
    return delivery(found.data, identity=found.signature.token)


def old_form(fields: Mapping[str, str]) -> Delivery:
    """An event in the older form of webhooks: flat fields, our variable among them."""
    name = fields.get("event", "")
    event, severity = OLD.get(name, (name, ""))
    code = fields.get("code", "")
    row: dict[str, Any] = {
        "event": event,
        "severity": severity,
        "timestamp": fields.get("timestamp"),
        "recipient": fields.get("recipient", ""),
        "reason": fields.get("reason", ""),
        "url": fields.get("url", ""),
        "message": {"headers": {"message-id": fields.get("Message-Id", "").strip("<>")}},
        "delivery-status": {
            "code": int(code) if code.isdecimal() and len(code) < 5 else 0,
            "message": fields.get("error") or fields.get("description", ""),
        },
        "user-variables": {KEY: fields.get(KEY, "")},
    }
    return delivery(row, identity=fields.get("token", ""))


def delivery(row: Row, *, identity: str = "") -> Delivery:
    """One event, of a webhook or of the list."""
    name = _word(row, "event")
    status = _part(row, "delivery-status")
    event, sv = _told(row, name, status)
    variables = _part(row, "user-variables")
    remote_id = _word(_part(_part(row, "message"), "headers"), "message-id")
    return Delivery(
        event=event,
        recipient=_word(row, "recipient"),
        key=_word(variables, KEY),
        remote_id=f"<{remote_id.strip('<>')}>" if remote_id else "",
        id=identity or _word(row, "id"),
        at=_moment(row.get("timestamp")),
        sv=sv,
        detail=_detail(row, status),
        facts=_facts(row, name, status, variables),
    )


def _told(row: Row, name: str, status: Row) -> tuple[str, str]:
    if name != "failed":
        event = EVENTS.get(name, "unknown")
        return event, WORDS[event]
    if _word(row, "severity") != "permanent":
        return "deferred", WORDS["deferred"]
    if found := REASONS.get(_word(row, "reason")):
        return found
    code = status.get("code")
    event = "bounced_soft" if isinstance(code, int) and 0 < code < _PERMANENT else "bounced_hard"
    return event, WORDS[event]


def _detail(row: Row, status: Row) -> str:
    rejected = _word(_part(row, "reject"), "reason")
    return _word(status, "message") or _word(status, "description") or rejected or _word(row, "reason")


def _facts(row: Row, name: str, status: Row, variables: Row) -> dict[str, str]:
    """Our own metadata as it came back, and what is worth keeping of the rest."""
    facts = {key: value for key, value in variables.items() if key != KEY and isinstance(value, str)}
    for key in ("reason", "severity", "url"):
        if text := _word(row, key):
            facts[key] = text
    if isinstance(status.get("code"), int):
        facts["code"] = str(status["code"])
    if text := _word(row, "id"):
        facts["event_id"] = text
    if name:
        facts["event"] = name
    return facts


def _part(row: Row, name: str) -> Row:
    """A member that should be an object; empty when it is null or something else."""
    value = row.get(name)
    return value if isinstance(value, dict) else {}


def _word(row: Row, name: str) -> str:
    value = row.get(name)
    return value[:MOST_TEXT] if isinstance(value, str) else ""


def _moment(value: Any) -> datetime | None:
    """Unix seconds with a fraction; None when it is nothing of the kind."""
    try:
        return datetime.fromtimestamp(float(value), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
