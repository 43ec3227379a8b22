"""The engine of durable flows: what the rest of the hub uses, without knowing DBOS."""

from __future__ import annotations

import asyncio
import functools
import logging
import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict, TypeVar

from brygga.hub.durable.database import Durability, FlowDatabase
from brygga.hub.durable.dispatch import Dispatcher, wait_for
from brygga.hub.durable.errors import FlowDatabaseError, FlowEngineStopped, UnknownFlow
from brygga.hub.durable.queues import FlowQueue
from brygga.hub.durable.retry import retryable_after
from brygga.hub.durable.runner import Flow, FlowRunner
from brygga.hub.durable.session import FlowSession
from brygga.hub.durable.values import plain

if TYPE_CHECKING:
    from brygga.hub.durable.records import FlowRecords

log = logging.getLogger(__name__)
T = TypeVar("T")

SCHEMA = "brygga_flows"
# In-process signals nudge the dispatcher; only those of other processes wait for the poll.
_POLL_SQLITE_S = 1.0
_POLL_POSTGRES_S = 0.1
_LOOK_FOR_RESULT_S = 0.5
_WATCH_LEASE_S = 0.5
_THREADS = 8


class FlowState(StrEnum):
    """Where a flow stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class _Opening(TypedDict):
    durability: Durability
    heartbeat_s: float
    takeover_after_s: float


class PendingFlow(NamedTuple):
    """A flow that waits or runs."""

    flow_id: str
    name: str
    status: FlowState


_STATES = {
    "ENQUEUED": FlowState.WAITING,
    "PENDING": FlowState.RUNNING,
    "SUCCESS": FlowState.DONE,
}


class DurableEngine:
    """Flows that survive kill -9. Register, launch, start, stop; see the package's docstring."""

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
        on_trouble: Callable[[FlowDatabaseError | None], None] = lambda _: None,
        durability: Durability = "FULL",
        rng: random.Random | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`worker_id` is stable for this process over restarts and unique among those that share
        a PostgreSQL. `on_fenced` is called on the event loop, once, when this worker has lost the
        right to run flows: end the process, or stop and relaunch the engine. `on_trouble` is told
        when the database takes no records, and with None when it does again. `durability` is
        SQLite's: NORMAL may forget the last moments at a power cut (not at a kill).
        Touches nothing yet. Raises FlowDatabaseError for a bad address."""
        if not worker_id or "~" in worker_id or not schema.replace("_", "").isalnum():
            raise ValueError("worker_id must be a name without '~', schema a plain name")
        self._database = FlowDatabase.parse(database_url)
        self._worker_id, self._schema = worker_id, schema
        self._queues = {queue.name: queue for queue in queues}
        self._opening: _Opening = {
            "durability": durability,
            "heartbeat_s": heartbeat_s,
            "takeover_after_s": takeover_after_s,
        }
        self._on_fenced, self._on_trouble, self._clock = on_fenced, on_trouble, clock
        self._is_retryable = is_retryable
        self._rng = rng or random.Random()  # noqa: S311 - jitter, not secrets
        self._flows: dict[str, Flow] = {}
        self._waiters: dict[str, asyncio.Event] = {}
        self._threads: ThreadPoolExecutor | None = None
        self._session: FlowSession | None = None
        self._runner: FlowRunner | None = None
        self._dispatcher: Dispatcher | None = None
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
        if self._threads is not None:
            raise FlowEngineStopped("Flows are registered before the engine is launched.")
        if name in self._flows:
            raise ValueError(f"There is already a flow {name!r}.")
        self._flows[name] = fn

    @property
    def fenced(self) -> bool:
        """True once this worker has lost the right to run flows; until it is launched anew."""
        return self._runner is not None and self._runner.fenced is not None

    async def launch(self) -> None:
        """Open the database, resume what this worker left, and begin to run flows.

        Raises FlowDatabaseError, FlowDatabaseInUse (SQLite) or WorkerIdInUse (PostgreSQL);
        then nothing is left behind."""
        if self._threads is not None:
            raise FlowEngineStopped("The engine of durable flows is launched already.")
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="brygga-flow")
        try:
            await self._open()
        except BaseException:
            await self._close()
            raise

    async def _open(self) -> None:
        session = FlowSession(self._database, schema=self._schema, worker_id=self._worker_id)
        await self._thread(lambda: session.open(list(self._flows), **self._opening))
        self._session = session
        self._runner = FlowRunner(
            session.records,
            self._flows,
            lease=session.lease,
            in_thread=self._thread,
            rng=self._rng,
            is_retryable=self._is_retryable,
            clock=self._clock,
            ended=self._ended,
            in_trouble=self._troubled,
        )
        self._dispatcher = Dispatcher(
            session.claims,
            self._runner,
            queues=list(self._queues.values()),
            worker_id=self._worker_id,
            poll_s=_POLL_SQLITE_S if self._database.path else _POLL_POSTGRES_S,
            in_thread=self._thread,
        )
        self._dispatcher.begin()
        self._watch_lease()

    async def stop(self, *, grace_s: float = 10.0) -> None:
        """Let steps in progress finish (at most `grace_s`), leave the rest for later, close.

        Interrupted flows stay recorded: this worker resumes them at its next launch, or others
        at their next look. Safe to call when nothing was launched."""
        if self._threads is None:
            return
        if self._dispatcher is not None:
            self._dispatcher.halt()
            await self._dispatcher.ended()
        if self._runner is not None:
            await self._runner.finish(grace_s)
        await self._close()

    async def _close(self) -> None:
        """Undo whatever of `_open` was done."""
        if self._watch is not None:
            self._watch.cancel()
        try:
            if self._session is not None:
                await self._thread(self._session.close)
        finally:
            if self._threads is not None:
                self._threads.shutdown(wait=False)
            self._session = self._runner = self._dispatcher = self._threads = None

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
        Raises UnknownFlow, NotJson or FlowDatabaseError."""
        records, kept = self._kept(), plain(args)
        if name not in self._flows or queue not in self._queues:
            raise UnknownFlow(f"No flow {name!r} or no queue {queue!r} was declared before launch.")

        def insert() -> bool:
            key = flow_id if partition is None else partition
            return records.add(name, kept, flow_id=flow_id, queue=queue, key=key, priority=priority or 0)

        is_new = await self._ask(insert)
        if is_new and self._dispatcher is not None:
            self._dispatcher.nudge()
        return is_new

    async def status(self, flow_id: str) -> FlowState | None:
        """Where the flow stands; None if it is not known (or was forgotten)."""
        records = self._kept()
        state = await self._ask(lambda: records.state(flow_id))
        return None if state is None else _STATES.get(state, FlowState.FAILED)

    async def pending(self) -> list[PendingFlow]:
        """All flows that wait or run, on all workers, oldest first."""
        rows = await self._ask(self._kept().unfinished)
        return [PendingFlow(i, name, _STATES[state]) for i, name, state in rows]

    async def result(self, flow_id: str, *, timeout_s: float | None = None) -> Any:
        """Wait for the flow's end and return its JSON result, or raise what it raised.

        Raises UnknownFlow if there is no such flow, TimeoutError after `timeout_s`."""
        async with asyncio.timeout(timeout_s):
            while True:
                ended, records = self._ended_event(flow_id), self._kept()
                state, result = await self._ask(functools.partial(records.result, flow_id))
                if state is None:
                    raise UnknownFlow(f"There is no flow with the id {flow_id!r}.")
                if state not in ("ENQUEUED", "PENDING"):
                    break
                await wait_for(ended, _LOOK_FOR_RESULT_S)
        if isinstance(result, Exception):
            raise result
        return result

    async def forget(self, older_than_s: float) -> int:
        """Delete flows that ended more than `older_than_s` seconds ago; returns how many.

        Their ids may then be used anew."""
        records, before_ms = self._kept(), int((self._clock() - older_than_s) * 1000)
        return await self._ask(lambda: records.forget(before_ms))

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

    def _troubled(self, why: str) -> None:
        where = self._database.shown
        told = FlowDatabaseError(f"The flow database {where} takes no records ({why}).") if why else None
        self._on_trouble(told)

    def _watch_lease(self) -> None:
        """Look twice a second whether the lease still holds; steps ask for themselves too."""
        runner = self._runner
        lease = None if self._session is None else self._session.lease
        if lease is None or runner is None:
            return
        if lease.held():
            self._watch = asyncio.get_running_loop().call_later(_WATCH_LEASE_S, self._watch_lease)
            return
        reason = lease.why_lost()
        log.error("this worker stops running flows: %s", reason)
        if self._dispatcher is not None:
            self._dispatcher.halt()
        runner.fence(reason)
        if self._on_fenced is not None:
            self._on_fenced(reason)

    def _kept(self) -> FlowRecords:
        if self._session is None:
            raise FlowEngineStopped("The engine of durable flows is not launched.")
        return self._session.records

    async def _ask(self, work: Callable[[], T]) -> T:
        def explained() -> T:
            with self._database.explained():
                return work()

        return await self._thread(explained)

    async def _thread(self, work: Callable[[], T]) -> T:
        """Run in a thread of ours: the loop's own may be busy with other work."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)
