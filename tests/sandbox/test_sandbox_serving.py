"""The whole sandbox as the command line starts it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from brygga.model import SetupError
from brygga.sandbox.serving import Plan, build, names, serve


async def test_serve_tells_when_it_is_ready_and_ends_when_cancelled() -> None:
    ready: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(Plan(estates=3, seed=1, faults="latency"), ready=ready.set_result))
    told = await asyncio.wait_for(ready, 5)
    assert told["systems"].keys() >= {"vitec", "smtp"}
    async with aiohttp.ClientSession() as session, session.get(f"{told['url']}/_control/faults") as answer:
        assert (await answer.json())["profile"] == "latency"
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_every_connector_with_an_imitation_is_found() -> None:
    assert "vitec" in names()
    assert next(iter(build(Plan(estates=3)).imitations)) == "vitec"


async def test_only_the_named_ones_are_built_and_mails_are_offered() -> None:
    async with build(Plan(estates=3), only=("vitec",)) as sandbox, aiohttp.ClientSession() as session:
        assert sandbox.imitations.keys() == {"vitec"}
        async with session.get(f"{sandbox.url()}/_control/mails") as answer:
            assert await answer.json() == {"total": 0, "by_message_id": {}, "repeated": {}, "mails": []}


def test_an_unknown_profile_and_a_missing_file_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SetupError) as caught:
        build(Plan(faults="gremlins"))
    assert caught.value.code == "unknown_profile"
    with pytest.raises(SetupError) as caught:
        build(Plan(from_csv=tmp_path / "none.csv"))
    assert caught.value.code == "csv_missing"


def test_a_delivery_profile_may_stand_for_the_faults() -> None:
    sandbox = build(Plan(estates=3, faults="webhooks-all-dropped"), only=("vitec",))
    imitation = sandbox.imitations["vitec"]
    assert imitation.hooks.delivery.drop == 1.0
    assert imitation.faults.profile == "none"
