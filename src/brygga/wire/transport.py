"""One HTTP exchange over aiohttp: guarded, bounded, never redirected, never repeated behind our back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

import aiohttp
import msgspec
from aiohttp.abc import AbstractResolver
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from brygga.wire.call import Profile
from brygga.wire.guard import GuardedResolver, guarded_socket
from brygga.wire.inflate import Broken, Inflater, TooLarge

_NEVER_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
_CUT_OFF = (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, ConnectionError, Broken)
_CONNECT_S = 10.0


class Sessions(Protocol):
    """Opens an HTTP session. `fresh`: every call gets a new connection of its own."""

    def __call__(self, profile: Profile, *, fresh: bool) -> aiohttp.ClientSession:
        """A session whose connector is guarded as `profile` demands."""
        ...


def open_session(
    profile: Profile, *, fresh: bool, resolver: AbstractResolver | None = None
) -> aiohttp.ClientSession:
    """A session with the SSRF guard, without cookies, redirects, proxies of the environment or own retries.

    `fresh` is for writes that nothing can repeat: on a kept connection that the server is just
    closing nobody can tell whether the write arrived; on a new one a refusal is certain.
    """
    private = profile.allow_private
    connector = aiohttp.TCPConnector(
        limit=0,  # the limiter decides, not the pool
        force_close=fresh,
        resolver=GuardedResolver(resolver or ThreadedResolver(), allow_private=private),
        socket_factory=guarded_socket(allow_private=private),
        ttl_dns_cache=30,
    )
    session = aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=False,
    )
    # aiohttp sends an idempotent call a second time by itself when a kept connection breaks;
    # it has no public switch, and a second arrival would break both limits and decision 2.
    session._retry_connection = False  # noqa: SLF001
    return session


class Reply(msgspec.Struct, frozen=True):
    """An answer as it came: lower-case header names, unpacked body, `clock` at its headers."""

    status: int
    headers: dict[str, str]
    body: bytes
    seen_at: float


class Trouble(Exception):
    """No usable answer. `condition`: timeout · connect · reset · not_json · too_large.

    `sent` False: it is certain that not a byte of the call left us. `seen_at`: `clock` at the
    answer's headers, if they came. `status`: theirs, if it came.
    """

    def __init__(self, condition: str, *, sent: bool = True) -> None:
        super().__init__(condition)
        self.condition, self.sent = condition, sent
        self.seen_at: float | None = None
        self.status: int | None = None


def timeouts(total_s: float) -> aiohttp.ClientTimeout:
    """Limits for one exchange; connecting always runs out first, so that one knows nothing was sent."""
    return aiohttp.ClientTimeout(total=total_s, connect=min(_CONNECT_S, total_s * 0.8))


async def exchange(
    session: aiohttp.ClientSession,
    *,
    method: str,
    url: URL,
    headers: Mapping[str, str],
    body: bytes | None,
    time_limit: aiohttp.ClientTimeout,
    most_bytes: int,
    clock: Callable[[], float],
) -> Reply:
    """Send one call and read its whole answer. Raises Trouble; Refused when the guard steps in."""
    answer: aiohttp.ClientResponse | None = None
    seen_at: float | None = None
    try:
        answer = await session.request(
            method, url, headers=headers, data=body, timeout=time_limit, allow_redirects=False
        )
        seen_at = clock()
        content = await _read(answer, most_bytes)
        answer.release()
        return Reply(answer.status, _plain(answer.headers), content, seen_at)
    except (aiohttp.ClientError, TimeoutError, ConnectionError, Broken, TooLarge) as error:
        trouble = _trouble(error)
        trouble.seen_at = seen_at
        trouble.status = answer.status if answer is not None else None
        raise trouble from error
    finally:
        if answer is not None:
            answer.close()  # does nothing when the answer was read to its end


def _trouble(error: Exception) -> Trouble:
    if isinstance(error, _NEVER_SENT):
        return Trouble("connect", sent=False)
    if isinstance(error, TimeoutError):
        return Trouble("timeout")
    if isinstance(error, TooLarge):
        return Trouble("too_large")
    if isinstance(error, _CUT_OFF):
        return Trouble("reset")
    return Trouble("not_json")  # an answer that is not HTTP, or packed in a way that nobody asked for


async def _read(answer: aiohttp.ClientResponse, most_bytes: int) -> bytes:
    length = answer.content_length
    if length is not None and length > most_bytes:
        raise TooLarge("the answer says that it is larger than its limit")
    packed = answer.headers.get("Content-Encoding", "identity").strip().lower()
    if packed in ("identity", ""):
        return await (answer.read() if length is not None else _read_on(answer, most_bytes))
    if packed not in ("gzip", "x-gzip", "deflate"):
        raise aiohttp.ClientError("the answer is packed in a way that nobody asked for")
    return await _unpack(answer, most_bytes)


async def _read_on(answer: aiohttp.ClientResponse, most_bytes: int) -> bytes:
    body = bytearray()
    async for piece in answer.content.iter_any():
        body += piece
        if len(body) > most_bytes:
            raise TooLarge("the answer goes on beyond its limit")
    return bytes(body)


async def _unpack(answer: aiohttp.ClientResponse, most_bytes: int) -> bytes:
    inflater, body = Inflater(most_bytes), bytearray()
    async for piece in answer.content.iter_any():
        body += inflater.feed(piece)
    inflater.finish()
    return bytes(body)


def _plain(headers: Mapping[str, str]) -> dict[str, str]:
    """Lower-case names; repeated ones joined (RFC 9110 §5.3); cookies dropped, we keep none."""
    plain: dict[str, str] = {}
    for name, value in headers.items():
        key = name.lower()
        if key != "set-cookie":
            plain[key] = f"{plain[key]}, {value}" if key in plain else value
    return plain
