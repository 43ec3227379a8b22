from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from personnummer import personnummer as package

from brygga.swedish import NotUnderstood, personnummer

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    "text",
    [
        "199001112383",
        "19900111-2383",
        "900111-2383",
        "9001112383",
        "19 900111 2383",
        "900111–2383",
        "1990-01-11-2383",
    ],
)
def test_every_writing_of_a_number_gives_the_same_twelve_digits(text: str) -> None:
    assert personnummer.parse(text, today=TODAY).digits == "199001112383"


def test_the_sign_tells_the_century() -> None:
    assert personnummer.parse("090527+1474", today=TODAY).digits == "190905271474"
    assert personnummer.parse("000229-2399", today=TODAY).digits == "200002292399"


def test_without_a_sign_a_date_ahead_means_the_century_before() -> None:
    before_birth = date(2000, 2, 28)
    assert personnummer.parse("0002292399", today=date(2000, 2, 29)).digits == "200002292399"
    assert personnummer.parse("0002292399", today=date(2000, 3, 1)).digits.startswith("20")
    with pytest.raises(NotUnderstood, match="future"):
        personnummer.parse("000229-2399", today=before_birth)


def test_a_coordination_number_keeps_its_raised_day_and_knows_the_birth_date() -> None:
    number = personnummer.parse("730288-9931", today=TODAY)
    assert (number.digits, number.is_coordination) == ("197302889931", True)
    assert number.birth_date == date(1973, 2, 28)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("900111-2384", "checksum"),
        ("640327-381", "format"),
        ("000000-0000", "placeholder_zeros"),
        ("20150916-0006", "birth_number_000"),
        ("20000101-T220", "interim_number"),
        ("556036-0793", "not_a_person"),
        ("165560360793", "not_a_person"),
        ("SKYDDAD PERSONUPPGIFT", "protected"),
        ("Sekretessmarkering", "protected"),
        ("20000101-A220", "format"),
        ("17900111-2383", "out_of_range"),
        ("900230-2389", "no_such_day"),
        ("\u202e", "empty"),
    ],
)
def test_what_is_not_a_person_is_refused_by_name(text: str, code: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        personnummer.parse(text, today=TODAY)
    assert caught.value.code == code


def test_neither_value_nor_error_shows_the_number() -> None:
    number = personnummer.parse("199001112383", today=TODAY)
    assert "2383" not in f"{number} {number!r} {[number]} {number.masked}"
    assert (number.masked, number.written) == ("19900111-****", "19900111-2383")
    with pytest.raises(NotUnderstood) as caught:
        personnummer.parse("199001112384", today=TODAY)
    assert "2384" not in str(caught.value) + repr(caught.value)
    assert caught.value.__context__ is None


def test_a_coordination_number_may_lack_a_birth_date(test_persons: list[str]) -> None:
    lacking = [number for number in test_persons if number[4:6] == "00"]
    assert len(lacking) > 10
    assert all(personnummer.parse(number, today=TODAY).birth_date is None for number in lacking)


def test_every_published_test_number_is_accepted_and_kept(test_persons: list[str]) -> None:
    assert len(test_persons) > 4000
    assert all(personnummer.parse(number, today=TODAY).digits == number for number in test_persons)


def _accepted(text: str) -> bool:
    try:
        personnummer.parse(text, today=TODAY)
    except NotUnderstood:
        return False
    return True


def _slips(digits: str, places: range) -> list[str]:
    """Every number that differs in one digit."""
    return [
        digits[:at] + other + digits[at + 1 :]
        for at in places
        for other in "0123456789"
        if other != digits[at]
    ]


def test_one_wrong_digit_of_the_ten_is_always_refused(test_persons: list[str]) -> None:
    accepted = [slip for number in test_persons for slip in _slips(number, range(2, 12)) if _accepted(slip)]
    assert accepted == []


def test_a_wrong_century_passes_only_when_it_is_a_possible_one(test_persons: list[str]) -> None:
    """The check digit does not cover the century: nothing in the number can tell."""
    slips = [slip for number in test_persons for slip in _slips(number, range(2)) if _accepted(slip)]
    assert slips
    assert {slip[:2] for slip in slips} <= {"18", "19", "20"}
    assert all("1890" <= slip[:4] <= "2026" for slip in slips)


@given(st.dates(date(1890, 1, 1), date(2026, 11, 22)), st.integers(1, 999), st.integers(0, 9))
def test_our_judgement_agrees_with_the_package(born: date, birth_number: int, last: int) -> None:
    digits = f"{born:%Y%m%d}{birth_number:03}{last}"
    assert _accepted(digits) == package.valid(digits)


def test_the_package_familys_own_rows_agree(shared_providers: Path) -> None:
    path = shared_providers / "reference" / "personnummer" / "personnummer_meta_list.json"
    for row in json.loads(path.read_text(encoding="utf-8")):
        for form in ("long_format", "separated_format", "separated_long"):
            try:
                valid = personnummer.parse(row[form], today=TODAY).digits[2:] == row["long_format"][2:]
            except NotUnderstood:
                valid = False
            assert valid == row["valid"], form
