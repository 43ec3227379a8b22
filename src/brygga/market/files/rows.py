"""A row of a list of sold homes → `Comparable`, with remarks on what stood in the wrong place.

A table's cell is first read as its own column; one that is not that is read by what it says
itself, so that a row whose cells slid one column is still understood. What fits nowhere is carried
in `extra` under its column's name, as are facts that the model has no place for.
"""

from __future__ import annotations

import re
from typing import Any, Final

from brygga.market.files.forms import FileRow
from brygga.market.files.said import NOT_STATED, own, said
from brygga.model import Comparable, Invalid, Mapped
from brygga.model.findings import Severity
from brygga.model.intake import Intake
from brygga.model.parts import Address, Areas
from brygga.swedish import clean
from brygga.swedish.size import Size

FREE: Final = ("adress", "location", "district")
"""Columns that hold names and say nothing of kinds."""
_STOREY = re.compile(
    r"(?:^|[\s,])(?:(\d{1,2}(?:[,.]5)?) ?tr(?:appor)?|vån(?:ing)? ?(\d{1,2}(?:[,.]5)?))\b", re.IGNORECASE
)
_BETWEEN = re.compile(r"\s+-\s+|\s*/\s*")
_KINDS_KEPT: Final = ("per_m2", "change", "features")
"""Kinds that are understood and have no field of their own."""


def to_model(row: FileRow, connection: str) -> Mapped:
    """One home of the market. Raises Invalid when the row has no address or nothing of a sale."""
    intake = Intake()
    facts, extra = _read(row, intake)
    street = intake.text(row.texts.get("adress"), "adress")
    if not street or not {"price", "sold", "size"} & facts.keys():
        raise Invalid(
            f"Line {row.line} holds no sale.",
            code="no_sale",
            sv=f"Rad {row.line} saknar adress eller allt som hör till en försäljning.",
            connection=connection,
        )
    if row.trouble:
        intake.note("odd_row", "", sv=row.trouble, severity=Severity.CHANGED)
    record = _made(row, f"{connection}:{row.source_id}", street, facts, extra, intake)
    return Mapped(records=[record], findings=intake.findings)


def _read(row: FileRow, intake: Intake) -> tuple[dict[str, Any], dict[str, Any]]:
    """Kind → value, and the texts that are carried: by the name of their column."""
    texts = {name: clean(text) for name, text in row.texts.items() if name not in FREE}
    stated = {name: text for name, text in texts.items() if text.lower() not in NOT_STATED}
    facts: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    found = {name: value for name, text in stated.items() if (value := own(name, text)) is not None}
    for name, (kind, value) in found.items():
        _put(facts, extra, kind, value, name, stated[name])
    for name in [name for name in stated if name not in found]:
        told = said(stated[name])
        if told is None or not _put(facts, extra, *told, name, stated[name]):
            extra[name] = intake.text(stated[name], name)
            intake.note("unknown_value", name)
        elif row.form == "table":
            intake.note("moved_cell", name, sv="Cellen stod i fel kolumn och lästes efter vad den säger.")
    return facts, extra


def _put(facts: dict[str, Any], extra: dict[str, Any], kind: str, value: Any, name: str, text: str) -> bool:
    """Whether the fact had a place; a second one of a kind has none. Rooms and area may come apart."""
    if kind in _KINDS_KEPT:
        extra[name] = text
    if kind == "size" and kind in facts:
        joined = _joined(facts[kind], value)
        facts[kind] = joined or facts[kind]
        return joined is not None
    if kind == "features":
        facts[kind] = value | facts.get(kind, frozenset())
        return True
    if kind in facts:
        return False
    facts[kind] = value
    return True


def _joined(one: Size, other: Size) -> Size | None:
    """Two sizes that say different things, as one."""
    fields = ("living_m2", "other_m2", "plot_m2", "rooms")
    pairs = [(getattr(one, name), getattr(other, name)) for name in fields]
    if any(a is not None and b is not None for a, b in pairs):
        return None
    living, more, plot, rooms = (b if a is None else a for a, b in pairs)
    return Size(living_m2=living, other_m2=more, plot_m2=plot, rooms=rooms)


def _made(
    row: FileRow, record_id: str, street: str, facts: dict[str, Any], extra: dict[str, Any], intake: Intake
) -> Comparable:
    measured: Size = facts.get("size") or Size()
    location = intake.text(row.texts.get("location"), "location")
    names, _, place = location.partition(",")
    if location:
        extra["location"] = location
    district = intake.text(row.texts.get("district"), "district")
    around = [name for name in _BETWEEN.split(names) if name]
    plot = facts.get("plot")
    return Comparable(
        id=record_id,
        state="sold",
        address=Address(street=street, area=district, municipality=place.strip()),
        area_names=around,
        areas=Areas(
            living_m2=measured.living_m2,
            other_m2=measured.other_m2,
            plot_m2=measured.plot_m2 if plot is None else plot,
        ),
        rooms=measured.rooms,
        floor=facts["floor"] if "floor" in facts else _storey(street),
        fee_kr=facts.get("fee"),
        new_home=True if "nyproduktion" in facts.get("features", ()) else None,
        price_kr=facts.get("price"),
        price_kind="final" if _says_final(row) else "",
        sold_on=facts.get("sold"),
        gathered_by="importerad fil",
        extra=extra,
    )


def _says_final(row: FileRow) -> bool:
    return any(clean(text).lower().startswith("slutpris") for text in row.texts.values())


def _storey(street: str) -> float | None:
    """`2 tr`, `1,5 tr`, `vån 9` inside an address."""
    found = _STOREY.search(street)
    return float((found[1] or found[2]).replace(",", ".")) if found else None
