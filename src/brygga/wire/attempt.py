"""One try of a call: credentials, slot, breaker, exchange, and what its outcome means."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import aiohttp
import msgspec
from yarl import URL

from brygga.model.errors import BryggaError, Fault, Refused, Retryable
from brygga.wire.breaker import Breaker, Pass
from brygga.wire.cache import NOT_MODIFIED, conditions
from brygga.wire.call import Call, ErrorRule, Profile
from brygga.wire.excerpt import excerpt
from brygga.wire.limiter import Lease, Limiter
from brygga.wire.log import Mask
from brygga.wire.meters import Meters
from brygga.wire.request import Requests, expects_json
from brygga.wire.retry import asked_wait
from brygga.wire.state import Kept
from brygga.wire.transport import Reply, Sessions, Trouble, exchange, timeouts
from brygga.wire.verdict import Table

NO_SLOT = "no_slot"
_REFUSED_UNDONE = frozenset({425, 429})  # refused before anything was done (RFC 8470 §5.2, RFC 6585 §4)
_JSON = msgspec.json.Decoder(msgspec.Raw)


class Failure(msgspec.Struct, frozen=True):
    """A try that failed. `again`: another try makes sense; `asked_s`: the wait the provider asked for."""

    error: BryggaError
    again: bool
    asked_s: float | None = None
    cause: Trouble | None = None


@dataclass(frozen=True, kw_only=True)
class Around:
    """What a try needs from outside; see `pipeline.Kit`."""

    sessions: Sessions
    clock: Callable[[], float]
    now: Callable[[], datetime]
    mask: Mask
    meters: Meters
    warn: Callable[[str], None]


class Attempts:
    """Tries calls of one connection, one at a time each."""

    def __init__(self, profile: Profile, limiter: Limiter, breaker: Breaker, around: Around) -> None:
        """Raises Refused when the base address may not be called, ValueError on a bad status table."""
        self.requests = Requests(profile)
        self._profile, self._limiter, self._breaker, self._around = profile, limiter, breaker, around
        self._scope = breaker.scope
        self._table = Table(profile)
        self._usual_time = timeouts(profile.limits.timeout_s)
        self._sessions: dict[tuple[bool, bool], aiohttp.ClientSession] = {}

    async def once(
        self, call: Call, ends_at: float, correlation_id: str, kept: Kept | None
    ) -> Reply | Failure:
        """Try `call` once before `ends_at` (of `clock`). Raises what stops it before it was sent."""
        credentials = await self._credentials(call, ends_at)
        sent = await self._signed(call, ends_at)
        url, body = self.requests.url(sent), self.requests.body(sent)
        headers = self.requests.headers(sent, credentials, conditions(kept))
        lease, leave = await self._admitted(call, ends_at)
        outcome = await self._send(call, url, headers, body, lease, leave, ends_at)
        meaning = self._meaning(call, outcome, kept)
        if meaning is None and isinstance(outcome, Reply):
            await self._tell(self._breaker.went_well(leave))
            return outcome
        said = self._said(call, outcome, meaning or "reset", credentials)
        return await self._failed(call, outcome, meaning or "reset", leave, said, correlation_id)

    async def close(self) -> None:
        """Close the sessions."""
        for session in self._sessions.values():
            await session.close()

    async def _signed(self, call: Call, ends_at: float) -> Call:
        if self._profile.sign is None or call.elsewhere:
            return call
        try:
            async with asyncio.timeout(self._left(ends_at)):
                return await self._profile.sign(call)
        except TimeoutError as error:
            raise self._not_sent("credentials_slow", "the signature did not come in time") from error

    async def _credentials(self, call: Call, ends_at: float) -> Mapping[str, str]:
        if self._profile.authorise is None or call.elsewhere:
            return {}
        try:
            async with asyncio.timeout(self._left(ends_at)):
                return await self._profile.authorise(call)
        except TimeoutError as error:
            raise self._not_sent("credentials_slow", "the credentials did not come in time") from error

    async def _admitted(self, call: Call, ends_at: float) -> tuple[Lease, Pass]:
        """A slot and leave to use it. The breaker is asked last, so that a probe is sent at once."""
        while True:
            self._left(ends_at)
            lease = self._limiter.at_hand() or await self._slot(call, ends_at)
            try:
                leave = await self._breaker.admit(call.operation)
            except BaseException:
                self._limiter.leave_unused(lease)
                raise
            if self._limiter.still_good(lease) and self._around.clock() < ends_at:
                return lease, leave
            self._limiter.leave_unused(lease)
            await self._tell(self._breaker.told_nothing(leave))

    async def _slot(self, call: Call, ends_at: float) -> Lease:
        await self._breaker.check(call.operation)
        started = self._around.clock()
        left_s, pause_s = self._left(ends_at), self._limiter.pause_s
        lease = await self._limiter.enter(left_s) if pause_s < left_s else None
        if lease is None:
            raise self._not_sent(
                NO_SLOT, "no slot within the rate limit came free in time", after_s=pause_s or None
            )
        self._around.meters.waited(self._profile.connection, self._around.clock() - started)
        return lease

    async def _send(
        self,
        call: Call,
        url: URL,
        headers: Mapping[str, str],
        body: bytes | None,
        lease: Lease,
        leave: Pass,
        ends_at: float,
    ) -> Reply | Trouble:
        clock, limits = self._around.clock, self._profile.limits
        left_s = max(0.001, ends_at - clock())
        seen_at: float | None = None
        try:
            reply = await exchange(
                self._session(fresh=not call.repeat.may_resend, elsewhere=call.elsewhere),
                method=call.method,
                url=url,
                headers=headers,
                body=body,
                time_limit=self._usual_time if left_s >= limits.timeout_s else timeouts(left_s),
                most_bytes=call.max_bytes or limits.answer_bytes,
                clock=clock,
            )
            seen_at = reply.seen_at
        except Trouble as trouble:
            seen_at = None if trouble.sent else clock()
            return trouble
        except (Refused, asyncio.CancelledError) as error:
            seen_at = clock() if isinstance(error, Refused) else None
            await self._tell(self._breaker.told_nothing(leave))
            raise
        finally:
            self._limiter.leave(lease, seen_at=seen_at)
        return reply

    def _session(self, *, fresh: bool, elsewhere: bool) -> aiohttp.ClientSession:
        session = self._sessions.get((fresh, elsewhere))
        if session is None:
            profile = (
                msgspec.structs.replace(self._profile, allow_private=False) if elsewhere else self._profile
            )
            session = self._sessions[fresh, elsewhere] = self._around.sessions(profile, fresh=fresh)
        return session

    def _meaning(self, call: Call, outcome: Reply | Trouble, kept: Kept | None) -> str | None:
        """The row to look up in the status table; None when all is well."""
        if isinstance(outcome, Trouble):
            return outcome.condition
        status = outcome.status
        if status in call.accept_status or (status == NOT_MODIFIED and kept is not None):
            return None
        if not 200 <= status < 300:
            return str(status)
        return _not_json(call, outcome) if expects_json(call) else None

    async def _failed(
        self, call: Call, outcome: Reply | Trouble, meaning: str, leave: Pass, said: str, correlation_id: str
    ) -> Failure:
        rule = self._table.rule(call.operation, meaning)
        asked_s = self._asked(outcome)
        doubtful = (
            not call.repeat.may_resend
            and _may_be_done(outcome, meaning)
            and (rule.kind in ("retryable", "outcome_unknown") or not self._table.owns(rule))
        )
        await self._tell(self._draw_lesson(rule, outcome, leave))
        error = self._table.error(
            call,
            rule,
            status=outcome.status,
            said=said,
            doubtful=doubtful,
            after_s=asked_s,
            correlation_id=correlation_id,
        )
        again = isinstance(error, Retryable) and not leave.is_probe
        return Failure(error, again, asked_s, outcome if isinstance(outcome, Trouble) else None)

    async def _draw_lesson(self, rule: ErrorRule, outcome: Reply | Trouble, leave: Pass) -> None:
        """Tell the breaker: office closed, provider or network at fault, or just this item refused."""
        reopens = leave.probes_block(self._scope)
        if rule.blocks_office or (reopens and rule.kind == "needs_sign_in"):
            await self._breaker.block(rule.code, rule.sv)
            return
        theirs = rule.fault in (Fault.PROVIDER, Fault.NETWORK) and rule.kind in (
            "retryable",
            "outcome_unknown",
        )
        if theirs and outcome.status not in _REFUSED_UNDONE:
            await self._breaker.went_wrong(leave, rule.code)
        else:
            await self._breaker.went_well(leave)

    def _asked(self, outcome: Reply | Trouble) -> float | None:
        """The wait that the answer asks for; nobody calls this connection before it is over."""
        if not isinstance(outcome, Reply):
            return None
        longest_s = self._profile.limits.longest_retry_after_s
        asked_s = asked_wait(outcome.headers, now=self._around.now(), longest_s=longest_s)
        if asked_s and outcome.status in (429, 503):
            self._limiter.pause(asked_s)
        return asked_s

    def _said(
        self, call: Call, outcome: Reply | Trouble, meaning: str, credentials: Mapping[str, str]
    ) -> str:
        if not isinstance(outcome, Reply):
            return meaning
        said = f"answered {outcome.status}" + ("" if meaning.isdigit() else f" ({meaning})")
        if call.sensitive or meaning == "html" or not outcome.body:
            return said
        return f"{said}: {excerpt(outcome.body, credentials=credentials, mask=self._around.mask)}"

    def _left(self, ends_at: float) -> float:
        left_s = ends_at - self._around.clock()
        if left_s <= 0:
            raise self._not_sent("deadline", "the deadline has passed")
        return left_s

    def _not_sent(self, code: str, message: str, *, after_s: float | None = None) -> Retryable:
        return Retryable(
            f"{self._profile.connection}: {message}; nothing was sent",
            code=code,
            sv="Anropet hann inte skickas inom sin tid. Inget är förlorat: brygga provar igen av sig själv.",
            fault=Fault.OURS,
            after_s=after_s,
        )

    async def _tell(self, telling: Awaitable[None]) -> None:
        """The outcome of a call stands, even if the shared state cannot take note of it."""
        try:
            await telling
        except BryggaError as error:
            self._around.warn(error.code)


def _not_json(call: Call, reply: Reply) -> str | None:
    """`html` or `not_json` when the body is not the JSON that was asked for. Nothing at all is fine for
    a write, and where the status says so."""
    body = reply.body
    if not body:
        empty_is_fine = reply.status in (202, 204, 205) or call.method not in ("GET", "QUERY")
        return None if empty_is_fine else "not_json"
    try:
        _JSON.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        start = body[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
        if start.startswith(b"<"):
            return "html"
        return None if _readable(body) else "not_json"
    return None


def _readable(body: bytes) -> bool:
    """Whole JSON with an oddity inside (half an emoji, NaN, a raw control character) is an answer:
    the mapping reads it and says what is odd. Torn JSON is not."""
    try:
        json.loads(body.decode("utf-8-sig"), strict=False)
    except (ValueError, RecursionError):
        return False
    return True


def _may_be_done(outcome: Reply | Trouble, meaning: str) -> bool:
    """Whether the provider may have carried the call out although it did not say so."""
    if isinstance(outcome, Trouble):
        return outcome.sent
    status = outcome.status
    if not meaning.isdigit():
        return True  # a success whose body is something else
    if status == 503:
        return "retry-after" not in outcome.headers  # with it: turned away at the door
    return status == 408 or 300 <= status < 400 or (status >= 500 and status != 501)
