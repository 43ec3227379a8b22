"""What a row of the CSV file says for certain, and remarks on the rest.

Each cell is first read as its own column. A fact that its column lacks is taken from another
cell only if that cell says itself what it is (`slutpris … kr`, `såld …`, `… kr/mån`,
`… kr/m²`, `… m² tomt`, `+4 %`) and only one cell does. Nothing is guessed; what fits nowhere
is a remark and keeps its text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any, Final

import msgspec

from brygga.sandbox.vitec.csv.source import COLUMNS, RawRow
from brygga.swedish import NotUnderstood, clean, dates, price, size

NOT_STATED: Final = frozenset({"", "null", "none", "nan", "-", "–"})
FEATURES: Final = frozenset({"balkong", "hiss", "uteplats", "nyproduktion"})
FREE_TEXTS: Final = frozenset({"adress", "location", "district"})
FACT_COLUMNS: Final = {
    "size": "size:rooms",
    "fee": "fee",
    "features": "features",
    "price": "sale_price",
    "sold": "sold_date",
    "change": "value_dev",
    "per_m2": "ppsqm",
}
SV: Final = {
    "size": "storlek",
    "fee": "avgift",
    "features": "egenskaper",
    "price": "slutpris",
    "sold": "försäljningsdag",
    "change": "prisutveckling",
    "per_m2": "kr/m²",
    "plot": "tomtarea",
}

_CHANGE = re.compile(r"[+±-]? ?[0-9]{1,4}(?:,[0-9]+)? ?%")
_PLOT = re.compile(r".*m² ?tomt")


class Facts(msgspec.Struct, kw_only=True):
    """A row understood. Kronor, m², percent as text. `remarks` are Swedish, one per trouble;
    `loose` keeps the text of cells that fit nowhere, by column; `used` are the columns that a
    fact was read from."""

    row: RawRow
    price_kr: int | None = None
    living_m2: float | None = None
    other_m2: float | None = None
    plot_m2: float | None = None
    rooms: float | None = None
    fee_kr: int | None = None
    per_m2_kr: int | None = None
    per_m2_text: str = ""
    sold: date | None = None
    change: str = ""
    features: frozenset[str] = frozenset()
    remarks: list[str] = []
    loose: dict[str, str] = {}
    used: frozenset[str] = frozenset()

    @property
    def regular(self) -> bool:
        """Price, living area and kr/m² are there and agree within one krona."""
        return bool(
            self.price_kr
            and self.living_m2
            and self.per_m2_kr
            and abs(self.price_kr / self.living_m2 - self.per_m2_kr) <= 1
        )


def understand(row: RawRow) -> Facts:
    """A raw row's facts and remarks. Never raises on a row's content."""
    cells = {name: clean(text) for name, text in row.cells.items()}
    facts: dict[str, tuple[str, Any]] = {}
    for fact, column in FACT_COLUMNS.items():
        value = _try(OWN[fact], cells[column])
        if value is not None:
            facts[fact] = (column, value)
    remarks = list(row.troubles)
    _recover(facts, cells, remarks)
    used = frozenset(column for column, _ in facts.values())
    loose = {
        name: text
        for name, text in cells.items()
        if name not in used | FREE_TEXTS and text.lower() not in NOT_STATED
    }
    remarks += [
        f"kolumn {name}: »{text[:80]}« går inte att läsa som {_meant(name)}" for name, text in loose.items()
    ]
    return _judged(_collected(row, cells, facts, remarks, loose))


def _recover(facts: dict[str, tuple[str, Any]], cells: dict[str, str], remarks: list[str]) -> None:
    """Look for what is missing in cells that say what they are."""
    for fact, reader in LABELLED.items():
        if fact in facts:
            continue
        taken = {column for column, _ in facts.values()}
        found = [
            (name, value)
            for name, text in cells.items()
            if name not in taken and (value := _try(reader, text)) is not None
        ]
        if len(found) == 1:
            facts[fact] = found[0]
            remarks.append(f"raden är förskjuten: {SV[fact]} stod i kolumn {found[0][0]}")
        elif found:
            remarks.append(f"{SV[fact]} står på flera ställen: {', '.join(name for name, _ in found)}")


def _collected(
    row: RawRow,
    cells: dict[str, str],
    facts: dict[str, tuple[str, Any]],
    remarks: list[str],
    loose: dict[str, str],
) -> Facts:
    values = {fact: value for fact, (_, value) in facts.items()}
    measured: size.Size = values.get("size") or size.Size()
    return Facts(
        row=row,
        price_kr=values.get("price"),
        living_m2=measured.living_m2,
        other_m2=measured.other_m2,
        plot_m2=values.get("plot") or measured.plot_m2,
        rooms=measured.rooms,
        fee_kr=values.get("fee"),
        per_m2_kr=values.get("per_m2"),
        per_m2_text=cells[facts["per_m2"][0]] if "per_m2" in facts else "",
        sold=values.get("sold"),
        change=values.get("change", ""),
        features=values.get("features", frozenset()),
        remarks=remarks,
        loose=loose,
        used=frozenset(column for column, _ in facts.values()),
    )


def _judged(facts: Facts) -> Facts:
    """Add what is missing of the three that belong together, or that they do not agree."""
    for fact, value in (("price", facts.price_kr), ("per_m2", facts.per_m2_kr)):
        if value is None:
            facts.remarks.append(f"{SV[fact]} saknas")
    if facts.living_m2 is None:
        facts.remarks.append("boarea saknas")
    elif facts.price_kr and facts.per_m2_kr and not facts.regular:
        asked = facts.price_kr / facts.living_m2
        facts.remarks.append(f"slutpris delat med boarea är {asked:.0f} kr/m², inte {facts.per_m2_kr}")
    return facts


def _meant(column: str) -> str:
    fact = next((fact for fact, name in FACT_COLUMNS.items() if name == column), "")
    return SV.get(fact, "någon av kolumnerna")


def _try(reader: Callable[[str], Any], text: str) -> Any:
    """The reader's value, or None where the text is not that."""
    if text.lower() in NOT_STATED:
        return None
    try:
        return reader(text)
    except NotUnderstood:
        return None


