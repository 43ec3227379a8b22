"""Fixtures of trouble: a home with a small agency in it, made once and copied for each test."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from brygga.hub import Hub, Settings
from brygga.hub.practice import adopt, leave_note
from brygga.sandbox import Sandbox
from brygga.sandbox.serving import Plan, build

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "life")]


HOMES = 12


@pytest.fixture(scope="session")
def _agency(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("agency") / "home"

    async def fill() -> None:
        async with build(Plan(estates=HOMES, seed=7), only=("vitec",)) as sandbox:
            hub = Hub(Settings(home=home))
            await adopt(hub, sandbox.settings())
            await hub.start(schedule=False)
            await hub.sync("vitec", wait_s=30)
            await hub.stop()

    asyncio.run(fill())
    return home


@pytest.fixture
def agency(_agency: Path, tmp_path: Path) -> Path:
    """A home that has read twelve objects; no hub works on it and its source is gone."""
    return Path(shutil.copytree(_agency, tmp_path / "agency"))


@pytest.fixture
async def source(tmp_path: Path) -> AsyncIterator[Sandbox]:
    """The imitated source, with the same twelve objects."""
    async with build(Plan(estates=HOMES, seed=7), only=("vitec",)) as sandbox:
        yield sandbox


@pytest.fixture
def practice(tmp_path: Path, source: Sandbox) -> Path:
    """An empty home whose note leads `brygga sync` to the imitations."""
    home = tmp_path / "practice"
    leave_note(home, {"url": source.url(), "systems": source.settings()})
    return home


@pytest.fixture(scope="session", autouse=True)
def _no_process_is_left() -> Iterator[None]:
    yield
    from trouble_running import stop_server

    stop_server()
