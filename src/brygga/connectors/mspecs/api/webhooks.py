"""Mspecs' webhooks: the signature over the raw bytes, and the events in a verified one.

An event is a hint to look. Only UN_PUBLISH is taken at its word (a setting), because whether an
unpublished deal still answers is not known.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from brygga.connectors.abilities import Notice, WebhookRequest
from brygga.connectors.mspecs.mapping import is_id
from brygga.connectors.mspecs.schema import Settings
from brygga.model import Fault, Invalid, Rejected

HEADER: Final = "x-mspecs-signature"
_FORM: Final = re.compile(r"t=([0-9]{1,12}),s=([0-9a-f]{64})")
_DECODER: Final = msgspec.json.Decoder()

PUBLISHING: Final = {"PUBLISH": "update", "UN_PUBLISH": "remove", "VIEWING": "update", "BIDDING": "update"}
SERVICE: Final = {"ACTIVATE": "update", "UPDATE": "update", "CANCEL": "remove", "DEACTIVATE": "remove"}
"""Events of a deal service. The specification's word for CANCEL is DEACTIVATE; both are read."""
CHANGES: Final = frozenset({"DEAL_SERVICE_DATA_SUBSCRIPTION", "ORGANIZATION_DATA_SUBSCRIPTION"})


def sign(body: bytes, *, secret: str, timestamp: str) -> str:
    """HMAC-SHA256 in hex over `<t>.<raw body>` (CONTRACT.md, signature)."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def verify(request: WebhookRequest, *, secrets: Iterable[str], settings: Settings, connection: str) -> None:
    """Raises Rejected: `bad_signature`, `stale`, or `other_subscriber` for another brokerage's event.

    While secrets are changed there are two: either will do. All are tried, so that the time it
    takes says nothing.
    """
    found = _FORM.fullmatch(request.headers.get(HEADER, ""))
    if found is None:
        raise _refused("bad_signature", "En händelse från Mspecs saknar underskrift.", connection)
    timestamp, given = found.groups()
    made = [sign(request.body, secret=secret, timestamp=timestamp) for secret in secrets if secret]
    matches = [hmac.compare_digest(given.encode(), one.encode()) for one in made]
    if not any(matches):
        raise _refused("bad_signature", "Underskriften på en händelse från Mspecs stämmer inte.", connection)
    age_s = abs(request.received_at.timestamp() - int(timestamp))
    if settings.signature_tolerance_s > 0 and age_s > settings.signature_tolerance_s:
        raise _refused("stale", "En händelse från Mspecs är för gammal.", connection)
    if subscriber_of(_event(request.body, connection)) != settings.subscriber_id:
        raise _refused("other_subscriber", "En händelse från Mspecs gällde ett annat företag.", connection)


def _refused(code: str, sv: str, connection: str) -> Rejected:
    return Rejected(
        f"a webhook was refused: {code}",
        code=code,
        sv=sv,
        connection=connection,
        operation="webhook",
        fault=Fault.PROVIDER,
    )


def subscriber_of(event: dict[str, Any]) -> str:
    """The brokerage that an event is about; `accessToken` is the name that the vendor is leaving."""
    named = event.get("subscriberId", event.get("accessToken"))
    return named if type(named) is str else ""


def notices(request: WebhookRequest, *, settings: Settings, connection: str) -> list[Notice]:
    """What a verified request asks us to look at. Raises Invalid on a body that is no event."""
    event = _event(request.body, connection)
    if subscriber_of(event) != settings.subscriber_id:
        return []
    named = event.get("eventType")
    kind = named if type(named) is str else ""
    if kind in PUBLISHING:
        return _deal(event, PUBLISHING[kind], settings, connection)
    if kind in SERVICE:
        return _deal(event, SERVICE[kind], settings, connection)
    if kind in CHANGES:
        return _changed(event, connection)
    if kind.startswith("SUBSCRIBER_"):
        return [_subscription(event, kind)]
    return []


def _event(body: bytes, connection: str) -> dict[str, Any]:
    try:
        event = _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _invalid("The webhook is not JSON.", connection) from error
    if type(event) is not dict:
        raise _invalid("The webhook is not an object.", connection)
    return event


def _deal(event: dict[str, Any], word: str, settings: Settings, connection: str) -> list[Notice]:
    """A home or project: only its own answer tells which, so what is taken down is both until then.

    Sold is PUBLISH with the sale status for it.
    """
    deal = _id(event, "dealId", connection)
    told = {"type": event.get("eventType"), "sale_status": event.get("saleStatus")}
    facts: dict[str, Any] = {name: value[:100] for name, value in told.items() if type(value) is str}
    if event.get("isPreview") is True:
        facts["preview"] = True
    if word != "remove" or not settings.believe_unpublish:
        return [Notice(event=word, kind="estate", source_id=deal, facts=facts)]
    return [
        Notice(event=word, kind=kind, source_id="", merged_ids=(deal,), facts={**facts, "estate": deal})
        for kind in ("estate", "project")
    ]


def _changed(event: dict[str, Any], connection: str) -> list[Notice]:
    """Chosen data changed: of a deal, of offices, or of the brokerage as a whole (read in the night)."""
    if event.get("dealId") is not None:
        deal = _id(event, "dealId", connection)
        return [Notice(event="update", kind="estate", source_id=deal, facts={"type": "DEAL_DATA"})]
    named = event.get("organizationUnitIds")
    offices = [str(one) for one in (named if type(named) is list else [named]) if is_id(one)]
    if offices:
        return [Notice(event="update", kind="office", source_id=one) for one in offices[:1_000]]
    return [Notice(event="status", kind="subscription", source_id="", facts={"type": "ORGANIZATION_DATA"})]


def _subscription(event: dict[str, Any], kind: str) -> Notice:
    """Our service was switched on or off, or an office of the brokerage joined or left it."""
    office = event.get("officeId")
    if kind.endswith("_OFFICE") and is_id(office):
        return Notice(event="update", kind="office", source_id=str(office), facts={"type": kind})
    return Notice(event="status", kind="subscription", source_id="", facts={"type": kind[:100]})


def _id(event: dict[str, Any], name: str, connection: str) -> str:
    value = event.get(name)
    if not is_id(value):
        raise _invalid(f"The webhook has no usable {name}.", connection)
    return str(value)


def _invalid(message: str, connection: str) -> Invalid:
    return Invalid(
        message,
        code="not_an_event",
        sv="Det som kom in var inte en händelse från Mspecs.",
        connection=connection,
    )
