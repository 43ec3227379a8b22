"""Show 7: two hubs with fifty tasks each against 10 calls a second, 5 at once; the source counts."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import aiohttp
import pytest
from trouble_running import environment

from brygga.hub import Hub, Settings
from brygga.hub.practice import adopt
from brygga.sandbox import Sandbox
from brygga.sandbox.serving import Plan, build

SCRIPT = Path(__file__).with_name("hub_calling.py")
TASKS = 50
SECONDS = 30.0 if os.environ.get("BRYGGA_CHAOS") else 3.0


async def _hub_process(home: Path, database: str) -> int:
    """Run one to its end; how many of its calls were answered."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        str(SCRIPT),
        str(SECONDS),
        str(TASKS),
        env=environment(home, BRYGGA_DATABASE=database),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await child.communicate()
    assert child.returncode == 0
    return int(out)


async def _counted(sandbox: Sandbox) -> dict[str, int]:
    """What the source itself has counted."""
    async with aiohttp.ClientSession() as session:
        answer = await session.get(f"{sandbox.url('vitec')}/_control/arrivals", params={"window": "1.0"})
        return dict(await answer.json())


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
async def test_two_hubs_together_never_pass_the_limit_of_one_connection(
    database_url: str, tmp_path: Path
) -> None:
    async with build(Plan(estates=3, seed=7, faults="latency"), only=("vitec",)) as sandbox:
        hub = Hub(Settings(home=tmp_path / "home", database=database_url))
        cautious = {k: v for k, v in sandbox.settings()["vitec"].items() if k not in {"calls", "at_once"}}
        await adopt(hub, {"vitec": cautious})
        assert hub.connections.live("vitec").manifest.limits.calls == 10
        await hub.stop()
        done = await asyncio.gather(*(_hub_process(tmp_path / "home", database_url) for _ in range(2)))
        counted = await _counted(sandbox)
    assert counted["max_in_window"] <= 10
    assert counted["max_at_once"] <= 5
    assert counted["total"] >= sum(done) >= 4 * SECONDS, "the limit was used, not only kept"
    assert min(done) >= 0.1 * sum(done), "one hub starved the other"
