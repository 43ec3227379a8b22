"""The shared state in memory: for one process, for tests, and as the plainest reading of `state.py`."""

from __future__ import annotations

import itertools
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

import msgspec

from brygga.wire.state import BreakerView, Grant, Kept


class _Row(msgspec.Struct):
    key: str
    tokens: int
    permits: int
    until: float


class MemorySlots:
    """SlotStore in memory. `clock`: seconds, monotonic."""

    blocking = False

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._rows: dict[str, dict[str, _Row]] = {}
        self._keys: dict[str, str] = {}
        self._number = itertools.count(1)

    def take(self, key: str, *, calls: int, at_once: int, tokens: int, permits: int, holds_s: float) -> Grant:
        """See SlotStore.take."""
        with self._lock:
            now = self._clock()
            rows = self._living(key, now)
            free_tokens = calls - sum(row.tokens for row in rows.values())
            free_permits = at_once - sum(row.permits for row in rows.values())
            if free_tokens < 1 or free_permits < 1:
                return Grant("", 0, 0, _first_free(rows, now, tokens_lack=free_tokens < 1))
            given = _Row(key, min(tokens, free_tokens), min(permits, free_permits), now + holds_s)
            lease = f"{key}#{next(self._number)}"
            rows[lease] = given
            self._keys[lease] = key
            return Grant(lease, given.tokens, given.permits)

    def give_back(self, lease: str, *, spent: int, cools_s: float) -> None:
        """See SlotStore.give_back."""
        with self._lock:
            rows = self._rows.get(self._keys.get(lease, ""), {})
            if lease not in rows:
                return
            if spent > 0 and cools_s > 0:
                rows[lease] = _Row(rows[lease].key, spent, 0, self._clock() + cools_s)
            else:
                del rows[lease], self._keys[lease]

    def _living(self, key: str, now: float) -> dict[str, _Row]:
        rows = self._rows.setdefault(key, {})
        for lease in [lease for lease, row in rows.items() if row.until <= now]:
            del rows[lease], self._keys[lease]
        return rows


def _first_free(rows: dict[str, _Row], now: float, *, tokens_lack: bool) -> float:
    ends = (row.until - now for row in rows.values() if (row.tokens if tokens_lack else row.permits))
    return max(0.0, min(ends, default=0.0))


class _Breaker(msgspec.Struct):
    mode: str = "closed"
    failures: int = 0
    rest_until: float = 0.0
    probe: str = ""
    code: str = ""
    sv: str = ""


class MemoryBreakers:
    """BreakerStore in memory. `clock`: seconds, monotonic."""

    blocking = False

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._all: dict[str, _Breaker] = {}

    def look(self, key: str) -> BreakerView:
        """See BreakerStore.look."""
        with self._lock:
            return self._view(self._all.get(key))

    def failed(
        self, key: str, *, opens_at: int, rest_s: float, probe: str = "", code: str = ""
    ) -> BreakerView:
        """See BreakerStore.failed."""
        with self._lock:
            breaker = self._all.setdefault(key, _Breaker())
            if breaker.mode == "closed":
                self._count(breaker, opens_at, rest_s, code)
            elif probe and probe == breaker.probe:
                breaker.failures += 1
                breaker.probe, breaker.rest_until = "", self._clock() + rest_s
            return self._view(breaker)

    def succeeded(self, key: str, *, probe: str = "") -> None:
        """See BreakerStore.succeeded."""
        with self._lock:
            breaker = self._all.get(key)
            if breaker and (breaker.mode == "closed" or (probe and probe == breaker.probe)):
                del self._all[key]

    def probe(self, key: str, *, probe: str, holds_s: float) -> bool:
        """See BreakerStore.probe."""
        with self._lock:
            breaker = self._all.get(key)
            if breaker is None or breaker.mode == "closed" or breaker.rest_until > self._clock():
                return False
            breaker.probe, breaker.rest_until = probe, self._clock() + holds_s
            return True

    def block(self, key: str, *, rest_s: float, code: str, sv: str) -> None:
        """See BreakerStore.block."""
        with self._lock:
            failures = self._all.get(key, _Breaker()).failures
            self._all[key] = _Breaker("blocked", failures, self._clock() + rest_s, "", code, sv)

    def release(self, key: str) -> None:
        """See BreakerStore.release."""
        with self._lock:
            self._all.pop(key, None)

    def watch(self) -> dict[str, BreakerView]:
        """See BreakerStore.watch."""
        with self._lock:
            return {key: self._view(b) for key, b in self._all.items() if b.mode != "closed"}

    def _count(self, breaker: _Breaker, opens_at: int, rest_s: float, code: str) -> None:
        breaker.failures += 1
        if breaker.failures >= opens_at:
            breaker.mode, breaker.code = "open", code
            breaker.rest_until = self._clock() + rest_s

    def _view(self, breaker: _Breaker | None) -> BreakerView:
        if breaker is None:
            return BreakerView()
        rest_s = max(0.0, breaker.rest_until - self._clock())
        return BreakerView(breaker.mode, breaker.failures, rest_s, breaker.code, breaker.sv)


class MemoryAnswers:
    """AnswerStore in memory, the longest unused dropped first. Not sealed: it never leaves the process."""

    blocking = False

    def __init__(self, most_bytes: int = 32_000_000) -> None:
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._all: OrderedDict[tuple[str, str], Kept] = OrderedDict()
        self._bytes = 0

    def get(self, scope: str, key: str) -> Kept | None:
        """See AnswerStore.get."""
        with self._lock:
            kept = self._all.get((scope, key))
            if kept is not None:
                self._all.move_to_end((scope, key))
            return kept

    def put(self, scope: str, key: str, kept: Kept) -> None:
        """See AnswerStore.put."""
        with self._lock:
            self._drop((scope, key))
            self._all[scope, key] = kept
            self._bytes += len(kept.body)
            while self._bytes > self._most_bytes and self._all:
                self._drop(next(iter(self._all)))

    def touch(self, scope: str, key: str, fetched_at: float) -> None:
        """See AnswerStore.touch."""
        with self._lock:
            kept = self._all.get((scope, key))
            if kept is not None and kept.fetched_at < fetched_at:
                self._all[scope, key] = msgspec.structs.replace(kept, fetched_at=fetched_at)

    def forget(self, scope: str, *, before: float | None = None) -> int:
        """See AnswerStore.forget."""
        with self._lock:
            gone = [
                at
                for at, kept in self._all.items()
                if at[0] == scope and (before is None or kept.fetched_at < before)
            ]
            for at in gone:
                self._drop(at)
            return len(gone)

    def _drop(self, at: tuple[str, str]) -> None:
        kept = self._all.pop(at, None)
        if kept is not None:
            self._bytes -= len(kept.body)
