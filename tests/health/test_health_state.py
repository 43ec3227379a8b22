"""A connection's state from facts: the worst that holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from brygga.health import SHAPES, ConnectionFacts, order_of, state_of, told_by
from brygga.store import Event

NOW = datetime(2026, 11, 23, 13, 5, tzinfo=UTC)
EARLIER = NOW - timedelta(hours=2)


def facts(**given: Any) -> ConnectionFacts:
    return ConnectionFacts(**({"now": NOW, "last_ok_at": NOW - timedelta(minutes=1)} | given))


def test_a_connection_that_answered_last_works() -> None:
    state = state_of(facts())
    assert (state.code, state.shape, state.at) == ("works", "ok", NOW - timedelta(minutes=1))


def test_one_that_was_never_tried_says_so() -> None:
    assert state_of(facts(last_ok_at=None)).code == "untried"


def test_a_refused_key_comes_before_everything_that_mends_itself() -> None:
    state = state_of(facts(refused_since=EARLIER, breaker="open", rest_s=30, questions=2, fetched=5))
    assert (state.code, state.shape, state.at) == ("refused", "bad", EARLIER)


def test_a_blocked_breaker_is_a_refusal_even_before_the_repair_is_there() -> None:
    assert state_of(facts(breaker="blocked")).code == "refused"


def test_a_pause_by_a_person_comes_before_every_fault() -> None:
    assert state_of(facts(paused_at=EARLIER, refused_since=EARLIER)).code == "paused"


@pytest.mark.parametrize(("silent_min", "code"), [(14, "resting"), (15, "unreachable"), (300, "unreachable")])
def test_a_resting_breaker_becomes_not_reachable_after_a_quarter_of_an_hour(
    silent_min: int, code: str
) -> None:
    silent = facts(breaker="open", rest_s=60, trouble_since=NOW - timedelta(minutes=silent_min))
    assert state_of(silent).code == code


def test_a_rest_tells_when_it_ends() -> None:
    assert state_of(facts(breaker="open", rest_s=600)).at == NOW + timedelta(minutes=10)


def test_a_question_is_yellow_and_counted() -> None:
    state = state_of(facts(questions=2))
    assert (state.code, state.shape, state.n) == ("asks", "warn", 2)


def test_being_asked_to_wait_ends_by_itself() -> None:
    asked = NOW + timedelta(minutes=15)
    assert state_of(facts(asked_to_wait_until=asked)).at == asked
    assert state_of(facts(asked_to_wait_until=NOW - timedelta(seconds=1))).code == "works"


def test_a_waiting_row_that_failed_names_its_next_attempt() -> None:
    state = state_of(facts(next_try_at=NOW + timedelta(minutes=2), attempts=3))
    assert (state.code, state.n) == ("trying", 4)
    assert state_of(facts(next_try_at=NOW, attempts=0)).code == "works"


def test_a_fetch_under_way_shows_how_far_it_has_come() -> None:
    state = state_of(facts(fetched=1240, last_ok_at=None))
    assert (state.code, state.n) == ("fetching", 1240)


def test_red_is_only_for_what_needs_a_person() -> None:
    assert {code for code, shape in SHAPES.items() if shape == "bad"} == {"refused", "unreachable"}


def test_those_that_need_someone_stand_first() -> None:
    assert sorted(["works", "asks", "refused", "paused"], key=order_of) == [
        "refused",
        "asks",
        "works",
        "paused",
    ]


def event(minutes_ago: int, what: str, level: str = "ok") -> Event:
    return Event(at=NOW - timedelta(minutes=minutes_ago), what=what, level=level)


def test_trouble_lasts_from_its_first_event_until_the_next_good_one() -> None:
    told = told_by(
        [
            event(50, "pull.catchup"),
            event(40, "trouble.retryable", "wait"),
            event(30, "trouble.retryable", "wait"),
        ]
    )
    assert told.trouble_since == NOW - timedelta(minutes=40)
    assert told_by([event(40, "trouble.retryable", "wait"), event(20, "pull.catchup")]).trouble_since is None


def test_a_notice_from_outside_says_nothing_of_how_our_calls_go() -> None:
    told = told_by([event(40, "trouble.needs_sign_in", "bad"), event(20, "webhook")])
    assert told.trouble_since == NOW - timedelta(minutes=40)
    assert (told.ok, told.failed, told.last_ok_at) == (0, 1, None)


def test_a_home_stopped_by_our_own_check_is_no_fault_of_the_line() -> None:
    told = told_by([event(9, "publish.visible"), event(5, "publish.blocked", "bad")])
    assert (told.failed, told.trouble_since) == (0, None)
