"""The Sinch connector: sends text messages, looks doubtful ones up, reads callbacks and replies."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

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
from brygga.connectors.sinch.api import webhooks
from brygga.connectors.sinch.mapping import reports, sending
from brygga.connectors.sinch.schema import Batch, Batches, DryRun, settings_of
from brygga.connectors.texting import doubt, tokens, wording
from brygga.model import Fault, Invalid, NeedsSignIn, OutcomeUnknown, Retryable
from brygga.swedish import sms as swedish_sms
from brygga.wire.call import Answer, Call, Repeat

MOST_PAGES = 20
_ID = re.compile("[A-Za-z0-9_-]{1,64}")
Shape = TypeVar("Shape")


def utc_now() -> datetime:
    """The real time, zone-aware."""
    return datetime.now(UTC)


class Sinch:
    """One service plan at Sinch. Abilities: check, sms, deliveries."""

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
        self._nonces = webhooks.Nonces()

    @classmethod
    def authorise(
        cls,
        settings: Mapping[str, Any],  # noqa: ARG003 - the same shape for every connector
        secrets: Secrets,
    ) -> Callable[[Call], Awaitable[Mapping[str, str]]]:
        """The bearer token, read at each try."""

        async def headers(_: Call) -> Mapping[str, str]:
            token = (await secrets("token")).strip()
            if not (token.isascii() and token.isprintable()):
                raise NeedsSignIn(
                    "the token has characters that no header may have",
                    code="key_refused",
                    sv="Nyckeln till Sinch gick inte att använda. Byt nyckel.",
                )
            return {"Authorization": f"Bearer {token}"}

        return headers

    async def check(self) -> Checked:
        """Ask for one batch: changes nothing."""
        query = (("page", "0"), ("page_size", "1"))
        call = Call(
            operation="account.read",
            path=self._settings.batches_path,
            query=query,
            headers=sending.JSON,
            sensitive=True,
        )
        self._decoded(await self._wire.call(call), Batches)
        signed = "ok" if await self._hmac_secrets() else "unknown"
        return Checked(ok=True, sv="Sinch svarar.", abilities={"sms": "ok", "deliveries": signed})

    def measure(self, text: str) -> swedish_sms.Sms:
        """How a text would travel: alphabet and parts. Pure."""
        return swedish_sms.measure(text)

    def sms_calls(self, sms: Sms) -> Sequence[Call]:
        """The request that would leave; the report's secret is masked. Raises Invalid."""
        return [sending.call(self._ready(sms), self._settings, now=self._now(), send_at=sms.send_at)]

    async def estimate(self, sms: Sms) -> Receipt:
        """Parts as Sinch counts them (dry run), the price by `kr_per_part`; nothing is sent."""
        message = self._ready(sms)
        call = sending.call(message, self._settings, now=self._now(), send_at=sms.send_at, dry=True)
        told = self._decoded(await self._wire.call(call), DryRun)
        return sending.estimate(told, message, self._settings)

    async def send_sms(self, sms: Sms) -> Receipt:
        """Hand the message over. OutcomeUnknown if the answer was lost after it had left."""
        message, left_at = self._ready(sms), self._now()
        token = ""
        if self._settings.webhook_url:
            token = tokens.token((await self._token_secrets())[0], tokens.REPORT, message.key)
        call = sending.call(message, self._settings, now=left_at, send_at=sms.send_at, token=token)
        try:
            return sending.receipt(await self._wire.call(call), message)
        except OutcomeUnknown:
            self._departures.note(message.key, left_at)
            raise

    async def cancel_sms(self, remote_id: str) -> None:
        """Call a batch back that has not left. Raises Rejected when it has."""
        if not _ID.fullmatch(remote_id):
            raise Invalid("the id is not one of Sinch's", code="bad_id", connection=self._connection)
        path = f"{self._settings.batches_path}/{remote_id}"
        await self._wire.call(
            Call(
                operation="sms.cancel",
                method="DELETE",
                path=path,
                headers=sending.JSON,
                repeat=Repeat.NATURAL,
                sensitive=True,
            )
        )

    async def read_back(
        self, sms: Sms, *, since: datetime | None = None, known: Collection[str] = ()
    ) -> Receipt | None:
        """After a doubtful send: the receipt if Sinch has the batch, None if it certainly has not.

        `since`: when it was first tried. `known`: ids of batches that are accounted for. Raises
        OutcomeUnknown when it cannot be told.
        """
        message = self._ready(msgspec.structs.replace(sms, send_at=None))
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
        rows = [sending.seen(b) async for b in self._batches(sought.since, message.key)]
        found = doubt.settle(rows, sought, known=known)
        if found is None:
            return None
        return Receipt(remote_id=found.id, results={message.to: "accepted"}, parts=message.parts)

    async def reply_address(self) -> str:
        """The address to give Sinch for incoming messages of a plan without HMAC. Secret."""
        secret = (await self._token_secrets())[0]
        joint = "&" if "?" in self._settings.webhook_url else "?"
        return f"{self._settings.webhook_url}{joint}k={tokens.token(secret, tokens.INCOMING)}"

    async def verify(self, request: WebhookRequest) -> None:
        """Raises Rejected when signature, time or nonce do not hold.

        With an HMAC secret set only a signature will do; without one the secret of the address.
        """
        secrets = await self._hmac_secrets()
        if not secrets:
            made = await self._token_secrets()
            tokens.verify(request, secrets=made, connection=self._connection, title="Sinch")
            return
        webhooks.verify(
            request,
            secrets=secrets,
            window_s=self._settings.webhook_window_s,
            nonces=self._nonces if self._settings.refuse_replays else None,
            connection=self._connection,
        )

    def deliveries(self, request: WebhookRequest) -> list[Delivery]:
        """What a verified request tells. Raises Invalid on a body that is not one."""
        return reports.deliveries(request, self._settings, connection=self._connection)

    def _ready(self, sms: Sms) -> wording.Ready:
        sending.demand_sendable(sms, now=self._now())
        return wording.ready(sms, self._rules)

    async def _batches(self, since: datetime, key: str) -> AsyncIterator[Batch]:
        """Batches from `since` on, if Sinch can only those with our reference."""
        query = [("start_date", sending.written(since)), ("page_size", str(self._settings.list_limit))]
        if self._settings.list_by_reference:
            query.append(("client_reference", key))
        told = 0
        for number in range(MOST_PAGES):
            call = Call(
                operation="sms.list",
                path=self._settings.batches_path,
                query=(("page", str(number)), *query),
                headers=sending.JSON,
                sensitive=True,
            )
            page = self._decoded(await self._wire.call(call), Batches)
            told += len(page.batches)
            for batch in page.batches:
                yield batch
            last = len(page.batches) < self._settings.list_limit and not page.count
            if not page.batches or last or 0 < page.count <= told:
                return
        raise doubt.doubt("cannot_tell")

    async def _hmac_secrets(self) -> list[str]:
        """The secret in use and, while it is changed, the one before."""
        found = [await self._secret(name) for name in ("webhook_secret", "webhook_secret_previous")]
        return [secret for secret in found if secret]

    async def _token_secrets(self) -> list[str]:
        return [tokens.derived(await self._secrets("token"))]

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
                "Sinch's answer cannot be read",
                code="answer_unreadable",
                sv="Sinch svarade med något vi inte kan läsa. Vi försöker igen. Du behöver inte göra något.",
                connection=self._connection,
                fault=Fault.PROVIDER,
            ) from error
