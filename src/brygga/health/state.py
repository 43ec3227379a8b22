"""A connection's state: one word for how it is doing, the worst that holds.

Red only when a person must act, yellow when it asks, a quiet ring when it mends itself. Each
state has a shape of its own, so that it is told apart without colour.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec

UNREACHABLE_AFTER: Final = timedelta(minutes=15)
"""Silence shorter than this is a rest, longer is "not reachable"."""

SHAPES: Final[dict[str, str]] = {
    "refused": "bad",
    "unreachable": "bad",
    "asks": "warn",
    "resting": "wait",
    "waiting": "wait",
    "trying": "wait",
    "fetching": "run",
    "works": "ok",
    "untried": "plan",
    "paused": "pause",
}
"""State → shape, in the order in which they need someone, worst first."""


class ConnectionFacts(msgspec.Struct, kw_only=True):
    """What is known of one connection. Times are zone-aware; `None` is never.

    `breaker`: closed · open · blocked, and `rest_s` until it is asked again. `trouble_since`: the
    first failure after the last good answer. `asked_to_wait_until`: the provider's own wish.
    `next_try_at` and `attempts` are of the row that has waited longest. `questions`: open repairs
    that need an answer. `fetched`: records taken in by a fetch under way, None when none is.
    """

    paused_at: datetime | None = None
    refused_since: datetime | None = None
    unreachable_since: datetime | None = None
    trouble_since: datetime | None = None
    last_ok_at: datetime | None = None
    breaker: str = "closed"
    rest_s: float = 0.0
    asked_to_wait_until: datetime | None = None
    next_try_at: datetime | None = None
    attempts: int = 0
    questions: int = 0
    fetched: int | None = None
    now: datetime


class State(msgspec.Struct, frozen=True, kw_only=True):
    """A state: its code, its shape, the moment and the number that its sentence names."""

    code: str
    shape: str
    at: datetime | None = None
    n: int = 0


def state_of(facts: ConnectionFacts) -> State:
    """The worst state that holds; a pause by a person comes before all others."""
    if facts.paused_at is not None:
        return _state("paused", facts.paused_at)
    return _broken(facts) or _asking(facts) or _waiting(facts) or _well(facts)


def _broken(f: ConnectionFacts) -> State | None:
    if f.refused_since is not None or f.breaker == "blocked":
        return _state("refused", f.refused_since or f.trouble_since or f.now)
    silent = f.unreachable_since or (f.trouble_since if f.breaker == "open" else None)
    if f.unreachable_since is not None or (silent is not None and f.now - silent >= UNREACHABLE_AFTER):
        return _state("unreachable", silent)
    return None


def _asking(f: ConnectionFacts) -> State | None:
    return _state("asks", None, f.questions) if f.questions else None


def _waiting(f: ConnectionFacts) -> State | None:
    if f.breaker == "open":
        return _state("resting", f.now + timedelta(seconds=f.rest_s))
    if f.asked_to_wait_until is not None and f.asked_to_wait_until > f.now:
        return _state("waiting", f.asked_to_wait_until)
    if f.next_try_at is not None and f.attempts > 0:
        return _state("trying", max(f.next_try_at, f.now), f.attempts + 1)
    return None


def _well(f: ConnectionFacts) -> State:
    if f.fetched is not None:
        return _state("fetching", None, f.fetched)
    if f.last_ok_at is None:
        return _state("untried", None)
    return _state("works", f.last_ok_at)


def _state(code: str, at: datetime | None, n: int = 0) -> State:
    return State(code=code, shape=SHAPES[code], at=at, n=n)


def order_of(code: str) -> int:
    """Where a state stands in a list: those that need someone first."""
    return list(SHAPES).index(code)
