"""Sends an imitation's webhooks to a configured address, well or badly.

Bad delivery is decided by seed and event number: dropped, doubled, reordered, late. Without an
address events are only remembered, so that `fire` can send them afterwards.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import deque
from collections.abc import Mapping
from typing import Any, Final

import aiohttp
import msgspec

from brygga.model import Invalid

KEPT_EVENTS = 100_000


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """How webhooks travel. Shares are 0–1; `times` sends each so often; waits are seconds."""

    drop: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    times: int = 1
    delay_s: float = 0.0
    hold_s: float = 0.2
    timeout_s: float = 2.0
    at_once: int = 1


DELIVERIES: Final[dict[str, Delivery]] = {
    "webhooks-good": Delivery(),
    "webhooks-dropped": Delivery(drop=0.5),
    "webhooks-all-dropped": Delivery(drop=1.0),
    "webhooks-duplicated": Delivery(duplicate=0.7),
    "webhooks-reordered": Delivery(reorder=1.0),
    "webhooks-five-times": Delivery(times=5, reorder=1.0),
    "webhooks-late": Delivery(delay_s=1.0),
    "webhooks-mixed": Delivery(drop=0.15, duplicate=0.2, reorder=0.3),
}
"""Delivery profiles by name, usable wherever a fault profile is."""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One webhook ready to be sent: the exact bytes, headers and URL parameters."""

    body: bytes
    headers: Mapping[str, str] = {}
    query: tuple[tuple[str, str], ...] = ()


class WebhookSender:
    """One imitation's outgoing webhooks. Start it inside a running event loop."""

    def __init__(self, *, seed: int = 0) -> None:
        self.url = ""
        self.seed = seed
        self.delivery = Delivery()
        self.events: deque[Event] = deque(maxlen=KEPT_EVENTS)
        self.counts = {"made": 0, "sent": 0, "accepted": 0, "failed": 0, "dropped": 0}
        self.statuses: dict[str, int] = {}
        self._queue: asyncio.Queue[Event] = asyncio.Queue()
        self._held: list[Event] = []
        self._workers: list[asyncio.Task[None]] = []
        self._release: asyncio.Task[None] | None = None
        self._session: aiohttp.ClientSession | None = None

    def configure(self, *, url: str | None = None, delivery: str | Delivery | None = None) -> None:
        """Set address and way of delivery. Raises Invalid (`unknown_delivery`)."""
        if url is not None:
            self.url = url
        if isinstance(delivery, str):
            if delivery not in DELIVERIES:
                raise Invalid(f"no way of delivery {delivery!r}", code="unknown_delivery")
            delivery = DELIVERIES[delivery]
        if delivery is not None:
            self.delivery = delivery
        self._staff()

    async def start(self) -> None:
        """Open the client and start the senders."""
        self._session = aiohttp.ClientSession()
        self._staff()

    async def stop(self) -> None:
        """Give up what still waits."""
        tasks = [*self._workers, *([self._release] if self._release else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._workers.clear()
        if self._session:
            await self._session.close()
            self._session = None

    def send(self, event: Event) -> None:
        """Remember an event and, if there is an address, send it as `delivery` says."""
        number = self.counts["made"]
        self.counts["made"] += 1
        self.events.append(event)
        if not self.url:
            return
        rng = random.Random(f"{self.seed}:hook:{number}")  # noqa: S311 - imitation, not secrecy
        if rng.random() < self.delivery.drop:
            self.counts["dropped"] += 1
            return
        copies = self.delivery.times + (rng.random() < self.delivery.duplicate)
        for _ in range(copies):
            if rng.random() < self.delivery.reorder:
                self._hold(event)
            else:
                self._queue.put_nowait(event)

    def fire(self, *, times: int = 1, shuffle_seed: int | None = None) -> int:
        """Send all remembered events again, `times` each, in random order if a seed is given.

        Gives the number of sendings queued. Raises Invalid (`no_webhook_address`).
        """
        if not self.url:
            raise Invalid("no webhook address is set", code="no_webhook_address")
        again = [event for event in self.events for _ in range(times)]
        if shuffle_seed is not None:
            random.Random(shuffle_seed).shuffle(again)  # noqa: S311 - imitation, not secrecy
        for event in again:
            self._queue.put_nowait(event)
        return len(again)

    async def settled(self, timeout_s: float) -> bool:
        """Wait until nothing is held or queued; False if that takes longer."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                if self._held and self._release is not None:
                    await asyncio.shield(self._release)
                await self._queue.join()
                return True
        return False

    def summary(self) -> dict[str, Any]:
        """Counts as plain JSON. The address is left out: its path is a secret."""
        waiting = self._queue.qsize() + len(self._held)
        return {**self.counts, "waiting": waiting, "statuses": self.statuses, "configured": bool(self.url)}

    def _hold(self, event: Event) -> None:
        self._held.append(event)
        if self._release is None or self._release.done():
            self._release = asyncio.get_running_loop().create_task(self._let_go())

    async def _let_go(self) -> None:
        await asyncio.sleep(self.delivery.hold_s)
        held, self._held = self._held, []
        random.Random(f"{self.seed}:order:{self.counts['made']}").shuffle(held)  # noqa: S311 - as above
        for event in held:
            self._queue.put_nowait(event)

    def _staff(self) -> None:
        """As many senders as may send at once; none before `start`."""
        while self._session is not None and len(self._workers) < self.delivery.at_once:
            self._workers.append(asyncio.get_running_loop().create_task(self._work()))

    async def _work(self) -> None:
        while True:
            event = await self._queue.get()
            try:
                await self._post(event)
            finally:
                self._queue.task_done()

    async def _post(self, event: Event) -> None:
        assert self._session is not None  # noqa: S101 - start() came first
        if self.delivery.delay_s:
            await asyncio.sleep(self.delivery.delay_s)
        self.counts["sent"] += 1
        try:
            async with self._session.post(
                self.url,
                params=list(event.query),
                data=event.body,
                headers={"Content-Type": "application/json", **event.headers},
                timeout=aiohttp.ClientTimeout(total=self.delivery.timeout_s),
                allow_redirects=False,
            ) as answer:
                status = answer.status
        except (aiohttp.ClientError, TimeoutError) as error:
            self.counts["failed"] += 1
            self._count(type(error).__name__)
            return
        self._count(str(status))
        self.counts["accepted" if status < 300 else "failed"] += 1

    def _count(self, outcome: str) -> None:
        self.statuses[outcome] = self.statuses.get(outcome, 0) + 1
