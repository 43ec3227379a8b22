"""What becomes of something on its way out after an error: one table, no second guesses."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from brygga.model import BryggaError, NeedsSignIn, OutcomeUnknown, Retryable

FIRST_WAIT_S = 5.0
MOST_WAIT_S = 900.0
KEEP_TRYING = timedelta(days=5)
"""How long a retryable row is tried before a person is asked; mail queues wait about as long."""


class Fate(StrEnum):
    """Where an outgoing row goes next."""

    WAIT = "waiting"
    PARKED = "parked"
    UNKNOWN = "unknown"


class Next(msgspec.Struct, frozen=True, kw_only=True):
    """The row's next state; `at`: when it is tried again; `repair`: its code if a person must act."""

    fate: Fate
    at: datetime | None = None
    repair: str = ""


def after(error: BryggaError, *, attempts: int, created: datetime, now: datetime, jitter: float) -> Next:
    """The fate of a row whose sending raised `error`. `jitter` is a random number in 0..1.

    Waits are min(900, 5·2^(attempts−1)) seconds times the jitter, or what the receiver asked for.
    """
    if isinstance(error, OutcomeUnknown):
        return Next(fate=Fate.UNKNOWN, repair="outcome_unknown")
    if isinstance(error, NeedsSignIn):
        return Next(fate=Fate.WAIT, at=now + timedelta(minutes=10), repair="key_refused")
    if isinstance(error, Retryable) and now - created < KEEP_TRYING:
        return Next(fate=Fate.WAIT, at=now + timedelta(seconds=_wait_s(error, attempts, jitter)))
    if isinstance(error, Retryable):
        return Next(fate=Fate.PARKED, repair="unreachable")
    return Next(fate=Fate.PARKED, repair="rejected_item")


def _wait_s(error: Retryable, attempts: int, jitter: float) -> float:
    if error.after_s is not None:
        return min(MOST_WAIT_S, max(0.1, error.after_s))
    most: float = min(MOST_WAIT_S, FIRST_WAIT_S * 2.0 ** max(0, attempts - 1))
    return max(0.1, most * jitter)
