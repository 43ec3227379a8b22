"""Paging, change dates, sign-in and display rules of the imitated advertising section."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest

GROUP = "G90000"
LIST = f"/Advertising/Estate/{GROUP}"


async def ids(vitec: Any, query: str = "paging.pageSize=500") -> list[str]:
    status, page = await vitec.get(f"{LIST}?{query}")
    assert status == 200
    return [row["id"] for row in page["rows"]]


async def test_count_is_the_number_of_pages_and_past_the_end_is_empty(vitec: Any) -> None:
    seen: list[str] = []
    for index in range(4):
        _, page = await vitec.get(f"{LIST}?paging.pageIndex={index}&paging.pageSize=15")
        assert (page["index"], page["count"], page["totalRowCount"]) == (index, 3, 40)
        seen += [row["id"] for row in page["rows"]]
    assert page["rows"] == []
    assert len(seen) == len(set(seen)) == 40


@pytest.mark.parametrize("query", ["paging.pageIndex=-1", "paging.pageSize=0", "paging.pageSize=many"])
async def test_a_page_that_cannot_be_is_refused(vitec: Any, query: str) -> None:
    status, body = await vitec.get(f"{LIST}?{query}")
    assert status == 400
    assert body["message"]


async def test_offices_share_the_estates_between_them(vitec: Any) -> None:
    per_office = []
    for customer in ("M90001", "M90002", "M90003"):
        _, page = await vitec.get(f"/Advertising/Estate/{customer}?paging.pageSize=500")
        per_office += [row["id"] for row in page["rows"]]
    assert sorted(per_office) == sorted(await ids(vitec))


async def test_a_filter_with_offset_and_a_bare_swedish_one_mean_the_same(vitec: Any) -> None:
    _, page = await vitec.get(f"{LIST}?paging.pageSize=500")
    middle = sorted(row["changedAt"] for row in page["rows"])[20]
    aware = datetime.fromisoformat(middle).replace(tzinfo=ZoneInfo("Europe/Stockholm"))
    bare = await ids(vitec, f"paging.pageSize=500&criteria.changedAtMinValue={middle}")
    offset = await ids(vitec, f"paging.pageSize=500&criteria.changedAtMinValue={quote(aware.isoformat())}")
    assert len(bare) == 20
    assert sorted(bare) == sorted(offset)
    tomorrow = quote((aware + timedelta(days=4000)).isoformat())
    assert await ids(vitec, f"criteria.changedAtMinValue={tomorrow}") == []


async def test_an_offset_whose_plus_became_a_space_is_refused(vitec: Any) -> None:
    status, _ = await vitec.get(f"{LIST}?criteria.changedAtMinValue=2026-05-04T10:00:00+02:00")
    assert status == 400


async def test_filters_by_status_and_type_agree_with_the_records(vitec: Any) -> None:
    for identifier in await ids(vitec, "criteria.status=Sold&criteria.type=House&paging.pageSize=500"):
        _, body = await vitec.get(f"/Advertising/Estate/{GROUP}/{identifier}")
        assert (body["status"]["id"], body["type"]["id"]) == ("Sold", "House")


async def test_change_dates_are_swedish_wall_clock_with_as_many_decimals_as_needed(vitec: Any) -> None:
    _, page = await vitec.get(f"{LIST}?paging.pageSize=500")
    dates = [row["changedAt"] for row in page["rows"]]
    assert all("+" not in text and not text.endswith("Z") for text in dates)
    assert len({len(text) for text in dates}) > 1
    assert all(datetime.fromisoformat(text).tzinfo is None for text in dates)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/Advertising/Estate/M99999", 403),
        ("/Advertising/Estate/M90001/OBJ0", 404),
        ("/Advertising/Office/M90001/M90001", 404),
        ("/Advertising/Association/M90001/ORGBRF0", 404),
        ("/Advertising/Area/G90000", 400),
        ("/Advertising/Image/M90001/MED00000000000000000000000000000001", 404),
        ("/Advertising/Nothing/M90001", 404),
    ],
)
async def test_what_is_not_there_is_refused_as_the_contract_says(vitec: Any, path: str, status: int) -> None:
    found, body = await vitec.get(path)
    assert found == status
    assert body["message"]


async def test_a_wrong_password_is_401_and_asks_for_basic(vitec: Any) -> None:
    async with vitec.session.get(vitec.base + LIST, headers={"Authorization": "Basic eDp5"}) as answer:
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"].startswith("Basic")
    async with vitec.session.get(vitec.base + LIST) as answer:
        assert answer.status == 401


async def test_an_estate_of_another_office_is_not_found(vitec: Any) -> None:
    _, page = await vitec.get("/Advertising/Estate/M90002")
    status, _ = await vitec.get(f"/Advertising/Estate/M90001/{page['rows'][0]['id']}")
    assert status == 404


async def test_hidden_price_and_address_are_empty(start: Any, make_vitec: Any) -> None:
    imitation = make_vitec(estates=3)
    row = next(iter(imitation.world.rows.values()))
    row.hidden = frozenset({"price", "address"})
    client = await start(imitation)
    _, body = await client.get(f"/Advertising/Estate/{GROUP}/{row.id}")
    assert set(body["price"].values()) == {None}
    assert body["address"]["streetAddress"] is body["address"]["wgs84Coordinate"] is None
    assert body["address"]["municipality"]


@pytest.mark.parametrize(
    ("rule", "active", "shown"),
    [("all", True, 3), ("highest", True, 1), ("in_progress", True, 0), ("none", False, 0)],
)
async def test_bids_are_shown_as_the_broker_chose(
    start: Any, make_vitec: Any, rule: str, active: bool, shown: int
) -> None:
    imitation = make_vitec(estates=3)
    row = next(iter(imitation.world.rows.values()))
    imitation.world.edit(row)["bidding"]["bids"].clear()
    for kr in (1_000_000, 1_200_000, 1_100_000):
        imitation.mutate("bid", {"id": row.id, "kr": kr})
    row.bids_shown = rule
    client = await start(imitation)
    _, body = await client.get(f"/Advertising/Estate/{GROUP}/{row.id}")
    assert body["bidding"]["isActive"] is active
    assert len(body["bidding"]["bids"]) == shown
    if rule == "highest":
        assert body["bidding"]["bids"][0]["amount"] == 1_200_000


async def test_agents_come_only_when_asked_for(vitec: Any) -> None:
    identifier = (await ids(vitec))[0]
    _, plain = await vitec.get(f"/Advertising/Estate/{GROUP}/{identifier}")
    assert plain["extensions"]["housingCooperative"]
    assert plain["extensions"]["primaryAgent"] is None
    _, asked = await vitec.get(f"/Advertising/Estate/{GROUP}/{identifier}?extend=primaryAgent")
    assert asked["extensions"]["primaryAgent"]["id"] == asked["primaryAgentId"]
    assert asked["extensions"]["housingCooperative"] is None


async def test_a_named_area_may_be_missing_from_the_list_and_still_answers(vitec: Any) -> None:
    listed = set()
    for customer in ("M90001", "M90002", "M90003"):
        _, page = await vitec.get(f"/Advertising/Area/{customer}?paging.pageSize=500")
        listed |= {row["id"] for row in page["rows"]}
    truth = await vitec.control("truth?kinds=estates")
    named = {e["address.area.id"] for e in truth["estates"].values() if e.get("address.area.id")}
    assert named - listed
    for identifier in named - listed:
        status, _ = await vitec.get(f"/Advertising/Area/{GROUP}/{identifier}")
        assert status == 200


async def test_the_groups_office_list_leaves_out_the_customer_id(vitec: Any) -> None:
    _, page = await vitec.get(f"/Advertising/Office/{GROUP}")
    assert [row["customerId"] for row in page["rows"]] == [None] * 3


async def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(
    start: Any, make_vitec: Any
) -> None:
    async def content(seed: int) -> list[bytes]:
        client = await start(make_vitec(seed=seed, estates=12))
        found = [await client.raw(f"{LIST}?paging.pageSize=500")]
        found += [await client.raw(f"/Advertising/Estate/{GROUP}/{each}") for each in await ids(client)]
        return [body for _, _, body in found]

    first, again, other = await content(5), await content(5), await content(6)
    assert first == again
    assert first != other


def test_many_estates_are_ready_at_once(make_vitec: Any) -> None:
    began = time.perf_counter()
    make_vitec(estates=500)
    half = time.perf_counter() - began
    imitation = make_vitec(estates=20_000)
    assert half < 1
    assert time.perf_counter() - began < 6
    assert len(imitation.world.rows) == 20_000
    assert all(row.body is None for row in imitation.world.rows.values())
