"""The 46elks connector: sends text messages, looks doubtful ones up, reads reports and replies."""

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
from brygga.connectors.elks46.mapping import reports, sending
from brygga.connectors.elks46.mapping.statuses import row
from brygga.connectors.elks46.schema import Account, History, Message, settings_of
from brygga.connectors.texting import doubt, tokens, wording
from brygga.model import Fault, Invalid, NeedsSignIn, OutcomeUnknown, Retryable
from brygga.swedish import sms as swedish_sms
from brygga.wire.basic import basic
from brygga.wire.call import Answer, Call

MOST_PAGES = 20
_ID = re.compile("[A-Za-z0-9]{1,64}")
Shape = TypeVar("Shape")


def utc_now() -> datetime:
    """The real time, zone-aware."""
    return datetime.now(UTC)


class Elks46:
    """One account at 46elks. Abilities: check, sms, deliveries."""

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
        """HTTP Basic, with the password read at each try."""
        username = settings_of(settings).username

        async def headers(_: Call) -> Mapping[str, str]:
            return basic(username, (await secrets("password")).strip())

        return headers

    async def check(self) -> Checked:
        """`GET /me`: changes nothing; tells what money is left."""
        answer = await self._wire.call(Call(operation="account.read", path="/me", headers=sending.JSON))
        account = self._decoded(answer, Account)
        left = sending.money(account.balance, sending.plain(account.currency))
        signed = "ok" if self._settings.webhook_url else "unknown"
        return Checked(
            ok=True,
            sv=f"46elks svarar. Kvar på kontot: {left}." if left else "46elks svarar.",
            abilities={"sms": "ok", "deliveries": signed},
            facts={"balance": left} if left else {},
        )

    def measure(self, text: str) -> swedish_sms.Sms:
        """How a text would travel: alphabet and parts. Pure."""
        return swedish_sms.measure(text)

    def sms_calls(self, sms: Sms) -> Sequence[Call]:
        """The request that would leave; the report's secret is masked. Raises Invalid, Unsupported."""
        return [sending.call(self._ready(sms), self._settings)]

    async def estimate(self, sms: Sms) -> Receipt:
        """Parts and price as 46elks itself reckons them (`dryrun`); nothing is sent."""
        message = self._ready(sms)
        answer = await self._wire.call(sending.call(message, self._settings, dry=True))
        return sending.receipt(answer, message, self._settings, dry=True)

    async def send_sms(self, sms: Sms) -> Receipt:
        """Hand the message over. OutcomeUnknown if the answer was lost after it had left."""
        message = self._ready(sms)
        secret = (await self._report_secrets())[0] if self._settings.webhook_url else ""
        token = tokens.token(secret, tokens.REPORT, message.key)
        left_at = self._now()
        try:
            answer = await self._wire.call(sending.call(message, self._settings, token=token))
            return sending.receipt(answer, message, self._settings)
        except OutcomeUnknown:
            self._departures.note(message.key, left_at)
            raise

    async def read_back(
        self, sms: Sms, *, since: datetime | None = None, known: Collection[str] = ()
    ) -> Receipt | None:
        """After a doubtful send: the receipt if 46elks has the message, None if it certainly has not.

        `since`: when it was first tried. `known`: their ids of messages that are accounted for.
        Raises OutcomeUnknown when it cannot be told (history shows no id of ours).
        """
        message = self._ready(sms)
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
        rows = [m async for m in self._history(sought.since) if m.direction != "incoming"]
        found = doubt.settle([sending.seen(m, self._settings) for m in rows], sought, known=known)
        if found is None:
            return None
        return Receipt(
            remote_id=found.id,
            results={message.to: "accepted"},
            parts=found.parts or message.parts,
            cost=found.cost,
        )

    async def confirm(self, delivery: Delivery) -> Delivery:
        """A report as 46elks itself tells it when asked: reports are unsigned, a failure costs trust."""
        if not _ID.fullmatch(delivery.remote_id):
            raise Invalid("the id is not one of 46elks", code="bad_id", connection=self._connection)
        path = f"/sms/{delivery.remote_id}"
        answer = await self._wire.call(Call(operation="sms.read", path=path, headers=sending.JSON))
        status = sending.plain(self._decoded(answer, Message).status)
        told = row(status)
        facts = {"status": status, "final": "yes" if told.final else "no", "confirmed": "yes"}
        return msgspec.structs.replace(
            delivery,
            event=told.event,
            sv=told.sv,
            detail=status,
            id=f"{delivery.remote_id}:{status}",
            facts=facts,
        )

    async def reply_address(self) -> str:
        """The address to give 46elks for incoming messages of a number (`sms_url`). Secret."""
        secret = (await self._report_secrets())[0]
        joint = "&" if "?" in self._settings.webhook_url else "?"
        return f"{self._settings.webhook_url}{joint}k={tokens.token(secret, tokens.INCOMING)}"

    async def verify(self, request: WebhookRequest) -> None:
        """Raises Rejected when the secret in the address does not hold."""
        secrets = await self._report_secrets()
        tokens.verify(request, secrets=secrets, connection=self._connection, title="46elks")

    def deliveries(self, request: WebhookRequest) -> list[Delivery]:
        """What a verified request tells. Raises Invalid on a body that is not one."""
        return reports.deliveries(request, self._settings, connection=self._connection)

    def _ready(self, sms: Sms) -> wording.Ready:
        sending.demand_now(sms)
        return wording.ready(sms, self._rules)

    async def _history(self, since: datetime) -> AsyncIterator[Message]:
        """All messages from `since` on, newest first. Raises OutcomeUnknown when they never end."""
        end = since.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
        query = (("end", end), ("limit", str(self._settings.list_limit)))
        start: tuple[tuple[str, str], ...] = ()
        for _ in range(MOST_PAGES):
            call = Call(
                operation="sms.list", path="/sms", query=start + query, headers=sending.JSON, sensitive=True
            )
            page = self._decoded(await self._wire.call(call), History)
            for message in page.data:
                yield message
            full = len(page.data) >= self._settings.list_limit
            older = page.next or (sending.plain(page.data[-1].created) if full else "")
            if not older or not page.data:
                return
            start = (("start", older),)
        raise doubt.doubt("cannot_tell")

    async def _report_secrets(self) -> list[str]:
        """The secrets that make and prove addresses: the one in use first, then the one before."""
        found = [await self._secret(name) for name in ("report_key", "report_key_previous")]
        if not found[0]:
            found[0] = tokens.derived(await self._secrets("password"))
        return [secret for secret in found if secret]

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
                "46elks' answer cannot be read",
                code="answer_unreadable",
                sv="46elks svarade med något vi inte kan läsa. Vi försöker igen. Du behöver inte göra något.",
                connection=self._connection,
                fault=Fault.PROVIDER,
            ) from error
