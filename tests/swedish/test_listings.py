"""The parsers against real listing rows, whose own price per square metre is the judge."""

from __future__ import annotations

import csv
from pathlib import Path

from brygga.swedish import NotUnderstood, dates, price, size

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
