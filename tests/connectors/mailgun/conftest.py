"""The imitated Mailgun on loopback, connectors to it, and a battery of mails."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from brygga.connectors import manifest
from brygga.connectors.abilities import Mail, Person, WebhookRequest
from brygga.connectors.mailgun.api import Mailgun
from brygga.model import NeedsSignIn
from brygga.sandbox.mailgun import API_KEY, DOMAIN
from brygga.sandbox.mailgun import Mailgun as Imitation
from brygga.sandbox.server import Sandbox
from brygga.wire import Kit, Profile, Wire
from brygga.wire.call import Answer, Call

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SETTINGS = {"sender": "Bryggan <kontor@mg.example.com>", "domain": DOMAIN}
PDF = b"%PDF-1.7 \x00\xff"
PNG = b"\x89PNG\r\n\x1a\n"


def a_mail(**changes: Any) -> Mail:
    facts: dict[str, Any] = {"to": ("kim@example.com",), "subject": "Hej", "text": "Hej!", "key": "k-1"}
    return Mail(**(facts | changes))


def people(count: int, **data: str) -> tuple[Person, ...]:
    return tuple(
        Person(address=f"p{n}@example.com", name=f"Person {n}", data={"namn": f"P{n}", **data})
        for n in range(count)
    )


BATTERY: dict[str, Mail] = {
    "plain": a_mail(),
    "html": a_mail(html="<p>Hej!</p>"),
    "html_only": a_mail(text="", html="<p>Hej!</p>"),
    "several": a_mail(
        to=("Kim <kim@example.com>", "lo@example.com"), cc=("c@example.com",), bcc=("b@example.com",)
    ),
    "bcc_only": a_mail(to=(), bcc=("a@example.com", "b@example.com")),
    "cc_only": a_mail(to=(), cc=("c@example.com",)),
    "reply_to": a_mail(reply_to=("svar@example.com",)),
    "reply_to_many": a_mail(reply_to=("svar@example.com", "Lo <lo@example.com>")),
    "unicode": a_mail(
        to=("Åsa Öberg <asa@exämple.com>",), subject="Visning på Åsögatan 🏠", text="Välkommen å ä ö 🏡"
    ),
    "surrogates": a_mail(subject="Hus \ud83c\udfe0", text="halv \ud83c emoji"),
    "files": a_mail(
        attachments=(("kontrakt å.pdf", "application/pdf", PDF),),
        inline=(("bild1.png", "image/png", PNG),),
        html='<img src="cid:bild1.png">',
    ),
    "headers": a_mail(headers={"X-Objekt": "OBJ1", "X-Ort": "Malmö"}),
    "tags": a_mail(tags=("visning", "paminnelse"), metadata={"objekt": "OBJ1", "kontor": "K1"}),
    "scheduled": a_mail(send_at=NOW + timedelta(hours=5)),
    "tracked": a_mail(track_opens=True, track_clicks=True),
    "clicks_only": a_mail(track_clicks=True),
    "marketing": a_mail(purpose="marketing", unsubscribe_url="https://example.com/av/abc"),
    "merged": Mail(
        people=people(3, lank="x&y", av="t0"),
        subject="Hej {{namn}}",
        text="{{ namn }} {{lank}}",
        html="<b>{{namn}}</b> {{lank}}",
        key="k-2",
        purpose="marketing",
        unsubscribe_url="https://example.com/av/{{av}}",
    ),
    "sender": a_mail(sender='"Öberg, Åsa" <asa@example.com>'),
}


class Fields:
    """Secrets of one connection, in memory."""

    def __init__(self, **fields: str) -> None:
        self.fields = fields

    async def __call__(self, field: str) -> str:
        if field not in self.fields:
            raise NeedsSignIn(f"{field} is not set")
        return self.fields[field]


class Nobody:
    async def call(self, call: Call) -> Answer:
        raise AssertionError(f"{call.operation} was called")


class Stand:
    """The imitation and connectors to it."""

    def __init__(self, imitation: Imitation, sandbox: Sandbox) -> None:
        self.imitation, self.sandbox = imitation, sandbox
        self.wires: list[Wire] = []

    def connector(
        self,
        *,
        timeout_s: float = 5.0,
        api_key: str = API_KEY,
        path: str = "",
        now: Any = None,
        **settings: Any,
    ) -> Mailgun:
        base_url = self.sandbox.url("mailgun") + path
        own = {"base_url": base_url, **SETTINGS, **settings}
        limits = msgspec.structs.replace(
            manifest.load("mailgun").limits,
            calls=10_000,
            at_once=20,
            attempts=2,
            first_wait_s=0.01,
            most_wait_s=0.02,
            timeout_s=timeout_s,
        )
        secrets = Fields(api_key=api_key, webhook_key=self.imitation.teller.key)
        profile = Profile(
            connection="mailgun",
            base_url=base_url,
            limits=limits,
            errors=manifest.load("mailgun").errors,
            authorise=Mailgun.authorise(own, secrets),
            allow_private=True,
        )
        self.wires.append(Wire(profile, Kit()))
        return Mailgun(self.wires[-1], connection="mailgun", settings=own, secrets=secrets, now=lambda: NOW)

    def requests(self) -> list[WebhookRequest]:
        """The webhooks sent so far, as our door would hand them on."""
        return [
            WebhookRequest(
                headers={name.lower(): value for name, value in event.headers.items()},
                body=event.body,
                received_at=NOW,
            )
            for event in self.imitation.hooks.events
        ]


@pytest.fixture
def kit() -> Any:
    """What tests of this folder share."""
    import types

    return types.SimpleNamespace(
        NOW=NOW,
        SETTINGS=SETTINGS,
        BATTERY=BATTERY,
        a_mail=a_mail,
        people=people,
        Fields=Fields,
        Nobody=Nobody,
    )


@pytest.fixture
def offline() -> Callable[..., Mailgun]:
    """A connector that cannot call anybody: for what is pure."""

    def make(*, secrets: dict[str, str] | None = None, **settings: Any) -> Mailgun:
        return Mailgun(
            Nobody(),
            connection="mailgun",
            settings={**SETTINGS, **settings},
            secrets=Fields(**(secrets or {})),
            now=lambda: NOW,
        )

    return make


@pytest.fixture
async def stand() -> AsyncIterator[Stand]:
    imitation = Imitation(seed=1, now=lambda: NOW)
    async with Sandbox(imitation) as sandbox:
        made = Stand(imitation, sandbox)
        yield made
        for wire in made.wires:
            await wire.close()
