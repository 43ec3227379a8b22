from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brygga.swedish import NotUnderstood, phone


@pytest.mark.parametrize(
    "text",
    [
        "070-174 06 05",
        "0701740605",
        "+46 (0)70-174 06 05",
        "0046701740605",
        "46701740605",
        "070–174\u00a006 05",
    ],
)
def test_every_writing_of_a_mobile_gives_the_same_e164(text: str) -> None:
    assert phone.parse(text) == phone.Phone("+46701740605", mobile=True)


def test_landlines_and_foreign_numbers_are_judged_by_the_package() -> None:
    assert phone.parse("08-465 004 23") == phone.Phone("+46846500423")
    assert phone.parse("+44 20 7946 0018").e164 == "+442079460018"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1177", "not_dialable_e164"),
        ("070-1740605 / 08-465 004 00", "several_numbers"),
        ("070-1740605 eller 070-1740606", "several_numbers"),
        ("08-465 004 23/24", "several_numbers"),
        ("08-465 004 23, 24", "several_numbers"),
        ("hemligt", "format"),
        ("", "empty"),
    ],
)
def test_what_cannot_be_dialled_is_refused_by_name(text: str, code: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        phone.parse(text)
    assert caught.value.code == code


def test_a_number_is_not_shown_unless_asked_for() -> None:
    number = phone.parse("070-174 06 67")
    assert "1740667" not in f"{number} {number!r}"
    assert number.masked == "070-*** ** 67"


@given(st.sampled_from("02369"), st.integers(0, 9_999_999))
def test_the_short_way_for_mobiles_agrees_with_the_package(kind: str, rest: int) -> None:
    text = f"07{kind}{rest:07}"
    judged = phonenumbers.parse(text, "SE")
    assert phonenumbers.is_valid_number(judged)
    assert phone.parse(text).e164 == phonenumbers.format_number(judged, phonenumbers.PhoneNumberFormat.E164)


@given(st.from_regex(r"(0|\+46 ?|0046)[1-9][0-9]{5,9}", fullmatch=True))
def test_the_short_way_for_other_swedish_numbers_agrees_with_the_package(text: str) -> None:
    text = text.encode("ascii", "ignore").decode()
    try:
        judged = phonenumbers.parse(text, "SE")
    except phonenumbers.NumberParseException:
        return
    try:
        ours = phone.parse(text).e164
    except NotUnderstood:
        ours = None
    valid = phonenumbers.is_valid_number(judged)
    assert ours == (
        phonenumbers.format_number(judged, phonenumbers.PhoneNumberFormat.E164) if valid else None
    )


def test_a_stroke_after_the_area_code_parts_nothing() -> None:
    assert phone.parse("08/465 004 23").e164 == "+46846500423"
    assert phone.parse("070/174 06 05").e164 == "+46701740605"
