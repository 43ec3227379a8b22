"""The flows that this process has claimed and not yet finished, by queue.

Filled by the dispatcher's thread, emptied on the event loop: hence the lock.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Iterable


class Running:
    """Flow id → its queue and, once it runs, its task."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queues: dict[str, str] = {}
        self._tasks: dict[str, asyncio.Task[object]] = {}
        self._napping: set[str] = set()

    def claimed(self, queue: str, flow_ids: Iterable[str]) -> None:
        """Take these as running before they do, so that the limit counts them."""
        with self._lock:
            self._queues.update(dict.fromkeys(flow_ids, queue))

    def began(self, flow_id: str, task: asyncio.Task[object]) -> None:
        """The flow's code is about to run in `task`."""
        with self._lock:
            self._tasks[flow_id] = task

    def ended(self, flow_id: str) -> None:
        """The flow has left this process, with or without a result."""
        with self._lock:
            self._queues.pop(flow_id, None)
            self._tasks.pop(flow_id, None)
            self._napping.discard(flow_id)

    def naps(self, flow_id: str, *, asleep: bool) -> None:
        """Mark a flow that only waits: it may be interrupted without loss."""
        with self._lock:
            (self._napping.add if asleep else self._napping.discard)(flow_id)

    def count(self, queue: str) -> int:
        """How many flows of the queue count as running here."""
        with self._lock:
            return Counter(self._queues.values())[queue]

    def ids(self) -> set[str]:
        """Ids of all flows claimed here."""
        with self._lock:
            return set(self._queues)

    def tasks(self, *, only_napping: bool = False) -> list[asyncio.Task[object]]:
        """Tasks of the flows that run here."""
        with self._lock:
            return [t for i, t in self._tasks.items() if not only_napping or i in self._napping]
