"""The imitated 46elks on loopback, a place where its reports arrive, and connectors to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from brygga.connectors import manifest
from brygga.connectors.abilities import Delivery, Sms, WebhookRequest
from brygga.connectors.elks46.api import Elks46
from brygga.model import NeedsSignIn
from brygga.sandbox.elks46 import Elks46 as Imitation
from brygga.sandbox.server import Sandbox
from brygga.wire import Kit, Profile, Wire
from brygga.wire.call import Answer, Call

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TO = "+46701740605"
OWN = "+46701740690"
ACCOUNT: dict[str, Any] = {"username": "u1"}


def an_sms(**changes: Any) -> Sms:
    facts: dict[str, Any] = {"to": TO, "text": "Visning söndag 13-14. Välkommen!", "key": "viewing|OBJ1|7"}
    return Sms(**(facts | changes))


def vault(**fields: str) -> Callable[[str], Any]:
    async def secrets(field: str) -> str:
        if field not in fields:
            raise NeedsSignIn(f"{field} is not set")
        return fields[field]

    return secrets


class Stand:
    """The imitation, the reports that came, and connectors to it."""

    def __init__(self, imitation: Imitation, sandbox: Sandbox, reports_url: str) -> None:
        self.imitation = imitation
        self.sandbox = sandbox
        self.url = reports_url
        self.secrets = {k: str(v) for k, v in imitation.settings().items()}
        self.now = NOW
        self.wires: list[Wire] = []
        self.received: list[WebhookRequest] = []
        self.answers: list[int] = []

    def connector(self, **settings: Any) -> Elks46:
        """A connector as after a start of the program."""
        base_url = self.sandbox.url("elks46")
        settings = {**self.imitation.settings(), "sender": "Bryggan", "webhook_url": self.url, **settings}
        limits = msgspec.structs.replace(
            manifest.load("elks46").limits,
            calls=10_000,
            at_once=50,
            attempts=3,
            first_wait_s=0.01,
            most_wait_s=0.05,
            timeout_s=2.0,
        )
        profile = Profile(
            connection="elks46",
            base_url=base_url,
            limits=limits,
            errors=manifest.load("elks46").errors,
            authorise=Elks46.authorise(settings, vault(**self.secrets)),
            allow_private=True,
        )
        wire = Wire(profile, Kit())
        self.wires.append(wire)
        return Elks46(
            wire, connection="elks46", settings=settings, secrets=vault(**self.secrets), now=lambda: self.now
        )

    async def told(self, connector: Elks46) -> list[Delivery]:
        """All that came, each verified first."""
        assert await self.imitation.hooks.settled(3)
        found: list[Delivery] = []
        for request in self.received:
            await connector.verify(request)
            found += connector.deliveries(request)
        return found

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @property
    def sent(self) -> int:
        return len(self.imitation.writes.entries)

    async def take(self, request: web.Request) -> web.Response:
        """The place where reports arrive."""
        query = tuple(parse_qsl(request.rel_url.raw_query_string, keep_blank_values=True))
        headers = {name.lower(): value for name, value in request.headers.items()}
        if self.answers and (status := self.answers.pop(0)) >= 300:
            return web.Response(status=status)
        body = await request.read()
        self.received.append(WebhookRequest(headers=headers, body=body, query=query, received_at=self.now))
        return web.Response(status=200)


@pytest.fixture
async def stand() -> AsyncIterator[Stand]:
    held: list[Stand] = []

    async def take(request: web.Request) -> web.Response:
        return await held[0].take(request)

    app = web.Application()
    app.router.add_post("/in/elks46", take)
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    imitation = Imitation(seed=1, now=lambda: held[0].now if held else NOW)
    async with Sandbox(imitation) as sandbox:
        held.append(Stand(imitation, sandbox, f"http://127.0.0.1:{server.port}/in/elks46"))
        yield held[0]
        for wire in held[0].wires:
            await wire.close()
    await server.close()


class Nobody:
    """A caller for what is pure; or one that gives the answers it was given."""

    def __init__(self, *answers: bytes, status: int = 200) -> None:
        self.answers = list(answers)
        self.status = status
        self.calls: list[Call] = []

    async def call(self, call: Call) -> Answer:
        self.calls.append(call)
        assert self.answers, f"{call.operation} was called"
        return Answer(status=self.status, headers={}, body=self.answers.pop(0))


@pytest.fixture
def offline() -> Callable[..., Elks46]:
    """Makes a connector that calls nobody, with settings and secrets of one's own."""

    def make(
        *, wire: Any = None, secrets: dict[str, str] | None = None, now: datetime = NOW, **settings: Any
    ) -> Elks46:
        given = {
            **ACCOUNT,
            "sender": "Bryggan",
            "webhook_url": "https://kontor.example.com/in/elks46",
            **settings,
        }
        held = {"password": "hemligt"} if secrets is None else secrets
        return Elks46(
            wire or Nobody(), connection="elks46", settings=given, secrets=vault(**held), now=lambda: now
        )

    return make


@pytest.fixture
def kit() -> Any:
    """What the tests of this folder share."""

    class Shared:
        sms = staticmethod(an_sms)
        nobody = Nobody
        now, to, own = NOW, TO, OWN

    return Shared
