"""The engine of durable flows: what the rest of the hub uses, without knowing DBOS."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from brygga.hub.durable.errors import FlowEngineBusy, UnknownFlow
from brygga.hub.durable.queues import FlowQueue
from brygga.hub.durable.retry import retryable_after
from brygga.hub.durable.runner import Flow, FlowRunner
from brygga.hub.durable.values import plain

if TYPE_CHECKING:
    import sqlalchemy as sa

    from brygga.hub.durable.database import Durability, FileLock
    from brygga.hub.durable.dispatch import Dispatcher

log = logging.getLogger(__name__)
T = TypeVar("T")

SCHEMA = "brygga_flows"
# In-process signals nudge the dispatcher; only those of other processes wait for the poll.
_POLL_SQLITE_S = 1.0
_POLL_POSTGRES_S = 0.1
_LOOK_FOR_RESULT_S = 0.5
_WATCH_LEASE_S = 0.5


class FlowState(StrEnum):
    """Where a flow stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class PendingFlow(NamedTuple):
    """A flow that waits or runs."""

    flow_id: str
    name: str
    status: FlowState


_STATES = {
    "ENQUEUED": FlowState.WAITING,
    "DELAYED": FlowState.WAITING,
    "PENDING": FlowState.RUNNING,
    "SUCCESS": FlowState.DONE,
}


