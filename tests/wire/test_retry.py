"""Waits: full jitter within its bounds, and every form of Retry-After."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

import pytest

from brygga.model.errors import Retryable
from brygga.wire import Limits, Repeat
from brygga.wire.retry import asked_wait, wait_before

_NOW = datetime(2026, 3, 2, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize("attempt", [1, 2, 5, 12, 5000])
def test_the_wait_is_spread_over_its_whole_range(attempt: int) -> None:
    limits, rng = Limits(first_wait_s=0.5, most_wait_s=20.0), random.Random(3)
    ceiling = min(20.0, 0.5 * 2.0 ** min(attempt - 1, 60))
    waits = [wait_before(attempt, limits=limits, rng=rng) for _ in range(400)]
    assert 0 <= min(waits) < ceiling * 0.05
    assert ceiling * 0.95 < max(waits) <= ceiling
    assert abs(sum(waits) / len(waits) - ceiling / 2) < ceiling * 0.1


def test_there_is_no_repeat_number_nought() -> None:
    with pytest.raises(ValueError, match="number 1"):
        wait_before(0, limits=Limits(), rng=random.Random())


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("3", 3.0),
        ("1.25", 1.25),
        ("0", 0.0),
        (" 7 ", 7.0),
        ("-5", 0.0),
        ("99999999", 300.0),
        ("1e300", 300.0),
        ("Mon, 02 Mar 2026 12:00:30 GMT", 30.0),
        ("Monday, 02-Mar-26 12:00:30 GMT", 30.0),
        ("Mon, 02 Mar 2026 11:00:00 GMT", 0.0),
        ("Mon, 02 Mar 2026 13:00:20 +0100", 20.0),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_read_in_all_its_forms(text: str, seconds: float | None) -> None:
    assert asked_wait({"retry-after": text}, now=_NOW, longest_s=300.0) == seconds


def test_a_date_is_held_against_the_providers_own_clock() -> None:
    headers = {"retry-after": "Mon, 02 Mar 2026 15:00:10 GMT", "date": "Mon, 02 Mar 2026 15:00:00 GMT"}
    assert asked_wait(headers, now=_NOW, longest_s=300.0) == 10.0


async def test_a_call_waits_as_long_as_it_was_asked_to(
    provider: Any, wire_to: Any, read: Any, naps: Any
) -> None:
    provider.script = [{"status": 503, "headers": {"Retry-After": "0.05"}}, {"text": "{}"}]
    answer = await wire_to().call(read())
    assert answer.attempts == 2
    assert naps.asked == [0.05]


async def test_too_many_calls_is_waited_out_for_every_kind_of_write(
    provider: Any, wire_to: Any, read: Any
) -> None:
    provider.script = [{"status": 429, "headers": {"Retry-After": "0.05"}}, {"text": "{}"}]
    answer = await wire_to().call(read(method="POST", repeat=Repeat.NONE))
    assert answer.attempts == 2
    assert provider.arrivals[1] - provider.arrivals[0] >= 0.05


async def test_nobody_calls_before_the_asked_wait_is_over(provider: Any, wire_to: Any, read: Any) -> None:
    provider.script = [{"status": 429, "headers": {"Retry-After": "0.2"}}, {"text": "{}"}]
    wire = wire_to(attempts=1)
    with pytest.raises(Retryable) as refused:
        await wire.call(read())
    assert refused.value.after_s == 0.2
    await wire.call(read())
    assert provider.arrivals[1] - provider.arrivals[0] >= 0.2


async def test_a_wait_beyond_the_deadline_is_not_begun(
    provider: Any, wire_to: Any, read: Any, naps: Any
) -> None:
    provider.script = [{"status": 503, "headers": {"Retry-After": "60"}}]
    with pytest.raises(Retryable) as refused:
        await wire_to().call(read(deadline_s=1.0))
    assert refused.value.after_s == 60.0
    assert naps.asked == []
    assert provider.calls == 1


async def test_it_gives_up_after_its_number_of_tries(
    provider: Any, wire_to: Any, read: Any, naps: Any
) -> None:
    provider.script = [500]
    with pytest.raises(Retryable) as failed:
        await wire_to(attempts=4, first_wait_s=0.1).call(read())
    assert provider.calls == 4
    assert failed.value.status == 500
    assert all(0 <= nap <= 0.1 * 2**n for n, nap in enumerate(naps.asked))


async def test_the_deadline_bounds_a_slow_provider(provider: Any, wire_to: Any, read: Any) -> None:
    import asyncio

    async def slow(_: Any) -> Any:
        await asyncio.sleep(5)

    provider.script = [slow]
    started = asyncio.get_running_loop().time()
    with pytest.raises(Retryable):
        await wire_to().call(read(deadline_s=0.3))
    assert asyncio.get_running_loop().time() - started < 1.0
