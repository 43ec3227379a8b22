"""The imitated Hemnet answers as its contract notes say, and counts what was done twice."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
import pyvips
from aiohttp import web
from aiohttp.test_utils import TestServer

from brygga.sandbox.hemnet import Hemnet
from brygga.sandbox.server import Sandbox

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
FACTS = {"streetAddress": "Björkvägen 3", "postalCode": "114 32", "askingPrice": 4_000_000, "title": "A & B"}
PERSON = {"name": "Tolvan Tolvansson", "identificationNumber": "189001019802"}
BILL = {"name": "Tolvan Tolvansson", "streetAddress": "Björkvägen 3"}


class Bench:
    """The imitation, a client with its key, and a small server of pictures and webhooks."""

    def __init__(self, imitation: Hemnet, url: str, session: aiohttp.ClientSession, clock: Any) -> None:
        self.imitation, self.url, self.session, self.clock = imitation, url, session, clock
        self.pictures = ""
        self.hooks: list[tuple[dict[str, str], bytes]] = []
        self.headers = {"Authorization": f"Bearer {imitation.settings()['token']}"}

    async def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        async with self.session.request(method, self.url + path, json=body, headers=self.headers) as answer:
            raw = await answer.read()
            return answer.status, (await answer.json() if raw else None)

    async def made(self, path: str, body: Any) -> Any:
        status, answer = await self.ask("POST", path, body)
        assert status == 201, answer
        return next(iter(answer.values()))

    async def listing(self, reference: str = "vitec:1", **facts: Any) -> str:
        agency = await self.made("/broker_agencies", {"name": "Bryggan", "externalId": "vitec:K1"})
        body = {**FACTS, **facts, "externalId": reference, "brokerAgencyId": agency["id"]}
        return str((await self.made("/listings", body))["id"])

    async def image(self, listing: str, name: str = "good") -> dict[str, Any]:
        await self.made(f"/listings/{listing}/images", {"url": f"{self.pictures}/{name}", "externalId": name})
        await self.settle()
        _, answer = await self.ask("GET", f"/listings/{listing}/images")
        return dict(answer["images"][-1])

    async def published(self, **facts: Any) -> str:
        listing = await self.listing(**facts)
        await self.image(listing)
        status, answer = await self.ask("POST", f"/listings/{listing}/publish", {})
        assert status == 200, answer
        return listing

    async def status(self, listing: str) -> dict[str, Any]:
        _, answer = await self.ask("GET", f"/listings/{listing}")
        return dict(answer["listing"]["publicationStatus"])

    async def settle(self) -> None:
        async with self.session.get(f"{self.url}/_control/settle?wait=3") as answer:
            assert (await answer.json())["settled"]

    async def control(self, method: str, call: str, body: Any = None) -> Any:
        async with self.session.request(method, f"{self.url}/_control/{call}", json=body) as answer:
            return await answer.json()


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    clock = SimpleNamespace(now=START)
    imitation = Hemnet(seed=3, now=lambda: clock.now, approve_after_s=-1, image_delay_s=0.0)
    good = bytes(pyvips.Image.black(40, 30).jpegsave_buffer())
    served = {"good": good, "half": good[: len(good) // 2], "gif": b"GIF89a"}

    async def picture(request: web.Request) -> web.Response:
        return web.Response(body=served[request.match_info["name"]])

    async def hook(request: web.Request) -> web.Response:
        made.hooks.append((dict(request.headers), await request.read()))
        return web.Response(status=204)

    app = web.Application()
    app.add_routes([web.get("/p/{name}", picture), web.post("/hook", hook)])
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    async with Sandbox(imitation) as sandbox, aiohttp.ClientSession() as session:
        made = Bench(imitation, sandbox.url("hemnet"), session, clock)
        made.pictures = f"http://127.0.0.1:{server.port}/p"
        imitation.hooks.configure(url=f"http://127.0.0.1:{server.port}/hook")
        yield made
    await server.close()


async def test_without_a_good_key_there_is_only_a_401_in_the_error_envelope(bench: Bench) -> None:
    bench.headers = {"Authorization": "Bearer wrong"}
    status, answer = await bench.ask("GET", "/listings")
    assert status == 401
    assert answer["errors"][0]["type"] == "AuthenticationError"


async def test_keys_are_made_shown_without_token_expire_and_go(bench: Bench) -> None:
    made = await bench.made("/keys", {"name": "new"})
    _, listed = await bench.ask("GET", "/keys")
    assert len(listed["keys"]) == 2
    assert all("token" not in key for key in listed["keys"])
    bench.headers = {"Authorization": f"Bearer {made['token']}"}
    assert (await bench.ask("GET", f"/keys/{made['id']}"))[0] == 200
    assert (await bench.ask("DELETE", f"/keys/{bench.imitation.first_key.id}"))[0] == 204
    bench.clock.now += timedelta(days=91)
    assert (await bench.ask("GET", "/keys"))[0] == 401


async def test_a_picture_is_really_fetched_and_its_size_noted(bench: Bench) -> None:
    listing = await bench.listing()
    image = await bench.image(listing)
    assert image["state"] == "completed"
    (picture,) = bench.imitation.listings[listing].pictures.values()
    assert (picture.width_px, picture.height_px) == (40, 30)
    assert picture.size_bytes > 100


@pytest.mark.parametrize("name", ["half", "gif", "nothing"])
async def test_what_is_no_whole_jpeg_fails_with_a_reason(bench: Bench, name: str) -> None:
    image = await bench.image(await bench.listing(), name)
    assert image["state"] == "failed"
    assert image["detail"]


async def test_nobody_outside_this_machine_is_ever_called(bench: Bench) -> None:
    listing = await bench.listing()
    await bench.made(f"/listings/{listing}/images", {"url": "http://bilder.example.com/1.jpg"})
    await bench.settle()
    _, answer = await bench.ask("GET", f"/listings/{listing}/images")
    assert answer["images"][0]["state"] == "failed"


async def test_publishing_too_little_is_refused_with_every_reason(bench: Bench) -> None:
    listing = await bench.listing(streetAddress="", askingPrice=None)
    status, answer = await bench.ask("POST", f"/listings/{listing}/publish", {})
    assert status == 422
    assert [e["type"] for e in answer["errors"]] == ["MissingField", "MissingField", "ImageMissing"]


async def test_published_is_not_visible_until_approved(bench: Bench) -> None:
    listing = await bench.published()
    status = await bench.status(listing)
    assert (status["isPublished"], status["isApproved"]) == (True, False)
    await bench.control("POST", "mutate", {"what": "approve", "reference": "vitec:1"})
    assert (await bench.status(listing))["isApproved"]


async def test_approval_comes_by_itself_after_a_while(bench: Bench) -> None:
    await bench.control("POST", "mutate", {"what": "tune", "approve_after_s": 0.01})
    listing = await bench.published()
    await bench.settle()
    assert (await bench.status(listing))["isApproved"]


async def test_auto_approval_is_all_or_nothing(bench: Bench) -> None:
    listing = await bench.listing()
    await bench.image(listing)
    await bench.ask("POST", f"/listings/{listing}/update_market_state", {"marketState": "TEASED"})
    auto = {"allowedAutoApprove": True}
    status, _ = await bench.ask("POST", f"/listings/{listing}/publish", auto)
    assert status == 422
    assert not (await bench.status(listing))["isPublished"]
    await bench.ask("PUT", f"/listings/{listing}/seller_information", PERSON)
    await bench.ask("PUT", f"/listings/{listing}/billing_information", BILL)
    assert (await bench.ask("POST", f"/listings/{listing}/publish", auto))[0] == 200
    assert (await bench.status(listing))["isApproved"]


async def test_allowed_market_states_depend_on_history(bench: Bench) -> None:
    listing = await bench.listing()
    assert (await bench.status(listing))["allowedMarketStates"] == ["FOR_SALE", "UPCOMING", "TEASED"]
    await bench.image(listing)
    await bench.ask("POST", f"/listings/{listing}/publish", {})
    assert (await bench.status(listing))["allowedMarketStates"] == ["FOR_SALE"]
    path = f"/listings/{listing}/update_market_state"
    status, answer = await bench.ask("POST", path, {"marketState": "TEASED"})
    assert (status, answer["errors"][0]["type"]) == (422, "TransitionError")


async def test_new_construction_cannot_be_teased(bench: Bench) -> None:
    listing = await bench.listing(newConstruction=True)
    assert "TEASED" not in (await bench.status(listing))["allowedMarketStates"]


async def test_a_partial_update_merges_objects_and_null_takes_away(bench: Bench) -> None:
    listing = await bench.listing(energy={"a": 1, "b": 2}, rooms=3)
    await bench.ask("PATCH", f"/listings/{listing}", {"energy": {"a": None, "c": 3}, "rooms": None})
    _, answer = await bench.ask("GET", f"/listings/{listing}")
    assert answer["listing"]["energy"] == {"b": 2, "c": 3}
    assert "rooms" not in answer["listing"]
    assert answer["listing"]["streetAddress"] == "Björkvägen 3"


async def test_persons_go_in_and_never_come_out(bench: Bench) -> None:
    listing = await bench.published()
    path = f"/listings/{listing}/seller_information"
    assert (await bench.ask("PUT", path, PERSON))[0] == 204
    assert (await bench.ask("GET", path))[0] in (404, 405)
    truth = str(await bench.control("GET", "truth")) + str(await bench.control("GET", "writes"))
    truth += str(await bench.ask("GET", f"/listings/{listing}")) + repr(bench.imitation.listings)
    assert "Tolvansson" not in truth
    assert "189001019802" not in truth
    assert (await bench.control("GET", "truth"))["listings"][listing]["seller_digest"]


async def test_a_sale_needs_price_day_and_a_listing_that_was_shown(bench: Bench) -> None:
    listing = await bench.listing()
    sale = {"listingId": listing, "price": 4_100_000, "contractDate": "2026-11-20"}
    assert (await bench.ask("POST", "/sales", sale))[0] == 422
    await bench.image(listing)
    await bench.ask("POST", f"/listings/{listing}/publish", {})
    for lacking in ("price", "contractDate"):
        part = {k: v for k, v in sale.items() if k != lacking}
        assert (await bench.ask("POST", "/sales", part))[0] == 422
    made = await bench.made("/sales", sale)
    assert (await bench.ask("GET", f"/sales/{made['id']}"))[1]["sale"]["price"] == 4_100_000


@pytest.mark.parametrize(("days", "status", "left"), [(10, 200, 0), (200, 422, 1)])
async def test_publishing_a_sold_listing_deletes_a_young_sale_without_a_word(
    bench: Bench, days: int, status: int, left: int
) -> None:
    bench.imitation.first_key.expires_at += timedelta(days=400)
    listing = await bench.published()
    await bench.made("/sales", {"listingId": listing, "price": 1, "contractDate": "2026-11-20"})
    await bench.ask("POST", f"/listings/{listing}/unpublish", {})
    bench.clock.now += timedelta(days=days)
    assert (await bench.ask("POST", f"/listings/{listing}/publish", {}))[0] == status
    assert len(bench.imitation.sales) == left


async def test_pages_are_twenty_unless_told(bench: Bench) -> None:
    listing = await bench.listing()
    for number in range(23):
        await bench.made(f"/listings/{listing}/images", {"url": f"{bench.pictures}/good?{number}"})
    path = f"/listings/{listing}/images"
    sizes = [
        len((await bench.ask("GET", f"{path}{query}"))[1]["images"])
        for query in ("", "?limit=30", "?offset=20", "?limit=5&offset=21")
    ]
    assert sizes == [20, 23, 3, 2]
    assert (await bench.ask("GET", f"{path}?limit=x"))[0] == 400


async def test_what_is_done_twice_is_counted(bench: Bench) -> None:
    listing = await bench.published()
    assert (await bench.control("GET", "counts"))["sent_twice"] == {}
    await bench.ask("POST", f"/listings/{listing}/publish", {})
    await bench.image(listing, "good")
    _, agencies = await bench.ask("GET", "/broker_agencies")
    twin = {**FACTS, "externalId": "vitec:1", "brokerAgencyId": agencies["broker_agencies"][0]["id"]}
    await bench.made("/listings", twin)
    for _ in range(2):
        await bench.made("/sales", {"listingId": listing, "price": 1, "contractDate": "2026-11-20"})
    counts = await bench.control("GET", "counts")
    assert len(counts["sent_twice"]) == 4
    assert set(counts["sent_twice"].values()) == {2}
    assert counts["counts"]["listing.create"] == 2


async def test_showing_again_after_taking_down_is_not_twice(bench: Bench) -> None:
    listing = await bench.published()
    await bench.ask("POST", f"/listings/{listing}/unpublish", {})
    await bench.ask("POST", f"/listings/{listing}/publish", {})
    assert (await bench.control("GET", "counts"))["sent_twice"] == {}


async def test_webhooks_are_signed_over_their_raw_bytes(bench: Bench) -> None:
    await bench.published()
    assert await bench.imitation.hooks.settled(3)
    headers, body = bench.hooks[0]
    assert b"A \\u0026 B" in body
    key = bench.imitation.webhook_keys[0].encode()
    assert headers["X-Signature"] == hmac.new(key, body, hashlib.sha256).hexdigest()
    assert headers["X-Timestamp"] == str(round(START.timestamp() * 1000))
    assert headers["User-Agent"] == "Hemnet API Client"


async def test_while_the_secret_is_changed_there_are_two_signatures(bench: Bench) -> None:
    await bench.control("POST", "mutate", {"what": "change_webhook_key"})
    await bench.published()
    assert await bench.imitation.hooks.settled(3)
    headers, body = bench.hooks[0]
    expected = [
        hmac.new(key.encode(), body, hashlib.sha256).hexdigest() for key in bench.imitation.webhook_keys
    ]
    assert headers["X-Signature"].split(",") == expected


async def test_the_truth_is_what_a_visitor_sees(bench: Bench) -> None:
    listing = await bench.published()
    await bench.control("POST", "mutate", {"what": "approve"})
    ad = (await bench.control("GET", "truth?kinds=listings"))["listings"][listing]
    assert (ad["visible"], ad["price_kr"], ad["reference"]) == (True, 4_000_000, "vitec:1")
    await bench.control("POST", "mutate", {"what": "take_down", "id": listing})
    ad = (await bench.control("GET", "truth?kinds=listings"))["listings"][listing]
    assert ad["visible"] is False


async def test_stopping_in_the_middle_of_fetching_leaves_nothing_behind() -> None:
    imitation = Hemnet(seed=1, image_delay_s=30)
    async with Sandbox(imitation) as sandbox, aiohttp.ClientSession() as session:
        made = Bench(imitation, sandbox.url("hemnet"), session, None)
        listing = await made.listing()
        await made.made(f"/listings/{listing}/images", {"url": "http://127.0.0.1:1/x"})
        assert imitation._tasks
    await asyncio.sleep(0)
    assert not imitation._tasks
