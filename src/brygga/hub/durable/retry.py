"""How long to wait before a step is tried again: full jitter, never sooner than asked."""

from __future__ import annotations

import random

from brygga.model.errors import Retryable

FIRST_S = 0.5
MOST_S = 60.0


def wait_before(
    repeat: int,
    *,
    rng: random.Random,
    at_least_s: float = 0.0,
    first_s: float = FIRST_S,
    most_s: float = MOST_S,
) -> float:
    """Seconds to wait before repeat number `repeat` (1 = the first repeat).

    `at_least_s` is what the other side asked for (Retry-After); the jitter comes on top of
    it, so that many flows told the same second do not all return in it.
    Raises ValueError if repeat < 1. Formula: at_least + random(0, min(most, first * 2**(repeat-1))).
    Source: Exponential Backoff And Jitter, AWS Architecture Blog, 2015.
    """
    if repeat < 1:
        raise ValueError("the first repeat is number 1")
    # 2.0**1024 overflows; the cap is reached long before.
    ceiling_s = min(most_s, first_s * 2.0 ** min(repeat - 1, 60))
    return at_least_s + rng.uniform(0.0, ceiling_s)


def retryable_after(error: Exception) -> float | None:
    """Seconds the other side wants us to wait (0 if it did not say), or None: do not repeat."""
    return (error.after_s or 0.0) if isinstance(error, Retryable) else None
