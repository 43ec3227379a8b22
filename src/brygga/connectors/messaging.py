"""Sending messages: a neutral e-mail or text message, what became of it, and what is told of it later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import msgspec

from brygga.wire.call import Call

if TYPE_CHECKING:
    from brygga.connectors.abilities import WebhookRequest

SERVICE = "service"
MARKETING = "marketing"

EVENTS = (
    "queued",
    "sent",
    "delivered",
    "deferred",
    "bounced_soft",
    "bounced_hard",
    "rejected",
    "complained",
    "unsubscribed",
    "opened",
    "clicked",
    "replied",
    "failed",
    "unknown",
)
"""What can be told of a message, for every channel."""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """One recipient of a mail that goes to many, each in a copy of their own.

    `data`: placeholder → text, put in where subject, text and HTML say `{{name}}`.
    """

    address: str
    name: str = ""
    data: Mapping[str, str] = {}


class Mail(msgspec.Struct, frozen=True, kw_only=True):
    """A neutral e-mail. `key` is our own id: it becomes the Message-ID, so a repeat can be told.

    `people`: instead of `to`, a copy of their own for each. Attachments are (file name, media type,
    bytes); inline pictures (content id, media type, bytes), shown by `cid:` in the HTML. `purpose`:
    service · marketing; marketing carries `unsubscribe_url` (RFC 8058: https, answers a POST).
    """

    to: tuple[str, ...] = ()
    subject: str
    text: str
    html: str = ""
    sender: str = ""
    key: str
    attachments: tuple[tuple[str, str, bytes], ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    reply_to: tuple[str, ...] = ()
    inline: tuple[tuple[str, str, bytes], ...] = ()
    headers: Mapping[str, str] = {}
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, str] = {}
    people: tuple[Person, ...] = ()
    purpose: str = SERVICE
    unsubscribe_url: str = ""
    send_at: datetime | None = None
    track_opens: bool = False
    track_clicks: bool = False


class Sms(msgspec.Struct, frozen=True, kw_only=True):
    """A neutral text message. `to` is E.164; `key` is our own id. `sender`: a name or number, or the
    connection's own; `answerable` asks for a sender that can be replied to."""

    to: str
    text: str
    key: str
    sender: str = ""
    purpose: str = SERVICE
    answerable: bool = False
    send_at: datetime | None = None


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What the receiver said of a message: its id there, and per recipient `accepted` or why not.

    `parts`: how many text messages it was sent as. `cost`: what the provider said that it costs.
    """

    remote_id: str
    results: Mapping[str, str] = {}
    parts: int = 0
    cost: str = ""


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One thing told of a message afterwards. `event` is one of `EVENTS`; `id` the provider's own event id.

    `key`: our id of the message if it came back; `sv`: the reason in Swedish, without the address.
    """

    event: str
    recipient: str = ""
    key: str = ""
    remote_id: str = ""
    id: str = ""
    at: datetime | None = None
    sv: str = ""
    detail: str = ""
    facts: Mapping[str, str] = {}


@runtime_checkable
class SendEmail(Protocol):
    """Ability `email`."""

    def email_calls(self, mail: Mail) -> Sequence[Call]:
        """Pure: the requests that would leave, without credentials. Raises Invalid."""
        ...

    async def send(self, mail: Mail) -> Receipt:
        """Hand the message over. OutcomeUnknown if the line broke after the last byte."""
        ...


@runtime_checkable
class SendSms(Protocol):
    """Ability `sms`."""

    def sms_calls(self, sms: Sms) -> Sequence[Call]:
        """Pure: the requests that would leave, without credentials. Raises Invalid."""
        ...

    async def send_sms(self, sms: Sms) -> Receipt:
        """Hand the message over. OutcomeUnknown if the answer was lost after it had left."""
        ...


@runtime_checkable
class ReportDeliveries(Protocol):
    """Ability `deliveries`: webhooks that tell what became of messages.

    Verification comes before parsing and works on the raw bytes, as in `ReceiveWebhooks`.
    """

    async def verify(self, request: WebhookRequest) -> None:
        """Raises Rejected when secret, signature or time do not hold, or it came before."""
        ...

    def deliveries(self, request: WebhookRequest) -> list[Delivery]:
        """Pure: what a verified request tells. Raises Invalid on a body that is not one."""
        ...
