"""News as they come: a stream of server-sent events that says "something changed", and no more.

The page then asks for its own regions again, so nothing is sent that the viewer may not see. One
look at the store serves all viewers, at most every five seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from brygga.hub.hub import Hub
from brygga.model import BryggaError

EVERY_S: Final = 5.0
ALIVE_S: Final = 15.0
MOST_VIEWERS: Final = 50


class Pulse:
    """Looks for news while somebody is watching, and tells all who watch."""

    def __init__(self, hub: Hub, *, every_s: float = EVERY_S) -> None:
        self._hub = hub
        self._every_s = every_s
        self._viewers: set[asyncio.Queue[str]] = set()
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def full(self) -> bool:
        """Whether no more viewers are taken; their pages work without news."""
        return self._closed or len(self._viewers) >= MOST_VIEWERS

    async def stream(self) -> AsyncIterator[bytes]:
        """One viewer's events until it leaves or we close."""
        mine: asyncio.Queue[str] = asyncio.Queue(maxsize=1)
        self._viewers.add(mine)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._watch())
        try:
            yield b"retry: 5000\n\n"
            while not self._closed:
                try:
                    async with asyncio.timeout(ALIVE_S):
                        mark = await mine.get()
                except TimeoutError:
                    yield b": alive\n\n"
                    continue
                if mark:
                    yield f"event: nytt\ndata: {mark}\n\n".encode()
        finally:
            self._viewers.discard(mine)

    async def close(self) -> None:
        """End all streams."""
        self._closed = True
        for viewer in self._viewers:
            _put(viewer, "")
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _watch(self) -> None:
        known = await self._mark()
        while self._viewers:
            await asyncio.sleep(self._every_s)
            mark = await self._mark()
            if mark and mark != known:
                known = mark
                for viewer in self._viewers:
                    _put(viewer, mark)

    async def _mark(self) -> str:
        """A text that differs when anything that a page shows may have changed."""
        try:
            return await asyncio.to_thread(self._read)
        except BryggaError:
            return ""

    def _read(self) -> str:
        store = self._hub.store
        newest = store.events(limit=1)
        repairs = [(r.code, r.connection, r.count) for r in store.repair_list()]
        waiting = sorted(store.outbox_counts().items())
        inbox = sorted(store.inbox_waiting().items())
        seen = (newest[-1].n if newest else 0, store.feed_last(), repairs, waiting, inbox)
        return format(hash(str(seen)) & 0xFFFFFFFFFFFF, "x")


def _put(viewer: asyncio.Queue[str], mark: str) -> None:
    """Only the newest word counts."""
    if viewer.full():
        viewer.get_nowait()
    viewer.put_nowait(mark)
