"""What a flow is given to work with: durable steps, durable sleep, and whether it may go on.

A flow is resumed by running its function again from the top, while finished steps answer
with what they returned the first time. Everything that touches the world, the clock or
chance therefore belongs in a step, and the steps must come in the same order every time.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from brygga.hub.durable.errors import FlowFailed, FlowInterrupted
from brygga.hub.durable.retry import wait_before
from brygga.hub.durable.values import error_facts, error_from, plain

if TYPE_CHECKING:
    from brygga.hub.durable.claims import Owned

T = TypeVar("T")
StepOutcome = dict[str, Any]

# A longer wait is the flow's own affair: it holds its key and a place in its queue meanwhile.
LONGEST_WAIT_S = 120.0
_inside_step: ContextVar[bool] = ContextVar("brygga_inside_step", default=False)


class FlowHost(Protocol):
    """The runner, as far as a flow may see it."""

    rng: random.Random
    is_retryable: Callable[[Exception], float | None]

    def reason_to_stop(self) -> str | None:
        """Why no further step may begin here, or None."""

    async def record_step(
        self, context: FlowContext, number: int, name: str, run: Callable[[], Awaitable[StepOutcome]]
    ) -> StepOutcome:
        """Run and record once, or answer with what was recorded."""

    async def nap(self, flow_id: str, seconds: float) -> None:
        """A plain wait which the engine may interrupt."""

    def now_s(self) -> float:
        """Seconds since 1970."""


class FlowContext:
    """Handed to each flow as its first argument."""

    def __init__(self, flow: Owned, host: FlowHost, *, resumed: bool) -> None:
        self.flow, self.resumed = flow, resumed
        self._host = host
        self._steps = 0

    @property
    def flow_id(self) -> str:
        """The id under which the flow was started."""
        return self.flow.flow_id

    def still_mine(self) -> bool:
        """False once this process must not begin anything more for the flow.

        Asked by `step` itself; a long step should ask before each thing it sends."""
        return self._host.reason_to_stop() is None

    async def step(
        self, name: str, fn: Callable[..., Awaitable[T]], *args: Any, attempts: int = 1, **kwargs: Any
    ) -> T:
        """Run `await fn(*args, **kwargs)` and keep its JSON result: once finished, never run again.

        A crash while it runs, or before its result is stored, means that it runs again.
        `attempts` counts the first try; only errors that the engine's `is_retryable` accepts
        are repeated, after a wait with full jitter. Errors of brygga.model come out with
        their own type, others as FlowFailed without their text, both now and when the flow is resumed.
        Raises FlowInterrupted when the flow must go on later or elsewhere."""
        causes: list[Exception] = []

        async def run() -> StepOutcome:
            token = _inside_step.set(True)
            try:
                return {"ok": plain(await self._attempt(fn, args, kwargs, attempts))}
            except Exception as error:  # noqa: BLE001 - whatever the step ends in is its result
                causes.append(error)
                return {"error": error_facts(error)}
            finally:
                _inside_step.reset(token)

        outcome = await self._record(name, run)
        if "error" in outcome:
            raise error_from(outcome["error"]) from (causes[0] if causes else None)
        return outcome["ok"]  # type: ignore[no-any-return]  # what fn returned, through JSON

    async def sleep(self, seconds: float) -> None:
        """Sleep; a resumed flow sleeps only what is left.

        The flow keeps its key and its place in the queue, so minutes are fine, days are not."""

        async def until() -> StepOutcome:
            return {"ok": self._host.now_s() + seconds}

        outcome = await self._record("sleep", until)
        left_s = float(outcome["ok"]) - self._host.now_s()
        if left_s > 0:
            await self._host.nap(self.flow_id, left_s)
            self.stop_if_told()

    async def _record(self, name: str, run: Callable[[], Awaitable[StepOutcome]]) -> StepOutcome:
        if _inside_step.get():
            # Its number would be missing when the outer step is answered from its record.
            raise FlowFailed("A step cannot hold another step.", what="RuntimeError")
        self.stop_if_told()
        self._steps += 1
        return await self._host.record_step(self, self._steps, name, run)

    async def _attempt(
        self, fn: Callable[..., Awaitable[T]], args: tuple[Any, ...], kwargs: dict[str, Any], attempts: int
    ) -> T:
        repeat = 0
        while True:
            try:
                return await _uncancelled(fn(*args, **kwargs))
            except Exception as error:
                repeat += 1
                after_s = self._host.is_retryable(error)
                if after_s is None or repeat >= attempts or after_s > LONGEST_WAIT_S:
                    raise
                wait_s = wait_before(repeat, rng=self._host.rng, at_least_s=after_s)
            await self._host.nap(self.flow_id, wait_s)
            self.stop_if_told()

    def stop_if_told(self) -> None:
        """Raise FlowInterrupted if this process must not go on with the flow."""
        reason = self._host.reason_to_stop()
        if reason is not None:
            raise FlowInterrupted(reason)


async def _uncancelled(work: Awaitable[T]) -> T:
    """Tell a cancellation from inside the work (a failure) from one of the flow itself."""
    try:
        return await work
    except FlowInterrupted:
        raise
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise FlowFailed("The step's own work was cancelled.", what="CancelledError") from error
