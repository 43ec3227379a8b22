"""Places that are taken: a port that somebody listens on, a database that another hub works on."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from trouble_running import brygga, held, running

from brygga.cli.demo.choosing import publishable
from brygga.hub.practice import leave_note
from brygga.sandbox.serving import Plan, build

HOLDER = Path(__file__).with_name("holding_hub.py")


@pytest.fixture
def taken() -> Iterator[str]:
    """The number of a port that somebody else listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield str(listener.getsockname()[1])


async def test_a_sandbox_on_a_taken_port_says_so(taken: str, tmp_path: Path) -> None:
    done = await brygga("sandbox", "--port", taken, "--estates", "1", home=tmp_path / "home")
    assert taken in done.sentence
    assert done.code == 3
    assert not (tmp_path / "home" / "practice.json").exists(), "nobody is led to a sandbox that is not there"


async def test_a_page_on_a_taken_port_says_so(taken: str, agency: Path) -> None:
    before = held(agency)
    done = await brygga("up", "--port", taken, home=agency)
    assert taken in done.sentence
    assert done.code == 3
    assert held(agency) == before


async def test_a_second_page_on_one_sqlite_file_is_refused(tmp_path: Path) -> None:
    async with running("up", "--port", "0", "--json", home=tmp_path / "home"):
        done = await brygga("up", "--port", "0", home=tmp_path / "home")
    assert "already works on" in done.sentence
    assert done.code == 3


async def test_a_second_hub_on_one_sqlite_file_is_refused(agency: Path) -> None:
    from brygga.hub import Hub, Settings
    from brygga.hub.durable import FlowDatabaseInUse

    async with running(home=agency, script=HOLDER):
        hub = Hub(Settings(home=agency))
        with pytest.raises(FlowDatabaseInUse, match="already works on the flows"):
            await hub.start()
        await hub.stop()


async def test_commands_work_through_the_hub_that_runs(practice: Path) -> None:
    assert (await brygga("connections", home=practice)).code == 0
    async with running(home=practice, script=HOLDER):
        synced = await brygga("sync", "--json", home=practice)
        assert json.loads(synced.out)["connections"]["vitec"]["estates"] == 12
        listed = await brygga("objects", "--json", home=practice)
        assert json.loads(listed.out)["total"] == 12
        one = json.loads(listed.out)["objects"][0]["id"]
        missing = await brygga("publish", one, "--to", "hemnet", home=practice)
        assert "hemnet" in missing.sentence
    assert held(practice)["rec_estate"] == 12


async def test_a_command_publishes_through_the_hub_that_runs(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with build(Plan(estates=12, seed=7)) as sandbox:
        leave_note(home, {"url": sandbox.url(), "systems": sandbox.settings()})
        async with running("up", "--port", "0", "--json", home=home):
            assert (await brygga("sync", home=home)).code == 0
            one = publishable(sandbox.imitations["vitec"].truth(("estates", "sellers")))[0]
            published = await brygga("publish", one, "--to", "hemnet", "--json", home=home)
        assert json.loads(published.out)["status"] == "visible", published
        assert len(sandbox.imitations["hemnet"].truth()["listings"]) == 1
