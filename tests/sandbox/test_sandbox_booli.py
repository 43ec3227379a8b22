"""The imitated Booli: signature, replay, paging, the echo of the question, faults, the same every time."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from brygga.sandbox.booli import CALLER_ID, KEY, Booli, make
from brygga.sandbox.server import OneShot

AT = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
_numbers = itertools.count()


def signed(**query: str) -> str:
    """A query signed with code of its own, after the contract."""
    unique = f"{next(_numbers):016d}"
    moment = str(int(AT.timestamp()))
    digest = hashlib.sha1(f"{CALLER_ID}{moment}{KEY}{unique}".encode()).hexdigest()
    pairs = query | {"callerId": CALLER_ID, "time": moment, "unique": unique, "hash": digest}
    return "&".join(f"{name}={value}" for name, value in pairs.items())


@pytest.fixture
def imitation() -> Booli:
    return Booli(seed=7, count=1_400, now=lambda: AT, wall_s=AT.timestamp)


@pytest.fixture
async def client(start: Callable[..., Awaitable[Any]], imitation: Booli) -> Any:
    return await start(imitation)


def test_the_same_seed_gives_the_same_market() -> None:
    one, other = (Booli(seed=3, now=lambda: AT) for _ in range(2))
    assert one.truth() == other.truth()
    assert one.truth() != Booli(seed=4, now=lambda: AT).truth()
    made = make(SimpleNamespace(seed=3, faults="none", now=lambda: AT))
    assert made.truth() == one.truth()


def test_what_is_not_known_is_left_out_and_never_null(imitation: Booli) -> None:
    rows = [*imitation.sold, *imitation.listings]
    assert all(value is not None for row in rows for value in row.values())
    assert {"listPrice"} != set.intersection(*(set(row) for row in rows))
    assert {type(row["livingArea"]) for row in rows if "livingArea" in row} == {int, float}
    assert {row.get("soldPriceSource") for row in imitation.sold} == {"bid", "admin", None}


async def test_an_unsigned_a_wrong_and_a_replayed_request_are_refused(client: Any) -> None:
    query = signed(areaId="100")
    assert (await client.get(f"/listings?{query}"))[0] == 200
    assert (await client.get(f"/listings?{query}"))[0] == 403
    assert (await client.get("/listings?areaId=100"))[0] == 401
    assert (await client.get(f"/listings?{signed(areaId='100')[:-1]}0x"))[0] == 401


async def test_a_page_holds_at_most_500_and_the_pages_hold_all(client: Any, imitation: Booli) -> None:
    areas = ",".join(str(100 + 20 * n) for n in range(11))
    ids: list[int] = []
    for offset in (0, 500, 1_000):
        status, body = await client.get(f"/sold?{signed(areaId=areas, limit='9999', offset=str(offset))}")
        assert status == 200
        assert (body["limit"], body["offset"], body["count"]) == (500, offset, len(body["sold"]))
        assert len(body["sold"]) <= 500
        ids += [row["booliId"] for row in body["sold"]]
    assert body["totalCount"] == len(ids) == len(set(ids)) == len(imitation.sold)


async def test_words_that_are_an_area_come_back_as_its_number(client: Any) -> None:
    _, body = await client.get(f"/listings?{signed(q='Nacka')}")
    assert body["searchParams"] == {"areaId": "140"}
    assert {row["location"]["region"]["municipalityName"] for row in body["listings"]} == {"Nacka"}
    _, other = await client.get(f"/listings?{signed(q='ingenstans')}")
    assert (other["searchParams"], other["totalCount"]) == ({"q": "ingenstans"}, 0)


async def test_days_and_prices_narrow_and_odd_names_are_refused(client: Any) -> None:
    areas = "100,120,140"
    query = signed(
        areaId=areas, minSoldDate="20250101", maxSoldDate="20250630", minSoldPrice="3000000", limit="500"
    )
    _, body = await client.get(f"/sold?{query}")
    assert body["sold"]
    assert all(
        "2025-01-01" <= row["soldDate"] <= "2025-06-30" and row["soldPrice"] >= 3_000_000
        for row in body["sold"]
    )
    assert (await client.get(f"/sold?{signed(areaId=areas, objectTypes='Villa')}"))[0] == 400
    assert (await client.get(f"/sold?{signed()}"))[0] == 400


async def test_one_home_comes_in_the_same_array_and_an_unknown_one_is_404(
    client: Any, imitation: Booli
) -> None:
    number = imitation.listings[0]["booliId"]
    status, body = await client.get(f"/listings/{number}?{signed()}")
    assert (status, list(body), body["listings"][0]["pageviews"]) == (200, ["listings"], 55)
    assert (await client.get(f"/sold/{number}?{signed()}"))[0] == 404


async def test_areas_have_a_limit_and_no_offset(client: Any) -> None:
    _, body = await client.get(f"/areas?{signed(q='nacka', limit='2')}")
    assert (len(body["areas"]), body["totalCount"]) == (2, 5)
    assert "offset" not in body
    assert {kind for area in body["areas"] for kind in area["types"]} == {"Kommun", "undefined"}


async def test_a_byte_order_mark_and_a_cap_can_be_switched_on(client: Any) -> None:
    await client.control("mutate", {"what": "tune", "bom": True, "cap": 10})
    _, kind, body = await client.raw(f"/sold?{signed(areaId='100', limit='500')}")
    assert (kind, body[:3]) == ("application/json", b"\xef\xbb\xbf")
    assert body.count(b"soldDate") == 10


async def test_faults_strike_lists_in_their_own_form(client: Any, imitation: Booli) -> None:
    imitation.next_faults(OneShot(fault="empty-list"), OneShot(fault="throttled"))
    _, body = await client.get(f"/sold?{signed(areaId='100')}")
    assert body["sold"] == []
    assert body["totalCount"] > 0
    assert (await client.get(f"/sold?{signed(areaId='100')}"))[0] in {429, 503}