class DurableEngine:
    """Flows that survive kill -9. Register, launch, start, stop; one launched engine per process."""

    _launched: DurableEngine | None = None

    def __init__(
        self,
        database_url: str,
        *,
        worker_id: str,
        queues: Sequence[FlowQueue],
        schema: str = SCHEMA,
        is_retryable: Callable[[Exception], float | None] = retryable_after,
        heartbeat_s: float = 5.0,
        takeover_after_s: float = 30.0,
        on_fenced: Callable[[str], None] | None = None,
        durability: Durability = "FULL",
        rng: random.Random | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`worker_id` is stable for this process over restarts and unique among those that share
        a PostgreSQL. `on_fenced` is called on the event loop, once, when this worker has lost the
        right to run flows: end the process, or stop and relaunch the engine. `durability` is
        SQLite's: NORMAL may forget the last moments at a power cut (not at a kill).
        Touches nothing yet. Raises FlowDatabaseError for a bad address."""
        from brygga.hub.durable.database import FlowDatabase

        if not worker_id or "~" in worker_id or not schema.replace("_", "").isalnum():
            raise ValueError("worker_id must be a name without '~', schema a plain name")
        self._database = FlowDatabase.parse(database_url)
        self._worker_id, self._schema, self._durability = worker_id, schema, durability
        self._queues = {queue.name: queue for queue in queues}
        self._heartbeat_s, self._takeover_after_s = heartbeat_s, takeover_after_s
        self._on_fenced, self._clock = on_fenced, clock
        self._flows: dict[str, Flow] = {}
        self._waiters: dict[str, asyncio.Event] = {}
        self._runner = FlowRunner(
            rng=rng or random.Random(),  # noqa: S311 - jitter, not secrets
            is_retryable=is_retryable,
            ended=self._ended,
        )
        self._dispatcher: Dispatcher | None = None
        self._file_lock: FileLock | None = None
        self._threads: ThreadPoolExecutor | None = None
        self._watch: asyncio.TimerHandle | None = None

    def flow(self, name: str) -> Callable[[Flow], Flow]:
        """Decorator form of `register`."""

        def keep(fn: Flow) -> Flow:
            self.register(name, fn)
            return fn

        return keep

    def register(self, name: str, fn: Flow) -> None:
        """Make `async def fn(ctx: FlowContext, **json_args)` startable by name; before launch.

        The name, and the names and order of the flow's steps, are kept in the database: flows
        that are under way at an upgrade are resumed by the new code."""
        if self._runner.backend is not None:
            raise FlowEngineBusy("Flows are registered before the engine is launched.")
        if name in self._flows:
            raise ValueError(f"There is already a flow {name!r}.")
        self._flows[name] = fn

    @property
    def fenced(self) -> bool:
        """True once this worker has lost the right to run flows; until it is launched anew."""
        return self._runner.fenced is not None

    async def launch(self) -> None:
        """Open the database, resume what this worker left, and begin to run flows.

        Raises FlowDatabaseError, FlowDatabaseInUse (SQLite), WorkerIdInUse (PostgreSQL) or
        FlowEngineBusy; then nothing is left behind."""
        if DurableEngine._launched is not None:
            raise FlowEngineBusy("One engine of durable flows at a time can run in a process.")
        DurableEngine._launched = self
        self._runner.stopping, self._runner.fenced = False, None
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="brygga-flow")
        try:
            await self._open()
        except BaseException:
            await self._close()
            raise

    async def _open(self) -> None:
        from brygga.hub.durable.backend import Backend
        from brygga.hub.durable.dispatch import Dispatcher

        pool = await self._thread(self._open_database)
        backend = Backend(pool, schema=self._schema, worker_id=self._worker_id)
        self._runner.backend = backend
        backend.prepare({name: self._runner.body(fn) for name, fn in self._flows.items()})
        await self._thread(self._launch_backend)
        self._dispatcher = Dispatcher(
            backend,
            queues=list(self._queues.values()),
            running=self._runner.running,
            worker_id=self._worker_id,
            poll_s=_POLL_SQLITE_S if self._database.path else _POLL_POSTGRES_S,
            may_claim=lambda: self._runner.reason_to_stop() is None,
        )
        self._dispatcher.begin()
        self._watch_lease()

    def _open_database(self) -> sa.Engine:
        from brygga.hub.durable.database import FileLock

        if self._database.path is not None:
            self._file_lock = FileLock(self._database.path)
            self._file_lock.take()
        return self._database.open(durability=self._durability)

    def _launch_backend(self) -> None:
        from brygga.hub.durable.lease import Lease

        backend = self._runner.live()
        with self._database.explained():
            backend.launch()
            if self._database.path is None:
                self._runner.lease = Lease(
                    self._database.url,
                    schema=self._schema,
                    worker_id=self._worker_id,
                    launch_id=backend.launch_id,
                    beat_every_s=self._heartbeat_s,
                    takeover_after_s=self._takeover_after_s,
                    take_over=backend.claims.requeue,
                )
                self._runner.lease.begin()
            backend.claims.requeue(self._worker_id)

    async def stop(self, *, grace_s: float = 10.0) -> None:
        """Let steps in progress finish (at most `grace_s`), leave the rest for later, close.

        Interrupted flows stay recorded: this worker resumes them at its next launch, or others
        at their next look. Safe to call when nothing was launched."""
        if DurableEngine._launched is not self:
            return
        self._runner.stopping = True
        if self._dispatcher is not None:
            self._dispatcher.halt()
            await self._thread(self._dispatcher.join)
        await self._runner.finish(grace_s)
        await self._close()

    async def _close(self) -> None:
        """Undo whatever of `_open` was done."""
        if self._watch is not None:
            self._watch.cancel()
        try:
            await self._thread(self._close_blocking)
        finally:
            if self._runner.backend is not None:
                self._runner.backend.give_back_pool(asyncio.get_running_loop())
            if self._threads is not None:
                self._threads.shutdown(wait=False)
            self._runner.backend = self._runner.lease = None
            self._dispatcher = self._file_lock = self._threads = None
            DurableEngine._launched = None

    def _close_blocking(self) -> None:
        try:
            if self._runner.lease is not None:
                self._runner.lease.end()
            if self._runner.backend is not None:
                self._runner.backend.destroy()
        finally:
            if self._file_lock is not None:
                self._file_lock.release()

    async def start(
        self,
        name: str,
        args: dict[str, Any],
        *,
        flow_id: str,
        queue: str,
        partition: str | None = None,
        priority: int | None = None,
    ) -> bool:
        """Queue a flow durably. True if it is new; False if the id is known (nothing changes).

        `partition` is the key of which at most one flow runs at a time; flows of one key run in
        the order in which they were started (to the millisecond), lower `priority` first; between
        keys the order is not promised. An id is known until `forget` removes it.
        Raises UnknownFlow, NotJson or FlowDatabaseError. While PostgreSQL is away it waits."""
        backend, kept = self._runner.live(), plain(args)
        if name not in self._flows or queue not in self._queues:
            raise UnknownFlow(f"No flow {name!r} or no queue {queue!r} was declared before launch.")

        def insert() -> bool:
            key = flow_id if partition is None else partition
            return backend.enqueue(name, kept, flow_id=flow_id, queue=queue, key=key, priority=priority or 0)

        is_new = await self._ask(insert)
        if is_new and self._dispatcher is not None:
            self._dispatcher.nudge()
        return is_new

    async def status(self, flow_id: str) -> FlowState | None:
        """Where the flow stands; None if it is not known (or was forgotten)."""
        backend = self._runner.live()
        state = await self._ask(lambda: backend.state(flow_id))
        return None if state is None else _STATES.get(state, FlowState.FAILED)

    async def pending(self) -> list[PendingFlow]:
        """All flows that wait or run, on all workers, oldest first."""
        rows = await self._ask(self._runner.live().unfinished)
        return [PendingFlow(i, name, _STATES[state]) for i, name, state in rows]

    async def result(self, flow_id: str, *, timeout_s: float | None = None) -> Any:
        """Wait for the flow's end and return its JSON result, or raise what it raised.

        Raises UnknownFlow if there is no such flow, TimeoutError after `timeout_s`."""
        if await self.status(flow_id) is None:
            raise UnknownFlow(f"There is no flow with the id {flow_id!r}.")
        async with asyncio.timeout(timeout_s):
            while True:
                ended = self._ended_event(flow_id)
                backend = self._runner.live()
                finished, value = await self._ask(lambda at=backend: at.result(flow_id))  # type: ignore[misc]
                if finished:
                    return value
                await _wait(ended, _LOOK_FOR_RESULT_S)

    async def forget(self, older_than_s: float) -> int:
        """Delete flows that ended more than `older_than_s` seconds ago; returns how many.

        Their ids may then be used anew."""
        backend, before_ms = self._runner.live(), int((self._clock() - older_than_s) * 1000)
        return await self._ask(lambda: backend.forget(before_ms))

    def _ended_event(self, flow_id: str) -> asyncio.Event:
        """Set when the flow leaves this process; a used one is replaced."""
        event = self._waiters.get(flow_id)
        if event is None or event.is_set():
            event = self._waiters[flow_id] = asyncio.Event()
        return event

    def _ended(self, flow_id: str) -> None:
        waiter = self._waiters.pop(flow_id, None)
        if waiter is not None:
            waiter.set()
        if self._dispatcher is not None:
            self._dispatcher.nudge()

    def _watch_lease(self) -> None:
        """Look twice a second whether the lease still holds; steps ask for themselves too."""
        lease = self._runner.lease
        if lease is None:
            return
        if lease.held():
            self._watch = asyncio.get_running_loop().call_later(_WATCH_LEASE_S, self._watch_lease)
            return
        reason = lease.why_lost()
        log.error("this worker stops running flows: %s", reason)
        if self._dispatcher is not None:
            self._dispatcher.halt()
        self._runner.fence(reason)
        if self._on_fenced is not None:
            self._on_fenced(reason)

    async def _ask(self, work: Callable[[], T]) -> T:
        def explained() -> T:
            with self._database.explained():
                return work()

        return await self._thread(explained)

    async def _thread(self, work: Callable[[], T]) -> T:
        """Run in a thread of ours; the loop's default pool belongs to DBOS while it runs."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return
