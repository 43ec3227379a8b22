"""Pictures for receivers: `GET /b/{key}?…`, signed links that expire, straight from the archive.

No session and no listing: whoever has a link of ours may fetch that one file until the link's
time is over (RFC 9110 for conditions and ranges).
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Final
from urllib.parse import unquote

from brygga.archive import NotStored, Stored
from brygga.hub.hub import Hub
from brygga.model import BryggaError
from brygga.web.asgi import Receive, Scope, Send, answer, header

_RANGE: Final = re.compile(rb"bytes=(?:([0-9]{1,15})-([0-9]{0,15})|-([0-9]{1,15}))")
SAFE: Final = [
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; sandbox"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-robots-tag", b"noindex"),
]


class PictureLinks:
    """Serves archived files by signed links."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request. 404 for everything that is not ours, expired links too: a link tells nothing."""
        del receive
        if scope["method"] not in {"GET", "HEAD"}:
            await answer(send, 405, b"GET, HEAD\n", [(b"allow", b"GET, HEAD")])
            return
        head = scope["method"] == "HEAD"
        key = self._hub.check_link(_link(scope))
        if key is None:
            await answer(send, 404, b"not found\n", SAFE, head=head)
            return
        try:
            stored = await self._hub.services.archive.info(key)
            await self._give(scope, send, stored, head=head)
        except NotStored:
            await answer(send, 404, b"not found\n", SAFE, head=head)
        except BryggaError:
            await answer(send, 503, b"later\n", [*SAFE, (b"retry-after", b"60")], head=head)

    async def _give(self, scope: Scope, send: Send, stored: Stored, *, head: bool) -> None:
        etag = f'"{stored.sha256}"'.encode()
        headers = [
            *SAFE,
            (b"etag", etag),
            (b"cache-control", b"private, max-age=3600"),
            (b"accept-ranges", b"bytes"),
        ]
        if _matches(header(scope, b"if-none-match"), etag):
            await _start(send, 304, headers)
            await send({"type": "http.response.body", "body": b""})
            return
        asked = header(scope, b"range") if _range_holds(scope, etag) else b""
        span = _span(asked, stored.size_bytes)
        if span is None:
            size = f"bytes */{stored.size_bytes}".encode()
            await answer(send, 416, b"", [*headers, (b"content-range", size)], head=head)
            return
        await self._stream(
            send, stored, span, headers, whole=not asked or span == (0, stored.size_bytes), head=head
        )

    async def _stream(
        self,
        send: Send,
        stored: Stored,
        span: tuple[int, int],
        headers: list[tuple[bytes, bytes]],
        *,
        whole: bool,
        head: bool,
    ) -> None:
        """Send bytes `span[0]` up to `span[1]`. The first piece is read before the answer begins."""
        start, end = span
        pieces: AsyncIterator[bytes] | None = None
        first = b""
        if not head and end > start:
            pieces = self._hub.services.archive.stream(stored.key, start=start, end=end)
            first = await anext(pieces, b"")
        told = [
            *headers,
            (b"content-type", stored.content_type.encode("latin-1", "replace")),
            (b"content-length", str(end - start).encode()),
        ]
        if not whole:
            told.append((b"content-range", f"bytes {start}-{end - 1}/{stored.size_bytes}".encode()))
        await _start(send, 200 if whole else 206, told)
        await send({"type": "http.response.body", "body": first, "more_body": pieces is not None})
        if pieces is not None:
            async for piece in pieces:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})


def _link(scope: Scope) -> str:
    """The link as we signed it: path and query exactly as they came."""
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    path = unquote(raw.split(b"?", 1)[0].decode("latin-1"))
    query = scope.get("query_string", b"").decode("latin-1")
    return f"{path}?{query}"


async def _start(send: Send, status: int, headers: list[tuple[bytes, bytes]]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})


def _matches(condition: bytes, etag: bytes) -> bool:
    """If-None-Match: any of the tags, weak ones too, or a star."""
    tags = {tag.strip().removeprefix(b"W/") for tag in condition.split(b",")} if condition else set()
    return etag in tags or b"*" in tags


def _range_holds(scope: Scope, etag: bytes) -> bool:
    """If-Range: a range of an older file is not given; then the whole new one is."""
    condition = header(scope, b"if-range")
    return not condition or condition.strip() == etag


def _span(asked: bytes, size: int) -> tuple[int, int] | None:
    """First byte and the one after the last. The whole for no or an odd range, None for one outside."""
    found = _RANGE.fullmatch(asked.strip()) if asked else None
    if found is None:
        return (0, size)
    first, last, suffix = found.groups()
    if suffix is not None:
        return (max(0, size - int(suffix)), size) if int(suffix) and size else None
    start = int(first)
    end = min(size, int(last) + 1) if last else size
    return (start, end) if start < size and end > start else None
