"""Webhook delivery: good, lost, doubled, out of order, repeated on demand."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from brygga.model import Invalid
from brygga.sandbox import Delivery, Event
from brygga.sandbox.hooks import WebhookSender


class Receiver:
    """Takes webhooks; answers `status`."""

    def __init__(self) -> None:
        self.got: list[int] = []
        self.status = 204
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        """Keep the body's number."""
        self.got.append(int(await request.read()))
        return web.Response(status=self.status)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A running receiver."""
    taker = Receiver()
    app = web.Application()
    app.router.add_post("/hook", taker.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    taker.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield taker
    await runner.cleanup()


@pytest.fixture
async def sender(receiver: Receiver) -> AsyncIterator[WebhookSender]:
    """A sender that delivers to it."""
    made = WebhookSender(seed=3)
    await made.start()
    made.configure(url=receiver.url)
    yield made
    await made.stop()


def event(number: int) -> Event:
    """An event whose body is its number."""
    return Event(body=str(number).encode())


async def send(sender: WebhookSender, count: int, **delivery: Any) -> None:
    sender.configure(delivery=Delivery(hold_s=0.02, **delivery))
    for number in range(count):
        sender.send(event(number))
    assert await sender.settled(5)


async def test_good_delivery_is_once_each_in_order(sender: WebhookSender, receiver: Receiver) -> None:
    await send(sender, 30)
    assert receiver.got == list(range(30))
    assert sender.summary()["accepted"] == 30


async def test_dropped_ones_never_arrive_but_are_remembered(
    sender: WebhookSender, receiver: Receiver
) -> None:
    await send(sender, 40, drop=0.5)
    assert 5 < len(receiver.got) < 35
    assert sender.counts["dropped"] == 40 - len(receiver.got)
    assert len(sender.events) == 40


async def test_doubled_ones_arrive_twice(sender: WebhookSender, receiver: Receiver) -> None:
    await send(sender, 40, duplicate=0.5)
    assert set(Counter(receiver.got).values()) == {1, 2}
    assert set(receiver.got) == set(range(40))


async def test_reordered_ones_all_arrive_in_another_order(sender: WebhookSender, receiver: Receiver) -> None:
    await send(sender, 40, reorder=1.0)
    assert sorted(receiver.got) == list(range(40))
    assert receiver.got != list(range(40))


async def test_fire_sends_all_again_in_an_order_of_the_seed(
    sender: WebhookSender, receiver: Receiver
) -> None:
    await send(sender, 10, drop=1.0)
    orders = []
    for _ in range(2):
        receiver.got.clear()
        assert sender.fire(times=5, shuffle_seed=9) == 50
        assert await sender.settled(5)
        orders.append(list(receiver.got))
    assert Counter(orders[0]) == dict.fromkeys(range(10), 5)
    assert orders[0] == orders[1] != sorted(orders[0])


async def test_a_refusal_or_a_closed_door_is_counted_and_not_repeated(
    sender: WebhookSender, receiver: Receiver
) -> None:
    receiver.status = 500
    await send(sender, 3)
    assert len(receiver.got) == 3
    sender.configure(url="http://127.0.0.1:9/hook")
    await send(sender, 2)
    assert sender.counts["failed"] == 5
    assert sender.counts["accepted"] == 0


async def test_events_before_an_address_is_known_wait_for_fire(receiver: Receiver) -> None:
    sender = WebhookSender()
    await sender.start()
    sender.send(event(1))
    with pytest.raises(Invalid):
        sender.fire()
    sender.configure(url=receiver.url)
    sender.fire()
    assert await sender.settled(5)
    await sender.stop()
    assert receiver.got == [1]


async def test_the_address_is_not_in_the_summary(sender: WebhookSender) -> None:
    sender.configure(url=f"{sender.url}/hemlig-del")
    assert "hemlig" not in str(sender.summary())


def test_an_unknown_way_of_delivery_is_refused() -> None:
    with pytest.raises(Invalid, match="no way of delivery"):
        WebhookSender().configure(delivery="webhooks-by-owl")
