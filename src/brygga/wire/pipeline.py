"""The one way out of the house: credentials → cache → rate limit → breaker → retry → guard → HTTP → log.

`Wire` is made once per connection, process and event loop; what processes share lies in the
stores of its `Kit`. It raises only the errors of `brygga.model.errors`.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from opentelemetry.trace import Tracer

from brygga.model.errors import BryggaError, NeedsSignIn, Retryable
from brygga.wire import cache as caching
from brygga.wire import correlation, tracing
from brygga.wire.attempt import NO_SLOT, Around, Attempts, Failure
from brygga.wire.breaker import Breaker
from brygga.wire.call import Answer, Call, Profile
from brygga.wire.limiter import Limiter
from brygga.wire.log import Mask, logger, plain_mask
from brygga.wire.memory import MemoryAnswers, MemoryBreakers, MemorySlots
from brygga.wire.meters import Meters
from brygga.wire.request import Requests
from brygga.wire.retry import wait_before
from brygga.wire.state import AnswerStore, BreakerStore, Kept, SlotStore
from brygga.wire.transport import Reply, Sessions, open_session

_LOG_NAME = "brygga.wire"


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Kit:
    """All that wire needs from outside, made once per process and given to every `Wire`.

    `clock`: seconds, monotonic; `now`: zone-aware wall clock; `mask` hides persons in text.
    The stores default to memory, which holds limits within one process only.
    """

    slots: SlotStore = field(default_factory=MemorySlots)
    breakers: BreakerStore = field(default_factory=MemoryBreakers)
    answers: AnswerStore = field(default_factory=MemoryAnswers)
    sessions: Sessions = open_session
    clock: Callable[[], float] = time.monotonic
    now: Callable[[], datetime] = _now
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    rng: random.Random = field(default_factory=random.SystemRandom)
    mask: Mask = plain_mask
    meters: Meters = field(default_factory=Meters)
    tracer: Tracer = field(default_factory=tracing.tracer)


class Wire:
    """The pipeline of one connection. Satisfies `connectors.abilities.Caller`; close it at the end."""

    def __init__(self, profile: Profile, kit: Kit | None = None) -> None:
        """Raises Refused when the base address may not be called, ValueError on a bad status table."""
        self._profile, self._kit = profile, kit or Kit()
        kit = self._kit
        scope = f"{profile.tenant}/{profile.connection}"
        self._limiter = Limiter(scope, profile.limits, kit.slots, clock=kit.clock, rng=kit.rng)
        self._breaker = Breaker(scope, profile.limits, kit.breakers, clock=kit.clock, told=self._breaker_told)
        self._cache = caching.Cache(scope, kit.answers, now=kit.now)
        self._log, self._std_log = logger(_LOG_NAME), logging.getLogger(_LOG_NAME)
        around = Around(
            sessions=kit.sessions,
            clock=kit.clock,
            now=kit.now,
            mask=kit.mask,
            meters=kit.meters,
            warn=self._state_failed,
        )
        self._attempts = Attempts(profile, self._limiter, self._breaker, around)

    @property
    def kit(self) -> Kit:
        """What this line shares with all others, for ways out that are not HTTP (mail)."""
        return self._kit

    async def call(self, call: Call) -> Answer:
        """Send `call` through the whole pipeline and give its successful answer.

        A cacheable read whose provider is down gives the last good answer with `stale` and its
        age. Raises the errors of `brygga.model.errors`, each with connection, operation and
        correlation id; OutcomeUnknown at once when a call that must not be repeated may have
        been carried out.
        """
        correlation_id = call.correlation_id or correlation.current()
        started = self._kit.clock()
        span = tracing.start(
            self._kit.tracer, call, connection=self._profile.connection, correlation_id=correlation_id
        )
        try:
            answer = await self._answer(call, correlation_id)
        except BryggaError as error:
            self._sign(error, call, correlation_id)
            tracing.ended_badly(span, error)
            self._note_error(call, error, started)
            raise
        except BaseException:
            span.end()
            raise
        tracing.ended_well(span, answer)
        self._note_answer(call, answer, correlation_id, started)
        return answer

    async def unblock(self) -> None:
        """A person has mended the connection: forget that it was blocked or resting."""
        await self._breaker.release()

    async def shown(self, call: Call) -> dict[str, Any]:
        """What would be sent for a call: `method`, `url`, `headers` with credentials hidden, `body`.

        Nothing leaves. Raises what making the request raises.
        """
        requests = Requests(self._profile)
        try:
            given = await self._profile.authorise(call) if self._profile.authorise else {}
        except NeedsSignIn:
            given = {"Authorization": ""}
        headers = requests.headers(call, dict.fromkeys(given, "***"), {})
        return {
            "method": call.method,
            "url": str(requests.url(call)),
            "headers": headers,
            "body": requests.body(call),
        }

    async def close(self) -> None:
        """Give slots back and close the sessions."""
        await self._limiter.close()
        await self._attempts.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trail: TracebackType | None
    ) -> None:
        await self.close()

    async def _answer(self, call: Call, correlation_id: str) -> Answer:
        if not caching.is_kept(call):
            reply, attempts = await self._persist(call, correlation_id, None)
            return self._fresh(reply, attempts)
        key = self._cache.key(call, str(self._attempts.requests.url(call)))
        kept = await self._cache.find(key)
        try:
            reply, attempts = await self._persist(call, correlation_id, kept)
        except Retryable as error:
            if kept is None or error.code == NO_SLOT:
                raise
            return self._cache.answer(kept, attempts=0, stale=True)
        if kept is not None and reply.status == caching.NOT_MODIFIED:
            kept = await self._cache.still_true(key, kept)
            return self._cache.answer(kept, attempts=attempts, stale=False)
        await self._cache.keep(key, reply)
        return self._fresh(reply, attempts)

    def _fresh(self, reply: Reply, attempts: int) -> Answer:
        return Answer(
            status=reply.status,
            headers=reply.headers,
            body=reply.body,
            attempts=attempts,
            fetched_at=self._kit.now(),
        )

    async def _persist(self, call: Call, correlation_id: str, kept: Kept | None) -> tuple[Reply, int]:
        """Try until it succeeds or there is no sense in trying; the answer and how many tries it took."""
        limits = self._profile.limits
        ends_at = self._kit.clock() + (call.deadline_s if call.deadline_s is not None else limits.deadline_s)
        attempt = 0
        while True:
            attempt += 1
            outcome = await self._attempts.once(call, ends_at, correlation_id, kept)
            if not isinstance(outcome, Failure):
                return outcome, attempt
            wait_s = outcome.asked_s
            if wait_s is None:
                wait_s = wait_before(attempt, limits=limits, rng=self._kit.rng)
            too_late = self._kit.clock() + wait_s >= ends_at
            if not outcome.again or attempt >= limits.attempts or too_late:
                raise outcome.error from outcome.cause
            self._kit.meters.retried(self._profile.connection, call.operation, outcome.error.code)
            await self._kit.sleep(wait_s)

    def _sign(self, error: BryggaError, call: Call, correlation_id: str) -> None:
        """Errors from deeper down learn here whose they are."""
        error.connection = error.connection or self._profile.connection
        error.operation = error.operation or call.operation
        error.correlation_id = error.correlation_id or correlation_id

    def _breaker_told(self, ability: str, mode: str) -> None:
        self._kit.meters.breaker(self._profile.connection, ability, mode)
        self._log.warning("breaker", connection=self._profile.connection, ability=ability, mode=mode)

    def _state_failed(self, code: str) -> None:
        self._log.warning("shared state not updated", connection=self._profile.connection, code=code)

    def _note_answer(self, call: Call, answer: Answer, correlation_id: str, started: float) -> None:
        took_s = self._kit.clock() - started
        outcome = "stale" if answer.stale else "cache" if answer.from_cache else "ok"
        self._kit.meters.ended(self._profile.connection, call.operation, outcome, took_s)
        level = logging.INFO if answer.stale or answer.attempts > 1 else logging.DEBUG
        if not self._std_log.isEnabledFor(level):
            return
        self._log.log(
            level,
            "call",
            connection=self._profile.connection,
            operation=call.operation,
            outcome=outcome,
            status=answer.status,
            attempts=answer.attempts,
            took_ms=round(took_s * 1000, 1),
            age_s=round(answer.age_s),
            correlation_id=correlation_id,
        )

    def _note_error(self, call: Call, error: BryggaError, started: float) -> None:
        took_s = self._kit.clock() - started
        self._kit.meters.ended(self._profile.connection, call.operation, error.kind, took_s)
        self._log.info(
            "call",
            connection=self._profile.connection,
            operation=call.operation,
            outcome=error.kind,
            code=error.code,
            fault=str(error.fault),
            status=error.status,
            took_ms=round(took_s * 1000, 1),
            correlation_id=error.correlation_id,
        )
