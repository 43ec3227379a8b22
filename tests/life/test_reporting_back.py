"""A source that waits to hear that its homes are shown: told once each, after they are stored."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from brygga.hub import Hub, Settings
from brygga.hub.practice import adopt
from brygga.model import Retryable
from brygga.sandbox.serving import Plan, build


class Shown:
    """A hub beside an imitated Mspecs."""

    def __init__(self, hub: Hub, imitation: Any) -> None:
        self.hub, self.imitation = hub, imitation

    def told(self) -> Counter[tuple[str, str]]:
        return Counter((deal, status) for deal, status in self.imitation.truth(("reports",))["reports"])

    async def quiet(self) -> None:
        async with asyncio.timeout(30):
            while (
                any(
                    n
                    for (_, state), n in self.hub.store.outbox_counts().items()
                    if state in {"waiting", "sending"}
                )
                or self.hub.store.signals_pending()
            ):
                await asyncio.sleep(0.05)


@pytest.fixture
async def shown(tmp_path: Path) -> AsyncIterator[Shown]:
    async with build(Plan(estates=12, seed=3), only=("mspecs",)) as sandbox:
        hub = Hub(Settings(home=tmp_path, catch_up_s=3600, takeover_s=5))
        await adopt(hub, sandbox.settings())
        await hub.start(schedule=False)
        try:
            yield Shown(hub, sandbox.imitations["mspecs"])
        finally:
            await hub.stop()


async def test_a_newly_published_home_is_reported_once(shown: Shown) -> None:
    await shown.hub.sync("mspecs", wait_s=60)
    assert shown.told() == Counter()
    for _ in range(3):
        shown.imitation.mutate("publish", {})
    await shown.hub.sync("mspecs", wait_s=60)
    await shown.quiet()
    told = shown.told()
    assert len(told) == 3
    assert set(told.values()) == {1}
    assert {f"mspecs:{deal}" for deal, _ in told} <= {row.id for row in shown.hub.store.all_rows("estate")}
    await shown.hub.sync("mspecs", mode="full", wait_s=60)
    await shown.quiet()
    assert shown.told() == told


async def test_a_report_that_did_not_get_through_is_tried_again(shown: Shown) -> None:
    await shown.hub.sync("mspecs", wait_s=60)
    connector = shown.hub.connections.live("mspecs").connector
    plain, tries = connector.acknowledge, []

    async def acknowledge(source_id: str, shown: bool) -> None:
        tries.append(source_id)
        if len(tries) < 3:
            raise Retryable("Not now.", after_s=0.1)
        await plain(source_id, shown)

    connector.acknowledge = acknowledge
    shown.imitation.mutate("publish", {})
    await shown.hub.sync("mspecs", wait_s=60)
    await shown.quiet()
    assert len(tries) == 3
    assert list(shown.told().values()) == [1]
