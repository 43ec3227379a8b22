"""A provider on real loopback HTTP that counts what arrives and answers as told, and wires to call it."""

from __future__ import annotations

import asyncio
import importlib.util
import random
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from aiohttp import web

from brygga.wire import Call, Kit, Limits, Profile, Wire

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Provider:
    """Counts arrivals. `script`: what to answer, in order, the last one again and again."""

    def __init__(self) -> None:
        self.base_url = ""
        self.script: list[Any] = [web.json_response]
        self.arrivals: list[float] = []
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []
        self.under_way = self.most_under_way = 0

    @property
    def calls(self) -> int:
        return len(self.arrivals)

    def most_within(self, seconds: float) -> int:
        """The most arrivals in any window of that length."""
        at = sorted(self.arrivals)
        return max((sum(1 for other in at if 0 <= other - one < seconds) for one in at), default=0)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.arrivals.append(time.monotonic())
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            body = await request.read()
            self.requests.append((request.method, str(request.rel_url), dict(request.headers), body))
            step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
            return await self._answer(step, request)
        finally:
            self.under_way -= 1

    async def _answer(self, step: Any, request: web.Request) -> web.StreamResponse:
        if step is web.json_response:
            return web.json_response({"ok": True})
        if isinstance(step, int):
            return web.Response(status=step, text="refused")
        if isinstance(step, dict):
            return web.Response(**step)
        return await step(request)


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    one = Provider()
    app = web.Application(client_max_size=50_000_000)
    app.router.add_route("*", "/{tail:.*}", one.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    one.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield one
    await runner.cleanup()


class Naps:
    """A sleep that only notes how long it should have been."""

    def __init__(self) -> None:
        self.asked: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)
        await asyncio.sleep(0)


@pytest.fixture
def naps() -> Naps:
    return Naps()


@pytest.fixture
async def wire_to(provider: Provider, naps: Naps) -> AsyncIterator[Callable[..., Wire]]:
    """Make a Wire to the provider: limits by name, parts of the profile in `profile`, of the kit in `kit`."""
    made: list[Wire] = []

    def make(
        *, profile: dict[str, Any] | None = None, kit: dict[str, Any] | None = None, **limits: Any
    ) -> Wire:
        wide = {"calls": 10_000, "at_once": 100, "timeout_s": 5.0, **limits}
        facts = {
            "connection": "prov",
            "base_url": provider.base_url,
            "allow_private": True,
            **(profile or {}),
        }
        parts = {"sleep": naps, "rng": random.Random(7), **(kit or {})}
        wire = Wire(Profile(limits=Limits(**wide), **facts), Kit(**parts))
        made.append(wire)
        return wire

    yield make
    for wire in made:
        await wire.close()


@pytest.fixture
def read() -> Callable[..., Call]:
    """A call that reads JSON; members by name."""

    def make(**members: Any) -> Call:
        return Call(
            **{
                "operation": "estate.read",
                "path": "/estate/1",
                "headers": {"Accept": "application/json"},
                **members,
            }
        )

    return make


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"wire_{name}", Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """The shared state (`slots`, `breakers`, `answers`, `reopen`) in each of its forms."""
    urls = {"memory": str, "sqlite": lambda: f"sqlite:///{tmp_path / 'brygga.db'}"}
    url = urls.get(request.param, lambda: request.getfixturevalue("fresh_postgres"))()
    state = _load("shared_state").open_state(url)
    yield state
    state.close()
