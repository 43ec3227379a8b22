"""The frame: one port, counting, the control API, what a client is told, trouble at start."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest
from aiohttp import web

from brygga.model import SetupError
from brygga.sandbox import Imitation, Sandbox
from brygga.sandbox.recorder import Arrivals, WriteLog


class Slow(Imitation):
    """Answers after a moment."""

    name = "slow"

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/wait", self.wait)]

    async def wait(self, _: web.Request) -> web.Response:
        await asyncio.sleep(0.05)
        return web.json_response({})


async def test_arrivals_are_counted_by_window_and_at_once(start: Any) -> None:
    client = await start(Slow())
    await asyncio.gather(*(client.get("/wait") for _ in range(7)))
    await client.get("/wait")
    seen = await client.control("arrivals?window=10")
    assert (seen["total"], seen["max_in_window"], seen["max_at_once"], seen["open"]) == (8, 8, 7, 0)
    assert seen["by_status"] == {"200": 8}
    assert (await client.control("requests?last=1"))["requests"][0]["path"] == "/wait"
    await client.control("arrivals", method="DELETE")
    assert (await client.control("arrivals"))["total"] == 0


def test_a_window_is_half_open_and_slides() -> None:
    moments = iter([0.0, 0.5, 0.9, 1.0, 1.4, 1.45, 3.0])
    arrivals = Arrivals(clock=lambda: next(moments))
    for _ in range(7):
        arrivals.begin(method="GET", path="/")
    assert arrivals.max_in_window(1.0) == 5
    assert arrivals.max_in_window(0.1) == 2
    assert arrivals.max_in_window(10) == 7


def test_numbers_go_on_after_a_reset_so_that_faults_do_not_repeat() -> None:
    arrivals = Arrivals()
    first = arrivals.begin(method="GET", path="/")
    arrivals.end(first, status=200)
    arrivals.reset()
    assert arrivals.begin(method="GET", path="/").number == first.number + 1


def test_a_write_carried_out_twice_is_seen_and_a_recognised_repeat_is_not() -> None:
    log = WriteLog()
    first = log.note("create", identity="A", key="k1", body=b"hemlig kropp")
    log.note("create", identity="A", key="k1", body=b"hemlig kropp", repeat_of=first.number)
    assert log.repeated() == {}
    assert log.with_key("create", "k1") == first
    log.note("create", identity="A", body=b"hemlig kropp")
    assert list(log.repeated().values()) == [2]
    assert "hemlig" not in repr(log.entries)


async def test_control_calls_are_not_counted_and_exist_at_the_root_too(vitec: Any) -> None:
    root = vitec.base.removesuffix("/vitec")
    async with vitec.session.get(f"{root}/_control/arrivals?system=vitec") as answer:
        assert (await answer.json())["total"] == 0
    async with vitec.session.get(f"{root}/_control/nothing") as answer:
        assert (answer.status, (await answer.json())["error"]) == (400, "unknown_call")
    async with vitec.session.get(f"{root}/_control/arrivals?system=nobody") as answer:
        assert answer.status == 404


async def test_settings_tell_a_client_all_it_needs(vitec: Any) -> None:
    settings = (await vitec.control("settings"))["vitec"]
    assert settings["base_url"] == vitec.base
    assert settings["customer_ids"] == ["M90001", "M90002", "M90003"]
    assert settings["group_id"] == "G90000"
    assert settings["username"]
    assert settings["password"]


@pytest.mark.parametrize(
    ("call", "body", "error"),
    [
        ("faults", {"profile": "gremlins"}, "unknown_profile"),
        ("faults", {"next": [{"fault": "gremlin"}]}, "unknown_fault"),
        ("faults", {"next": [{"fault": "500", "times": "many"}]}, "not_understood"),
        ("webhooks", {"profile": "webhooks-by-owl"}, "unknown_profile"),
        ("mutate", {}, "missing"),
        ("fire", {}, "no_webhook_address"),
        ("arrivals?window=soon", None, "not_understood"),
    ],
)
async def test_a_control_call_that_makes_no_sense_is_refused_by_name(
    vitec: Any, call: str, body: Any, error: str
) -> None:
    answer = await vitec.control(call, body)
    assert answer["error"] in {error, "unknown_delivery"}


async def test_a_taken_port_is_one_clear_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SetupError) as caught:
            await Sandbox(Slow(), port=port).start()
    assert caught.value.code == "port_taken"
    assert str(port) in caught.value.sv


async def test_it_listens_on_loopback_only(start: Any) -> None:
    client = await start(Slow())
    assert client.base.startswith("http://127.0.0.1:")
