"""The Mailgun connector: checks, sends, tells what became of mails, keeps the suppression lists.

It only translates. Requests are made in `mapping.bodies`, handed over in `sending`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from brygga.connectors.abilities import (
    Caller,
    Checked,
    Delivery,
    Mail,
    Receipt,
    Secrets,
    WebhookRequest,
)
from brygga.connectors.mailgun.api import history, lists, webhooks
from brygga.connectors.mailgun.api.sending import hand_over
from brygga.connectors.mailgun.mapping import bodies, events, forms, inbound
from brygga.connectors.mailgun.schema import REGIONS, Batch, settings_of
from brygga.model import NeedsSignIn, OutcomeUnknown, Unsupported
from brygga.wire.basic import basic
from brygga.wire.call import Call

OVERLAP = timedelta(minutes=30)


def utc_now() -> datetime:
    """The real time, zone-aware."""
    return datetime.now(UTC)


class Mailgun:
    """One sending domain. Abilities: check, email, deliveries."""

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
        self._tokens = webhooks.Tokens(
            most=self._settings.replays_kept, window_s=self._settings.webhook_window_s
        )

    @staticmethod
    def base_url(settings: Mapping[str, Any]) -> str:
        """The address that a region's domains are called at."""
        return str(settings.get("base_url") or REGIONS[str(settings.get("region") or "eu")])

    @classmethod
    def authorise(
        cls,
        settings: Mapping[str, Any],  # noqa: ARG003 - the same shape for every connector
        secrets: Secrets,
    ) -> Callable[[Call], Awaitable[Mapping[str, str]]]:
        """Basic, user `api`: the key is read at each try so that a renewed one is used at once."""

        async def headers(_: Call) -> Mapping[str, str]:
            key = (await secrets("api_key")).strip()
            if not key:
                raise NeedsSignIn(
                    "there is no key", code="key_refused", sv="Nyckeln till Mailgun saknas. Fyll i den."
                )
            return basic("api", key)

        return headers

    async def check(self) -> Checked:
        """One row of the events and of a list: a key that may only send is refused those.

        Whether it may send is told by sending alone.
        """
        domain = self._settings.domain
        seen = {
            name: await self._may_read(f"/v3/{domain}/{name}") for name in ("events", "bounces") if domain
        }
        signed = "ok" if await self._keys() else "unknown"
        return Checked(
            ok=bool(domain),
            sv="Mailgun svarar och godtar nyckeln." if domain else "Kopplingen till Mailgun saknar domän.",
            abilities={
                "email": "ok" if "ok" in seen.values() else "unknown",
                "deliveries": signed,
                "suppressions": seen.get("bounces", "unknown"),
            },
            facts={"region": self._settings.region, "domain": domain},
        )

    async def _may_read(self, path: str) -> str:
        answer = await self._wire.call(
            Call(
                operation="account.check",
                path=path,
                query=(("limit", "1"),),
                headers={"Accept": "application/json"},
                accept_status=frozenset({403}),
                sensitive=True,
            )
        )
        return "refused" if answer.status == 403 else "ok"

    def email_calls(self, mail: Mail) -> list[Call]:
        """Pure: the requests that would leave, without credentials. Raises Invalid."""
        return [batch.call for batch in self._batches(mail)]

    async def send(self, mail: Mail) -> Receipt:
        """Hand the mail over, a thousand copies to a request. See `sending.hand_over`.

        Raises Invalid before anything is sent, Retryable with the wait asked for, NeedsSignIn,
        Rejected, and OutcomeUnknown when the answer was lost after it had left.
        """
        return await hand_over(self._wire, self._batches(mail))

    async def read_back(self, mail: Mail, *, sent_at: datetime) -> Receipt | None:
        """After a doubtful send: what the events say of the mail's Message-ID.

        None: they certainly have not got it, for events come within `settle_s`. Raises
        OutcomeUnknown before that time, Unsupported where the Message-ID is not ours.
        """
        if not self._settings.own_message_id:
            raise Unsupported("reading back needs a Message-ID of our own", code="no_message_id")
        results: dict[str, str] = {}
        found = ""
        for batch in self._batches(mail):
            seen = await history.of_message(self._wire, self._settings.domain, batch.message_id)
            results |= {one.recipient: "accepted" for one in seen if one.recipient}
            found = found or (batch.message_id if seen else "")
        if found:
            return Receipt(remote_id=found, results=results)
        if self._now() < sent_at + timedelta(seconds=self._settings.settle_s):
            raise OutcomeUnknown("events may still come", code="too_early", sv="Mailgun vet inte än.")
        return None

    async def happened(self, *, since: datetime) -> list[Delivery]:
        """What was told since then, and half an hour before: for what webhooks missed. Their ids are
        the events' own, not the webhooks' tokens."""
        until = self._now()
        made = history.happened(self._wire, self._settings.domain, since=since - OVERLAP, until=until)
        return [one async for one in made]

    async def suppressions(self, *, since: datetime | None = None) -> list[Delivery]:
        """The addresses that Mailgun does not send to, and why: bounces, complaints, unsubscribed."""
        return [row async for row in lists.rows(self._wire, self._settings.domain, since=since)]

    async def suppress(self, address: str, *, which: str = "unsubscribes") -> None:
        """Never send to the address again. Lists: bounces, complaints, unsubscribes."""
        await lists.add(self._wire, self._settings.domain, address, which=which)

    async def unsuppress(self, address: str, *, which: str) -> None:
        """Take the address off a list."""
        await lists.remove(self._wire, self._settings.domain, address, which=which)

    async def verify(self, request: WebhookRequest) -> None:
        """Raises Rejected: `bad_signature`, `stale`, `replayed`."""
        given = webhooks.signature_of(request)
        received_s = request.received_at.timestamp()
        window_s = self._settings.webhook_window_s
        webhooks.verify(given, keys=await self._keys(), received_s=received_s, window_s=window_s)
        self._tokens.admit(given.token, at_s=received_s)

    def forget(self, request: WebhookRequest) -> None:
        """A verified request could not be kept: its repeat is no replay."""
        self._tokens.forget(webhooks.signature_of(request).token)

    def deliveries(self, request: WebhookRequest) -> list[Delivery]:
        """The event, or the reply, of a verified request. Raises Invalid (`not_an_event`, `not_a_form`)."""
        content_type = request.headers.get("content-type", "")
        if not forms.is_form(content_type):
            return [events.hook(request.body)]
        form = forms.read(request.body, content_type)
        if inbound.is_reply(form):
            return [inbound.reply(form, received_at=request.received_at)]
        return [events.old_form(form.fields)]

    def _batches(self, mail: Mail) -> list[Batch]:
        return bodies.batches(mail, self._settings, now=self._now())

    async def _keys(self) -> list[str]:
        found = []
        for name in ("webhook_key", "webhook_key_previous"):
            try:
                found.append(await self._secrets(name))
            except NeedsSignIn:
                continue
        return [key for key in found if key]
