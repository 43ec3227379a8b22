"""Steps and sleeps of a flow, without a database."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from brygga.hub.durable import FlowContext, FlowFailed, FlowInterrupted, FlowQueue
from brygga.hub.durable.context import LONGEST_WAIT_S, StepOutcome
from brygga.hub.durable.retry import retryable_after
from brygga.model.errors import Retryable


class Host:
    """Records in a dictionary; `stop` is the reason to stop."""

    def __init__(self) -> None:
        self.rng = random.Random(1)
        self.is_retryable: Callable[[Exception], float | None] = retryable_after
        self.record: dict[str, StepOutcome] = {}
        self.naps: list[float] = []
        self.stop: str | None = None

    def reason_to_stop(self) -> str | None:
        return self.stop

    async def record_step(
        self, name: str, run: Callable[[], Coroutine[Any, Any, StepOutcome]]
    ) -> StepOutcome:
        if name not in self.record:
            self.record[name] = await run()
        return self.record[name]

    async def record_sleep(self, flow_id: str, seconds: float) -> None:
        self.naps.append(seconds)

    async def nap(self, flow_id: str, seconds: float) -> None:
        self.naps.append(seconds)


@pytest.fixture
def host() -> Host:
    return Host()


async def failing(error: BaseException) -> None:
    raise error


async def test_a_recorded_failure_is_raised_alike_the_first_time_and_when_replayed(host: Host) -> None:
    for _ in range(2):
        with pytest.raises(FlowFailed, match="bad") as caught:
            await FlowContext("f", host).step("s", failing, ValueError("bad"))
        assert caught.value.what == "ValueError"


async def test_nothing_begins_once_the_host_says_stop(host: Host) -> None:
    context = FlowContext("f", host)
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
        await FlowContext("f", host).step("s", failing, FlowInterrupted("stop"))
    assert host.record == {}


async def test_a_step_told_to_stop_between_two_tries_records_nothing(host: Host) -> None:
    async def busy() -> None:
        host.stop = "stopping"
        raise Retryable("busy")

    with pytest.raises(FlowInterrupted):
        await FlowContext("f", host).step("s", busy, attempts=3)
    assert host.record == {}


async def test_a_wait_that_is_too_long_to_hold_the_key_is_the_flows_own_affair(host: Host) -> None:
    with pytest.raises(Retryable) as caught:
        await FlowContext("f", host).step("s", failing, Retryable("", after_s=LONGEST_WAIT_S + 1), attempts=9)
    assert caught.value.after_s == LONGEST_WAIT_S + 1
    assert host.naps == []


async def test_it_waits_as_long_as_asked_and_tries_no_more_than_told(host: Host) -> None:
    with pytest.raises(Retryable):
        await FlowContext("f", host).step("s", failing, Retryable("busy", after_s=3.0), attempts=4)
    assert len(host.naps) == 3
    assert min(host.naps) >= 3.0


async def test_work_that_cancels_itself_is_a_failure_but_a_cancelled_flow_records_nothing(host: Host) -> None:
    with pytest.raises(FlowFailed, match="cancelled"):
        await FlowContext("f", host).step("inner", failing, asyncio.CancelledError())
    task = asyncio.create_task(FlowContext("f", host).step("outer", asyncio.sleep, 30))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert "outer" not in host.record


@pytest.mark.parametrize("settings", [{"name": ""}, {"name": "_dbos_x"}, {"name": "q", "per_worker": 0}])
def test_a_queue_that_could_never_run_anything_is_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="Queue|queue"):
        FlowQueue(**settings)
