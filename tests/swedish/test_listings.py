"""The parsers against real listing rows, whose own price per square metre is the judge."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from brygga.swedish import NotUnderstood, dates, floor, municipality, price, size

Row = dict[str, str]


def _rows(shared_providers: Path) -> list[Row]:
    path = shared_providers / "realdata" / "stockholm_housing_df_RAW.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _off_by_kr(row: Row) -> float | None:
    """How far price / living area is from the stated kr/m²; None when the row is not regular."""
    try:
        measured = size.parse(row["size:rooms"])
        sold = price.parse(row["sale_price"])
        stated = price.parse(row["ppsqm"])
        dates.parse(row["sold_date"])
    except NotUnderstood:
        return None
    if measured.living_m2 is None or stated.per != "m2":
        return None
    return abs(sold.kr / measured.living_m2 - stated.kr)


def test_price_and_area_of_regular_rows_agree_with_the_stated_price_per_area(shared_providers: Path) -> None:
    rows = _rows(shared_providers)
    off = {index: kr for index, row in enumerate(rows) if (kr := _off_by_kr(row)) is not None}
    apart = [rows[index]["size:rooms"] for index, kr in off.items() if kr > 1]
    assert len(off) >= 9_480
    assert sorted(apart) == ["45,1 m²   2 rum", "60,4 m²   3 rum", "74,7 m²   3 rum"]


def test_a_shifted_record_is_refused_and_not_misread(shared_providers: Path) -> None:
    shifted = [
        row for row in _rows(shared_providers) if row["sale_price"].startswith(("såld", "hiss", "balkong"))
    ]
    assert len(shifted) > 5
    assert all(_off_by_kr(row) is None for row in shifted)


FIELDS: dict[str, tuple[Callable[[str], object], dict[str, int]]] = {
    "size:rooms": (size.parse, {"empty": 1}),
    "fee": (price.parse, {"not_an_amount": 31, "unknown_unit": 22, "empty": 1}),
    "sale_price": (price.parse, {"not_an_amount": 87, "empty": 1}),
    "sold_date": (dates.parse, {"not_date": 87, "empty": 1}),
    "ppsqm": (price.parse, {"not_an_amount": 90, "unknown_unit": 9, "empty": 169}),
}
"""How to read a column, and how many of its fields are refused by which name: all of them from records that
slid a column to the left, plots in the place of the fee, and gaps."""


def test_every_price_area_fee_and_date_is_read_or_refused_by_a_name(shared_providers: Path) -> None:
    rows = _rows(shared_providers)
    for column, (parse, expected) in FIELDS.items():
        refused: Counter[str] = Counter()
        for row in rows:
            try:
                parse(row[column])
            except NotUnderstood as error:
                refused[error.code] += 1
        assert refused == expected, column


_SPEAKS_OF_A_FLOOR = re.compile(r"[0-9½] ?tr\b|vån ?[0-9]|våning [0-9]|plan [0-9]|^bv\b")


def test_nineteen_of_twenty_floors_in_addresses_are_read_and_the_others_named(shared_providers: Path) -> None:
    parts = [part.strip() for row in _rows(shared_providers) for part in row["adress"].split(",")[1:]]
    written = [part for part in parts if _SPEAKS_OF_A_FLOOR.search(part)]
    refused: Counter[str] = Counter()
    for part in written:
        try:
            floor.parse(part)
        except NotUnderstood as error:
            refused[error.code] += 1
    assert len(written) > 4_000
    assert refused.total() < len(written) / 20
    assert set(refused) <= {"not_floor", "ambiguous", "out_of_range", "reversed"}


def test_the_municipality_stands_last_in_every_place(shared_providers: Path) -> None:
    places = Counter(row["location"].rsplit(", ", 1)[-1] for row in _rows(shared_providers))
    names = Counter(municipality.parse(p).name for p in places if p.endswith("kommun"))
    assert names.keys() == {"Stockholm", "Solna"}


def test_the_other_file_is_read_whole_but_its_missing_floors(shared_providers: Path) -> None:
    """Windows-1252 with no-break spaces; `NaN` for a floor that is missing."""
    lines = (shared_providers / "realdata" / "property_data.txt").read_text(encoding="cp1252").splitlines()
    fields = [line.strip().split(", ") for line in lines if line.strip()]
    assert len(fields) >= 90
    for _, sold, level, rooms_, area_, per_m2, day in fields:
        kr, found = price.parse(sold).kr, size.parse(rooms_ if "NaN" in area_ else f"{area_} {rooms_}")
        assert found.rooms
        assert found.living_m2 is None or abs(kr / found.living_m2 - price.parse(per_m2).kr) <= 1
        assert dates.parse(day).year >= 2023
        assert level == "vån NaN" or floor.parse(level).word == "vån"
