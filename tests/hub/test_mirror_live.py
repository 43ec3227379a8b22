"""A mirror in a hub at work: woken by changes, by other processes' wishes, and after `sync`."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "toys"))

from mirror_office import Between, person, toys, written

from brygga.hub import Connection
from brygga.hub.mirror_looking import mirror_and_count
from brygga.hub.mirroring import mirror_of, mirrors, to_wake
from brygga.hub.syncing import sync_and_count
from brygga.model import Invalid
from brygga.sync.ownership import OnRemove, Owner

__all__ = ["toys"]


@pytest.fixture
async def at_work(toys: None, tmp_path: Path) -> AsyncIterator[Between]:
    office = Between(tmp_path / "hub")
    await office.hub.start(schedule=False)
    yield office
    await office.hub.stop()


async def test_a_change_that_is_stored_is_carried_over_by_itself_and_soon(at_work: Between) -> None:
    at_work.left.put(person("K1"))
    begun = time.monotonic()
    await asyncio.to_thread(at_work.pull, "left")
    async with asyncio.timeout(5):
        while not at_work.right.rows["contact"]:
            await asyncio.sleep(0.005)
    assert time.monotonic() - begun < 2.0


async def test_a_sync_reads_carries_over_and_the_second_writes_nothing(at_work: Between) -> None:
    for n in range(20):
        at_work.left.put(person(f"K{n}"))
    first = await sync_and_count(at_work.hub, ["left", "right"], mode="compare")
    assert first["failed"] == 0
    assert first["mirrors"]["right"]["written"] == 20
    second = await sync_and_count(at_work.hub, ["left", "right"], mode="compare")
    assert second["mirrors"]["right"]["written"] == 0


async def test_asking_for_a_mirror_waits_until_it_is_done(at_work: Between) -> None:
    at_work.left.put(person("K1"))
    await asyncio.to_thread(at_work.pull, "left")
    done = await mirror_and_count(at_work.hub, ["right"])
    assert done["failed"] == 0
    assert len(at_work.right.rows["contact"]) == 1


def test_settings_are_read_as_the_command_line_writes_them() -> None:
    given = {
        "follows": "left, other",
        "both_ways": "nej",
        "kinds": "estate,contact",
        "ownership": "contact.email=left, price=ask",
        "on_remove": "estate=keep",
    }
    mirror = mirror_of(Connection(name="right", connector="toyside", settings=given))
    assert mirror is not None
    assert (mirror.lefts, mirror.kinds, mirror.both_ways) == (("left", "other"), ("contact", "estate"), False)
    assert mirror.rules.owner("contact", "email") is Owner.LEFT
    assert mirror.rules.owner("estate", "price.asking_kr") is Owner.ASK
    assert mirror.rules.on_remove("estate") is OnRemove.KEEP


@pytest.mark.parametrize(
    "settings",
    [
        {"follows": "right"},
        {"follows": "left", "ownership": "contact.email=mine"},
        {"follows": "left", "on_remove": "estate=burn"},
        {"follows": "left", "kinds": "house"},
        {"follows": "left", "ownership": "nothing"},
    ],
)
def test_settings_that_cannot_be_used_are_named(settings: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        mirror_of(Connection(name="right", connector="toyside", settings=settings))


def test_only_who_follows_is_woken(toys: None, tmp_path: Path) -> None:
    office = Between(tmp_path / "hub")
    assert to_wake(office.hub.store, ["left"]) == ["right"]
    assert to_wake(office.hub.store, ["right"]) == ["right"]
    assert to_wake(office.hub.store, ["third"]) == []
    assert [one.right for one in mirrors(office.hub.connections)] == ["right"]
    office.close()


async def test_it_works_the_same_on_postgresql(toys: None, tmp_path: Path, fresh_postgres: str) -> None:
    office = Between(tmp_path / "hub", database=fresh_postgres)
    for n in range(12):
        office.left.put(person(f"K{n}", email=f"e{n}@example.com"))
    office.right.put(person("9", "right", last_name="Nr K3", email="e3@example.com"))
    counts = await office.sync()
    assert counts["right.create"] == 11
    office.left.put(person("K1", email="left@example.com"))
    right = office.twin("contact", "K1")
    right.email = "right@example.com"
    office.right.put(right)
    office.left.drop("contact", "K2")
    await office.sync()
    assert {c.path for c in office.hub.store.conflicts()} == {"email", "(removed)"}
    for mode in ("", "full"):
        assert written(await office.sync(mode)) == 0
    office.close()
