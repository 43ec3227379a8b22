"""When a call is tried again, and how long it waits before that."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from brygga.wire.call import Limits


def wait_before(attempt: int, *, limits: Limits, rng: random.Random) -> float:
    """Seconds to wait before repeat number `attempt` (1 = first repeat), with full jitter.

    uniform(0, min(most_wait_s, first_wait_s · 2^(attempt−1))). Raises ValueError if attempt < 1.
    Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    """
    if attempt < 1:
        raise ValueError("the first repeat is number 1")
    ceiling = min(limits.most_wait_s, limits.first_wait_s * 2.0 ** min(attempt - 1, 60))
    return rng.uniform(0.0, ceiling)


def asked_wait(headers: Mapping[str, str], *, now: datetime, longest_s: float) -> float | None:
    """Seconds that the provider asks us to stay away (`Retry-After`), at most `longest_s`.

    Reads whole seconds, fractions and HTTP dates (RFC 9110 §10.2.3; fractions occur in practice).
    A date is held against the answer's own `Date`, so that skewed clocks do not matter. None when
    there is none or it cannot be read. `headers` have lower-case names.
    """
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    seconds = _as_number(text)
    if seconds is None:
        seconds = _until(text, headers, now)
    return None if seconds is None else min(max(0.0, seconds), longest_s)


def _as_number(text: str) -> float | None:
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) else None


def _until(text: str, headers: Mapping[str, str], now: datetime) -> float | None:
    moment = _as_moment(text)
    if moment is None:
        return None
    theirs = _as_moment(headers.get("date", ""))
    return (moment - (theirs or now)).total_seconds()


def _as_moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
