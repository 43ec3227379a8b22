"""What every form of the shared state must do, in the words of `brygga.wire.state`."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest

from brygga.wire.memory import MemoryAnswers
from brygga.wire.state import Kept

_TAKE = {"calls": 3, "at_once": 2, "tokens": 1, "permits": 1, "holds_s": 5.0}


def test_no_more_permits_are_given_than_there_are(stores: Any) -> None:
    assert [stores.slots.take("k", **_TAKE).permits for _ in range(3)] == [1, 1, 0]


def test_no_more_tokens_are_given_than_there_are(stores: Any) -> None:
    asked = {**_TAKE, "at_once": 9, "tokens": 2}
    assert [stores.slots.take("k", **asked).tokens for _ in range(3)] == [2, 1, 0]


def test_each_key_has_slots_of_its_own(stores: Any) -> None:
    given = [
        stores.slots.take(
            key,
            **_TAKE,
        ).lease
        for key in ("a", "a", "b")
    ]
    assert all(given)
    assert len(set(given)) == 3


def test_spent_tokens_cool_and_permits_are_free_at_once(stores: Any) -> None:
    for _ in range(3):
        grant = stores.slots.take("k", **_TAKE)
        stores.slots.give_back(grant.lease, spent=1, cools_s=0.2)
    empty = stores.slots.take("k", **_TAKE)
    assert empty.lease == ""
    assert 0 < empty.wait_s <= 0.2
    time.sleep(empty.wait_s + 0.01)
    assert stores.slots.take("k", **_TAKE).lease


def test_unspent_tokens_are_free_at_once(stores: Any) -> None:
    grant = stores.slots.take("k", **{**_TAKE, "tokens": 3})
    assert grant.tokens == 3
    stores.slots.give_back(grant.lease, spent=0, cools_s=9.0)
    assert stores.slots.take("k", **{**_TAKE, "tokens": 3}).tokens == 3


def test_a_lease_that_is_never_given_back_runs_out(stores: Any) -> None:
    asked = {**_TAKE, "at_once": 1, "holds_s": 0.1}
    lost = stores.slots.take("k", **asked)
    assert stores.slots.take("k", **asked).lease == ""
    time.sleep(0.12)
    assert stores.slots.take("k", **asked).lease
    stores.slots.give_back(lost.lease, spent=1, cools_s=1.0)  # too late: nothing happens


def test_takers_at_the_same_moment_never_get_too_much(stores: Any) -> None:
    given: list[int] = []

    def work() -> None:
        given.extend(stores.slots.take("k", **{**_TAKE, "calls": 7, "at_once": 9}).tokens for _ in range(5))

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(given) == 7


def test_a_breaker_opens_at_its_number_of_faults(stores: Any) -> None:
    modes = [stores.breakers.failed("k", opens_at=3, rest_s=5.0, code="x").mode for _ in range(3)]
    assert modes == ["closed", "closed", "open"]
    view = stores.breakers.look("k")
    assert (view.mode, view.failures, view.code) == ("open", 3, "x")
    assert 4 < view.rest_s <= 5


def test_a_success_starts_the_count_anew(stores: Any) -> None:
    stores.breakers.failed("k", opens_at=2, rest_s=5.0)
    stores.breakers.succeeded("k")
    assert stores.breakers.failed("k", opens_at=2, rest_s=5.0).mode == "closed"


def test_no_probe_while_it_rests_and_one_only_after(stores: Any) -> None:
    stores.breakers.failed("k", opens_at=1, rest_s=0.1)
    assert not stores.breakers.probe("k", probe="early", holds_s=5.0)
    time.sleep(0.12)
    won: list[bool] = []
    threads = [
        threading.Thread(
            target=lambda n=n: won.append(stores.breakers.probe("k", probe=f"p{n}", holds_s=5.0))
        )
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(won) == 1


def test_only_the_probe_under_way_closes_or_reopens(stores: Any) -> None:
    stores.breakers.failed("k", opens_at=1, rest_s=0.0)
    assert stores.breakers.probe("k", probe="mine", holds_s=5.0)
    stores.breakers.succeeded("k")
    stores.breakers.failed("k", opens_at=1, rest_s=99.0)
    assert stores.breakers.look("k").rest_s <= 5.0, "a straggler changed something"
    stores.breakers.failed("k", opens_at=1, rest_s=50.0, probe="mine")
    assert stores.breakers.look("k").mode == "open"
    assert stores.breakers.look("k").rest_s > 40


def test_a_probe_that_succeeds_closes(stores: Any) -> None:
    stores.breakers.failed("k", opens_at=1, rest_s=0.0)
    assert stores.breakers.probe("k", probe="mine", holds_s=5.0)
    stores.breakers.succeeded("k", probe="mine")
    assert stores.breakers.look("k").mode == "closed"


def test_a_lost_probe_is_followed_by_another(stores: Any) -> None:
    stores.breakers.failed("k", opens_at=1, rest_s=0.0)
    assert stores.breakers.probe("k", probe="lost", holds_s=0.1)
    assert not stores.breakers.probe("k", probe="next", holds_s=5.0)
    time.sleep(0.12)
    assert stores.breakers.probe("k", probe="next", holds_s=5.0)
    stores.breakers.succeeded("k", probe="lost")
    assert stores.breakers.look("k").mode == "open"


def test_a_block_stands_until_a_person_releases_it(stores: Any) -> None:
    stores.breakers.block("k", rest_s=60.0, code="closed_office", sv="Kontoret är stängt.")
    stores.breakers.failed("k", opens_at=1, rest_s=0.0)
    view = stores.breakers.look("k")
    assert (view.mode, view.code, view.sv) == ("blocked", "closed_office", "Kontoret är stängt.")
    assert set(stores.breakers.watch()) == {"k"}
    stores.breakers.release("k")
    assert stores.breakers.look("k").mode == "closed"
    assert stores.breakers.watch() == {}


def test_a_breaker_survives_a_restart(stores: Any) -> None:
    stores.breakers.failed("k", opens_at=1, rest_s=60.0, code="x")
    again = stores.reopen()
    if again is None:
        pytest.skip("memory does not outlive its process")
    assert again.breakers.look("k").mode == "open"
    again.close()


def _kept(body: bytes, at: float = 1.0) -> Kept:
    return Kept(200, {"etag": '"1"'}, body, at, etag='"1"')


def test_an_answer_is_kept_touched_and_forgotten(stores: Any) -> None:
    stores.answers.put("a/b", "k", _kept(b"one"))
    stores.answers.touch("a/b", "k", 5.0)
    kept = stores.answers.get("a/b", "k")
    assert (kept.body, kept.fetched_at, kept.etag) == (b"one", 5.0, '"1"')
    assert stores.answers.get("a/other", "k") is None
    assert stores.answers.forget("a/b", before=5.0) == 0
    assert stores.answers.forget("a/b") == 1
    assert stores.answers.get("a/b", "k") is None


def test_memory_drops_the_longest_unused_answer_first() -> None:
    answers = MemoryAnswers(most_bytes=10)
    answers.put("s", "old", _kept(b"12345"))
    answers.put("s", "used", _kept(b"12345"))
    answers.get("s", "old")
    answers.put("s", "new", _kept(b"12345"))
    assert [answers.get("s", k) is not None for k in ("old", "used", "new")] == [True, False, True]
