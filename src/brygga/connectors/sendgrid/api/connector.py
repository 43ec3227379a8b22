"""The SendGrid connector: checks, sends, tells what became of mails, keeps the suppression lists.

It only translates. Requests are made in `mapping.bodies`, handed over in `sending`.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from brygga.connectors.abilities import (
    Caller,
    Checked,
    Delivery,
    Mail,
    Receipt,
    Secrets,
    WebhookRequest,
)
from brygga.connectors.sendgrid.api import lists, webhooks
from brygga.connectors.sendgrid.api.sending import ACCEPTED, hand_over
from brygga.connectors.sendgrid.mapping import bodies, events, inbound
from brygga.connectors.sendgrid.schema import KEY, REGIONS, settings_of
from brygga.model import NeedsSignIn, OutcomeUnknown, Unsupported
from brygga.wire.call import Call

_PLAIN_KEY = re.compile(r"[\w:.@+-]{1,200}", re.ASCII)
_OK = 200


def utc_now() -> datetime:
    """The real time, zone-aware."""
    return datetime.now(UTC)


class SendGrid:
    """One account. Abilities: check, email, deliveries."""

    def __init__(
        self,
        wire: Caller,
        *,
        connection: str,
        settings: Mapping[str, Any],
        secrets: Secrets,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._wire, self._connection, self._secrets, self._now = wire, connection, secrets, now
        self._settings = settings_of(settings)
        self._replays = webhooks.Replays(
            most=self._settings.replays_kept, window_s=self._settings.webhook_window_s
        )

    @staticmethod
    def base_url(settings: Mapping[str, Any]) -> str:
        """The address that a region's account is called at."""
        return str(settings.get("base_url") or REGIONS[str(settings.get("region") or "eu")])

    @classmethod
    def authorise(
        cls,
        settings: Mapping[str, Any],  # noqa: ARG003 - the same shape for every connector
        secrets: Secrets,
    ) -> Callable[[Call], Awaitable[Mapping[str, str]]]:
        """The header that carries the key, read at each try so that a renewed one is used at once."""

        async def headers(_: Call) -> Mapping[str, str]:
            key = (await secrets("api_key")).strip()
            if not (key and key.isascii() and key.isprintable()):
                raise NeedsSignIn(
                    "the key has characters that no header may have",
                    code="key_refused",
                    sv="Nyckeln till SendGrid gick inte att använda. Byt nyckel.",
                )
            return {"Authorization": f"Bearer {key}"}

        return headers

    async def check(self) -> Checked:
        """A mail in sandbox mode, which is checked and never sent; and one row of a list."""
        accepted = "unknown"
        if self._settings.sender:
            await self._dry_send()
            accepted = "ok"
        lists_answer = await self._wire.call(
            Call(
                operation="suppression.check",
                path="/v3/suppression/bounces",
                query=(("limit", "1"),),
                headers={"Accept": "application/json"},
                accept_status=frozenset({403}),
                sensitive=True,
            )
        )
        listed = "ok" if lists_answer.status == _OK else "refused"
        signed = "ok" if any(map(webhooks.key_of, self._keys())) else "unknown"
        return Checked(
            ok=True,
            sv="SendGrid svarar och godtar nyckeln.",
            abilities={"email": accepted, "deliveries": signed, "suppressions": listed},
            facts={"region": self._settings.region},
        )

    async def _dry_send(self) -> None:
        settings = msgspec.structs.replace(self._settings, sandbox_mode=True)
        mail = Mail(to=(settings.sender,), subject="brygga", text="brygga", key="check")
        made = bodies.batches(mail, settings, now=self._now())
        await hand_over(self._wire, made, accepted=frozenset({_OK, ACCEPTED}), now=self._now())

    def email_calls(self, mail: Mail) -> list[Call]:
        """Pure: the requests that would leave, without credentials. Raises Invalid."""
        return [batch.call for batch in bodies.batches(mail, self._settings, now=self._now())]

    async def send(self, mail: Mail) -> Receipt:
        """Hand the mail over, a thousand copies to a request. See `sending.hand_over`.

        Raises Invalid before anything is sent, Retryable with the wait asked for, NeedsSignIn,
        Rejected, and OutcomeUnknown when the answer was lost after it had left.
        """
        made = bodies.batches(mail, self._settings, now=self._now())
        accepted = frozenset({_OK, ACCEPTED} if self._settings.sandbox_mode else {ACCEPTED})
        return await hand_over(self._wire, made, accepted=accepted, now=self._now())

    async def read_back(self, mail: Mail) -> Receipt | None:
        """After a doubtful send: what the provider's activity says of the mail's key.

        None: not there (yet). Raises Unsupported without the activity add-on (setting `activity`),
        and OutcomeUnknown for a key that cannot be asked for.
        """
        if not self._settings.activity:
            raise Unsupported("reading back needs the activity add-on", code="no_activity")
        if not _PLAIN_KEY.fullmatch(mail.key):
            raise OutcomeUnknown("the key cannot be put into a question", code="key_unaskable")
        answer = await self._wire.call(
            Call(
                operation="activity.find",
                path="/v3/messages",
                query=(("query", f"(unique_args['{KEY}']=\"{mail.key}\")"), ("limit", "1000")),
                headers={"Accept": "application/json"},
                sensitive=True,
            )
        )
        found = msgspec.json.decode(answer.body, type=_Activity).messages
        if not found:
            return None
        return Receipt(remote_id=found[0].msg_id, results={row.to_email: "accepted" for row in found})

    async def suppressions(self, *, since: datetime | None = None) -> list[Delivery]:
        """The addresses that SendGrid does not send to, and why: bounces, blocks, invalid ones,
        reported spam, unsubscribed. Needs a key with that right (else NeedsSignIn)."""
        return [row async for row in lists.rows(self._wire, since=since)]

    async def suppress(self, address: str, *, which: str = "unsubscribes") -> None:
        """Never send to the address again. Raises Unsupported for a list that only SendGrid fills."""
        await lists.add(self._wire, address, which=which)

    async def unsuppress(self, address: str, *, which: str) -> None:
        """Take the address off a list: bounces, blocks, invalid_emails, spam_reports, unsubscribes."""
        await lists.remove(self._wire, address, which=which)

    async def verify(self, request: WebhookRequest) -> None:
        """Raises Rejected: `bad_signature`, `stale`, `replayed`.

        Inbound mail may come unsigned; then the secret part of its address is asked for.
        """
        form = inbound.is_form(request.headers.get("content-type", ""))
        if form and webhooks.SIGNATURE not in request.headers:
            webhooks.demand_secret(request.path_secret, await self._inbound_secret())
        else:
            webhooks.verify(request, keys=self._keys(), window_s=self._settings.webhook_window_s)
        self._replays.admit(request)

    def forget(self, request: WebhookRequest) -> None:
        """A verified request could not be kept: its repeat is no replay."""
        self._replays.forget(request)

    def deliveries(self, request: WebhookRequest) -> list[Delivery]:
        """Events, or one reply, of a verified request. Raises Invalid (`not_events`, `not_a_reply`)."""
        content_type = request.headers.get("content-type", "")
        if inbound.is_form(content_type):
            return [inbound.reply(request.body, content_type, received_at=request.received_at)]
        return events.deliveries(request.body)

    def _keys(self) -> list[str]:
        return [key for key in (self._settings.webhook_key, self._settings.webhook_key_previous) if key]

    async def _inbound_secret(self) -> str:
        try:
            return await self._secrets("inbound_secret")
        except NeedsSignIn:
            return ""


class _Message(msgspec.Struct, frozen=True):
    msg_id: str = ""
    to_email: str = ""


class _Activity(msgspec.Struct, frozen=True):
    messages: list[_Message] = []
