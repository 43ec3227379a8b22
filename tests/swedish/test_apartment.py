from __future__ import annotations

import pytest

from brygga.swedish import NotUnderstood, apartment
from brygga.swedish.apartment import Apartment, BothNumbers


@pytest.mark.parametrize(
    "text",
    ["LGH 1204", "lgh nr 1204", "Lägenhet 1204", "1204", "lghnr 1204", "(lgh 1204)", "Lägenhetsnr: 1204"],
)
def test_every_writing_of_the_registers_number_gives_the_same(text: str) -> None:
    assert apartment.parse(text) == Apartment("1204")


def test_the_first_two_digits_tell_the_floor() -> None:
    assert [apartment.parse(n).floors_from_entrance for n in ("0901", "1001", "1303")] == [-1, 0, 3]
    assert str(apartment.parse("0901")) == "0901"


@pytest.mark.parametrize("text", ["LGH 27", "10011", "1000", "A12", "lgh", "120"])
def test_another_number_is_not_the_registers(text: str) -> None:
    with pytest.raises(NotUnderstood, match="not_lgh"):
        apartment.parse(text)


@pytest.mark.parametrize(
    ("text", "own"),
    [("27", "27"), ("lgh nr a12", "A12"), ("B 7", "B7"), ("1-204", "1-204"), ("1204", "1204")],
)
def test_the_associations_own_number_is_another_sense(text: str, own: str) -> None:
    assert apartment.own(text) == own


def test_two_numbers_in_one_field_are_told_apart_by_their_form() -> None:
    both = BothNumbers(Apartment("1204"), "27")
    assert apartment.both("27 (1204)") == apartment.both("lgh 1204 / 27") == both
    with pytest.raises(NotUnderstood, match="ambiguous"):
        apartment.both("1204 / 1303")
    for text in ("1204", "27 / 28", "hej (1204)"):
        with pytest.raises(NotUnderstood, match="not_lgh"):
            apartment.both(text)
