"""The imitated search of Fastighetsbyrån: pages, display texts, refusals, the same every time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from brygga.sandbox.fastighetsbyran import Fastighetsbyran, make

AT = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
PATH = "/HemsidanAPI/api/v1/soek/objekt/{}/false/"


@pytest.fixture
def imitation() -> Fastighetsbyran:
    return Fastighetsbyran(seed=7, count=120, now=lambda: AT)


@pytest.fixture
async def client(start: Callable[..., Awaitable[Any]], imitation: Fastighetsbyran) -> Any:
    return await start(imitation)


async def search(client: Any, page: int, body: bytes = b"{}") -> tuple[int, str, Any]:
    async with client.session.post(client.base + PATH.format(page), data=body) as answer:
        is_json = answer.content_type == "application/json"
        return answer.status, answer.content_type, await (answer.json() if is_json else answer.text())


def test_the_same_seed_gives_the_same_homes() -> None:
    made = make(SimpleNamespace(seed=7, faults="none", now=lambda: AT))
    assert made.truth() == Fastighetsbyran(seed=7, now=lambda: AT).truth()
    assert made.truth() != Fastighetsbyran(seed=8, now=lambda: AT).truth()


async def test_pages_of_fifty_count_as_the_real_ones_do(client: Any, imitation: Fastighetsbyran) -> None:
    ids: list[int] = []
    for number in (1, 2, 3):
        status, _, body = await search(client, number)
        assert (status, body["currentPage"], body["pageCount"], body["rowCount"]) == (200, number, 3, 120)
        ids += [home["maeklarObjektId"] for home in body["results"]]
    assert ids == [home["maeklarObjektId"] for home in imitation.homes]


async def test_a_coming_home_shows_an_empty_price_and_x_is_the_latitude(client: Any) -> None:
    _, _, body = await search(client, 1)
    for home in body["results"]:
        assert (home["metaData"][0] == "") is home["paaGang"]
        assert home["xKoordinat"] > 54 > 30 > home["yKoordinat"]
    _, _, without = await search(client, 1, b'{"inkluderaPaaGang": true, "inkluderaPaaGaang": true}')
    assert any(home["paaGang"] for home in without["results"])
    _, _, present = await search(client, 1, b'{"inkluderaPaaGaang": false}')
    assert not any(home["paaGang"] for home in present["results"])


async def test_it_can_refuse_and_answer_with_a_page(client: Any) -> None:
    await client.control("mutate", {"what": "tune", "mode": "refusing"})
    assert (await search(client, 1))[0] == 403
    await client.control("mutate", {"what": "tune", "mode": "page"})
    assert (await search(client, 1))[:2] == (200, "text/html")


async def test_an_odd_question_or_page_is_refused(client: Any) -> None:
    assert (await search(client, 1, b"{"))[0] == 400
    assert (await search(client, 0))[0] == 400
