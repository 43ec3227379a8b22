"""What reached an imitation: arrivals, how many at once, and which writes it accepted."""

from __future__ import annotations

import hashlib
import time
from array import array
from collections import Counter, deque
from collections.abc import Callable
from typing import Any

import msgspec

KEPT_REQUESTS = 5_000


class Arrival(msgspec.Struct, kw_only=True):
    """One request: monotonic arrival time in seconds, what was asked, how it ended."""

    number: int
    at_s: float
    method: str
    path: str
    status: int = 0
    fault: str = ""
    took_s: float = 0.0


class Arrivals:
    """The request log. Times of all requests are kept, details of the last few thousand."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.reset()

    def reset(self) -> None:
        """Forget what came; requests under way still count as open."""
        self._times = array("d")
        self.recent: deque[Arrival] = deque(maxlen=KEPT_REQUESTS)
        self._open = getattr(self, "_open", 0)
        self.max_at_once = self._open
        self._first_number = getattr(self, "_next_number", 0)
        self._next_number = self._first_number

    def begin(self, *, method: str, path: str) -> Arrival:
        """Note a request's arrival; `number` counts up over the imitation's whole life."""
        arrival = Arrival(number=self._next_number, at_s=self._clock(), method=method, path=path)
        self._next_number += 1
        self._open += 1
        self.max_at_once = max(self.max_at_once, self._open)
        self._times.append(arrival.at_s)
        self.recent.append(arrival)
        return arrival

    def end(self, arrival: Arrival, *, status: int) -> None:
        """Note that its answer is ready (0: the line was cut)."""
        self._open -= 1
        arrival.status = status
        arrival.took_s = self._clock() - arrival.at_s

    @property
    def total(self) -> int:
        """Requests since the start or the last reset."""
        return len(self._times)

    def max_in_window(self, window_s: float) -> int:
        """The most arrivals in any half-open stretch of `window_s` seconds."""
        most = first = 0
        for last, at_s in enumerate(self._times):
            while at_s - self._times[first] >= window_s:
                first += 1
            most = max(most, last - first + 1)
        return most

    def summary(self, window_s: float) -> dict[str, Any]:
        """Counts for limit tests, as plain JSON."""
        return {
            "total": self.total,
            "window_s": window_s,
            "max_in_window": self.max_in_window(window_s),
            "max_at_once": self.max_at_once,
            "open": self._open,
            "by_status": dict(Counter(str(seen.status) for seen in self.recent)),
            "by_fault": dict(Counter(seen.fault for seen in self.recent if seen.fault)),
        }


class Write(msgspec.Struct, frozen=True, kw_only=True):
    """One write that was carried out. `identity` says what it is about, `key` how a repeat is told.

    `digest` is of the body, never the body: it may hold a person's data.
    """

    number: int
    at_s: float
    operation: str
    identity: str
    key: str = ""
    digest: str = ""
    repeat_of: int | None = None


class WriteLog:
    """Every accepted write, so that a test can count what was sent twice."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self.entries: list[Write] = []

    def note(
        self, operation: str, *, identity: str, key: str = "", body: bytes = b"", repeat_of: int | None = None
    ) -> Write:
        """Log one. `repeat_of`: the receiver itself recognised it by its key and did nothing anew."""
        write = Write(
            number=len(self.entries),
            at_s=self._clock(),
            operation=operation,
            identity=identity,
            key=key,
            digest=hashlib.sha256(body).hexdigest()[:16] if body else "",
            repeat_of=repeat_of,
        )
        self.entries.append(write)
        return write

    def with_key(self, operation: str, key: str) -> Write | None:
        """The first write of that operation with that idempotency key."""
        return next((e for e in self.entries if e.key and e.operation == operation and e.key == key), None)

    def repeated(self) -> dict[str, int]:
        """`operation identity digest` → times carried out, where that is more than once."""
        counts = Counter(
            f"{e.operation} {e.identity} {e.digest}" for e in self.entries if e.repeat_of is None
        )
        return {what: count for what, count in counts.items() if count > 1}

    def reset(self) -> None:
        """Forget them."""
        self.entries.clear()
