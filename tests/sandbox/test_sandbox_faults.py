"""Each fault has its effect on a real connection, strikes the same again, and only what it should."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from brygga.model import Invalid
from brygga.sandbox import FAULTS, PROFILES, FaultPlan, Imitation, OneShot
from brygga.sandbox.trouble import malformed, retry_after_forms

LIST = "/Advertising/Estate/G90000?paging.pageSize=10"


async def next_answer(client: Any, fault: str, path: str = LIST) -> tuple[int, str, bytes]:
    await client.control("faults", {"next": [{"fault": fault}]})
    return await client.raw(path)


class Counting(Imitation):
    """Counts POSTs, so that it shows whether a write had its effect."""

    name = "counter"
    count = 0

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/add", self.add)]

    async def add(self, request: web.Request) -> web.Response:
        self.count += 1
        self.writes.note("add", identity="one", key=request.headers.get("Idempotency-Key", ""), body=b"x")
        return web.json_response({"count": self.count, "padding": "." * 500})


@pytest.mark.parametrize(
    ("fault", "carried_out"),
    [("reset", 1), ("lost-answer", 1), ("late500", 1), ("truncated", 1), ("refused", 0), ("500", 0),
     ("throttled", 0), ("html200", 0), ("garbage", 0), ("expired", 0), ("forbidden", 0)],
)  # fmt: skip  # one table
async def test_a_write_under_a_fault_is_carried_out_or_not_as_said(
    start: Any, fault: str, carried_out: int
) -> None:
    imitation = Counting()
    client = await start(imitation)
    imitation.next_faults(OneShot(fault=fault))
    try:
        async with client.session.post(client.base + "/add") as answer:
            body = await answer.read()
        assert fault not in {"reset", "lost-answer", "refused"}
        assert answer.status >= 400 or not _is_whole(body)
    except aiohttp.ClientError:
        assert fault in {"reset", "lost-answer", "refused"}
    assert imitation.count == carried_out
    assert len(imitation.writes.entries) == carried_out


def _is_whole(body: bytes) -> bool:
    try:
        return bool(json.loads(body)["count"])
    except ValueError:
        return False


async def test_throttled_says_when_in_three_forms(vitec: Any) -> None:
    forms = set()
    await vitec.control(
        "faults", {"next": [{"fault": "throttled", "times": 30}], "options": {"retry_after_s": 2.5}}
    )
    for _ in range(30):
        async with vitec.session.get(vitec.base + LIST) as answer:
            assert answer.status in {429, 503}
            text = answer.headers["Retry-After"]
            forms.add("date" if "GMT" in text else "fraction" if "." in text else "seconds")
    assert forms == {"date", "fraction", "seconds"}
    status, _ = await vitec.get(LIST)
    assert status == 200


def test_the_forms_of_retry_after_mean_the_same_moment() -> None:
    now = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
    seconds, date, fraction = retry_after_forms(3, now=now)
    assert (seconds, fraction) == ("3", "3.000")
    assert (parsedate_to_datetime(date) - now).total_seconds() == 3


async def test_a_reset_cuts_the_line_in_the_middle_of_the_answer(vitec: Any) -> None:
    with pytest.raises(aiohttp.ClientPayloadError):
        await next_answer(vitec, "reset")


async def test_truncated_and_malformed_answers_are_no_json(vitec: Any) -> None:
    for fault in ("truncated", "malformed"):
        status, kind, body = await next_answer(vitec, fault)
        assert (status, kind) == (200, "application/json")
        with pytest.raises(ValueError, match=r".+"):
            json.loads(body)


def test_malformed_is_malformed_wherever_it_strikes() -> None:
    body = json.dumps({"rows": [{"id": "OBJ1", "n": 1}], "index": 0}).encode()
    for number in range(200):
        spoilt = malformed(body, FaultPlan(seed=3).rng(number))
        with pytest.raises(ValueError, match=r".+"):
            json.loads(spoilt)


async def test_html_comes_with_200_and_garbage_as_json(vitec: Any) -> None:
    status, kind, body = await next_answer(vitec, "html200")
    assert (status, kind) == (200, "text/html")
    assert b"<html" in body
    status, kind, body = await next_answer(vitec, "garbage")
    assert (status, kind) == (200, "application/json")
    with pytest.raises(ValueError, match=r".+"):
        json.loads(body)


async def test_listing_faults_change_rows_and_leave_records_alone(vitec: Any) -> None:
    _, whole = await vitec.get(LIST)
    rows = [row["id"] for row in whole["rows"]]
    found = {}
    for fault in ("empty-list", "shrunk", "duplicated", "shuffled"):
        _, _, body = await next_answer(vitec, fault)
        found[fault] = [row["id"] for row in json.loads(body)["rows"]]
    assert found["empty-list"] == []
    assert 0 < len(found["shrunk"]) < len(rows)
    assert set(found["shrunk"]) < set(rows)
    assert len(found["duplicated"]) > len(rows)
    assert set(found["duplicated"]) == set(rows)
    assert sorted(found["shuffled"]) == sorted(rows)
    await vitec.control("faults", {"profile": "empty-list"})
    status, body = await vitec.get(f"/Advertising/Estate/G90000/{rows[0]}")
    assert (status, body["id"]) == (200, rows[0])


async def test_an_empty_page_follows_a_full_one(vitec: Any) -> None:
    await vitec.control("faults", {"profile": "empty-page"})
    _, first = await vitec.get(LIST)
    _, second = await vitec.get(LIST + "&paging.pageIndex=1")
    assert len(first["rows"]) == 10
    assert second["rows"] == []
    assert second["totalRowCount"] == 40


async def test_one_office_is_forbidden_and_the_others_are_not(vitec: Any) -> None:
    await vitec.control("faults", {"profile": "forbidden-office", "options": {"office": "M90002"}})
    assert [(await vitec.get(f"/Advertising/User/M9000{n}"))[0] for n in (1, 2, 3)] == [200, 403, 200]
    await vitec.control("faults", {"profile": "expired-keys"})
    assert [(await vitec.get(f"/Advertising/User/M9000{n}"))[0] for n in (1, 2, 3)] == [401] * 3


async def test_a_slow_answer_hangs_and_is_cut(vitec: Any) -> None:
    await vitec.control("faults", {"next": [{"fault": "slow"}], "options": {"slow_s": 0.2}})
    began = asyncio.get_running_loop().time()
    with pytest.raises(aiohttp.ClientError):
        await vitec.get(LIST)
    assert asyncio.get_running_loop().time() - began >= 0.2


async def test_latency_only_takes_time(vitec: Any) -> None:
    options = {"latency_low_s": 0.05, "latency_high_s": 0.06}
    await vitec.control("faults", {"next": [{"fault": "latency"}], "options": options})
    began = asyncio.get_running_loop().time()
    status, _ = await vitec.get(LIST)
    assert status == 200
    assert asyncio.get_running_loop().time() - began >= 0.05


async def test_a_one_shot_waits_for_its_route_and_skips_what_it_should(vitec: Any) -> None:
    shot = {"fault": "500", "route": "/Advertising/User/*", "skip": 1, "times": 2, "method": "GET"}
    await vitec.control("faults", {"next": [shot]})
    assert (await vitec.get(LIST))[0] == 200
    found = [(await vitec.get("/Advertising/User/M90001"))[0] for _ in range(4)]
    assert [status >= 500 for status in found] == [False, True, True, False]


def test_what_strikes_depends_on_seed_and_number_only() -> None:
    def run(seed: int) -> list[str]:
        plan = FaultPlan("mixed", seed=seed)
        return [plan.decide(n, method="POST", path="/x", listing=True) for n in range(300)]

    assert run(4) == run(4)
    assert run(4) != run(5)


def test_mixed_strikes_about_one_in_eight_reads_and_one_in_five_writes() -> None:
    plan = FaultPlan("mixed", seed=1)
    shares = {}
    for method in ("GET", "POST"):
        struck = Counter(bool(plan.decide(n, method=method, path="/", listing=False)) for n in range(5000))
        shares[method] = struck[True] / 5000
    assert 0.1 <= shares["GET"] <= 0.18
    assert shares["GET"] < shares["POST"] <= 0.25


def test_lost_answers_befall_writes_only() -> None:
    plan = FaultPlan("lost-answer", seed=1)
    assert not any(plan.decide(n, method="GET", path="/", listing=True) for n in range(200))
    assert any(plan.decide(n, method="PUT", path="/", listing=False) for n in range(200))


def test_profiles_name_faults_that_exist_and_shares_that_fit() -> None:
    for chances in PROFILES.values():
        assert all(chance.fault in FAULTS for chance in chances)
        assert sum(chance.share for chance in chances) <= 1


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(Invalid, match="no fault profile"):
        FaultPlan("gremlins")
    with pytest.raises(Invalid, match="no fault 'gremlin'"):
        FaultPlan().next([OneShot(fault="gremlin")])
