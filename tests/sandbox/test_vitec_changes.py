"""Mutations of the imitated broker system: truth, change dates and notifications move together."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

GROUP = "G90000"


class Receiver:
    """Takes webhooks and remembers them."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.urls: list[dict[str, str]] = []
        self.paths: list[str] = []

    async def take(self, request: web.Request) -> web.Response:
        """Answer 204 and keep body and URL."""
        self.got.append(json.loads(await request.read()))
        self.urls.append(dict(request.query))
        self.paths.append(request.path)
        return web.Response(status=204)


@pytest.fixture
async def receiver() -> AsyncIterator[tuple[Receiver, str]]:
    """A webhook receiver and its address."""
    taker = Receiver()
    app = web.Application()
    app.router.add_post("/{tail:.*}", taker.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield taker, f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    await runner.cleanup()


async def test_a_new_price_shows_in_record_list_truth_and_notice(vitec: Any, receiver: Any) -> None:
    taker, url = receiver
    await vitec.control("webhooks", {"url": url, "secret": "hemlig-del"})
    (change,) = (await vitec.control("mutate", {"what": "price", "kr": 4_444_000}))["changed"]
    assert (await vitec.control("webhooks?wait=5"))["settled"]
    _, body = await vitec.get(f"/Advertising/Estate/{GROUP}/{change['id']}")
    assert body["price"]["startingPrice"] == 4_444_000
    truth = await vitec.control("truth?kinds=estates")
    assert truth["estates"][change["id"]]["price.startingPrice"] == 4_444_000
    (notice,), (query,) = taker.got, taker.urls
    assert taker.paths == ["/hook/hemlig-del"]
    assert (notice["type"], notice["event"], notice["id"]) == ("Estate", "Update", change["id"])
    assert notice["subtype"] == body["type"]["id"]
    assert query["id"] == change["id"]
    assert "data" not in query


async def test_sold_has_final_price_contract_date_and_status(vitec: Any) -> None:
    (change,) = (await vitec.control("mutate", {"what": "sold", "kr": 5_000_000}))["changed"]
    _, body = await vitec.get(f"/Advertising/Estate/{GROUP}/{change['id']}")
    assert (body["status"]["id"], body["price"]["finalPrice"]) == ("Sold", 5_000_000)
    assert body["sale"]["contractDate"].endswith("T00:00:00")
    _, page = await vitec.get(f"/Advertising/Estate/{GROUP}?paging.pageSize=500")
    assert change["id"] in {row["id"] for row in page["rows"]}


@pytest.mark.parametrize(("what", "by_id"), [("unpublish", 200), ("remove", 404)])
async def test_leaving_the_list_is_told_as_remove(vitec: Any, receiver: Any, what: str, by_id: int) -> None:
    taker, url = receiver
    await vitec.control("webhooks", {"url": url})
    (change,) = (await vitec.control("mutate", {"what": what}))["changed"]
    await vitec.control("webhooks?wait=5")
    _, page = await vitec.get(f"/Advertising/Estate/{GROUP}?paging.pageSize=500")
    assert page["totalRowCount"] == 39
    status, _ = await vitec.get(f"/Advertising/Estate/{GROUP}/{change['id']}")
    assert status == by_id
    assert taker.got[0]["event"] == "Remove"
    truth = await vitec.control("truth?kinds=estates,unpublished,removed")
    assert change["id"] not in truth["estates"]
    assert (change["id"] in truth["unpublished"]) is (what == "unpublish")
    assert (change["id"] in truth["removed"]) is (what == "remove")


async def test_notices_use_their_own_status_words(vitec: Any, receiver: Any) -> None:
    taker, url = receiver
    await vitec.control("webhooks", {"url": url})
    for word in ("Resting", "Advantage"):
        await vitec.control("mutate", {"what": "status", "status": word, "count": 3})
    await vitec.control("webhooks?wait=5")
    told = {notice["data"]["status"] for notice in taker.got if "data" in notice}
    assert told == {"Paused", "PreSale"}


async def test_merged_contacts_are_gone_and_named(vitec: Any, receiver: Any) -> None:
    taker, url = receiver
    await vitec.control("webhooks", {"url": url})
    (change,) = (await vitec.control("mutate", {"what": "merge_contacts"}))["changed"]
    await vitec.control("webhooks?wait=5")
    (notice,), (query,) = taker.got, taker.urls
    assert (notice["type"], notice["destinationId"]) == ("Merge", change["id"])
    assert notice["sourceIds"] == change["merged"]
    assert "sourceIds" not in query
    assert "destinationId" not in query
    status, _ = await vitec.get(f"/CRM/Contact/{GROUP}/Person/{change['merged'][0]}")
    assert status == 404
    status, _ = await vitec.get(f"/CRM/Contact/{GROUP}/Person/{change['id']}")
    assert status == 200


async def test_a_relation_of_a_seller_has_no_id_and_null_subtypes_stay_out_of_the_url(
    vitec: Any, receiver: Any
) -> None:
    taker, url = receiver
    await vitec.control("webhooks", {"url": url})
    await vitec.control("mutate", {"steps": [{"what": "seller"}, {"what": "agent"}, {"what": "participant"}]})
    await vitec.control("webhooks?wait=5")
    by_type = {notice["type"]: (notice, query) for notice, query in zip(taker.got, taker.urls, strict=True)}
    seller = next(n for n in taker.got if n.get("subtype") == "Seller")
    assert "id" not in seller
    assert seller["relId1"].startswith("OBJ")
    assert seller["relId2"].startswith("ADR")
    booked = next(n for n in taker.got if n.get("subtype") == "ViewingParticipant")
    assert booked["id"].startswith("VID")
    assert booked["relType3"] == "Viewing"
    notice, query = by_type["User"]
    assert notice["subtype"] is None
    assert "subtype" not in query


async def test_an_office_notice_names_the_customer_id_as_the_vendors_example_does(
    vitec: Any, receiver: Any
) -> None:
    taker, url = receiver
    await vitec.control("webhooks", {"url": url})
    (change,) = (await vitec.control("mutate", {"what": "office"}))["changed"]
    await vitec.control("webhooks?wait=5")
    assert taker.got[0]["id"] == "M90001"
    _, body = await vitec.get(f"/Advertising/Office/M90001/{change['id']}")
    assert body["description"] == "Nu med öppet även på lördagar."


async def test_the_same_seed_and_mutations_lead_to_the_same_truth(start: Any, make_vitec: Any) -> None:
    async def lived() -> Any:
        client = await start(make_vitec(seed=11))
        await client.control("mutate", {"what": "mixed", "count": 30})
        await client.control("mutate", {"what": "new_estate", "count": 3})
        return await client.control("truth")

    first, again = await lived(), await lived()
    assert first == again
    assert first["counts"] == {"estates": 43}


async def test_a_mutation_that_is_none_is_refused_by_name(vitec: Any) -> None:
    answer = await vitec.control("mutate", {"what": "explode"})
    assert answer["error"] == "unknown_mutation"
    answer = await vitec.control("mutate", {"what": "price", "id": "OBJ0"})
    assert answer["error"] == "nothing_fits"


async def test_the_last_bid_can_be_taken_back(vitec: Any) -> None:
    await vitec.control("mutate", {"what": "bid", "count": 5})
    (change,) = (await vitec.control("mutate", {"what": "bid_cancelled"}))["changed"]
    _, body = await vitec.get(f"/Advertising/Estate/{GROUP}/{change['id']}")
    last = body["bidding"]["bids"][-1] if body["bidding"]["bids"] else {"isCanceled": True}
    assert last["isCanceled"] or len(body["bidding"]["bids"]) == 1


async def test_contacts_can_be_read_singly_in_batches_and_by_change_date(vitec: Any) -> None:
    _, listed = await vitec.get("/CRM/Contact/M90001")
    persons = [row["id"] for row in listed["persons"]]
    assert listed["companies"]
    _, several = await vitec.get(f"/CRM/Contact/M90001/Person/{','.join(persons[:3])}")
    assert [body["id"] for body in several] == persons[:3]
    status, _ = await vitec.get(f"/CRM/Contact/M90001/Person/{','.join(persons[:6])}")
    assert status == 400
    _, six = await vitec.get(f"/CRM/Contact/M90001/Person?contactIds={','.join(persons[:6])}")
    assert len(six) == 6
    await vitec.control("mutate", {"what": "contact", "id": persons[0]})
    _, changed = await vitec.get("/CRM/Contact/M90001?ChangedAtFrom=2026-05-04T00:00:00")
    assert [row["id"] for row in changed["persons"]] == [persons[0]]


async def test_an_estates_seller_can_be_found(vitec: Any) -> None:
    truth = await vitec.control("truth?kinds=sellers")
    estate, (seller,) = next(iter(truth["sellers"].items()))
    _, contacts = await vitec.get(f"/CRM/Contact/{GROUP}")
    other = contacts["persons"][-1]["id"]
    _, rows = await vitec.get(f"/CRM/Contact/{GROUP}/Seller?contactIds={seller},{other}")
    assert [row["id"] for row in rows] == [seller]
    assert estate in rows[0]["estateIds"]
    assert (await vitec.get(f"/CRM/Contact/{GROUP}/Seller/{seller}"))[1] == rows
    assert (await vitec.get(f"/CRM/Contact/{GROUP}/Seller"))[0] == 400
    _, relations = await vitec.get(f"/CRM/Contact/{GROUP}/{seller}/Relations")
    assert {"estateId": estate, "contactId": seller, "type": "Seller"} in relations
    assert (await vitec.get(f"/CRM/Contact/{GROUP}/{seller}"))[0] == 200
    assert (await vitec.get(f"/CRM/Contact/{GROUP}/ADRunknown/Relations"))[0] == 404


async def test_a_merged_sellers_homes_are_sold_by_the_one_that_is_left(start: Any, make_vitec: Any) -> None:
    made = make_vitec()
    vitec = await start(made)
    first, second, third = (made.world.contacts.identifier(number) for number in (0, 1, 2))
    for destination, source in ((second, first), (third, second)):
        await vitec.control("mutate", {"what": "merge_contacts", "ids": [destination, source]})
    _, rows = await vitec.get(f"/CRM/Contact/{GROUP}/{third}/Relations")
    sold = [made.world.by_index[index].id for index in (0, 1, 2)]
    assert [row["estateId"] for row in rows] == sold
    assert (await vitec.get(f"/CRM/Contact/{GROUP}/{first}/Relations"))[0] == 404


async def test_bids_are_read_with_texts_for_amounts(vitec: Any) -> None:
    (change,) = (await vitec.control("mutate", {"what": "bid"}))["changed"]
    await asyncio.sleep(0)
    status, bids = await vitec.get(f"/CRM/Bids/{GROUP}?EstateId={change['id']}")
    assert status == 200
    assert all(isinstance(bid["amount"], str) and bid["contactId"].startswith("ADR") for bid in bids)
