from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn as stdnum_luhn

from brygga.swedish import NotUnderstood, luhn, orgnr


@pytest.mark.parametrize(
    "text",
    ["556036-0793", "5560360793", "SE556036079301", "se 556036-0793 01", "165560360793", "556036–0793"],
)
def test_every_writing_of_a_number_gives_the_same_canonical_form(text: str) -> None:
    assert str(orgnr.parse(text)) == "556036-0793"
    assert orgnr.parse(text).vat == "SE556036079301"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("556036-0794", "checksum"),
        ("900111-2383", "looks_like_personnummer"),
        ("19900111-2383", "looks_like_personnummer"),
        ("55603607", "format"),
        ("000000-0000", "placeholder_zeros"),
        ("", "empty"),
    ],
)
def test_what_is_not_an_organisation_is_refused_by_name(text: str, code: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        orgnr.parse(text)
    assert caught.value.code == code


@given(st.from_regex(r"[0-9]{1,20}", fullmatch=True))
def test_our_check_digit_agrees_with_an_independent_one(digits: str) -> None:
    digits = digits.encode("ascii", "ignore").decode() or "0"
    assert luhn.valid(digits) == stdnum_luhn.is_valid(digits)
