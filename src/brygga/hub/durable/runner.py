"""Runs flows on the event loop: gives each its context, records its steps, and ends it.

When the database does not take a record, the flow waits where it is until it does: what a
step has done to the world is then neither forgotten nor done twice.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa

from brygga.hub.durable.context import FlowContext, StepOutcome
from brygga.hub.durable.database import first_line
from brygga.hub.durable.errors import FlowInterrupted
from brygga.hub.durable.retry import wait_before
from brygga.hub.durable.values import plain

if TYPE_CHECKING:
    from brygga.hub.durable.claims import Taken
    from brygga.hub.durable.lease import Lease
    from brygga.hub.durable.records import FlowRecords

log = logging.getLogger(__name__)
T = TypeVar("T")
Flow = Callable[..., Coroutine[Any, Any, Any]]
# Runs a blocking call in a thread.
InThread = Callable[[Callable[[], Any]], Awaitable[Any]]

_AFTER_CANCEL_S = 5.0
_MOST_WAIT_FOR_DATABASE_S = 5.0
_PASSING_TROUBLE = (
    sa.exc.OperationalError,
    sa.exc.InterfaceError,
    sa.exc.InternalError,
    sa.exc.TimeoutError,
)


class FlowRunner:
    """The flows that run in one launched engine. Lives on the event loop."""

    def __init__(
        self,
        records: FlowRecords,
        flows: Mapping[str, Flow],
        *,
        lease: Lease | None,
        in_thread: InThread,
        rng: random.Random,
        is_retryable: Callable[[Exception], float | None],
        clock: Callable[[], float],
        ended: Callable[[str], None],
        in_trouble: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.rng, self.is_retryable = rng, is_retryable
        self.fenced: str | None = None
        self._records, self._flows, self._lease = records, flows, lease
        self._in_thread, self._clock, self._ended = in_thread, clock, ended
        self._tell_trouble = in_trouble
        self._stopping = False
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._queues: dict[str, str] = {}
        self._napping: set[str] = set()
        self._in_trouble = False

    def begin(self, taken: Taken, queue: str) -> None:
        """Run a claimed flow."""
        flow_id = taken.flow.flow_id
        task = asyncio.create_task(self._run(taken), name=f"flow {flow_id}")
        self._tasks[flow_id], self._queues[flow_id] = task, queue
        task.add_done_callback(lambda done: self._left(flow_id, done))

    def count(self, queue: str) -> int:
        """How many flows of the queue run here."""
        return Counter(self._queues.values())[queue]

    def ids(self) -> set[str]:
        """Ids of the flows that run here."""
        return set(self._tasks)

    def reason_to_stop(self) -> str | None:
        """Why no further step may begin in this process, or None. Asks no database."""
        if self.fenced is not None:
            return self.fenced
        if self._stopping:
            return "The engine is stopping."
        if self._lease is not None and not self._lease.held():
            return self._lease.why_lost()
        return None

    async def record_step(
        self, context: FlowContext, number: int, name: str, run: Callable[[], Awaitable[StepOutcome]]
    ) -> StepOutcome:
        """Answer with what was recorded, or run and record."""
        flow, records = context.flow, self._records
        if context.resumed:
            known: StepOutcome | None = await self._patiently(
                context, lambda: records.step(flow, number, name)
            )
            if known is not None:
                return known
        began_ms = self._now_ms()
        outcome, ended_ms = await run(), self._now_ms()
        await self._patiently(
            context,
            lambda: records.keep_step(flow, number, name, outcome, began_ms=began_ms, ended_ms=ended_ms),
        )
        return outcome

    async def nap(self, flow_id: str, seconds: float) -> None:
        """A plain wait which `finish` may interrupt."""
        with self._marked_napping(flow_id):
            await asyncio.sleep(seconds)

    def now_s(self) -> float:
        """Seconds since 1970."""
        return self._clock()

    async def finish(self, grace_s: float) -> None:
        """End all flows: sleeping ones now, others at the end of their step or after `grace_s`."""
        self._stopping = True
        for flow_id in list(self._napping):
            self._tasks[flow_id].cancel()
        late = set(self._tasks.values())
        if late:
            _, late = await asyncio.wait(late, timeout=grace_s)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=_AFTER_CANCEL_S)

    def fence(self, reason: str) -> None:
        """Cancel all flows at once, in the middle of their steps; their results cannot be kept."""
        self.fenced = reason
        for task in self._tasks.values():
            task.cancel()

    async def _run(self, taken: Taken) -> None:
        context = FlowContext(taken.flow, self, resumed=taken.resumed)
        result: Any
        try:
            result = plain(await self._flows[taken.name](context, **taken.args))
        except Exception as error:  # noqa: BLE001 - whatever the flow ends in is its result
            result = error
        ended = await self._patiently(context, lambda: self._records.end(taken.flow, result))
        if not ended:
            log.info("the end of flow %s had been recorded before", taken.flow.flow_id)

    async def _patiently(self, context: FlowContext, work: Callable[[], T]) -> T:
        """Do it in a thread, again and again while the database is away or full.

        Raises FlowInterrupted when told to stop meanwhile, or for trouble that will not pass."""
        repeat = 0
        while True:
            try:
                done: T = await self._in_thread(work)
            except _PASSING_TROUBLE as error:
                repeat += 1
                self._note_trouble(error)
            except sa.exc.SQLAlchemyError as error:
                log.warning("a flow stops, its record is refused: %s", first_line(error))
                raise FlowInterrupted("The database refused the record.") from error
            else:
                self._note_trouble(None)
                return done
            wait_s = wait_before(repeat, rng=self.rng, most_s=_MOST_WAIT_FOR_DATABASE_S)
            await self.nap(context.flow_id, wait_s)
            context.stop_if_told()

    def _note_trouble(self, error: Exception | None) -> None:
        """Say once when the database goes away, and once when it is back."""
        if (error is not None) != self._in_trouble:
            self._tell_trouble(first_line(error) if error is not None else "")
        if error is not None and not self._in_trouble:
            log.warning("flows wait, the flow database takes no records: %s", first_line(error))
        if error is None and self._in_trouble:
            log.warning("the flow database takes records again")
        self._in_trouble = error is not None

    def _left(self, flow_id: str, task: asyncio.Task[None]) -> None:
        # After a takeover of our own flow a second run of it may already stand in its place.
        if self._tasks.get(flow_id) is task:
            del self._tasks[flow_id], self._queues[flow_id]
        if not task.cancelled() and task.exception() is not None:
            log.error("flow %s stopped in a way that cannot be recorded", flow_id, exc_info=task.exception())
        self._ended(flow_id)

    @contextmanager
    def _marked_napping(self, flow_id: str) -> Iterator[None]:
        self._napping.add(flow_id)
        try:
            yield
        finally:
            self._napping.discard(flow_id)

    def _now_ms(self) -> int:
        return int(time.time() * 1000)
