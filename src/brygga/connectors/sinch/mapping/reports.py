"""Delivery reports and incoming messages of Sinch → what is told of a message. Pure.

`delivery_report_sms` tells of a batch, `recipient_delivery_report_sms` of one number, `mo_text` is
a reply (contract notes). What is of another type is kept as unknown.
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from brygga.connectors.abilities import Delivery, WebhookRequest
from brygga.connectors.sinch.mapping import statuses
from brygga.connectors.sinch.mapping.sending import moment, plus
from brygga.connectors.sinch.schema import Settings
from brygga.connectors.texting.form import only
from brygga.connectors.texting.statuses import UNKNOWN
from brygga.connectors.texting.wording import is_stop
from brygga.model import Invalid

LONGEST = 200
MOST_RECIPIENTS = 1_000
_BATCH = ("delivery_report_sms", "delivery_report_mms")
_RECIPIENT = ("recipient_delivery_report_sms", "recipient_delivery_report_mms")
_INCOMING = ("mo_text", "mo_binary", "mo_media")


def deliveries(request: WebhookRequest, settings: Settings, *, connection: str) -> list[Delivery]:
    """All that a verified request tells. Raises Invalid (`not_an_event`)."""
    event = _event(request.body, connection)
    kind = _text(event, "type")
    if kind in _INCOMING:
        return [_incoming(event, settings, connection)]
    batch = _text(event, "batch_id")
    if not batch or not kind:
        raise _not_an_event(connection)
    key = _text(event, "client_reference") or only(request.query, "m")
    if kind in _RECIPIENT:
        return [_told(event, batch, key, plus(_text(event, "recipient")), moment_of=event)]
    if kind not in _BATCH:
        return [Delivery(event="unknown", key=key, remote_id=batch, sv=UNKNOWN.sv, detail=kind)]
    rows = event.get("statuses")
    rows = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return [_told(row, batch, key, number, moment_of=event) for row in rows for number in _numbers(row)]


def _told(row: dict[str, Any], batch: str, key: str, number: str, *, moment_of: dict[str, Any]) -> Delivery:
    status, code = _text(row, "status"), _text(row, "code")
    meaning = statuses.row(status, code)
    facts = {"status": status, "final": "yes" if meaning.final else "no"}
    if meaning.account:
        facts["account"] = meaning.account
    who = hashlib.blake2b(number.encode("utf-8", "replace"), digest_size=6).hexdigest() if number else "all"
    return Delivery(
        event=meaning.event,
        recipient=number,
        key=key,
        remote_id=batch,
        id=f"{batch}:{who}:{status}:{code}",
        at=moment(_text(moment_of, "operator_status_at")) or moment(_text(moment_of, "at")),
        sv=meaning.sv,
        detail=f"{status} {code}".strip(),
        facts=facts,
    )


def _numbers(row: dict[str, Any]) -> list[str]:
    """The numbers of a status; one without a name when the report is only a summary."""
    named = row.get("recipients")
    found = [plus(n) for n in named if isinstance(n, str)] if isinstance(named, list) else []
    return found[:MOST_RECIPIENTS] or [""]


def _incoming(event: dict[str, Any], settings: Settings, connection: str) -> Delivery:
    number, ident = plus(_text(event, "from")), _text(event, "id")
    if not number or not ident:
        raise _not_an_event(connection)
    body = event.get("body")
    text = body if isinstance(body, str) else ""
    stop = is_stop(text, settings.stop_words)
    return Delivery(
        event="unsubscribed" if stop else "replied",
        recipient=number,
        key=_text(event, "client_reference"),
        remote_id=ident,
        id=ident,
        at=moment(_text(event, "received_at")),
        sv="Mottagaren vill inte ha fler sms." if stop else "Mottagaren har svarat på sms.",
        facts={"text": text, "to": plus(_text(event, "to"))},
    )


def _event(body: bytes, connection: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _not_an_event(connection) from error


def _text(event: dict[str, Any], name: str) -> str:
    value = event.get(name)
    return str(value)[:LONGEST] if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _not_an_event(connection: str) -> Invalid:
    return Invalid(
        "a webhook's body is not a callback",
        code="not_an_event",
        sv="Det som kom in var inte en rapport från Sinch.",
        connection=connection,
    )
