"""How a fault is carried out on a real answer over a real connection."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import msgspec
from aiohttp import web

from brygga.sandbox.faults import FAULTS, FaultPlan, Options

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Reshape = Callable[[str, Any, web.Request, random.Random], Any]

HTML = (
    "<!doctype html><html lang='sv'><title>Underhåll</title><body><h1>Vi uppdaterar systemet</h1>"
    "<p>Tjänsten är snart tillbaka.</p></body></html>"
)


class Trouble:
    """Carries faults out. `refuse(status, text)` makes an error in the imitation's own form;
    `reshape` changes the rows of a listing."""

    def __init__(
        self,
        plan: FaultPlan,
        *,
        refuse: Callable[[int, str], web.Response],
        reshape: Reshape,
        now: Callable[[], datetime],
    ) -> None:
        self._plan = plan
        self._refuse = refuse
        self._reshape = reshape
        self._now = now

    async def meet(
        self, fault: str, number: int, request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        """Answer one request under `fault`. A cut line shows as a closing transport."""
        rng = self._plan.rng(number, purpose=fault)
        when = FAULTS[fault]
        if when == "before":
            return self._instead(fault, request, rng)
        if when == "pace":
            await self._wait(fault, rng)
            return cut(request) if fault == "slow" else await handler(request)
        answer = await handler(request)
        if not isinstance(answer, web.Response) or answer.status >= 300:
            return answer
        if when == "reshape":
            return self._reshaped(fault, answer, request, rng)
        return await self._spoilt(fault, answer, request, rng)

    def _instead(self, fault: str, request: web.Request, rng: random.Random) -> web.Response:
        if fault == "throttled":
            return self._throttled(rng)
        if fault == "500":
            return self._refuse(rng.choice((500, 502, 503)), "Ett oväntat fel inträffade.")
        if fault == "expired":
            return self._refuse(401, "Authorization has been denied for this request.")
        if fault == "forbidden":
            return self._refuse(403, "Åtkomst saknas.")
        if fault == "html200":
            return web.Response(text=HTML, content_type="text/html")
        if fault == "garbage":
            return web.Response(body=rng.randbytes(rng.randint(1, 400)), content_type="application/json")
        return cut(request)

    def _throttled(self, rng: random.Random) -> web.Response:
        wait_s = self._plan.options.retry_after_s
        answer = self._refuse(rng.choice((429, 429, 503)), "För många anrop.")
        answer.headers["Retry-After"] = rng.choice(retry_after_forms(wait_s, now=self._now()))
        return answer

    async def _wait(self, fault: str, rng: random.Random) -> None:
        options: Options = self._plan.options
        drawn_s = rng.uniform(options.latency_low_s, options.latency_high_s)
        await asyncio.sleep(options.slow_s if fault == "slow" else drawn_s)

    def _reshaped(
        self, fault: str, answer: web.Response, request: web.Request, rng: random.Random
    ) -> web.Response:
        payload = msgspec.json.decode(_bytes(answer))
        return json_answer(self._reshape(fault, payload, request, rng), status=answer.status)

    async def _spoilt(
        self, fault: str, answer: web.Response, request: web.Request, rng: random.Random
    ) -> web.StreamResponse:
        body = _bytes(answer)
        if fault == "late500":
            return self._refuse(500, "Ett oväntat fel inträffade.")
        if fault == "truncated":
            return web.Response(body=body[: len(body) // 2], content_type=answer.content_type)
        if fault == "malformed":
            return web.Response(body=malformed(body, rng), content_type=answer.content_type)
        if fault == "reset":
            return await half_sent(body, answer, request)
        return cut(request)


def retry_after_forms(wait_s: float, *, now: datetime) -> tuple[str, str, str]:
    """The three forms seen in the wild: whole seconds, an HTTP date, a fraction of seconds."""
    later = (now.astimezone(UTC) + timedelta(seconds=wait_s)).replace(microsecond=0)
    return (str(max(1, round(wait_s))), format_datetime(later, usegmt=True), f"{wait_s:.3f}")


def malformed(body: bytes, rng: random.Random) -> bytes:
    """JSON made unreadable: one structural byte is lost (RFC 8259 grammar no longer holds)."""
    places = [index for index, byte in enumerate(body) if byte in b'{}[]":']
    if not places:
        return body + b"}"
    spot = rng.choice(places)
    return body[:spot] + body[spot + 1 :]


async def half_sent(body: bytes, answer: web.Response, request: web.Request) -> web.StreamResponse:
    """Promise the whole body by Content-Length, send half of it, cut the line."""
    stream = web.StreamResponse(status=answer.status, headers={"Content-Type": answer.content_type})
    stream.content_length = len(body) + 1
    await stream.prepare(request)
    await stream.write(body[: len(body) // 2] or b"{")
    cut(request)
    return stream


def cut(request: web.Request) -> web.Response:
    """Drop the connection now. The response returned reaches nobody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


def is_cut(request: web.Request) -> bool:
    """Whether the connection is gone or going."""
    return request.transport is None or request.transport.is_closing()


def json_answer(value: Any, *, status: int = 200) -> web.Response:
    """Any plain value as a JSON answer."""
    return web.Response(body=msgspec.json.encode(value), status=status, content_type="application/json")


def _bytes(answer: web.Response) -> bytes:
    return bytes(answer.body) if isinstance(answer.body, bytes | bytearray) else b""
