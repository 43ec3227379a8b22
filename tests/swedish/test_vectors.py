"""Every parser against the shared table of inputs and answers, also with noise that must not matter."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from brygga.swedish import (
    NotUnderstood,
    apartment,
    area,
    designation,
    energy,
    orgnr,
    personnummer,
    phone,
    postcode,
    price,
    rooms,
    share,
)

TODAY = date(2026, 11, 23)


def _price(text: str) -> object:
    value = price.parse(text)
    return [str(value.kr), value.per]


def _area(text: str) -> object:
    value = area.parse(text)
    return [f"{Decimal(str(value.m2)):f}".removesuffix(".0"), value.approximate]


def _postcode(text: str) -> object:
    value = postcode.parse(text)
    return [value.code, value.town]


def _designation(text: str) -> object:
    value = designation.parse(text)
    kind = "fastighet" if value.kind == "property" else value.kind
    facts: dict[str, object] = {
        "canonical": value.text,
        "registeromrade": value.municipality,
        "trakt": value.tract,
        "block": value.block,
        "enhet": value.unit,
        "typ": kind,
    }
    return facts if value.area is None else {**facts, "omrade": value.area}


READERS: dict[str, Callable[[str], object]] = {
    "pris": _price,
    "area": _area,
    "rum": lambda text: f"{rooms.parse(text).rooms:g}",
    "personnummer": lambda text: personnummer.parse(text, today=TODAY).digits,
    "orgnr": lambda text: str(orgnr.parse(text)),
    "telefon": lambda text: phone.parse(text).e164,
    "postnr": _postcode,
    "fastighetsbeteckning": _designation,
    "lgh": lambda text: apartment.parse(text).number,
    "andel": lambda text: share.parse(text).text,
    "energiklass": lambda text: energy.parse(text).letter,
}
EITHER = {"checksum_or_future": {"checksum", "future"}}
FEWEST = {"andel": 7, "energiklass": 5, "lgh": 7}
TOWN_KEEPS_ITS_CASE = {"postnr"}


def _answer(kind: str, text: str) -> object:
    try:
        return READERS[kind](text)
    except NotUnderstood as error:
        return error.code


def _wrong(row: dict[str, object], answer: object) -> bool:
    wanted = row["value"] if row["ok"] else row["error"]
    return answer != wanted and not (isinstance(answer, str) and answer in EITHER.get(str(wanted), set()))


@pytest.mark.parametrize("kind", READERS)
def test_every_shared_vector_gives_its_value_or_its_named_error(
    kind: str, vectors: list[dict[str, object]]
) -> None:
    rows = [row for row in vectors if row["kind"] == kind]
    answers = [(row["input"], _answer(kind, str(row["input"])), row) for row in rows]
    assert len(rows) >= FEWEST.get(kind, 9)
    assert [(text, answer) for text, answer, row in answers if _wrong(row, answer)] == []


def test_every_kind_of_the_shared_table_is_read(vectors: list[dict[str, object]]) -> None:
    assert {row["kind"] for row in vectors} == set(READERS)


SPACES = "\u00a0\u2009\u202f\u3000\t\u2003\u205f"
DASHES = "‐‑‒–—−﹣－"
NOTHING = ("\u00ad", "\u200b", "\ufeff", "\u202a", "\u2060")


def _spaced(text: str, rng: random.Random) -> str:
    grown = "".join(c + rng.choice(SPACES) * rng.randint(0, 2) if c == " " else c for c in text)
    swapped = "".join(rng.choice(SPACES) if c == " " else c for c in grown)
    return f"{rng.choice(SPACES)}{swapped}{rng.choice(SPACES)} "


def _dashed(text: str, rng: random.Random) -> str:
    return "".join(rng.choice(DASHES) if c == "-" else c for c in text)


def _sprinkled(text: str, rng: random.Random) -> str:
    return "".join(c + rng.choice(NOTHING) if rng.random() < 0.3 else c for c in text)


NOISES: dict[str, Callable[[str, random.Random], str]] = {
    "spaces": _spaced,
    "dashes": _dashed,
    "decomposed": lambda text, _: unicodedata.normalize("NFD", text),
    "upper": lambda text, _: text.upper(),
    "lower": lambda text, _: text.lower(),
    "invisible": _sprinkled,
    "all": lambda text, rng: _sprinkled(
        unicodedata.normalize("NFD", _dashed(_spaced(text.swapcase(), rng), rng)), rng
    ),
}
OF_CASE = {"upper", "lower", "all"}


@pytest.mark.parametrize("noise", NOISES)
def test_spaces_dashes_case_and_composition_change_no_answer(
    noise: str, vectors: list[dict[str, object]]
) -> None:
    rng = random.Random(4)
    changed = []
    for row in (row for row in vectors for _ in range(3)):
        kind, text = str(row["kind"]), str(row["input"])
        noisy = NOISES[noise](text, rng)
        before, after = _answer(kind, text), _answer(kind, noisy)
        if kind in TOWN_KEEPS_ITS_CASE and noise in OF_CASE:
            before, after = str(before).casefold(), str(after).casefold()
        if before != after:
            changed.append((noisy, before, after))
    assert changed == []


TYPED: list[tuple[str, str, object]] = [
    ("personnummer", "900101–0017", "199001010017"),
    ("personnummer", "121212+1212", "191212121212"),
    ("personnummer", "701063-2391", "197010632391"),
    ("personnummer", "556036-0793", "not_a_person"),
    ("orgnr", "SE556036079301", "556036-0793"),
    ("orgnr", "640823-3234", "looks_like_personnummer"),
    ("telefon", "+46 (0)70-174 06 05", "+46701740605"),
    ("telefon", "1177", "not_dialable_e164"),
    ("fastighetsbeteckning", "Kvarngärdet 1:23", "unknown_municipality"),
    ("fastighetsbeteckning", "Uppsala 1:23", "no_tract"),
    ("fastighetsbeteckning", "Uppsala Kvarngärdet 1:0", "unit_zero"),
    ("rum", "2 1/2 rum", "2.5"),
    ("area", "c:a 85 kvm", ["85", True]),
    ("area", "85 + 12 kvm", "not_area"),
    ("pris", "3,995 mkr", ["3995000", None]),
    ("pris", "4 250 kr/mån", ["4250", "month"]),
    ("pris", "3 995 000 – 4 200 000 kr", "not_an_amount"),
    ("postnr", "12950Hägersten", ["129 50", "Hägersten"]),
    ("lgh", "Lägenhet 0901", "0901"),
    ("lgh", "LGH 27", "not_lgh"),
    ("andel", " 35 / 100 ", "35/100"),
    ("andel", "0,5869 %", "0.5869%"),
    ("andel", "3/2", "bad_share"),
    ("energiklass", "energiklass: c", "C"),
    ("energiklass", "", "not_class"),
]


@pytest.mark.parametrize(("kind", "text", "wanted"), TYPED)
def test_a_share_of_the_table_holds_without_it(kind: str, text: str, wanted: object) -> None:
    assert _answer(kind, text) == wanted
