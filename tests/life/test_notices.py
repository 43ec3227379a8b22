"""Notices: all lost, all five times in random order, through the real front door."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from conftest_life import World

from brygga.hub import Settings
from brygga.hub.connections import TENANT
from brygga.sandbox.serving import Plan, build

SECRET = "a-secret-part-of-the-address"


@asynccontextmanager
async def open_office(home: Path, *, database: str = "", estates: int = 40) -> AsyncIterator[World]:
    """Sandbox and the whole program with its front door, in one process."""
    from brygga.web import serve

    async with build(Plan(estates=estates, seed=7)) as sandbox:
        from brygga.hub.practice import leave_note

        leave_note(home, {"url": sandbox.url(), "systems": sandbox.settings()})
        settings = Settings(home=home, database=database, port=0, catch_up_s=3600)
        ready: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        until = asyncio.Event()
        task = asyncio.create_task(serve(settings, ready=ready.set_result, until=until))
        facts = await asyncio.wait_for(ready, 30)
        from brygga.hub import Hub

        eye = Hub(settings)
        await eye.vault.update(TENANT, "vitec", {"webhook_secret": SECRET})
        made = World(sandbox, eye)
        made.vitec.hooks.configure(
            url=f"{facts['webhooks'].rstrip('/')}/vitec/{SECRET}", delivery="webhooks-good"
        )
        try:
            yield made
        finally:
            until.set()
            await asyncio.wait_for(task, 30)
            await eye.connections.close()
            eye.store.close()


def contents(made: World) -> dict[str, Any]:
    """Every living record as it stands, without the moments at which we saw it."""
    return {
        row.id: json.loads(row.doc)
        for kind in ("estate", "viewing", "bid", "contact", "agent")
        for row in made.hub.store.all_rows(kind, limit=10_000)
    }


async def life(made: World) -> None:
    """A day at the agency."""
    made.mutate("mixed", count=25)
    made.mutate("new_estate", count=2)
    made.mutate("remove")
    await asyncio.sleep(0)


async def test_notices_bring_changes_without_anybody_asking(tmp_path: Path) -> None:
    async with open_office(tmp_path) as made:
        await made.sync()
        await life(made)
        assert await made.vitec.hooks.settled(20)
        await made.quiet()
        assert (await made.compared()).wrong == []


async def test_all_notices_lost_is_mended_by_catching_up(tmp_path: Path) -> None:
    async with open_office(tmp_path) as made:
        await made.sync()
        made.vitec.use_profile("webhooks-all-dropped")
        await life(made)
        await made.sync("catchup")
        await made.sync("compare")
        await made.quiet()
        found = await made.compared()
        assert (found.lost, found.surplus, found.wrong) == (0, 0, [])


async def test_every_notice_five_times_in_random_order_ends_the_same(tmp_path: Path) -> None:
    async with open_office(tmp_path) as made:
        await made.sync()
        await life(made)
        assert await made.vitec.hooks.settled(20)
        await made.quiet()
        once = contents(made)
        made.vitec.hooks.fire(times=5, shuffle_seed=3)
        assert await made.vitec.hooks.settled(30)
        await made.quiet()
        assert contents(made) == once
        assert (await made.compared()).wrong == []
