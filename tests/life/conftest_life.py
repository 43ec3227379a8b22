"""A whole small world in one process: the imitations over loopback, and a hub beside them."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from brygga.cli.demo.choosing import publishable
from brygga.cli.demo.compare import Compared, compare
from brygga.hub import Hub, Settings
from brygga.hub.practice import adopt
from brygga.sandbox import Sandbox
from brygga.sandbox.serving import Plan, build


class World:
    """The sandbox, the hub, and what a test asks of both."""

    def __init__(self, sandbox: Sandbox, hub: Hub) -> None:
        self.sandbox, self.hub = sandbox, hub
        self.vitec: Any = sandbox.imitations["vitec"]
        self.hemnet: Any = sandbox.imitations["hemnet"]

    async def sync(self, mode: str = "compare") -> None:
        """Pull from the source and wait."""
        await self.hub.sync("vitec", mode=mode, wait_s=60)

    def mutate(self, what: str, **arguments: Any) -> list[dict[str, Any]]:
        """Change the broker system."""
        return list(self.vitec.mutate(what, arguments))

    async def compared(self) -> Compared:
        """The truth against the store, by the demo's independent path."""
        truth = self.vitec.truth(("estates",))
        return await asyncio.to_thread(compare, truth, self.hub.settings.database_url, ["vitec"])

    async def publish(self, source_id: str, **options: Any) -> dict[str, Any]:
        """Publish a home and wait until its row is settled."""
        from brygga.hub.publishing import publish_and_wait

        return await publish_and_wait(self.hub, f"vitec:{source_id}", "hemnet", options=options, wait_s=30)

    def fit(self, count: int = 1) -> list[str]:
        """Homes on sale that the check before publishing lets through."""
        truth = self.vitec.truth(("estates", "sellers"))
        return publishable(truth)[:count]

    async def quiet(self, within_s: float = 30.0) -> None:
        """Wait until nothing waits any more."""
        async with asyncio.timeout(within_s):
            while await asyncio.to_thread(self._busy):
                await asyncio.sleep(0.05)

    def _busy(self) -> bool:
        counts = self.hub.store.outbox_counts()
        out = sum(n for (_, state), n in counts.items() if state in {"waiting", "sending"})
        return bool(out or self.hub.store.signals_pending() or self.hub.store.inbox_waiting())


@contextlib.asynccontextmanager
async def world(
    home: Path, *, database: str = "", estates: int = 40, seed: int = 7, **plan: Any
) -> AsyncIterator[World]:
    """A world that is torn down at the end, whatever happened in it."""
    async with build(Plan(estates=estates, seed=seed, **plan)) as sandbox:
        hub = Hub(Settings(home=home, database=database, catch_up_s=3600, takeover_s=5))
        hub.services.rng = random.Random(seed)
        await adopt(hub, sandbox.settings())
        await hub.start(schedule=False)
        hub.listening_at = sandbox.url()
        try:
            yield World(sandbox, hub)
        finally:
            await hub.stop()


@pytest.fixture
async def small_world(tmp_path: Path, database_url: str) -> AsyncIterator[World]:
    """Forty homes, on SQLite and on PostgreSQL."""
    async with world(tmp_path, database=database_url) as made:
        yield made


@pytest.fixture
async def sqlite_world(tmp_path: Path) -> AsyncIterator[World]:
    """Forty homes, on SQLite."""
    async with world(tmp_path) as made:
        yield made
