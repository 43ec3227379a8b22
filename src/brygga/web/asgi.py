"""The little of ASGI that the bare endpoints need: reading a body within bounds, answering plainly."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Any, Any, Any], Awaitable[None]]

PLAIN = (b"content-type", b"text/plain; charset=utf-8")


class TooLarge(Exception):
    """A body is longer than is taken."""


class Gone(Exception):
    """The caller left before the body was whole."""


async def read_body(scope: Scope, receive: Receive, most_bytes: int) -> bytes:
    """The whole body. Raises TooLarge (by its stated length before it is read), Gone."""
    stated = header(scope, b"content-length")
    if stated.isdigit() and int(stated) > most_bytes:
        raise TooLarge
    first = await receive()
    if first["type"] != "http.request":
        raise Gone
    body = first.get("body", b"")
    if not first.get("more_body"):
        return _within(body, most_bytes)
    parts, size = [body], len(body)
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Gone
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most_bytes:
            raise TooLarge
        if not message.get("more_body"):
            return b"".join(parts)


def _within(body: bytes, most_bytes: int) -> bytes:
    if len(body) > most_bytes:
        raise TooLarge
    return body


def header(scope: Scope, name: bytes) -> bytes:
    """The first header of that lower-case name, or nothing."""
    return next((value for key, value in scope["headers"] if key == name), b"")


async def answer(
    send: Send,
    status: int,
    body: bytes = b"",
    headers: Iterable[tuple[bytes, bytes]] = (),
    *,
    head: bool = False,
) -> None:
    """A whole answer; to a HEAD without its body."""
    length = (b"content-length", str(len(body)).encode())
    kind = PLAIN if not any(key == b"content-type" for key, _ in headers) else None
    listed = [length, *([kind] if kind else []), *headers]
    await send({"type": "http.response.start", "status": status, "headers": listed})
    await send({"type": "http.response.body", "body": b"" if head else body})
