"""Takes waiting flows from their queues and starts them.

It is nudged when this process starts or ends a flow, so a signal becomes a running flow in
milliseconds; otherwise it looks with one cheap statement every `poll_s`, for flows that
another process has queued.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence

import sqlalchemy as sa

from brygga.hub.durable.claims import Claims
from brygga.hub.durable.database import first_line
from brygga.hub.durable.queues import FlowQueue
from brygga.hub.durable.runner import FlowRunner, InThread

log = logging.getLogger(__name__)

_LOOK_FOR_STRAYS_S = 10.0
_AFTER_TROUBLE_S = 1.0


class Dispatcher:
    """Claims and begins flows until halted."""

    def __init__(
        self,
        claims: Claims,
        runner: FlowRunner,
        *,
        queues: Sequence[FlowQueue],
        worker_id: str,
        poll_s: float,
        in_thread: InThread,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._claims, self._runner, self._queues = claims, runner, queues
        self._worker_id, self._poll_s = worker_id, poll_s
        self._in_thread, self._monotonic = in_thread, monotonic
        self._strays_at = monotonic() + _LOOK_FOR_STRAYS_S
        self._wake = asyncio.Event()
        self._halted = False
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Start; flows that already wait are taken at once."""
        self._wake.set()
        self._task = asyncio.create_task(self._run(), name="flow dispatcher")

    def nudge(self) -> None:
        """Something may have become ready to run."""
        self._wake.set()

    def halt(self) -> None:
        """Claim nothing more. Returns at once."""
        self._halted = True
        self._wake.set()

    async def ended(self) -> None:
        """Wait until a claim in progress is through; after `halt`."""
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        while not self._halted:
            await wait_for(self._wake, self._poll_s)
            self._wake.clear()
            try:
                await self._sweep()
            except sa.exc.SQLAlchemyError as error:
                log.warning("no flows can be taken from the queues: %s", first_line(error))
                await asyncio.sleep(_AFTER_TROUBLE_S)

    async def _sweep(self) -> None:
        if self._may_claim() and self._monotonic() >= self._strays_at:
            self._strays_at = self._monotonic() + _LOOK_FOR_STRAYS_S
            await self._requeue_strays()
        with_work = await self._in_thread(self._claims.queues_with_work)
        for queue in self._queues:
            if queue.name in with_work and self._may_claim():
                await self._take_from(queue)

    async def _take_from(self, queue: FlowQueue) -> None:
        running_here = self._runner.count(queue.name)
        if running_here < queue.per_worker:
            for taken in await self._in_thread(lambda: self._claims.take(queue, running_here=running_here)):
                self._runner.begin(taken, queue.name)

    async def _requeue_strays(self) -> None:
        """Flows that count as ours but do not run: their record was refused, or a claim was cut off."""
        ids = self._runner.ids()
        strays = await self._in_thread(lambda: self._claims.requeue(self._worker_id, but_not=ids))
        if strays:
            log.warning("%d interrupted flows are put back in their queues", strays)

    def _may_claim(self) -> bool:
        return not self._halted and self._runner.reason_to_stop() is None


async def wait_for(event: asyncio.Event, seconds: float) -> None:
    """Until the event or the time."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
