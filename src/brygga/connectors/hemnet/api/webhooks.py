"""Hemnet's webhooks: the signature over the raw bytes, and what a verified one tells.

User text is escaped in the body (`\\u0026` for `&`), so the signature is only right over the
bytes as they came, never over JSON written anew. Source: the portal's webhook page.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import timedelta

import msgspec

from brygga.connectors.abilities import Notice, WebhookRequest
from brygga.connectors.hemnet.mapping.table import Tables, look
from brygga.connectors.hemnet.schema import Settings, WebhookBody
from brygga.model import Fault, Invalid, Rejected


def sign(body: bytes, *, key: str, timestamp: str = "", mode: str = "body") -> str:
    """HMAC-SHA256 in hex over the raw body, or over time stamp and body (`timestamp+body`)."""
    text = timestamp.encode() + body if mode == "timestamp+body" else body
    return hmac.new(key.encode(), text, hashlib.sha256).hexdigest()


def verify(request: WebhookRequest, *, keys: Iterable[str], settings: Settings, connection: str) -> None:
    """Raises Rejected: `stale` when the time stamp is too far off, `bad_signature` when none matches.

    During a change of keys the header has two signatures with a comma between, and we hold two
    keys: any pair that matches will do.
    """
    timestamp = request.headers.get("x-timestamp", "")
    _demand_fresh(request, timestamp, settings, connection)
    given = [s.strip().lower() for s in request.headers.get("x-signature", "").split(",") if s.strip()]
    mode = settings.signature_mode
    made = [sign(request.body, key=key, timestamp=timestamp, mode=mode) for key in keys if key]
    matches = [hmac.compare_digest(g.encode(), m.encode()) for g in given for m in made]
    if not any(matches):
        raise _refused(
            "bad_signature", "Underskriften på ett meddelande från Hemnet stämmer inte.", connection
        )


def _demand_fresh(request: WebhookRequest, timestamp: str, settings: Settings, connection: str) -> None:
    """Unix time in milliseconds, within the window on either side of when it came."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 16):
        raise _refused("stale", "Ett meddelande från Hemnet saknar tid.", connection)
    age_s = request.received_at.timestamp() - int(timestamp) / 1000
    if abs(age_s) > timedelta(seconds=settings.webhook_window_s).total_seconds():
        raise _refused("stale", "Ett meddelande från Hemnet är för gammalt.", connection)


def _refused(code: str, sv: str, connection: str) -> Rejected:
    return Rejected(
        f"a webhook was refused: {code}", code=code, sv=sv, connection=connection, fault=Fault.PROVIDER
    )


def notices(request: WebhookRequest, *, settings: Settings, tables: Tables, connection: str) -> list[Notice]:
    """The one event in a verified request; its `X-Request-Id` is the key by which a repeat is told.

    `source_id` is the id at Hemnet: the hub finds the estate by its link, or by our own reference
    in `facts` where the event carries one. Raises Invalid (`not_an_event`) on a body that is not one.
    """
    try:
        event = msgspec.json.decode(request.body, type=WebhookBody)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid(
            "a webhook's body is not an event",
            code="not_an_event",
            sv="Ett meddelande från Hemnet går inte att läsa.",
            connection=connection,
        ) from error
    found = (look(event.data, member) for member in settings.webhook_id_members)
    remote_id = next((str(v) for v in found if isinstance(v, str | int) and v != ""), "")
    ours = look(event.data, settings.reference_member) if settings.reference_member else None
    reference = ours[:200] if isinstance(ours, str) else ""
    return [
        Notice(
            event=tables.word("notice_event", event.action.lower() or "*") or "update",
            kind=tables.word("notice_kind", event.type.lower() or "*") or "publication",
            source_id=remote_id,
            key=request.headers.get("x-request-id", ""),
            facts={"type": event.type[:100], "action": event.action[:100], "reference": reference},
        )
    ]
