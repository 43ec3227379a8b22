"""The thread that takes waiting flows from their queues and starts them.

It is nudged when this process starts or ends a flow, so a signal becomes a running flow in
milliseconds; otherwise it looks with one cheap statement every `poll_s`, for flows that
another process has queued.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence

import sqlalchemy as sa

from brygga.hub.durable.backend import Backend
from brygga.hub.durable.queues import FlowQueue
from brygga.hub.durable.running import Running

log = logging.getLogger(__name__)

_LOOK_FOR_STRAYS_S = 10.0
_AFTER_TROUBLE_S = 1.0


class Dispatcher:
    """Claims and begins flows until halted."""

    def __init__(
        self,
        backend: Backend,
        *,
        queues: Sequence[FlowQueue],
        running: Running,
        worker_id: str,
        poll_s: float,
        may_claim: Callable[[], bool],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._backend, self._claims = backend, backend.claims
        self._queues, self._running = queues, running
        self._worker_id, self._poll_s = worker_id, poll_s
        self._may_claim, self._monotonic = may_claim, monotonic
        self._strays_at = monotonic() + _LOOK_FOR_STRAYS_S
        self._wake, self._halt = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="brygga-flow-dispatch", daemon=True)

    def begin(self) -> None:
        """Start; flows that already wait are taken at once."""
        self._wake.set()
        self._thread.start()

    def nudge(self) -> None:
        """Something may have become ready to run."""
        self._wake.set()

    def halt(self) -> None:
        """Claim nothing more. Returns at once."""
        self._halt.set()
        self._wake.set()

    def join(self) -> None:
        """Wait for the thread; not on the event loop, which it may need to finish."""
        if self._thread.is_alive():
            self._thread.join(timeout=30)

    def _run(self) -> None:
        while not self._halt.is_set():
            self._wake.wait(self._poll_s)
            self._wake.clear()
            try:
                self._sweep()
            except sa.exc.SQLAlchemyError as error:
                log.warning("no flows can be taken from the queues: %s", error)
                self._halt.wait(_AFTER_TROUBLE_S)

    def _sweep(self) -> None:
        if self._monotonic() >= self._strays_at:
            self._strays_at = self._monotonic() + _LOOK_FOR_STRAYS_S
            self._requeue_strays()
        with_work = self._claims.queues_with_work()
        for queue in self._queues:
            if queue.name in with_work and not self._halt.is_set() and self._may_claim():
                self._take_from(queue)

    def _take_from(self, queue: FlowQueue) -> None:
        running_here = self._running.count(queue.name)
        if running_here >= queue.per_worker:
            return
        claim = self._claims.take(queue, running_here=running_here)
        if not claim.flow_ids:
            return
        self._running.claimed(queue.name, claim.flow_ids)
        for flow_id in self._backend.begin(claim):
            self._running.ended(flow_id)

    def _requeue_strays(self) -> None:
        """Flows that count as ours but do not run: their last step or end could not be stored."""
        if self._may_claim():
            strays = self._claims.requeue(self._worker_id, but_not=self._running.ids())
            if strays:
                log.warning("%d flows that had been interrupted are put back in their queues", strays)
