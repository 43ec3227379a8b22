"""The live client: only under an agreement, slowly, and not again after a refusal."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from brygga.connectors import manifest
from brygga.connectors.abilities import Ref
from brygga.connectors.fastighetsbyran.api import FastighetsbyranConnector
from brygga.hub import Connection, Hub, Settings
from brygga.model import NeedsSignIn, Refused, Unsupported
from brygga.sandbox.fastighetsbyran import Fastighetsbyran
from brygga.sandbox.server import Sandbox
from brygga.wire import Kit, Profile, Wire

NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
Join = Callable[..., Awaitable[FastighetsbyranConnector]]


@pytest.fixture
def imitation() -> Fastighetsbyran:
    return Fastighetsbyran(now=lambda: NOW, count=120)


@pytest.fixture
async def join(imitation: Fastighetsbyran) -> AsyncIterator[Join]:
    async with AsyncExitStack() as open_things:

        async def begin(**settings: Any) -> FastighetsbyranConnector:
            sandbox = await open_things.enter_async_context(Sandbox(imitation))
            rules = manifest.load("fastighetsbyran")
            profile = Profile(
                connection="f",
                base_url=sandbox.url("fastighetsbyran"),
                errors=rules.errors,
                limits=msgspec.structs.replace(rules.limits, calls=100),
                allow_private=True,
            )
            wire = await open_things.enter_async_context(Wire(profile, Kit()))
            given = {"agreement": "A-1", **settings}

            async def none(_: str) -> str:
                return ""

            return FastighetsbyranConnector(wire, connection="f", settings=given, secrets=none)

        yield begin


def test_the_manifest_keeps_it_off_and_slow() -> None:
    rules = manifest.load("fastighetsbyran")
    assert rules.active is False
    assert (rules.limits.calls, rules.limits.per_s, rules.limits.at_once) == (1, 5.0, 1)


async def test_the_hub_opens_no_line_without_an_agreement(tmp_path: Path) -> None:
    hub = Hub(Settings(home=tmp_path))
    try:
        hub.connections.save(Connection(name="f", connector="fastighetsbyran"))
        with pytest.raises(Unsupported):
            hub.connections.live("f")
        hub.connections.save(Connection(name="f", connector="fastighetsbyran", settings={"agreement": "A-1"}))
        assert hub.connections.live("f").can("read")
    finally:
        await hub.stop()


async def test_the_class_itself_asks_nothing_without_an_agreement(
    join: Join, imitation: Fastighetsbyran
) -> None:
    connector = await join(agreement="")
    with pytest.raises(Refused) as raised:
        await connector.check()
    assert raised.value.code == "no_agreement"
    assert imitation.arrivals.summary(1.0)["total"] == 0


async def test_all_pages_are_read_and_a_home_comes_once(join: Join, imitation: Fastighetsbyran) -> None:
    connector = await join()
    imitation.use_profile("duplicated")
    pages = [page async for page in connector.pages("comparable")]
    ids = [raw.source_id for page in pages for raw in page.records]
    assert len(ids) == len(set(ids)) == 120
    assert (pages[-1].last, pages[-1].total) == (True, 120)
    again = [page async for page in connector.pages("comparable", cursor=pages[0].cursor)]
    assert len([raw for page in again for raw in page.records]) == 70
    assert connector.map(pages[0].records[0]).findings == []


@pytest.mark.parametrize("mode", ["refusing", "page"])
async def test_a_refusal_or_a_page_stops_for_long(join: Join, imitation: Fastighetsbyran, mode: str) -> None:
    connector = await join()
    imitation.mutate("tune", {"mode": mode})
    with pytest.raises(Refused):
        await connector.check()
    for _ in range(3):
        with pytest.raises(NeedsSignIn) as raised:
            await connector.check()
        assert "nothing was sent" in raised.value.message
    assert imitation.arrivals.summary(1.0)["total"] == 1


async def test_what_it_cannot_do_is_said_before_anything_is_sent(
    join: Join, imitation: Fastighetsbyran
) -> None:
    connector = await join()
    with pytest.raises(Unsupported):
        await connector.fetch(Ref(kind="comparable", source_id="5"))
    with pytest.raises(Unsupported):
        _ = [page async for page in connector.pages("estate")]
    assert imitation.arrivals.summary(1.0)["total"] == 0
    assert connector.covers("comparable", "5") is False
