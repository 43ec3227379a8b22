"""Status callbacks and incoming messages of Twilio → what is told of a message. Pure.

Parameters may grow, and their order is not promised (webhooks-security, status callbacks).
"""

from __future__ import annotations

from typing import Any

import msgspec

from brygga.connectors.abilities import Delivery, WebhookRequest
from brygga.connectors.texting import form
from brygga.connectors.texting.wording import is_stop
from brygga.connectors.twilio.mapping import statuses
from brygga.connectors.twilio.schema import Settings
from brygga.model import Invalid

LONGEST = 200
_INCOMING = ("", "received", "receiving")


def deliveries(request: WebhookRequest, settings: Settings, *, connection: str) -> list[Delivery]:
    """The one thing in a verified request, a form or JSON. Raises Invalid (`not_an_event`)."""
    told = _fields(request, connection)
    sid = (told.get("MessageSid") or told.get("SmsSid") or "")[:LONGEST]
    status = told.get("MessageStatus") or told.get("SmsStatus") or ""
    if not sid:
        raise _not_an_event(connection)
    if status in _INCOMING:
        return [_incoming(told, sid, settings, connection)]
    row = statuses.row(status, told.get("ErrorCode", ""))
    code = told.get("ErrorCode", "")[:LONGEST]
    facts = {"status": status[:LONGEST], "final": "yes" if row.final else "no"}
    if row.account:
        facts["account"] = row.account
    return [
        Delivery(
            event=row.event,
            recipient=told.get("To", "")[:LONGEST],
            key=form.only(request.query, "m"),
            remote_id=sid,
            id=f"{sid}:{status[:LONGEST]}",
            sv=row.sv,
            detail=f"{status[:LONGEST]} {code}".strip(),
            facts=facts,
        )
    ]


def _incoming(told: dict[str, str], sid: str, settings: Settings, connection: str) -> Delivery:
    if "From" not in told or "Body" not in told:
        raise _not_an_event(connection)
    stop = told.get("OptOutType") == "STOP" or is_stop(told["Body"], settings.stop_words)
    return Delivery(
        event="unsubscribed" if stop else "replied",
        recipient=told["From"][:LONGEST],
        remote_id=sid,
        id=sid,
        sv="Mottagaren vill inte ha fler sms." if stop else "Mottagaren har svarat på sms.",
        facts={"text": told["Body"], "to": told.get("To", "")[:LONGEST]},
    )


def _fields(request: WebhookRequest, connection: str) -> dict[str, str]:
    try:
        if request.headers.get("content-type", "").lower().startswith("application/json"):
            found = msgspec.json.decode(request.body, type=dict[str, Any])
            return {name: str(v) for name, v in found.items() if isinstance(v, str | int)}
        return dict(form.fields(request.body))
    except (ValueError, msgspec.MsgspecError, RecursionError) as error:
        raise _not_an_event(connection) from error


def _not_an_event(connection: str) -> Invalid:
    return Invalid(
        "a webhook's body is not a callback",
        code="not_an_event",
        sv="Det som kom in var inte en rapport från Twilio.",
        connection=connection,
    )
