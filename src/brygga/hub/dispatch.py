"""The dispatcher: looks at what waits in the store and starts a durable flow for it.

Everything that wants work writes it down first (a signal, a webhook, an outbox row); this loop
only reads. So nothing is lost when it stops, and several hubs on one PostgreSQL may run it at
once: a flow id names what it answers for, and the same id is never started twice.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from datetime import timedelta

from brygga.connectors import manifest as manifests
from brygga.hub.durable import DurableEngine, FlowState
from brygga.hub.mirroring import mirrors
from brygga.hub.services import Services
from brygga.model import BryggaError, Retryable, SetupError
from brygga.store import OutboxHead

log = logging.getLogger(__name__)

LEASE_S = 300.0
"""How long a claimed outbox group belongs to its hub before another may start its flow again."""
INBOX_AGAIN_S = 10
"""Webhooks whose flow ended without settling them are tried again after this long."""
RENEW_EVERY_S = 86_400.0
MOST = 64
MOST_BEGUN = 10_000
FORGET_BEGUN_S = 60.0
PLACE = "dispatch"
TAKES_ALL = ("inbox", "mirror")
"""Flows that take along whatever waits when they begin: one that has not begun needs no second."""
FLOW_FOR = {"publish": "publish", "email": "deliver", "sms": "deliver", "acknowledge": "acknowledge"}


class Dispatcher:
    """Starts flows for signals, webhooks and outbox rows; raises the signals of the schedule."""

    def __init__(self, services: Services, engine: DurableEngine, *, schedule: bool = True) -> None:
        self._s = services
        self._engine = engine
        self._schedule = schedule
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._next_purge = services.now()
        self._begun: dict[str, float] = {}
        self._last: dict[str, str] = {}

    def start(self) -> None:
        """Begin looking."""
        self._s.store.outbox_release(self._s.settings.worker_id)
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop looking; flows under way are the engine's."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def wake(self) -> None:
        """Look at once: something was just written."""
        self._wake.set()

    async def _run(self) -> None:
        while True:
            try:
                busy = await self.look()
            except (BryggaError, OSError) as error:
                self._hindered(error)
                busy = False
            except Exception as error:
                # A fault of ours in one round must not end all rounds: said with its trace, tried again.
                log.exception("a round of handing out work failed")
                self._hindered(error)
                busy = False
            else:
                if self._s.obstacles.passed(PLACE):
                    log.warning("work is handed out again")
            self._wake.clear()
            if not busy:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), self._s.settings.tick_s)

    def _hindered(self, error: Exception) -> None:
        """Say once that nothing can be handed out, and why; a passing trouble is gone at the next look."""
        plain = error if isinstance(error, SetupError) else SetupError(f"No work can be handed out: {error}")
        if self._s.obstacles.met(PLACE, plain):
            log.warning("no work can be handed out: %s", error)

    async def look(self) -> bool:
        """One round. True if a full helping was found, so that more may wait."""
        if self._schedule:
            await asyncio.to_thread(self._raise_due)
        started = await self._signals() + await self._inbox()
        heads = await self._outbox()
        await self._purge()
        return started + heads >= MOST

    async def _signals(self) -> int:
        waiting = await asyncio.to_thread(self._s.store.signals_pending, MOST)
        for one in waiting:
            await self._start(one.flow, one.key, one.wanted, partition=one.key.split("|", 1)[0])
        return len(waiting) if len(waiting) == MOST else 0

    async def _inbox(self) -> int:
        heads = await asyncio.to_thread(self._s.store.inbox_waiting)
        slot = int(self._s.now().timestamp()) // INBOX_AGAIN_S
        for connection, (_, upto) in heads.items():
            await self._start("inbox", connection, upto, partition=connection, turn=f":{slot}")
        return 0

    async def _outbox(self) -> int:
        worker = self._s.settings.worker_id
        heads = await asyncio.to_thread(
            self._s.store.outbox_take, worker, self._s.now(), lease_s=LEASE_S, limit=MOST
        )
        for head in heads:
            await self._start_outbox(head)
        return len(heads)

    async def _start_outbox(self, head: OutboxHead) -> None:
        key = f"{head.connection}|{head.kind}|{head.id}"
        turn = f":{head.attempts}:{head.turn}"
        await self._start(FLOW_FOR[head.ability], key, head.max_n, partition=key, turn=turn)

    async def _start(self, flow: str, key: str, wanted: int, *, partition: str, turn: str = "") -> None:
        """Start a flow unless this process has just done so; the engine itself ignores a known id."""
        flow_id = f"{flow}:{key}:{wanted}{turn}"
        if flow in TAKES_ALL and await self._waits(f"{flow}:{key}", flow_id):
            return
        now = time.monotonic()
        if now - self._begun.get(flow_id, -FORGET_BEGUN_S) < FORGET_BEGUN_S:
            return
        if len(self._begun) > MOST_BEGUN:
            self._begun.clear()
        args = {"key": key, "wanted": wanted}
        await self._engine.start(flow, args, flow_id=flow_id, queue=flow, partition=partition)
        self._begun[flow_id] = now

    async def _waits(self, what: str, flow_id: str) -> bool:
        """Whether a flow that we started for the same has not begun yet: it will take this along."""
        last = self._last.get(what, "")
        if last and last != flow_id and await self._engine.status(last) is FlowState.WAITING:
            return True
        self._last[what] = flow_id
        return False

    def _raise_due(self) -> None:
        """Raise the signals whose time has come: sources to read, keys to look after."""
        now = self._s.now()
        for name in self._s.connections.who_can("read"):
            first = self._s.store.cursor_get(name, "schedule.compare") is None
            self._due(name, "compare", self._compare_every_s(name))
            if not first:
                self._due(name, "catchup", self._s.settings.catch_up_s)
            else:
                self._s.store.cursor_put(name, "schedule.catchup", now.isoformat(), now)

        for name in self._s.connections.who_can("renew"):
            self._due(name, "renew", RENEW_EVERY_S)
        for mirror in mirrors(self._s.connections):
            self._due(mirror.right, "mirror", self._s.settings.catch_up_s)

    def _compare_every_s(self, name: str) -> float:
        """As the hub is set, or as seldom as the source's vendor demands."""
        demanded = manifests.load(self._s.connections.get(name).connector).compare_s
        return max(self._s.settings.compare_s, demanded)

    def _due(self, name: str, mode: str, every_s: float) -> None:
        now = self._s.now()
        last = self._s.store.cursor_get(name, f"schedule.{mode}")
        if last is not None and (now - timedelta(seconds=every_s)).isoformat() < last:
            return
        self._s.store.cursor_put(name, f"schedule.{mode}", now.isoformat(), now)
        wanted = (mode, name) if mode in ("renew", "mirror") else ("pull", f"{name}|{mode}")
        self._s.store.signal_raise([wanted], now=now)

    async def _purge(self) -> None:
        now = self._s.now()
        if now < self._next_purge:
            return
        self._next_purge = now + timedelta(hours=1)
        await asyncio.to_thread(self._s.store.purge, now)
        await self._engine.forget(86400.0)


def retry_after(error: Exception) -> float | None:
    """For the engine: seconds to wait before a step is tried again, or None if that does not help."""
    if isinstance(error, Retryable):
        return error.after_s if error.after_s is not None else 0.5
    return None
