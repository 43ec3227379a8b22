"""Runs flows on the event loop: hands each its context, knows which run, and ends them.

The engine's other half: what a flow may ask of its surroundings (`FlowHost`) is here.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from brygga.hub.durable.context import FlowContext, StepOutcome
from brygga.hub.durable.errors import FlowEngineBusy, FlowInterrupted
from brygga.hub.durable.running import Running
from brygga.hub.durable.values import plain

if TYPE_CHECKING:
    from brygga.hub.durable.backend import Backend
    from brygga.hub.durable.lease import Lease

Flow = Callable[..., Coroutine[Any, Any, Any]]
_AFTER_CANCEL_S = 5.0


class FlowRunner:
    """The flows of one launched engine."""

    def __init__(
        self,
        *,
        rng: random.Random,
        is_retryable: Callable[[Exception], float | None],
        ended: Callable[[str], None],
    ) -> None:
        self.rng, self.is_retryable = rng, is_retryable
        self.running = Running()
        self.backend: Backend | None = None
        self.lease: Lease | None = None
        self.stopping = False
        self.fenced: str | None = None
        self._ended = ended

    def live(self) -> Backend:
        """The backend. Raises FlowEngineBusy before launch and after stop."""
        if self.backend is None:
            raise FlowEngineBusy("The engine of durable flows is not launched.")
        return self.backend

    def body(self, fn: Flow) -> Flow:
        """`fn` as DBOS calls it: arguments by name, the context added, the result as plain JSON."""

        async def run(**args: Any) -> Any:
            flow_id, task = self.live().current_flow_id(), asyncio.current_task()
            if task is not None:
                self.running.began(flow_id, task)
                task.add_done_callback(lambda _task: self._left(flow_id))
            reason = self.reason_to_stop()
            if reason is not None:
                raise FlowInterrupted(reason)
            return plain(await fn(FlowContext(flow_id, self), **args))

        return run

    def reason_to_stop(self) -> str | None:
        """Why no further step may begin in this process, or None. Asks no database."""
        if self.fenced is not None:
            return self.fenced
        if self.stopping:
            return "The engine is stopping."
        if self.lease is not None and not self.lease.held():
            return self.lease.why_lost()
        return None

    async def record_step(
        self, name: str, run: Callable[[], Coroutine[Any, Any, StepOutcome]]
    ) -> StepOutcome:
        """Run and record once, or answer with what was recorded."""
        return await self.live().run_step(name, run)

    async def record_sleep(self, flow_id: str, seconds: float) -> None:
        """Sleep until the moment that was fixed when the sleep was first asked for."""
        with self._napping(flow_id):
            await self.live().sleep(seconds)

    async def nap(self, flow_id: str, seconds: float) -> None:
        """A plain wait which `finish` may interrupt."""
        with self._napping(flow_id):
            await asyncio.sleep(seconds)

    async def finish(self, grace_s: float) -> None:
        """End all flows: sleeping ones now, others at the end of their step or after `grace_s`."""
        self.stopping = True
        for task in self.running.tasks(only_napping=True):
            task.cancel()
        tasks = self.running.tasks()
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=grace_s)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=_AFTER_CANCEL_S)

    def fence(self, reason: str) -> None:
        """Cancel all flows at once, in the middle of their steps; their results cannot be kept."""
        self.fenced = reason
        for task in self.running.tasks():
            task.cancel()

    def _left(self, flow_id: str) -> None:
        self.running.ended(flow_id)
        self._ended(flow_id)

    @contextmanager
    def _napping(self, flow_id: str) -> Iterator[None]:
        self.running.naps(flow_id, asleep=True)
        try:
            yield
        finally:
            self.running.naps(flow_id, asleep=False)
