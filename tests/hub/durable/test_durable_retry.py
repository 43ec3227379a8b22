"""Waits between tries: full jitter over what was asked for."""

from __future__ import annotations

import random

import pytest

from brygga.hub.durable.retry import retryable_after, wait_before
from brygga.model.errors import Rejected, Retryable


@pytest.mark.parametrize(("repeat", "ceiling_s"), [(1, 0.5), (2, 1.0), (5, 8.0), (50, 60.0), (5000, 60.0)])
def test_the_wait_is_spread_over_all_of_zero_to_the_ceiling(repeat: int, ceiling_s: float) -> None:
    waits = [wait_before(repeat, rng=random.Random(seed)) for seed in range(400)]
    assert max(waits) <= ceiling_s
    assert max(waits) > 0.95 * ceiling_s
    assert min(waits) < 0.05 * ceiling_s


def test_it_never_comes_back_sooner_than_asked_and_not_all_at_once() -> None:
    waits = {wait_before(1, rng=random.Random(seed), at_least_s=30.0) for seed in range(50)}
    assert min(waits) >= 30.0
    assert len(waits) == 50


def test_there_is_no_repeat_number_zero() -> None:
    with pytest.raises(ValueError, match="number 1"):
        wait_before(0, rng=random.Random(1))


def test_only_retryable_errors_say_when() -> None:
    assert retryable_after(Retryable("later", after_s=7)) == 7
    assert retryable_after(Retryable("later")) == 0
    assert retryable_after(Rejected("no")) is None
    assert retryable_after(ValueError("no")) is None
