"""Steps and sleeps of a flow, without a database."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from brygga.hub.durable import FlowContext, FlowFailed, FlowInterrupted, FlowQueue
from brygga.hub.durable.claims import Owned
from brygga.hub.durable.context import LONGEST_WAIT_S, StepOutcome
from brygga.hub.durable.retry import retryable_after
from brygga.model.errors import Retryable


class Host:
    """Records in a dictionary; `stop` is the reason to stop."""

    def __init__(self) -> None:
        self.rng = random.Random(1)
        self.is_retryable: Callable[[Exception], float | None] = retryable_after
        self.record: dict[tuple[int, str], StepOutcome] = {}
        self.now = 1000.0
        self.naps: list[float] = []
        self.stop: str | None = None

    def reason_to_stop(self) -> str | None:
        return self.stop

    async def record_step(
        self, context: FlowContext, number: int, name: str, run: Callable[[], Awaitable[StepOutcome]]
    ) -> StepOutcome:
        assert context.flow_id == "f"
        if (number, name) not in self.record:
            self.record[number, name] = await run()
        return self.record[number, name]

    def now_s(self) -> float:
        return self.now

    async def nap(self, flow_id: str, seconds: float) -> None:
        self.naps.append(seconds)


@pytest.fixture
def host() -> Host:
    return Host()


def context_on(host: Host, *, resumed: bool = False) -> FlowContext:
    return FlowContext(Owned("f", "token"), host, resumed=resumed)


async def failing(error: BaseException) -> None:
    raise error


async def test_a_recorded_failure_is_raised_alike_the_first_time_and_when_replayed(host: Host) -> None:
    for _ in range(2):
        with pytest.raises(FlowFailed, match=r"ValueError in test_durable_context\.py") as caught:
            await context_on(host).step("s", failing, ValueError("bad"))
        assert caught.value.what == "ValueError"
        assert "bad" not in str(caught.value)


async def test_nothing_begins_once_the_host_says_stop(host: Host) -> None:
    context = context_on(host)
    assert context.still_mine()
    host.stop = "taken over"
    assert not context.still_mine()
    with pytest.raises(FlowInterrupted, match="taken over"):
        await context.step("s", failing, ValueError())
    with pytest.raises(FlowInterrupted):
        await context.sleep(1)
    assert (host.record, host.naps) == ({}, [])


async def test_an_interruption_is_no_exception_that_a_flow_could_swallow(host: Host) -> None:
    assert not issubclass(FlowInterrupted, Exception)
    with pytest.raises(FlowInterrupted):
        await context_on(host).step("s", failing, FlowInterrupted("stop"))
    assert host.record == {}


async def test_a_step_told_to_stop_between_two_tries_records_nothing(host: Host) -> None:
    async def busy() -> None:
        host.stop = "stopping"
        raise Retryable("busy")

    with pytest.raises(FlowInterrupted):
        await context_on(host).step("s", busy, attempts=3)
    assert host.record == {}


async def test_a_wait_that_is_too_long_to_hold_the_key_is_the_flows_own_affair(host: Host) -> None:
    with pytest.raises(Retryable) as caught:
        await context_on(host).step("s", failing, Retryable("", after_s=LONGEST_WAIT_S + 1), attempts=9)
    assert caught.value.after_s == LONGEST_WAIT_S + 1
    assert host.naps == []


async def test_it_waits_as_long_as_asked_and_tries_no_more_than_told(host: Host) -> None:
    with pytest.raises(Retryable):
        await context_on(host).step("s", failing, Retryable("busy", after_s=3.0), attempts=4)
    assert len(host.naps) == 3
    assert min(host.naps) >= 3.0


async def test_work_that_cancels_itself_is_a_failure_but_a_cancelled_flow_records_nothing(host: Host) -> None:
    with pytest.raises(FlowFailed, match="cancelled"):
        await context_on(host).step("inner", failing, asyncio.CancelledError())
    task = asyncio.create_task(context_on(host).step("outer", asyncio.sleep, 30))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert list(host.record) == [(1, "inner")]


async def test_a_resumed_sleep_lasts_only_what_is_left(host: Host) -> None:
    await context_on(host).sleep(60)
    host.now += 45
    await context_on(host, resumed=True).sleep(60)
    host.now += 45
    await context_on(host, resumed=True).sleep(60)
    assert host.naps == [60, 15]


async def test_steps_are_numbered_in_the_order_in_which_they_are_asked_for(host: Host) -> None:
    context = context_on(host)

    async def slow(value: int) -> int:
        await asyncio.sleep(0.01 * (3 - value))
        return value

    assert await asyncio.gather(*(context.step(f"s{i}", slow, i) for i in range(3))) == [0, 1, 2]
    assert sorted(host.record) == [(1, "s0"), (2, "s1"), (3, "s2")]


async def test_a_step_within_a_step_is_a_mistake_that_shows_at_once(host: Host) -> None:
    context = context_on(host)
    with pytest.raises(FlowFailed, match="cannot hold another"):
        await context.step("outer", context.step, "inner", failing, ValueError())
    assert list(host.record) == [(1, "outer")]


@pytest.mark.parametrize("settings", [{"name": ""}, {"name": "_dbos_x"}, {"name": "q", "per_worker": 0}])
def test_a_queue_that_could_never_run_anything_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"[Qq]ueue"):
        FlowQueue(**settings)
