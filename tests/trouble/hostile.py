"""A source that answers what it likes: `/homes` is the list, `/homes/<id>` one home.

Small TCP pieces are sent as they are, so that an answer may also break the rules of HTTP.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

Reply = bytes | Callable[[asyncio.StreamWriter], Any]


def answer(body: bytes, *, status: str = "200 OK", kind: str = "application/json", more: str = "") -> bytes:
    """A whole and proper answer."""
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}"
    return f"{head}Connection: close\r\n\r\n".encode() + body


def home(number: int, **facts: Any) -> dict[str, Any]:
    """A home as this source tells it."""
    return {
        "id": f"H{number}",
        "street": f"Storgatan {number}",
        "town": "Lund",
        "price": 1_000_000 + number,
        "living_area": 50.0,
        "state": "active",
        "changed": "2026-05-01T08:00:00Z",
        **facts,
    }


class Hostile:
    """The source. `said` maps a path to what is answered there; the list and the homes answer properly."""

    def __init__(self, homes: int) -> None:
        self.homes = {f"H{n}": home(n) for n in range(homes)}
        self.said: dict[str, Reply] = {}
        self.asked: list[str] = []
        self.url = ""
        self.serving: set[asyncio.Task[Any]] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one answer; however it ends, the line is closed."""
        task = asyncio.current_task()
        assert task is not None
        self.serving.add(task)
        try:
            await self._answer(reader, writer)
        finally:
            self.serving.discard(task)
            writer.transport.abort()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split(b" ")[1].decode().split("?")[0]
            self.asked.append(path)
            reply = self.said.get(path) or self._proper(path)
            if callable(reply):
                await reply(writer)
            else:
                writer.write(reply)
                await writer.drain()
            writer.close()
            await writer.wait_closed()

    def _proper(self, path: str) -> bytes:
        if path == "/homes":
            rows = [{"id": one["id"], "changed": one["changed"]} for one in self.homes.values()]
            return answer(json.dumps({"homes": rows}).encode())
        found = self.homes.get(path.removeprefix("/homes/"))
        return answer(json.dumps(found).encode()) if found else answer(b"{}", status="404 Not Found")


@contextlib.asynccontextmanager
async def hostile(homes: int) -> AsyncIterator[Hostile]:
    """The source on a free port of this machine."""
    source = Hostile(homes)
    server = await asyncio.start_server(source.serve, "127.0.0.1", 0)
    source.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield source
    finally:
        server.close()
        for task in source.serving:
            task.cancel()
        await asyncio.gather(*source.serving, return_exceptions=True)
        await server.wait_closed()
