"""The event webhook → what became of mails. Pure, and never an error for an event that is new to us.

Source: the provider's event reference; the small vocabulary is `messaging.EVENTS`. A bounce that was
a block, or that has a temporary status (4.x.x, RFC 3463), says nothing of the mailbox: soft.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from brygga.connectors.abilities import Delivery
from brygga.connectors.sendgrid.schema import KEY, Event
from brygga.model import Fault, Invalid

EVENTS = {
    "processed": "queued",
    "deferred": "deferred",
    "delivered": "delivered",
    "bounce": "bounced_hard",
    "blocked": "bounced_soft",
    "dropped": "rejected",
    "open": "opened",
    "click": "clicked",
    "spamreport": "complained",
    "unsubscribe": "unsubscribed",
    "group_unsubscribe": "unsubscribed",
}
DROPPED = {
    "invalid": "Adressen går inte att skicka till.",
    "bounced address": "Adressen har studsat förut, så inget skickades.",
    "unsubscribed address": "Mottagaren har avregistrerat sig, så inget skickades.",
    "spam reporting address": "Mottagaren har anmält skräppost förut, så inget skickades.",
}
WORDS = {
    "queued": "SendGrid har tagit emot mejlet.",
    "deferred": "Mottagarens server ber om tid. SendGrid försöker igen.",
    "delivered": "Mejlet är framme hos mottagarens server.",
    "bounced_hard": "Mejlet studsade: adressen tar inte emot.",
    "bounced_soft": "Mottagarens server tog inte emot mejlet den här gången.",
    "rejected": "SendGrid skickade inte mejlet.",
    "opened": "Mejlet har öppnats.",
    "clicked": "En länk i mejlet har följts.",
    "complained": "Mottagaren har anmält mejlet som skräppost.",
    "unsubscribed": "Mottagaren har avregistrerat sig.",
    "unknown": "SendGrid berättade något som brygga inte känner till.",
}
_ROWS = msgspec.json.Decoder(list[dict[str, Any]])
_OWN = frozenset(Event.__struct_encode_fields__) | {
    KEY, "ip", "tls", "useragent", "url_offset", "sg_template_id", "sg_template_name", "sg_machine_open",
    "sg_content_type", "cert_err", "pool", "newsletter", "marketing_campaign_id", "marketing_campaign_name",
}  # fmt: skip
MOST_TEXT = 500


def deliveries(body: bytes) -> list[Delivery]:
    """Each event of a verified request. Raises Invalid (`not_events`) when there is no array of them."""
    try:
        rows = _ROWS.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(
            "a webhook's body is not an array of events",
            code="not_events",
            sv="Ett meddelande från SendGrid går inte att läsa.",
            fault=Fault.PROVIDER,
        ) from error
    return [_delivery(row) for row in rows]


def _delivery(row: Mapping[str, Any]) -> Delivery:
    name = _word(row, "event")
    event = _event(row, name)
    detail = _word(row, "reason") or _word(row, "response")
    return Delivery(
        event=event,
        recipient=_word(row, "email"),
        key=_word(row, KEY),
        remote_id=_word(row, "sg_message_id") or _word(row, "smtp-id"),
        id=_word(row, "sg_event_id") or _made_id(row),
        at=_moment(row.get("timestamp")),
        sv=_said(event, detail),
        detail=detail,
        facts=_facts(row, name),
    )


def _event(row: Mapping[str, Any], name: str) -> str:
    event = EVENTS.get(name, "unknown")
    if event == "bounced_hard":
        soft = _word(row, "type") in ("blocked", "expired") or _word(row, "status").startswith("4")
        return "bounced_soft" if soft else event
    return event


def _said(event: str, detail: str) -> str:
    if event == "rejected":
        return DROPPED.get(detail.lower(), WORDS[event])
    return WORDS[event]


def _facts(row: Mapping[str, Any], name: str) -> dict[str, str]:
    """Our own metadata as it came back, and what is worth keeping of the rest."""
    facts = {key: value for key, value in row.items() if key not in _OWN and isinstance(value, str)}
    for key in ("type", "status", "url", "bounce_classification"):
        if text := _word(row, key):
            facts[key] = text
    if name:
        facts["event"] = name
    return facts


def _word(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return value[:MOST_TEXT] if isinstance(value, str) else ""


def _moment(value: Any) -> datetime | None:
    """Unix seconds; None when it is nothing of the kind."""
    try:
        return datetime.fromtimestamp(float(value), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _made_id(row: Mapping[str, Any]) -> str:
    """For an event without an id of its own: the same for the same event."""
    return hashlib.blake2b(msgspec.json.encode(row, order="deterministic"), digest_size=12).hexdigest()
