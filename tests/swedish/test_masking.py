from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brygga.swedish.masking import mask


@pytest.mark.parametrize(
    "text",
    [
        "199001112383", "19900111-2383", "900111-2383", "9001112383", "19 900111 2383", "900111–2383",
        "1990-01-11-2383", "090527+1474", "090527%2B1474", "197302889931", "730288-9931", "20000101-T220",
        "90 01 11 23 83", "900111\u00a02383",
    ],
)  # fmt: skip  # a block of writings
@pytest.mark.parametrize(
    "around", ["{}", "För {} gäller.", "id={}&x=1", "pnr_{}-01-02.pdf", '{{"p":"{}"}}', "lgh 1203, {}"]
)
def test_a_personal_number_is_hidden_wherever_it_stands(text: str, around: str) -> None:
    assert mask(around.format(text)) == around.format("pnr:***")


def test_a_number_before_a_personal_number_cannot_hide_it() -> None:
    for before in range(1000, 10_000):
        assert "2383" not in mask(f"{before} 900111-2383").replace(f"{before} ", "")


@pytest.mark.parametrize(
    "text",
    [
        "070-174 06 05", "0701740605", "+46 (0)70-174 06 05", "0046701740605", "46701740605",
        "%2B46701740605", "+46701740605", "08-465 004 23", "070/174 06 05", "+44 20 7946 0018",
    ],
)  # fmt: skip  # a block of writings
@pytest.mark.parametrize("around", ["{}", "Ring {}, tack", "https://x.example.com/?to={}&n=1", "tel.{}"])
def test_a_phone_is_hidden_wherever_it_stands(text: str, around: str) -> None:
    assert mask(around.format(text)) == around.format("tel:***")


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("till anna.berg+hus@mail.example.com.", "till mail:***."),
        ("https://x.example.com/?to=anna%40example.com&n=1", "https://x.example.com/?to=mail:***&n=1"),
        ("<åsa@example.test>", "<mail:***>"),
        ("070-174 06 05 / 070-174 06 06", "tel:*** / tel:***"),
        ("anna@example.com 900111-2383 0701740605", "mail:*** pnr:*** tel:***"),
    ],
)
def test_an_address_is_hidden_and_its_surroundings_stand(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "fetched 214 estates in 1.9 s",
        "pris 3 995 000 kr, avgift 2 391 kr/mån, 114 18 Stockholm",
        "organisation 556036-0793, also 202100-5489",
        "wrong check digit 900111-2384",
        "2026-08-31T11:46:09.0701740605+02:00 call 550e8400-e29b-41d4-a716-070174060555",
        "2026-11-23 2026-11-24 2026-11-25",
        "at 1795440000.123 and 1795440000123 ms",
        "trace 4bf92f3577b34da6a3ce0701740605ab",
        "ratio 0.0701740605",
        "user@localhost sees build@3",
    ],
)
def test_ordinary_numbers_survive(text: str) -> None:
    assert mask(text) is text


def test_every_published_test_number_is_found(test_persons: list[str]) -> None:
    for number in test_persons:
        for form in (number, f"{number[:8]}-{number[8:]}", f"{number[2:8]}-{number[8:]}", number[2:]):
            assert mask(f"id {form}.") == "id pnr:***."


@given(st.text(st.sampled_from("0123456789 -+@.aé%/:é٣"), max_size=60) | st.text())
def test_masking_twice_is_masking_once(text: str) -> None:
    assert mask(mask(text)) == mask(text)


def test_long_hostile_text_takes_bounded_time() -> None:
    started = time.perf_counter()
    for piece in ("1 ", "0701740605 ", "@a", "a", "1", "2026-08-31 ", "900111-2384 "):
        mask("@" + piece * (20_000 // len(piece)))
    assert time.perf_counter() - started < 3
