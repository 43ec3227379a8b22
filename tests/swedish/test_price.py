from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brygga.swedish import NotUnderstood, price
from brygga.swedish import format as swedish
from brygga.swedish.price import Price, PriceRange


@pytest.mark.parametrize(
    ("text", "kr"),
    [
        ("3 995 000:-", 3_995_000),
        ("3 995 000 : –", 3_995_000),
        ("3 995\u00a0000 kr", 3_995_000),
        ("3.995.000 kr", 3_995_000),
        ("4,2 Mkr", 4_200_000),
        ("3.995 Mkr", 3_995_000),
        ("4,2 miljoner kronor", 4_200_000),
        ("1.250 tkr", 1_250_000),
        ("450 tkr", 450_000),
        ("slutpris 6 450 000 kr", 6_450_000),
        ("Utgångspris: 3 995 000 kr", 3_995_000),
        ("kr 4 500", 4_500),
        ("2 072,50 kr", 2_073),
        ("\u22121 kr", -1),
    ],
)
def test_a_written_price_becomes_whole_kronor(text: str, kr: int) -> None:
    assert price.parse(text) == Price(kr)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 391 kr/mån", Price(2_391, "month")),
        ("avgift 2 391 kr per månad", Price(2_391, "month")),
        ("12 000 kr/år", Price(12_000, "year")),
        ("153 571 kr/m²", Price(153_571, "m2")),
        ("153 571 kr/kvm", Price(153_571, "m2")),
        ("ca 4 Mkr", Price(4_000_000, approximate=True)),
    ],
)
def test_what_an_amount_is_for_is_kept_apart_from_the_amount(text: str, value: Price) -> None:
    assert price.parse(text) == value


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("Pris på förfrågan", "on_request", None),
        ("Pris enl. överenskommelse", "on_request", None),
        ("  ", "empty", None),
        ("hiss", "not_an_amount", 0),
        ("såld 15 januari 2022", "not_an_amount", 0),
        ("999 m² tomt", "unknown_unit", 4),
        ("3 995 000 EUR", "unknown_unit", 10),
        ("3 995 000 – 4 200 000 kr", "not_an_amount", 10),
        ("3 995 00 kr", "not_an_amount", 6),
        ("9" * 100, "out_of_range", None),
        ("9" * 201, "too_long", 200),
    ],
)
def test_what_is_not_one_price_is_refused_by_name_and_place(
    text: str, code: str, position: int | None
) -> None:
    with pytest.raises(NotUnderstood) as caught:
        price.parse(text)
    assert (caught.value.kind, caught.value.code, caught.value.position) == ("price", code, position)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3 195 000 – 6 752 500 kr", PriceRange(3_195_000, 6_752_500)),
        ("3,2–4,1 Mkr", PriceRange(3_200_000, 4_100_000)),
        ("900 tkr - 1,1 Mkr", PriceRange(900_000, 1_100_000)),
        ("2 391 - 3 000 kr/mån", PriceRange(2_391, 3_000, "month")),
        ("från 3 195 000 kr", PriceRange(3_195_000, None)),
        ("upp till 4 Mkr", PriceRange(None, 4_000_000)),
        ("895:-", PriceRange(895, 895)),
    ],
)
def test_a_range_keeps_both_ends(text: str, value: PriceRange) -> None:
    assert price.parse_range(text) == value


def test_a_range_that_falls_is_refused() -> None:
    with pytest.raises(NotUnderstood, match="reversed at 2"):
        price.parse_range("5-4 Mkr")


@given(st.integers(-(10**12), 10**12))
def test_what_the_page_writes_is_read_back_the_same(kr: int) -> None:
    assert price.parse(swedish.kr(kr)).kr == kr


def test_the_error_crosses_processes_and_speaks_swedish() -> None:
    error = pickle.loads(pickle.dumps(NotUnderstood("price", "unknown_unit", position=4)))
    assert str(error) == "price not understood: unknown_unit at 4"
    assert error.sv == "Priset gick inte att läsa: enheten är okänd."
