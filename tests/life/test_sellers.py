"""Sellers from the first reading on, through merges and ends, and without the right to contacts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aiohttp import web
from conftest_life import World

from brygga.model import Contact, Relation
from brygga.store import InboxAdd

CUSTOMER = "customerId"


def sellers_in_store(world: World, estate: str) -> dict[str, Contact | None]:
    """Contact id at the source → the contact, for each seller that stands."""
    found: dict[str, Contact | None] = {}
    for row in world.hub.store.owned("relation", f"vitec:{estate}"):
        if row.deleted_at is None and isinstance(row.record, Relation) and row.record.role == "seller":
            contact = world.hub.store.get("contact", row.record.contact_id)
            found[row.record.contact_id.removeprefix("vitec:")] = contact  # type: ignore[assignment]  # a Contact
    return found


def truth(world: World) -> dict[str, list[str]]:
    """Estate id → seller ids, of the published homes."""
    return dict(world.vitec.truth(("sellers",))["sellers"])


async def hear(world: World, **facts: Any) -> None:
    """A notice arrives and is worked on."""
    body = json.dumps({"customerId": world.vitec.settings()["customer_id"], **facts}).encode()
    world.hub.store.inbox_add_many([InboxAdd(connection="vitec", body=body)])
    world.hub.wake()
    await world.quiet()


async def test_a_first_reading_knows_every_homes_seller(small_world: World) -> None:
    await small_world.sync()
    wanted = truth(small_world)
    assert len(wanted) == 40
    for estate, sellers in wanted.items():
        held = sellers_in_store(small_world, estate)
        assert sorted(held) == sorted(sellers)
        assert all(isinstance(contact, Contact) for contact in held.values())
    assert small_world.hub.store.parked("vitec") == []
    assert small_world.hub.store.repair_list() == []


async def test_reading_the_sellers_again_changes_nothing(sqlite_world: World) -> None:
    await sqlite_world.sync()
    before = sqlite_world.hub.store.feed_last()
    for mode in ("catchup", "compare", "full"):
        await sqlite_world.sync(mode)
    assert sqlite_world.hub.store.feed_last() == before


async def test_a_notice_of_what_is_known_changes_nothing(sqlite_world: World) -> None:
    await sqlite_world.sync()
    before = sqlite_world.hub.store.feed_last()
    estate, (seller,) = next(iter(truth(sqlite_world).items()))
    await hear(
        sqlite_world, type="EstateContact", event="Update", subtype="Seller", relId1=estate, relId2=seller
    )
    assert sqlite_world.hub.store.feed_last() == before


async def test_relations_that_no_list_names_are_not_judged_missing(sqlite_world: World) -> None:
    await sqlite_world.sync()
    estate, (seller,) = next(iter(truth(sqlite_world).items()))
    parts = [("ViewingParticipant", f"VIS{number}") for number in range(60)] + [("Buyer", None)]
    for part, viewing in parts:
        ends = {"relId1": estate, "relId2": seller, "relId3": viewing}
        await hear(sqlite_world, type="EstateContact", event="Update", subtype=part, **ends)
    for mode in ("compare", "full"):
        await sqlite_world.sync(mode)
    assert len(sqlite_world.hub.store.ids("relation", "vitec")) == 40 + 61
    assert sqlite_world.hub.store.repair_list() == []


async def test_an_end_that_is_told_is_believed_only_if_the_source_agrees(sqlite_world: World) -> None:
    await sqlite_world.sync()
    estate, (seller,) = next(iter(truth(sqlite_world).items()))
    ends = {"type": "EstateContact", "relId1": estate, "relId2": seller}
    await hear(sqlite_world, event="Remove", subtype="Seller", **ends)
    assert list(sellers_in_store(sqlite_world, estate)) == [seller]
    sqlite_world.vitec.world.rows[estate].published = False
    await hear(sqlite_world, event="Remove", subtype="Seller", **ends)
    assert sellers_in_store(sqlite_world, estate) == {}
    await hear(sqlite_world, event="Update", subtype="Buyer", **ends)
    assert f"{estate}|{seller}|Buyer" in sqlite_world.hub.store.ids("relation", "vitec")
    await hear(sqlite_world, event="Remove", subtype="Buyer", **ends)
    assert f"{estate}|{seller}|Buyer" not in sqlite_world.hub.store.ids("relation", "vitec")


async def test_after_a_merge_the_home_is_sold_by_the_one_that_is_left(sqlite_world: World) -> None:
    await sqlite_world.sync()
    contacts = sqlite_world.vitec.world.contacts
    estate = sqlite_world.vitec.world.by_index[0].id
    gone, left = contacts.identifier(0), contacts.identifier(1)
    assert list(sellers_in_store(sqlite_world, estate)) == [gone]
    sqlite_world.mutate("merge_contacts", ids=[left, gone])
    await hear(sqlite_world, type="Merge", event="Merge", destinationId=left, sourceIds=[gone])
    held = sellers_in_store(sqlite_world, estate)
    assert isinstance(held[left], Contact)
    assert held.get(gone) is None
    assert sqlite_world.hub.store.get("contact", f"vitec:{gone}") is None


@pytest.mark.parametrize("mode", ["compare", "catchup"])
async def test_without_the_right_to_contacts_the_homes_are_read_all_the_same(
    sqlite_world: World, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    allowed = sqlite_world.vitec._allowed

    def closed(request: web.Request) -> list[int]:
        if "/CRM/" in request.path:
            raise web.HTTPForbidden(reason="Åtkomst saknas.")
        return list(allowed(request))

    monkeypatch.setattr(sqlite_world.vitec, "_allowed", closed)
    await sqlite_world.sync(mode)
    found = await sqlite_world.compared()
    assert found.estates_store == 40
    assert found.wrong == []
    assert sqlite_world.hub.store.ids("relation", "vitec") == set()
    assert sqlite_world.hub.store.repair_list() == []
