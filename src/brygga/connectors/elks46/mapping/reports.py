"""Delivery reports and incoming messages of 46elks → what is told of a message. Pure.

A report is a form with id, status and perhaps delivered; an incoming message has direction=incoming
(docs/sms-delivery-reports, contract notes). Neither is signed: which of the two a request may be is
told by the secret in its address, never by its body.
"""

from __future__ import annotations

from brygga.connectors.abilities import Delivery, WebhookRequest
from brygga.connectors.elks46.mapping import statuses
from brygga.connectors.elks46.mapping.sending import moment
from brygga.connectors.elks46.schema import Settings
from brygga.connectors.texting import form
from brygga.connectors.texting.wording import is_stop
from brygga.model import Invalid

LONGEST = 200


def deliveries(request: WebhookRequest, settings: Settings, *, connection: str) -> list[Delivery]:
    """The one thing in a verified request. Raises Invalid (`not_an_event`)."""
    try:
        fields = dict(form.fields(request.body))
    except ValueError as error:
        raise not_an_event(connection) from error
    if not fields.get("id"):
        raise not_an_event(connection)
    if form.only(request.query, "k"):
        return [_incoming(fields, settings, connection)]
    return [_report(fields, form.only(request.query, "m"), connection)]


def _report(fields: dict[str, str], key: str, connection: str) -> Delivery:
    status = fields.get("status", "")
    if not status or fields.get("direction") == "incoming":
        raise not_an_event(connection)
    row = statuses.row(status)
    facts = {"status": status[:LONGEST], "final": "yes" if row.final else "no"}
    if row.event == "failed":
        facts["confirm"] = "yes"
    return Delivery(
        event=row.event,
        key=key,
        remote_id=fields["id"][:LONGEST],
        id=f"{fields['id'][:LONGEST]}:{status[:LONGEST]}",
        at=moment(fields.get("delivered", "")),
        sv=row.sv,
        detail=status[:LONGEST],
        facts=facts,
    )


def _incoming(fields: dict[str, str], settings: Settings, connection: str) -> Delivery:
    if fields.get("direction") != "incoming" or not fields.get("from"):
        raise not_an_event(connection)
    text = fields.get("message", "")
    stop = is_stop(text, settings.stop_words)
    return Delivery(
        event="unsubscribed" if stop else "replied",
        recipient=fields["from"][:LONGEST],
        remote_id=fields["id"][:LONGEST],
        id=fields["id"][:LONGEST],
        at=moment(fields.get("created", "")),
        sv="Mottagaren vill inte ha fler sms." if stop else "Mottagaren har svarat på sms.",
        facts={"text": text, "to": fields.get("to", "")[:LONGEST]},
    )


def not_an_event(connection: str) -> Invalid:
    """The body is left out: it may hold a person's words."""
    return Invalid(
        "a webhook's body is not a report",
        code="not_an_event",
        sv="Det som kom in var inte en rapport från 46elks.",
        connection=connection,
    )
