"""A source that changes its form: told, what it would take with it kept, the rest goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from conftest_life import World, world

from brygga.cli import drift as command
from brygga.connectors.abilities import RawRecord, Ref
from brygga.hub.mending import resolve_repair
from brygga.hub.views.drift import drift_report
from brygga.model import Estate


@pytest.fixture
async def known_world(tmp_path: Path) -> AsyncIterator[World]:
    """Enough homes to know what a home's answer looks like, read once."""
    async with world(tmp_path, estates=60) as made:
        await made.sync()
        yield made


def turn(made: World, how: Any) -> None:
    """From now on the source gives every home in another form."""
    connector = made.hub.connections.live("vitec").connector
    plain = connector.fetch

    async def fetch(ref: Ref) -> RawRecord | None:
        raw = await plain(ref)
        if raw is None or raw.kind != "estate":
            return raw
        document = msgspec.json.decode(raw.body)
        how(document)
        return msgspec.structs.replace(raw, body=msgspec.json.encode(document))

    connector.fetch = fetch


def homes(made: World) -> dict[str, Estate]:
    rows = made.hub.store.all_rows("estate", connection="vitec")
    return {row.id: row.record for row in rows if isinstance(row.record, Estate)}


async def test_a_vanished_member_keeps_its_facts_and_asks_while_the_rest_goes_on(known_world: World) -> None:
    before, seq = homes(known_world), known_world.hub.store.feed_last()
    turn(known_world, lambda document: document.pop("price"))
    known_world.mutate("mixed", count=30)
    await known_world.sync("full")
    after = homes(known_world)
    asked = {i: home.price.asking_kr for i, home in after.items() if i in before}
    assert any(asked.values())
    assert asked == {i: before[i].price.asking_kr for i in asked}
    assert known_world.hub.store.feed_last() > seq  # what else had changed has come
    (repair,) = [r for r in known_world.hub.store.repair_list() if r.code == "drift"]
    assert (repair.connection, repair.subject) == ("vitec", "estate")
    assert [m["path"] for m in repair.facts["members"]] == ["price"]
    assert any(field.startswith("price") for field in repair.facts["fields"])


async def test_a_person_who_accepts_the_new_form_lets_the_facts_go(known_world: World) -> None:
    turn(known_world, lambda document: document.pop("price"))
    await known_world.sync("full")
    assert any(h.price.asking_kr for h in homes(known_world).values())
    resolve_repair(known_world.hub, "drift", "vitec", "estate", remove=True, actor="test")
    await known_world.quiet()
    assert not any(h.price.asking_kr for h in homes(known_world).values())
    assert not [r for r in known_world.hub.store.repair_list() if r.code == "drift"]
    await known_world.sync("full")
    assert not [r for r in known_world.hub.store.repair_list() if r.code == "drift"]


async def test_a_new_member_is_told_once_and_asks_nobody(known_world: World) -> None:
    turn(known_world, lambda document: document.update(energyLabelNew="C"))
    await known_world.sync("full")
    await known_world.sync("full")
    (report,) = drift_report(known_world.hub, ["vitec"])
    assert report["new"] == ["estate.energyLabelNew"]
    assert report["breaking"] == []
    events = [e for e in known_world.hub.store.events("vitec", limit=2000) if e.what == "drift.new"]
    assert len(events) == 1


async def test_ordinary_changes_are_no_drift(known_world: World) -> None:
    known_world.mutate("mixed", count=40)
    await known_world.sync("full")
    (report,) = drift_report(known_world.hub, ["vitec"])
    assert report["breaking"] == []


async def test_the_command_shows_what_has_changed(known_world: World, capfdbinary: Any) -> None:
    turn(known_world, lambda document: (document.pop("price"), document.update(energyLabelNew="C")))
    await known_world.sync("full")
    settings = known_world.hub.settings
    capfdbinary.readouterr()
    command.drift("vitec", home=settings.home, database=settings.database_url, as_json=True)
    (report,) = msgspec.json.decode(capfdbinary.readouterr().out)["drift"]
    assert report["connection"] == "vitec"
    assert [(m["path"], m["change"]) for m in report["breaking"][0]["members"]] == [("price", "gone")]


async def test_another_sort_of_record_than_those_seen_so_far_is_no_drift(known_world: World) -> None:
    """A new kind of home lacks members that all others had; nothing of ours is lost by it."""
    known = set(homes(known_world))
    connector = known_world.hub.connections.live("vitec").connector
    plain = connector.fetch

    async def fetch(ref: Ref) -> RawRecord | None:
        raw = await plain(ref)
        if raw is None or raw.kind != "estate" or f"vitec:{raw.source_id}" in known:
            return raw
        document = msgspec.json.decode(raw.body)
        document.pop("buildings", None)
        return msgspec.structs.replace(raw, body=msgspec.json.encode(document))

    connector.fetch = fetch
    for _ in range(3):
        known_world.mutate("new_estate")
    await known_world.sync()
    assert len(homes(known_world)) == len(known) + 3
    assert not [r for r in known_world.hub.store.repair_list() if r.code == "drift"]
    await known_world.sync("full")
    assert not [r for r in known_world.hub.store.repair_list() if r.code == "drift"]
