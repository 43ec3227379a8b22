"""The Twilio connector: sends text messages, looks doubtful ones up, reads callbacks and replies."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

import msgspec

from brygga.connectors.abilities import (
    Caller,
    Checked,
    Delivery,
    Receipt,
    Secrets,
    Sms,
    WebhookRequest,
)
from brygga.connectors.texting import doubt, wording
from brygga.connectors.twilio.api import webhooks
from brygga.connectors.twilio.mapping import reports, sending
from brygga.connectors.twilio.schema import Account, Message, Page, settings_of
from brygga.model import Fault, Invalid, NeedsSignIn, OutcomeUnknown, Retryable
from brygga.swedish import sms as swedish_sms
from brygga.wire.basic import basic
from brygga.wire.call import Answer, Call, Repeat

MOST_PAGES = 20
_SID = re.compile("(?:SM|MM)[0-9a-fA-F]{32}")
Shape = TypeVar("Shape")


def utc_now() -> datetime:
    """The real time, zone-aware."""
    return datetime.now(UTC)


class Twilio:
    """One account at Twilio. Abilities: check, sms, deliveries."""

    def __init__(
        self,
        wire: Caller,
        *,
        connection: str,
        settings: Mapping[str, Any],
        secrets: Secrets,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._wire = wire
        self._connection = connection
        self._settings = settings_of(settings)
        self._rules = sending.rules(self._settings)
        self._secrets = secrets
        self._now = now
        self._departures = doubt.Departures()

    @classmethod
    def authorise(
        cls, settings: Mapping[str, Any], secrets: Secrets
    ) -> Callable[[Call], Awaitable[Mapping[str, str]]]:
        """HTTP Basic: an API key if one is set, else the account's SID and token."""
        known = settings_of(settings)
        field = "api_secret" if known.api_key else "auth_token"

        async def headers(_: Call) -> Mapping[str, str]:
            return basic(known.api_key or known.account_sid, (await secrets(field)).strip())

        return headers

    async def check(self) -> Checked:
        """Read the account: changes nothing; tells whether it is active."""
        path = f"/2010-04-01/Accounts/{self._settings.account_sid}.json"
        answer = await self._wire.call(Call(operation="account.read", path=path, headers=sending.JSON))
        status = self._decoded(answer, Account).status
        active = status == "active"
        return Checked(
            ok=active,
            sv="Twilio svarar och kontot är öppet." if active else "Twilio svarar, men kontot är inte öppet.",
            abilities={
                "sms": "ok" if active else "refused",
                "deliveries": "ok" if self._settings.webhook_url else "unknown",
            },
            facts={"status": status},
        )

    def measure(self, text: str) -> swedish_sms.Sms:
        """How a text would travel: alphabet and parts. Pure."""
        return swedish_sms.measure(text)

    def sms_calls(self, sms: Sms) -> Sequence[Call]:
        """The request that would leave. Raises Invalid, Unsupported."""
        message = wording.ready(sms, self._rules)
        return [sending.call(message, self._settings, send_at=self._send_at(sms))]

    async def estimate(self, sms: Sms) -> Receipt:
        """Parts, and the price by the setting `kr_per_part`: Twilio has no dry run. Nothing is sent."""
        message = wording.ready(sms, self._rules)
        price = message.parts * self._settings.kr_per_part
        return Receipt(remote_id="", parts=message.parts, cost=f"{price:.2f} SEK" if price else "")

    async def send_sms(self, sms: Sms) -> Receipt:
        """Hand the message over. OutcomeUnknown if the answer was lost after it had left."""
        (call,) = self.sms_calls(sms)
        message, left_at = wording.ready(sms, self._rules), self._now()
        try:
            return sending.receipt(await self._wire.call(call), message)
        except OutcomeUnknown:
            self._departures.note(message.key, left_at)
            raise

    async def cancel_sms(self, remote_id: str) -> None:
        """Call a scheduled message back. Raises Rejected when it has left already."""
        if not _SID.fullmatch(remote_id):
            raise Invalid("the id is not one of Twilio's", code="bad_id", connection=self._connection)
        path = self._settings.messages_path.replace(".json", f"/{remote_id}.json")
        call = Call(
            operation="sms.cancel",
            method="POST",
            path=path,
            headers=sending.JSON,
            body=b"Status=canceled",
            content_type=sending.FORM,
            repeat=Repeat.NATURAL,
        )
        await self._wire.call(call)

    async def read_back(
        self, sms: Sms, *, since: datetime | None = None, known: Collection[str] = ()
    ) -> Receipt | None:
        """After a doubtful send: the receipt if Twilio has the message, None if it certainly has not.

        `since`: when it was first tried. `known`: sids of messages that are accounted for. Raises
        OutcomeUnknown when it cannot be told: numbers are masked there with `mask_address`.
        """
        message = wording.ready(sms, self._rules)
        first_at, left_at = self._departures.of(message.key)
        sought = doubt.Sought(
            key=message.key,
            to=message.to,
            sender=message.sender,
            text=message.text,
            parts=message.parts,
            now=self._now(),
            first_at=since or first_at,
            left_at=left_at or since,
            settle_s=self._settings.settle_s,
        )
        to = "" if self._settings.mask_address else message.to
        rows = [
            sending.seen(m) async for m in self._messages(sought.since, to=to) if m.direction != "inbound"
        ]
        found = doubt.settle(rows, sought, known=known)
        if found is None:
            return None
        return Receipt(
            remote_id=found.id,
            results={message.to: "accepted"},
            parts=found.parts or message.parts,
            cost=found.cost,
        )

    async def verify(self, request: WebhookRequest) -> None:
        """Raises Rejected when the signature does not hold, NeedsSignIn without our public address."""
        if not self._settings.webhook_url:
            raise NeedsSignIn(
                "no public address is set, so that no signature can be tried",
                code="webhook_url_missing",
                sv="Adressen för leveransrapporter saknas. Fyll i den; Twilios underskrift gäller den.",
                connection=self._connection,
            )
        tokens = [await self._secrets("auth_token"), await self._secret("auth_token_previous")]
        url = self._settings.webhook_url
        webhooks.verify(
            request, url=url, tokens=[token for token in tokens if token], connection=self._connection
        )

    def deliveries(self, request: WebhookRequest) -> list[Delivery]:
        """What a verified request tells. Raises Invalid on a body that is not one."""
        return reports.deliveries(request, self._settings, connection=self._connection)

    def _send_at(self, sms: Sms) -> str:
        return sending.scheduled(sms, self._settings, now=self._now())

    async def _messages(self, since: datetime, *, to: str) -> AsyncIterator[Message]:
        """Messages from `since` on. A list by DateSent would leave out those that wait to be sent."""
        base = (*((("To", to),) if to else ()), ("PageSize", str(self._settings.list_limit)))
        token: tuple[tuple[str, str], ...] = ()
        for _ in range(MOST_PAGES):
            call = Call(
                operation="sms.list",
                path=self._settings.messages_path,
                query=base + token,
                headers=sending.JSON,
                sensitive=True,
            )
            page = self._decoded(await self._wire.call(call), Page)
            for message in page.messages:
                yield message
            times = [at for m in page.messages if (at := sending.moment(sending.plain(m.date_created)))]
            if not page.next_page_uri or not page.messages or (times and max(times) < since):
                return
            asked = parse_qsl(urlsplit(page.next_page_uri).query)
            token = tuple((name, value) for name, value in asked if name in ("Page", "PageToken"))
        raise doubt.doubt("cannot_tell")

    async def _secret(self, name: str) -> str:
        try:
            return await self._secrets(name)
        except NeedsSignIn:
            return ""

    def _decoded(self, answer: Answer, shape: type[Shape]) -> Shape:
        try:
            return msgspec.json.decode(answer.body, type=shape)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise Retryable(
                "Twilio's answer cannot be read",
                code="answer_unreadable",
                sv="Twilio svarade med något vi inte kan läsa. Vi försöker igen. Du behöver inte göra något.",
                connection=self._connection,
                fault=Fault.PROVIDER,
            ) from error
