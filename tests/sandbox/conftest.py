"""A started sandbox and a plain client for it."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from brygga.sandbox.server import Imitation, Sandbox
from brygga.sandbox.vitec import PASSWORD, USER, VitecImitation

FIXED = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
BASIC = {"Authorization": "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()}


def fixed_now() -> datetime:
    """Seed content counts from this day in tests, so that two runs agree."""
    return FIXED


class Client:
    """Calls one imitation and its control API."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self.session = session
        self.base = base

    async def get(self, path: str, **headers: str) -> tuple[int, Any]:
        """Status and decoded JSON (or text where it is none), signed in."""
        async with self.session.get(self.base + path, headers={**BASIC, **headers}) as answer:
            is_json = answer.content_type == "application/json"
            return answer.status, await (answer.json() if is_json else answer.text())

    async def raw(self, path: str, **headers: str) -> tuple[int, str, bytes]:
        """Status, content type and bytes."""
        async with self.session.get(self.base + path, headers={**BASIC, **headers}) as answer:
            return answer.status, answer.content_type, await answer.read()

    async def control(self, call: str, body: Any = None, *, method: str = "") -> Any:
        """A control call's answer; POST if there is a body."""
        verb = method or ("GET" if body is None else "POST")
        async with self.session.request(verb, f"{self.base}/_control/{call}", json=body) as answer:
            return await answer.json()


@pytest.fixture
async def start() -> AsyncIterator[Callable[..., Awaitable[Client]]]:
    """Starts imitations on a port of their own; gives a client of the first. Stops them at the end."""
    async with AsyncExitStack() as open_things:

        async def begin(*imitations: Imitation, **more: Any) -> Client:
            sandbox = await open_things.enter_async_context(Sandbox(*imitations, **more))
            session = await open_things.enter_async_context(aiohttp.ClientSession())
            session._retry_connection = False  # aiohttp would repeat a cut GET by itself
            return Client(session, sandbox.url(imitations[0].name))

        yield begin


@pytest.fixture
def make_vitec() -> Callable[..., VitecImitation]:
    """Makes an imitation whose content counts from a fixed day."""

    def make(**more: Any) -> VitecImitation:
        return VitecImitation(**{"estates": 40, "seed": 7, "now": fixed_now, **more})

    return make


@pytest.fixture
async def vitec(start: Any, make_vitec: Any) -> Client:
    """Forty seeded homes in three offices."""
    return await start(make_vitec())
