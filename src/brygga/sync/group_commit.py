"""Group commit for the inbox: many webhooks, one transaction, each answered after its commit.

While one group is being written the next gathers, so the group grows with the load and a
single webhook waits for nothing but its own write.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Row = TypeVar("Row")
Made = TypeVar("Made")


class GroupCommit(Generic[Row, Made]):
    """Gathers rows and writes them in groups of at most `most` by `write`, in a thread.

    `write(rows)` must be all or nothing and give one result per row, in order. An error of it
    reaches every caller of that group; nobody is told that something was kept when it was not.
    """

    def __init__(self, write: Callable[[Sequence[Row]], Sequence[Made]], *, most: int = 256) -> None:
        self._write = write
        self._most = most
        self._waiting: list[tuple[Row, asyncio.Future[Made]]] = []
        self._worker: asyncio.Task[None] | None = None

    async def put(self, row: Row) -> Made:
        """Write `row` with its group; returns once it is durable. Raises what `write` raised."""
        done: asyncio.Future[Made] = asyncio.get_running_loop().create_future()
        self._waiting.append((row, done))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._drain())
        return await done

    async def close(self) -> None:
        """Wait for what is under way."""
        if self._worker is not None:
            await asyncio.gather(self._worker, return_exceptions=True)

    async def _drain(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            try:
                made = await asyncio.to_thread(self._write, [row for row, _ in group])
            except Exception as error:  # noqa: BLE001 – handed to every caller, none swallowed
                _fail([done for _, done in group], error)
                continue
            for (_, done), result in zip(group, made, strict=True):
                if not done.cancelled():
                    done.set_result(result)


def _fail(waiting: Sequence[asyncio.Future[Made]], error: Exception) -> None:
    for done in waiting:
        if not done.cancelled():
            done.set_exception(error)
