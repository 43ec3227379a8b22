"""Reading a source, and what its trouble must never do to us."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest_life import World, world

TROUBLE = ["flaky500", "empty-page", "empty-list", "garbage", "shrunk", "html200", "truncated", "malformed"]


async def test_a_first_reading_holds_everything_field_by_field(small_world: World) -> None:
    await small_world.sync()
    found = await small_world.compared()
    assert found.estates_source == found.estates_store == 40
    assert found.fields > 40 * 30
    assert found.wrong == []


async def test_reading_again_changes_nothing(small_world: World) -> None:
    await small_world.sync()
    before = small_world.hub.store.feed_last()
    await small_world.sync("full")
    assert small_world.hub.store.feed_last() == before


async def test_a_catch_up_brings_what_has_changed_since(sqlite_world: World) -> None:
    await sqlite_world.sync()
    sqlite_world.mutate("mixed", count=15)
    sqlite_world.mutate("new_estate")
    await sqlite_world.sync("catchup")
    assert (await sqlite_world.compared()).wrong == []


@pytest.mark.parametrize("profile", TROUBLE)
async def test_a_source_in_trouble_never_makes_us_delete(tmp_path: Path, profile: str) -> None:
    async with world(tmp_path, estates=40) as made:
        await made.sync()
        made.vitec.use_profile(profile)
        for mode in ("compare", "full"):
            await made.sync(mode)
        assert len(made.hub.store.ids("estate", "vitec")) == 40
        made.vitec.use_profile("none")
        await made.sync()
        assert (await made.compared()).wrong == []


async def test_a_listing_that_lost_a_third_asks_a_person_and_obeys(sqlite_world: World) -> None:
    from brygga.hub.mending import resolve_repair

    await sqlite_world.sync()
    for _ in range(14):
        sqlite_world.mutate("remove")
    await sqlite_world.sync()
    assert len(sqlite_world.hub.store.ids("estate", "vitec")) == 40
    repairs = sqlite_world.hub.store.repair_list()
    assert [(r.code, r.facts["held"], r.facts["listed"]) for r in repairs] == [("vanish", 40, 26)]
    resolve_repair(sqlite_world.hub, "vanish", "vitec", "estate", remove=True, actor="test")
    await sqlite_world.quiet()
    assert len(sqlite_world.hub.store.ids("estate", "vitec")) == 26
    assert sqlite_world.hub.store.repair_list() == []


async def test_one_removed_home_goes_and_its_history_stays(sqlite_world: World) -> None:
    await sqlite_world.sync()
    gone = sqlite_world.mutate("remove")[0]["id"]
    await sqlite_world.sync()
    row = sqlite_world.hub.store.row("estate", f"vitec:{gone}")
    assert row is not None
    assert row.deleted_at is not None


async def test_a_closed_office_is_asked_once_and_becomes_a_repair(sqlite_world: World) -> None:
    await sqlite_world.sync()
    sqlite_world.vitec.use_profile("forbidden-office")
    await sqlite_world.sync()
    sqlite_world.vitec.arrivals.reset()
    for _ in range(3):
        await sqlite_world.sync("catchup")
    assert sqlite_world.vitec.arrivals.total == 0
    assert [r.code for r in sqlite_world.hub.store.repair_list()] == ["key_refused"]
    assert len(sqlite_world.hub.store.ids("estate", "vitec")) == 40


async def test_a_poison_record_leaves_the_others(sqlite_world: World) -> None:
    truth = sqlite_world.vitec.truth(("estates",))["estates"]
    poison = sorted(truth)[3]
    sqlite_world.hub.connections.live("vitec").connector.map = _poisoned(
        sqlite_world.hub.connections.live("vitec").connector.map, poison
    )
    await sqlite_world.sync()
    assert len(sqlite_world.hub.store.ids("estate", "vitec")) == 39
    assert [p.source_id for p in sqlite_world.hub.store.parked("vitec")] == [poison]


def _poisoned(mapping, poison):  # type: ignore[no-untyped-def]  # a wrapper for one test
    def mapped(raw):  # type: ignore[no-untyped-def]  # as above
        if raw.source_id == poison:
            raise RecursionError
        return mapping(raw)

    return mapped
