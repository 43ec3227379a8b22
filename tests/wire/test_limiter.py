"""The limiter within one process: order, deadline, blocks, and that nothing is lost."""

from __future__ import annotations

import asyncio
import random
import time
from typing import Any

import pytest

from brygga.model.errors import Retryable
from brygga.wire import Limits
from brygga.wire.limiter import Limiter
from brygga.wire.memory import MemorySlots
from brygga.wire.state import Grant


def _limiter(slots: Any = None, **limits: Any) -> Limiter:
    return Limiter("k", Limits(**limits), slots or MemorySlots(), clock=time.monotonic, rng=random.Random(1))


async def test_those_who_wait_go_in_order_of_asking() -> None:
    limiter, order = _limiter(calls=1, per_s=0.02, at_once=1), []

    async def work(number: int) -> None:
        lease = await limiter.enter(5.0)
        assert lease is not None
        order.append(number)
        limiter.leave(lease, seen_at=time.monotonic())

    tasks = []
    for number in range(12):
        tasks.append(asyncio.create_task(work(number)))
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    await limiter.close()
    assert order == sorted(order)


async def test_a_full_window_is_never_passed_within_a_process() -> None:
    limiter, at, under_way, most = _limiter(calls=60, per_s=0.3, at_once=7), [], 0, 0

    async def work() -> None:
        nonlocal under_way, most
        lease = await limiter.enter(10.0)
        assert lease is not None
        under_way += 1
        most = max(most, under_way)
        at.append(time.monotonic())
        await asyncio.sleep(random.uniform(0, 0.02))
        under_way -= 1
        limiter.leave(lease, seen_at=time.monotonic())

    await asyncio.gather(*(work() for _ in range(240)))
    await limiter.close()
    at.sort()
    assert all(later - earlier > 0.3 for earlier, later in zip(at, at[60:], strict=False))
    assert most <= 7
    assert at[-1] - at[0] < 0.3 * 240 / 60 * 2, "the limit is not used"


async def test_nobody_waits_longer_than_asked_and_the_queue_forgets_him() -> None:
    limiter = _limiter(calls=1, per_s=60.0, at_once=1)
    held = await limiter.enter(1.0)
    assert held is not None
    started = time.monotonic()
    assert await limiter.enter(0.05) is None
    assert time.monotonic() - started < 0.5
    assert limiter.waiting == 0
    limiter.leave(held, seen_at=time.monotonic())
    await limiter.close()


async def test_a_cancelled_waiter_loses_no_slot() -> None:
    limiter = _limiter(calls=100, per_s=0.05, at_once=1)
    held = await limiter.enter(1.0)
    assert held is not None
    waiters = [asyncio.create_task(limiter.enter(5.0)) for _ in range(5)]
    await asyncio.sleep(0.01)
    limiter.leave(held, seen_at=time.monotonic())  # hands the slot to the first…
    for waiter in waiters[:4]:
        waiter.cancel()  # …who goes away in the same moment
    got = await asyncio.wait_for(waiters[4], 2.0)
    assert got is not None
    limiter.leave(got, seen_at=time.monotonic())
    await asyncio.gather(*waiters, return_exceptions=True)
    await limiter.close()


async def test_a_small_limit_takes_single_slots_and_a_large_one_blocks() -> None:
    class Noting(MemorySlots):
        def __init__(self) -> None:
            super().__init__()
            self.asked: list[int] = []

        def take(self, key: str, **asked: Any) -> Grant:
            self.asked.append(asked["tokens"])
            return super().take(key, **asked)

    for calls, tokens, most_asks in ((10, 1, 12), (20_000, 1_000, 3)):
        slots = Noting()
        limiter = _limiter(slots, calls=calls, per_s=1.0, at_once=5)
        for _ in range(10):
            lease = await limiter.enter(5.0)
            assert lease is not None
            limiter.leave(lease, seen_at=time.monotonic())
        await limiter.close()
        assert set(slots.asked) == {tokens}
        assert len(slots.asked) <= most_asks


async def test_an_unused_slot_goes_back_unspent() -> None:
    limiter = _limiter(calls=1, per_s=60.0, at_once=1)
    lease = await limiter.enter(1.0)
    assert lease is not None
    limiter.leave_unused(lease)
    again = await limiter.enter(1.0)
    assert again is not None
    limiter.leave(again, seen_at=time.monotonic())
    await limiter.close()


async def test_an_unanswered_call_keeps_its_slots_a_while_longer() -> None:
    limiter = _limiter(calls=10, per_s=0.2, at_once=1)
    lease = await limiter.enter(1.0)
    assert lease is not None
    limiter.leave(lease, seen_at=None)
    assert await limiter.enter(0.1) is None
    assert await limiter.enter(1.0) is not None
    await limiter.close()


async def test_a_process_that_was_asleep_does_not_send_on_an_old_lease() -> None:
    now = [100.0]
    limiter = Limiter("k", Limits(), MemorySlots(), clock=lambda: now[0], rng=random.Random(1))
    lease = await limiter.enter(1.0)
    assert lease is not None
    assert limiter.still_good(lease)
    now[0] += 60.0
    assert not limiter.still_good(lease)
    limiter.leave_unused(lease)
    await limiter.close()


async def test_a_failing_state_is_told_to_all_who_wait() -> None:
    class Broken(MemorySlots):
        def take(self, key: str, **asked: Any) -> Grant:
            raise Retryable("the database is busy")

    limiter = _limiter(Broken())
    outcomes = await asyncio.gather(*(limiter.enter(1.0) for _ in range(3)), return_exceptions=True)
    assert all(isinstance(o, Retryable) for o in outcomes)
    with pytest.raises(Retryable):
        await limiter.enter(1.0)
    await limiter.close()


async def test_closing_gives_everything_back() -> None:
    slots = MemorySlots()
    limiter = _limiter(slots, calls=1000, at_once=5)
    lease = await limiter.enter(1.0)
    assert lease is not None
    limiter.leave(lease, seen_at=time.monotonic())
    await limiter.close()
    grant = slots.take("k", calls=1000, at_once=5, tokens=1000, permits=5, holds_s=1.0)
    assert (grant.tokens, grant.permits) == (999, 5)
