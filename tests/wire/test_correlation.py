"""The correlation id follows the work, also into tasks, and does not leak out of it."""

from __future__ import annotations

import asyncio
from typing import Any

from brygga.wire import correlation


async def test_tasks_inherit_the_id_and_nothing_leaks_out() -> None:
    async def inner() -> str:
        return correlation.current()

    with correlation.use() as current:
        assert await asyncio.create_task(inner()) == current
        with correlation.use("webhook-7"):
            assert correlation.current() == "webhook-7"
        assert correlation.current() == current
    assert correlation.current() == ""


def test_ids_do_not_repeat() -> None:
    assert len({correlation.new_id() for _ in range(1000)}) == 1000


async def test_an_error_carries_the_id_of_the_work_under_way(provider: Any, wire_to: Any, read: Any) -> None:
    provider.script = [422]
    with correlation.use() as current:
        outcome = (await asyncio.gather(wire_to().call(read()), return_exceptions=True))[0]
    assert outcome.correlation_id == current
