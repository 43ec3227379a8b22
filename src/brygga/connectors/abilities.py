"""What a connector can do, as small protocols: the hub knows abilities, never names.

A connector's `api.py` has one class, named in its manifest, with `profile parts` given at
construction: `Connector(wire, connection=…, settings=…, secrets=…)`. It implements the
protocols of the abilities that its manifest lists; a test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

import msgspec

from brygga.connectors.messaging import (
    Delivery,
    Mail,
    Person,
    Receipt,
    ReportDeliveries,
    SendEmail,
    SendSms,
    Sms,
)
from brygga.connectors.reading import (
    Acknowledge,
    Captured,
    Page,
    RawRecord,
    ReadCaptured,
    ReadFiles,
    ReadRecords,
    ReadRegister,
    Ref,
)
from brygga.connectors.writing import Draft, Writable, WriteRecords, Written
from brygga.model import Agent, Association, Contact, Estate, Office
from brygga.wire.call import Answer, Call, Repeat


class Caller(Protocol):
    """The one way out, as a connector sees it. Raises the errors of `brygga.model.errors`."""

    async def call(self, call: Call) -> Answer:
        """Send one call through the pipeline and give its successful answer."""
        ...


Secrets = Callable[[str], Awaitable[str]]
"""Credential field name → its value, asked for at use; raises NeedsSignIn when it is not set."""


class Checked(msgspec.Struct, kw_only=True):
    """What trying a connection gave: per ability `ok`, `refused` or `unknown`, and a Swedish sentence."""

    ok: bool
    sv: str
    abilities: dict[str, str] = {}
    facts: dict[str, Any] = {}


@runtime_checkable
class Check(Protocol):
    """Ability `check`: try the connection cheaply, changing nothing."""

    async def check(self) -> Checked:
        """Ask the provider something harmless. Raises what wire raises."""
        ...


class WebhookRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook as it arrived: header names in lower case, raw body bytes, the path's secret part."""

    headers: Mapping[str, str]
    body: bytes
    query: tuple[tuple[str, str], ...] = ()
    path_secret: str = ""
    received_at: datetime


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One event in a webhook, normalised: a hint to look, never the truth itself.

    `event`: update · remove · merge · relation · status. `key` is the provider's own event id
    where it has one (then a repeat is dropped); without it only a repeat that still waits is
    merged with the first. `merged_ids`: source ids that ceased to be.
    """

    event: str
    kind: str
    source_id: str
    key: str = ""
    merged_ids: tuple[str, ...] = ()
    facts: Mapping[str, Any] = {}


@runtime_checkable
class ReceiveWebhooks(Protocol):
    """Ability `webhooks`. Verification comes before parsing and works on the raw bytes."""

    async def verify(self, request: WebhookRequest) -> None:
        """Raises Rejected when secret, signature or time do not hold."""
        ...

    def notices(self, request: WebhookRequest) -> list[Notice]:
        """Pure: the events in a verified request. Raises Invalid on a body that is not one."""
        ...


class PictureLink(msgspec.Struct, frozen=True, kw_only=True):
    """A rendition ready to be fetched by a receiver: a signed, expiring address of ours."""

    image_id: str
    content_hash: str
    url: str
    description: str = ""
    width_px: int = 0
    height_px: int = 0
    floor_plan: bool = False


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """A seller or invoice recipient for a receiver that demands one. Never stored by a publisher."""

    name: str
    email: str = ""
    number: str = ""
    kind: str = ""
    street: str = ""
    postcode: str = ""
    town: str = ""


class Publication(msgspec.Struct, kw_only=True):
    """All that a publisher may need for one estate. `wish`: for_sale · upcoming · teased · sold · gone.

    `options` come from the person who publishes (`auto_approve`, `even_if_sold`).
    """

    estate: Estate
    office: Office | None = None
    agent: Agent | None = None
    association: Association | None = None
    sellers: list[Contact] = []
    billing: Party | None = None
    pictures: list[PictureLink] = []
    viewings: list[Any] = []
    wish: str = "for_sale"
    options: dict[str, Any] = {}
    correlation_id: str = ""


class Remark(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a check before publishing: `stops` or only asks to look. `field` is a model path."""

    code: str
    sv: str
    stops: bool = True
    field: str = ""
    en: str = ""


class StepResult(msgspec.Struct, kw_only=True):
    """What a step of a publication gave: facts to remember, and perhaps a wait before it is asked again."""

    state: dict[str, Any] = {}
    again_after_s: float | None = None
    sv: str = ""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a publication: its name and how a repeat of it is made safe.

    Steps of one connection with the same `scope` run one at a time over all homes and processes:
    what several homes share (an agency) is made once.
    """

    name: str
    repeat: Repeat
    sv: str
    scope: str = ""


@runtime_checkable
class Publish(Protocol):
    """Ability `publish`: a saga of steps whose progress (`state`, plain JSON) the hub keeps.

    Each step must be safe to run again with the state as it was before it: look in `state` for
    what is done, then at the receiver where the step is `readback`. `state` holds remote ids,
    hashes and times, never personal data.
    """

    def preflight(self, publication: Publication, state: Mapping[str, Any]) -> list[Remark]:
        """Pure: what is missing or odd, in Swedish, before anything is sent."""
        ...

    def steps(self, publication: Publication, state: Mapping[str, Any]) -> list[Step]:
        """Pure: the steps that lead from `state` to the wish, in order; empty when nothing differs."""
        ...

    async def run(self, step: str, publication: Publication, state: Mapping[str, Any]) -> StepResult:
        """Do one step. `again_after_s` asks the hub to sleep durably and run the step again."""
        ...

    async def read_back(
        self, step: str, publication: Publication, state: Mapping[str, Any]
    ) -> StepResult | None:
        """After a doubtful outcome: the result if the receiver has it, None if it certainly has not.

        Raises OutcomeUnknown when even that cannot be told.
        """
        ...

    async def remote_view(self, state: Mapping[str, Any]) -> dict[str, Any]:
        """What the receiver shows now: `{"published", "approved", "market_state", "price_kr", …}`."""
        ...


@runtime_checkable
class RenewKey(Protocol):
    """Ability `renew`: the provider lets us change our key before it ends, without a person."""

    async def renew_key(self) -> Any:
        """Renew if the key nears its end; the old one is kept until the new one has answered."""
        ...


ABILITIES: dict[str, type] = {
    "check": Check,
    "read": ReadRecords,
    "write": WriteRecords,
    "acknowledge": Acknowledge,
    "captured": ReadCaptured,
    "register": ReadRegister,
    "files": ReadFiles,
    "webhooks": ReceiveWebhooks,
    "publish": Publish,
    "renew": RenewKey,
    "email": SendEmail,
    "sms": SendSms,
    "deliveries": ReportDeliveries,
}
"""Ability name in a manifest → the protocol that the connector's class must satisfy."""

__all__ = [
    "ABILITIES",
    "Acknowledge",
    "Caller",
    "Captured",
    "Check",
    "Checked",
    "Delivery",
    "Draft",
    "Mail",
    "Notice",
    "Page",
    "Party",
    "Person",
    "PictureLink",
    "Publication",
    "Publish",
    "RawRecord",
    "ReadCaptured",
    "ReadFiles",
    "ReadRecords",
    "ReadRegister",
    "Receipt",
    "ReceiveWebhooks",
    "Ref",
    "Remark",
    "RenewKey",
    "ReportDeliveries",
    "Secrets",
    "SendEmail",
    "SendSms",
    "Sms",
    "Step",
    "StepResult",
    "WebhookRequest",
    "Writable",
    "WriteRecords",
    "Written",
]
