"""Publishing: the saga from the store to what a visitor sees, and what must never happen on the way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from conftest_life import World, world


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[World]:
    """A world that has read its source and serves its picture links."""
    async with world(tmp_path) as made, links(made):
        await made.sync()
        yield made


class links:  # noqa: N801 – reads as a word in `async with`
    """The hub's signed picture links over loopback, as the page serves them."""

    def __init__(self, made: World) -> None:
        self._hub = made.hub

    async def __aenter__(self) -> None:
        app = web.Application()
        app.router.add_get("/b/{key:.+}", self._picture)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self._hub.listening_at = f"http://127.0.0.1:{port}"

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _picture(self, request: web.Request) -> web.Response:
        key = self._hub.check_link(request.path_qs)
        if key is None:
            return web.Response(status=403)
        data = await self._hub.services.archive.get(key)
        return web.Response(body=data, content_type="image/jpeg")


def listing(made: World, source_id: str) -> dict[str, Any]:
    """What a visitor sees of a home at the receiver."""
    state = made.hub.store.link_get("estate", f"vitec:{source_id}", "hemnet") or {}
    found = made.hemnet.truth()["listings"]
    return dict(found.get(state.get("remote", {}).get("listing_id", ""), {}))


async def test_a_home_becomes_visible_with_its_pictures_and_the_office_is_told(office: World) -> None:
    one = office.fit()[0]
    outcome = await office.publish(one)
    assert outcome["status"] == "visible", outcome
    await office.quiet()
    shown = listing(office, one)
    truth = office.vitec.truth(("estates",))["estates"][one]
    assert shown["visible"]
    assert shown["price_kr"] == truth["price.startingPrice"]
    assert office.sandbox.smtp is not None
    assert office.sandbox.smtp.summary()["total"] == 1
    assert len(list(office.hub.settings.archive_path.rglob("*.pdf"))) == 1


async def test_a_changed_price_follows_once(office: World) -> None:
    one = office.fit()[0]
    await office.publish(one)
    office.mutate("price", id=one, kr=1_234_000)
    await office.sync("catchup")
    await office.quiet()
    assert listing(office, one)["price_kr"] == 1_234_000
    assert office.hemnet.writes.repeated() == {}


async def test_a_home_without_pictures_is_stopped_before_anything_is_sent(office: World) -> None:
    one = office.fit()[0]
    office.mutate("image_removed", id=one, count=40)
    await office.sync("catchup")
    outcome = await office.publish(one)
    assert outcome["blocked"]
    assert "image_missing" in {r["code"] for r in outcome["remarks"] if r["stops"]}
    assert office.hemnet.writes.entries == []


async def test_a_sold_home_is_reported_with_its_final_price(office: World) -> None:
    one = office.fit()[0]
    await office.publish(one)
    office.mutate("sold", id=one, kr=4_321_000)
    await office.sync("catchup")
    await office.quiet()
    sales = list(office.hemnet.truth()["sales"].values())
    assert len(sales) == 1
    assert 4_321_000 in sales[0].values()


async def test_a_withdrawn_home_is_taken_down(office: World) -> None:
    one = office.fit()[0]
    await office.publish(one)
    office.mutate("withdraw", id=one)
    await office.sync("catchup")
    await office.quiet()
    assert not listing(office, one)["visible"]
    assert office.hemnet.truth()["sales"] == {}


async def test_a_lost_answer_never_makes_a_second_listing(office: World) -> None:
    chosen = office.fit(3)
    office.hemnet.use_profile("lost-answer")
    await asyncio.gather(*(office.publish(one) for one in chosen))
    office.hemnet.use_profile("none")
    for row in office.hub.store.outbox_list():
        if row.state in {"parked", "waiting"}:
            office.hub.store.outbox_retry(row.n)
    await office.quiet()
    assert office.hemnet.writes.repeated() == {}
    assert all(listing(office, one)["visible"] for one in chosen)
    offices = {office.vitec.truth(("estates",))["estates"][one]["office.id"] for one in chosen}
    assert len(office.hemnet.truth()["agencies"]) == len(offices)


async def test_publishing_again_sends_nothing_new(office: World) -> None:
    one = office.fit()[0]
    await office.publish(one)
    before = len(office.hemnet.writes.entries)
    await office.publish(one)
    assert len(office.hemnet.writes.entries) == before
