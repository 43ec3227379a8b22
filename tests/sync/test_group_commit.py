"""Group commit: durable before the answer, and one write for many."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from brygga.sync.group_commit import GroupCommit


async def test_rows_that_come_together_are_written_together_and_in_order() -> None:
    groups: list[list[int]] = []

    def write(rows: Sequence[int]) -> Sequence[str]:
        groups.append(list(rows))
        return [f"n{row}" for row in rows]

    commit = GroupCommit[int, str](write)
    assert await asyncio.gather(*(commit.put(n) for n in range(50))) == [f"n{n}" for n in range(50)]
    assert [n for group in groups for n in group] == list(range(50))
    assert len(groups) < 5


async def test_nobody_is_answered_before_the_write_has_ended() -> None:
    may_end, entered = threading.Event(), threading.Event()

    def write(rows: Sequence[int]) -> Sequence[int]:
        entered.set()
        may_end.wait(5)
        return rows

    commit = GroupCommit[int, int](write)
    waiting = asyncio.create_task(commit.put(1))
    await asyncio.to_thread(entered.wait, 5)
    await asyncio.sleep(0.02)
    assert not waiting.done()
    may_end.set()
    assert await waiting == 1


async def test_an_error_reaches_every_caller_of_its_group_and_no_other() -> None:
    def write(rows: Sequence[int]) -> Sequence[int]:
        if 13 in rows:
            raise OSError("the disk is full")
        return rows

    commit = GroupCommit[int, int](write, most=1)
    with pytest.raises(OSError, match="full"):
        await commit.put(13)
    assert await commit.put(14) == 14


async def test_a_group_is_never_larger_than_the_most() -> None:
    sizes: list[int] = []

    def write(rows: Sequence[int]) -> Sequence[int]:
        sizes.append(len(rows))
        return rows

    commit = GroupCommit[int, int](write, most=7)
    await asyncio.gather(*(commit.put(n) for n in range(40)))
    assert max(sizes) <= 7
    assert sum(sizes) == 40
