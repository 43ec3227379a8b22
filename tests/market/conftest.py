"""Homes of the market by hand, and the real list of sold homes with figures of its own."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from brygga.model import Comparable
from brygga.model.parts import Address, Areas, Position

LIST = "stockholm_housing_df_RAW.csv"
YEAR = re.compile(r"^såld .* ([0-9]{4})$")
KRONOR = re.compile(r"^slutpris ([0-9 ]+) kr$")
METRES = re.compile(r"^([0-9]+(?:,[0-9]+)?)(?: \+ [0-9,]+)? m²")


@pytest.fixture
def sold() -> Callable[..., Comparable]:
    """A sold flat; every member may be given."""
    numbers = iter(range(1, 1_000_000))

    def make(
        kr_m2: float = 50_000, *, day: date = date(2026, 3, 1), m2: float | None = 60.0, **more: Any
    ) -> Comparable:
        at = more.pop("at", None)
        address = Address(
            street=more.pop("street", f"Provgatan {next(numbers)}"),
            area=more.pop("area", "Provby"),
            municipality=more.pop("municipality", "Testköping"),
            postcode=more.pop("postcode", ""),
            position=Position(latitude=at[0], longitude=at[1]) if at else None,
        )
        facts: dict[str, Any] = {
            "id": f"a:{next(numbers)}",
            "state": "sold",
            "type": "apartment",
            "address": address,
            "areas": Areas(living_m2=m2),
            "price_kr": round(kr_m2 * (m2 or 1)),
            "price_kind": "final",
            "sold_on": day,
            "gathered_by": "Provkällan",
        }
        return Comparable(**(facts | more))

    return make


@pytest.fixture(scope="session")
def independent(shared_providers: Path) -> dict[tuple[str, int], list[float]]:
    """(District, year) → kr/m² of the list's regular rows, read with nothing of ours."""
    found: dict[tuple[str, int], list[float]] = {}
    path = shared_providers / "realdata" / LIST
    with path.open(encoding="utf-8", newline="") as file:
        rows = {tuple(row.items()): row for row in csv.DictReader(file)}
    for row in rows.values():  # a row that stands twice is one sale
        year, kr, m2 = (
            YEAR.match(row["sold_date"]),
            KRONOR.match(row["sale_price"]),
            METRES.match(row["size:rooms"]),
        )
        if year and kr and m2:
            value = int(kr[1].replace(" ", "")) / float(m2[1].replace(",", "."))
            found.setdefault((row["district"], int(year[1])), []).append(value)
    return found
