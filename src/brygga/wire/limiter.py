"""A process' side of the rate limiter: who may send next.

**Why it is strict.** A connection has `calls` rate slots. A call holds one from before its first
byte leaves until its answer's headers are here; the receiver has then seen it. Only `per_s`
seconds (and a guard) after that moment may the slot be used again. So two calls on the same
slot reach the receiver more than `per_s` apart, whatever the network does to either, and no
window of that length can hold more than `calls`. Permits for calls under way are held from
before the first byte until the last byte of the answer. The price: at most
`calls` / (`per_s` + the time to an answer's headers) calls a second.

**Why it is cheap.** Slots are taken from the shared state (`state.SlotStore`) as a lease: one
slot where the limit is small, a block where it is large. A lease starts calls only for a moment
(`hold_s`) and then goes back, so that another process is not kept waiting.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable

from brygga.model.errors import BryggaError
from brygga.wire.call import Limits
from brygga.wire.state import Grant, SlotStore
from brygga.wire.threads import ask

_SHARE = 20  # a lease holds at most calls / 20, so that several processes find some
_LONGEST_HOLD_S = 0.25
_FIRST_LOOK_S, _LAST_LOOK_S = 0.01, 0.1  # how often to look when nobody can say when one is free
_LONGEST_NAP_S = 0.5  # a slot may come back before the store's hint
_MARGIN_S = 1.0  # a lease outlives its last call by that much, for a process that was slow
_ROUNDING_S = 1.0  # the HTTP client rounds long timeouts up to whole seconds
_POLITE_S = 0.005  # let another process go first now and then


class Lease:
    """Slots that this process holds. `spent`: rate slots used; `seen_at`: when the last was."""

    __slots__ = ("ended", "permits", "seen_at", "spent", "stop_at", "stopped", "tokens", "under", "under_way")

    def __init__(self, grant: Grant, *, now: float, hold_s: float) -> None:
        self.under = grant.lease
        self.tokens = grant.tokens
        self.permits = grant.permits
        self.stop_at = now + hold_s
        self.under_way = 0
        self.spent = 0
        self.seen_at = now
        self.stopped = False
        self.ended = False

    def usable(self, now: float) -> bool:
        """Whether one more call may be started under it now."""
        return self.tokens > 0 and self.under_way < self.permits and now < self.stop_at

    def start(self) -> Lease:
        """Start one call."""
        self.tokens -= 1
        self.spent += 1
        self.under_way += 1
        return self


class Limiter:
    """Gives each call its slot, in order of asking. One per connection, process and event loop."""

    def __init__(
        self,
        key: str,
        limits: Limits,
        slots: SlotStore,
        *,
        clock: Callable[[], float],
        rng: random.Random,
    ) -> None:
        self._key, self._limits, self._slots = key, limits, slots
        self._clock, self._rng = clock, rng
        self._cool_s = limits.per_s * 1.005 + 0.002
        self._hold_s = min(_LONGEST_HOLD_S, limits.per_s / 10)
        self._block = max(1, limits.calls // _SHARE)
        self._leases: list[Lease] = []
        self._waiting: deque[asyncio.Future[Lease]] = deque()
        self._pump: asyncio.Task[None] | None = None
        self._chores: set[asyncio.Task[None]] = set()
        self._freed = asyncio.Event()
        self._paused_until = 0.0
        self._gave_back_at = -1.0
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many calls of this process wait for a slot."""
        return len(self._waiting)

    @property
    def pause_s(self) -> float:
        """Seconds until calls may be started again after `pause`."""
        return max(0.0, self._paused_until - self._clock())

    def pause(self, seconds: float) -> None:
        """Start nothing for that long: the provider asked us to wait."""
        self._paused_until = max(self._paused_until, self._clock() + seconds)

    async def enter(self, wait_s: float) -> Lease | None:
        """A slot, or None when none became free within `wait_s` seconds. Always `leave` it."""
        return self.at_hand() or await self._wait(wait_s)

    def at_hand(self) -> Lease | None:
        """A slot that can be had without waiting and without passing others by, or None."""
        return None if self._waiting else self._at_hand()

    def still_good(self, lease: Lease) -> bool:
        """Whether a call may still be sent under it: not after the process has been asleep for long."""
        return self._clock() < lease.stop_at + _MARGIN_S

    def leave(self, lease: Lease, *, seen_at: float | None) -> None:
        """The call has ended. `seen_at`: `clock` at the answer's headers, None when there were none.

        A call that was sent and got no answer may still be on its way or at work over there: its
        slots are held `per_s` seconds longer.
        """
        if seen_at is not None:
            self._ended_one(lease, seen_at)
        else:
            asyncio.get_running_loop().call_later(self._limits.per_s, self._ended_late, lease)

    def leave_unused(self, lease: Lease) -> None:
        """The call was not sent after all: the slot goes to the next."""
        lease.spent -= 1
        if not lease.stopped:
            lease.tokens += 1
        self._ended_one(lease, lease.seen_at)

    async def close(self) -> None:
        """Give back what is held and stop waiting calls."""
        self._closed = True
        while self._waiting:
            self._waiting.popleft().cancel()
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.gather(self._pump, return_exceptions=True)
        for lease in list(self._leases):
            self._stop(lease)
        await asyncio.gather(*self._chores, return_exceptions=True)

    def _at_hand(self) -> Lease | None:
        now = self._clock()
        if now < self._paused_until:
            return None
        for lease in self._leases:
            if lease.usable(now):
                return lease.start()
        return None

    async def _wait(self, wait_s: float) -> Lease | None:
        place: asyncio.Future[Lease] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        if self._pump is None:
            self._pump = asyncio.create_task(self._serve_all())
            self._pump.add_done_callback(self._served)
        try:
            async with asyncio.timeout(wait_s):
                return await place
        except TimeoutError:
            self._let_go(place)
            return None
        except asyncio.CancelledError:
            self._let_go(place)
            raise

    def _let_go(self, place: asyncio.Future[Lease]) -> None:
        """Leave the queue; a slot that was handed over at that very moment is passed on unused."""
        if place.done() and not place.cancelled() and place.exception() is None:
            self.leave_unused(place.result())
        elif place in self._waiting:
            self._waiting.remove(place)

    def _hand_out(self) -> None:
        while self._waiting:
            if self._waiting[0].done():
                self._waiting.popleft()
                continue
            lease = self._at_hand()
            if lease is None:
                return
            self._waiting.popleft().set_result(lease)

    async def _serve_all(self) -> None:
        """Fetch leases for as long as somebody waits. The only one of this process that asks."""
        look_s = _FIRST_LOOK_S
        while self._waiting:
            self._freed.clear()
            if self.pause_s > 0:
                await self._nap(self.pause_s)
                continue
            wait_s = await self._fetch()
            if wait_s is None:
                look_s = _FIRST_LOOK_S
            elif self._waiting:
                await self._nap(wait_s or self._rng.uniform(look_s / 2, look_s))
                look_s = min(look_s * 1.5, _LAST_LOOK_S)

    async def _nap(self, seconds: float) -> None:
        """Sleep, but wake when this process gave something back."""
        try:
            async with asyncio.timeout(min(seconds, _LONGEST_NAP_S)):
                await self._freed.wait()
        except TimeoutError:
            return

    def _served(self, pump: asyncio.Task[None]) -> None:
        """Nobody waits any more, or the shared state failed: then all who wait are told."""
        self._pump = None
        error = None if pump.cancelled() else pump.exception()
        while error is not None and self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                place.set_exception(error)
        if self._waiting and not self._closed:
            self._pump = asyncio.create_task(self._serve_all())
            self._pump.add_done_callback(self._served)

    async def _fetch(self) -> float | None:
        """Ask for one lease and hand it out. None: got one; otherwise seconds until there may be one."""
        if self._clock() - self._gave_back_at < _POLITE_S:
            await asyncio.sleep(self._rng.uniform(0, _POLITE_S))
        asked_at = self._clock()
        limits = self._limits
        grant = await ask(
            self._slots,
            self._slots.take,
            self._key,
            calls=limits.calls,
            at_once=limits.at_once,
            tokens=self._block,
            permits=max(1, min(len(self._waiting), limits.at_once // 4, self._block)),
            holds_s=self._hold_s + _MARGIN_S + _ROUNDING_S + limits.timeout_s + limits.per_s + self._cool_s,
        )
        if not grant.lease:
            self._hand_out()
            return grant.wait_s
        self._take_in(Lease(grant, now=asked_at, hold_s=self._hold_s))
        return None

    def _take_in(self, lease: Lease) -> None:
        self._leases.append(lease)
        asyncio.get_running_loop().call_later(self._hold_s + 0.001, self._stop, lease)
        self._hand_out()

    def _stop(self, lease: Lease) -> None:
        lease.tokens, lease.stopped = 0, True
        if lease.under_way == 0:
            self._end(lease)

    def _ended_late(self, lease: Lease) -> None:
        if not self._closed:  # else it runs out by itself
            self._ended_one(lease, self._clock())

    def _ended_one(self, lease: Lease, seen_at: float) -> None:
        lease.under_way -= 1
        lease.seen_at = max(lease.seen_at, seen_at)
        if self._waiting:
            self._hand_out()
        if lease.under_way == 0 and (lease.tokens == 0 or self._closed):
            self._end(lease)

    def _end(self, lease: Lease) -> None:
        """Give the lease back, once."""
        if lease.ended:
            return
        lease.ended = True
        self._leases.remove(lease)
        cools_s = max(0.0, lease.seen_at + self._cool_s - self._clock())
        if not self._slots.blocking:
            self._slots.give_back(lease.under, spent=lease.spent, cools_s=cools_s)
            self._given_back()
            return
        chore = asyncio.get_running_loop().create_task(self._give_back(lease))
        self._chores.add(chore)
        chore.add_done_callback(self._chores.discard)

    async def _give_back(self, lease: Lease) -> None:
        cools_s = max(0.0, lease.seen_at + self._cool_s - self._clock())
        try:
            await ask(self._slots, self._slots.give_back, lease.under, spent=lease.spent, cools_s=cools_s)
        except BryggaError:
            return  # it runs out by itself
        self._given_back()

    def _given_back(self) -> None:
        self._gave_back_at = self._clock()
        self._freed.set()
