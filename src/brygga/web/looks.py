"""One look at the store for all pages within the same second: pages are asked for in bursts."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from brygga.hub.hub import Hub
from brygga.hub.views.snapshot import Snapshot, look

FRESH_S = 1.0


class Looks:
    """Keeps the newest look for a second. Blocking; used from the threads of page handlers."""

    def __init__(self, hub: Hub, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._hub = hub
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: tuple[Snapshot, float] | None = None

    def now(self) -> Snapshot:
        """The newest look, at most a second old."""
        with self._lock:
            if self._kept is None or self._clock() - self._kept[1] > FRESH_S:
                self._kept = (look(self._hub), self._clock())
            return self._kept[0]

    def forget(self) -> None:
        """Something was just changed by a person: the next page looks anew."""
        with self._lock:
            self._kept = None
