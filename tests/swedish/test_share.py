from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brygga.swedish import NotUnderstood, share
from brygga.swedish.share import Share


@pytest.mark.parametrize(
    ("text", "canonical", "fraction"),
    [
        ("1/2", "1/2", Fraction(1, 2)),
        (" 35 / 100 ", "35/100", Fraction(7, 20)),
        ("½", "1/2", Fraction(1, 2)),
        ("andel: 1/1", "1/1", Fraction(1)),
        ("1/4 del", "1/4", Fraction(1, 4)),
        ("125/10 000", "125/10000", Fraction(1, 80)),
        ("0,5869 %", "0.5869%", Fraction(5869, 1_000_000)),
        ("2,50 procent", "2.5%", Fraction(1, 40)),
        ("100%", "100%", Fraction(1)),
    ],
)
def test_a_share_is_kept_as_written_and_known_exactly(text: str, canonical: str, fraction: Fraction) -> None:
    read = share.parse(text)
    assert (str(read), read.fraction) == (canonical, fraction)


@pytest.mark.parametrize("text", ["3/2", "1/0", "0/5", "0 %", "101 %", "0,5", "50", "halva", "1/2/3", "-1/2"])
def test_what_is_not_a_part_of_a_whole_is_refused(text: str) -> None:
    with pytest.raises(NotUnderstood, match="bad_share"):
        share.parse(text)


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_canonical_text_is_read_as_itself(one: int, other: int) -> None:
    value = Share(min(one, other), max(one, other))
    assert share.parse(value.text) == value
