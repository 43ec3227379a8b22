"""What becomes of an outgoing row after an error."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from brygga.model import Invalid, NeedsSignIn, OutcomeUnknown, Rejected, Retryable, Unsupported
from brygga.sync.outcome import KEEP_TRYING, MOST_WAIT_S, Fate, after

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_a_doubtful_sending_is_never_tried_again_by_itself() -> None:
    told = after(OutcomeUnknown("cut"), attempts=1, created=NOW, now=NOW, jitter=1.0)
    assert (told.fate, told.at, told.repair) == (Fate.UNKNOWN, None, "outcome_unknown")


@pytest.mark.parametrize("error", [Rejected("no"), Invalid("no"), Unsupported("no")])
def test_a_refusal_is_set_aside_for_a_person(error: Exception) -> None:
    told = after(error, attempts=1, created=NOW, now=NOW, jitter=1.0)  # type: ignore[arg-type]  # all ours
    assert (told.fate, told.repair) == (Fate.PARKED, "rejected_item")


def test_a_refused_key_waits_for_a_person_and_keeps_its_place() -> None:
    told = after(NeedsSignIn("key"), attempts=1, created=NOW, now=NOW, jitter=0.0)
    assert told.fate is Fate.WAIT
    assert told.repair == "key_refused"


@pytest.mark.parametrize(("attempts", "most_s"), [(1, 5), (2, 10), (4, 40), (30, MOST_WAIT_S)])
def test_waits_double_up_to_a_quarter_of_an_hour(attempts: int, most_s: float) -> None:
    told = after(Retryable("later"), attempts=attempts, created=NOW, now=NOW, jitter=1.0)
    assert told.at == NOW + timedelta(seconds=most_s)


def test_the_receivers_own_wish_decides_the_wait() -> None:
    told = after(Retryable("later", after_s=77.5), attempts=1, created=NOW, now=NOW, jitter=0.0)
    assert told.at == NOW + timedelta(seconds=77.5)


def test_after_five_days_a_person_is_asked() -> None:
    created = NOW - KEEP_TRYING - timedelta(seconds=1)
    told = after(Retryable("later"), attempts=99, created=created, now=NOW, jitter=0.5)
    assert (told.fate, told.repair) == (Fate.PARKED, "unreachable")
