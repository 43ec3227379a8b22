"""Every parser against the shared table of inputs and answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from brygga.swedish import NotUnderstood, area, orgnr, personnummer, phone, postcode, price, rooms

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


READERS: dict[str, Callable[[str], object]] = {
    "pris": _price,
    "area": _area,
    "rum": lambda text: f"{rooms.parse(text).rooms:g}",
    "personnummer": lambda text: personnummer.parse(text, today=TODAY).digits,
    "orgnr": lambda text: str(orgnr.parse(text)),
    "telefon": lambda text: phone.parse(text).e164,
    "postnr": _postcode,
}
EITHER = {"checksum_or_future": {"checksum", "future"}}


def _answer(kind: str, text: str) -> object:
    try:
        return READERS[kind](text)
    except NotUnderstood as error:
        return error.code


@pytest.mark.parametrize("kind", READERS)
def test_every_shared_vector_gives_its_value_or_its_named_error(
    kind: str, vectors: list[dict[str, object]]
) -> None:
    wrong = []
    rows = [row for row in vectors if row["kind"] == kind]
    for row in rows:
        answer = _answer(kind, str(row["input"]))
        wanted = row["value"] if row["ok"] else row["error"]
        if answer != wanted and answer not in EITHER.get(str(wanted), set()):
            wrong.append((row["input"], wanted, answer))
    assert len(rows) >= 9
    assert wrong == []
