"""The vanish brake: what may be removed when a listing lacks something."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brygga.sync.brake import Verdict, compare

TEN = [f"O{n}" for n in range(10)]


def test_nothing_missing_asks_for_nothing() -> None:
    found = compare(TEN, [*TEN, "O10"], complete=True)
    assert found.verdict is Verdict.NOTHING
    assert found.missing == ()


def test_a_small_share_may_be_looked_for() -> None:
    found = compare(TEN, TEN[:9], complete=True)
    assert found.verdict is Verdict.LOOK
    assert found.missing == ("O9",)


@pytest.mark.parametrize("left", [0, 1, 5, 7])
def test_a_large_share_is_a_question_for_a_person(left: int) -> None:
    found = compare(TEN, TEN[:left], complete=True)
    assert found.verdict is Verdict.ASK
    assert len(found.missing) == 10 - left


def test_a_persons_yes_lets_a_large_share_be_looked_for() -> None:
    assert compare(TEN, [], complete=True, allowed=True).verdict is Verdict.LOOK


def test_an_incomplete_listing_removes_nothing_even_with_a_yes() -> None:
    assert compare(TEN, TEN[:9], complete=False, allowed=True).verdict is Verdict.NOTHING


def test_a_listing_shorter_than_its_own_count_is_not_trusted() -> None:
    assert compare(TEN, TEN[:9], complete=True, total=10).verdict is Verdict.NOTHING
    assert compare(TEN, TEN[:9], complete=True, total=9).verdict is Verdict.LOOK


@given(st.sets(st.integers(0, 40)), st.sets(st.integers(0, 40)), st.floats(0.05, 0.9))
def test_never_more_than_the_share_without_a_question(held: set[int], seen: set[int], share: float) -> None:
    known, listed = {str(n) for n in held}, {str(n) for n in seen}
    found = compare(known, listed, complete=True, most_share=share)
    if found.verdict is Verdict.LOOK:
        assert 0 < len(found.missing) <= share * len(known)
    assert set(found.missing) == known - listed