def _price(text: str) -> int | None:
    found = price.parse(text)
    return found.kr if found.per is None and found.kr > 0 and not found.approximate else None


def _fee(text: str) -> int | None:
    found = price.parse(text)
    return found.kr if found.per == "month" and found.kr >= 0 else None


def _per_m2(text: str) -> int | None:
    found = price.parse(text)
    return found.kr if found.per == "m2" and found.kr > 0 else None


def _size(text: str) -> size.Size | None:
    found = size.parse(text)
    return None if found.living_m2 is None and found.rooms is None else found


def _plot(text: str) -> float | None:
    return size.parse(text).plot_m2 if _PLOT.fullmatch(text.lower()) else None


def _features(text: str) -> frozenset[str] | None:
    words = frozenset(word.strip() for word in text.lower().split("&"))
    return words if words <= FEATURES else None


def _change(text: str) -> str | None:
    return text if _CHANGE.fullmatch(text) else None


def _labelled(reader: Callable[[str], Any], *, start: str) -> Callable[[str], Any]:
    """The reader, for texts that begin by saying what they are."""
    return lambda text: reader(text) if text.lower().startswith(start) else None


OWN: Final[dict[str, Callable[[str], Any]]] = {
    "size": _size,
    "fee": _fee,
    "features": _features,
    "price": _price,
    "sold": dates.parse,
    "change": _change,
    "per_m2": _per_m2,
}
"""How each fact is read in its own column."""

LABELLED: Final[dict[str, Callable[[str], Any]]] = {
    "price": _labelled(_price, start="slutpris"),
    "sold": _labelled(dates.parse, start="såld"),
    "per_m2": _per_m2,
    "fee": _fee,
    "change": _change,
    "plot": _plot,
    "size": _size,
    "features": _features,
}
"""How each fact is read in a cell that is not its own: only by what the text itself says."""

assert set(FACT_COLUMNS.values()) < set(COLUMNS)  # noqa: S101 - the two tables belong together
