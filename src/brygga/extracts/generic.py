"""Unknown layouts: only label and value pairs that could be nothing else. Never a whole document.

A pair is a known label, a colon or a cell border, and a value in the strict form of its kind.
"""

from __future__ import annotations

from typing import Any

from brygga.extracts import kinds
from brygga.extracts.facts import Fact, Pair
from brygga.extracts.fold import fold
from brygga.extracts.page import Cell, Line, Page
from brygga.swedish import NotUnderstood

_LABELS = {
    fold(label): (name, kind)
    for name, kind, labels in (
        ("designation", "full_designation", ("Fastighetsbeteckning", "Beteckning")),
        ("association_number", "association_number", ("Organisationsnummer", "Org.nr", "Orgnr")),
        ("municipality_code", "municipality_code", ("Kommunkod",)),
        ("total_area_m2", "area", ("Totalareal",)),
        ("registration_current_on", "date", ("Aktualitetsdatum inskrivning",)),
    )
    for label in labels
}
_MOST = 50


def sure_pairs(pages: list[Page]) -> list[Pair]:
    """All sure pairs; a label that stands twice with different values gives none."""
    found: dict[str, Pair] = {}
    unsure: set[str] = set()
    for pair in (pair for page in pages for line in page.lines for pair in _in_line(line)):
        before = found.get(pair.name)
        if before is not None and before.fact.value != pair.fact.value:
            unsure.add(pair.name)
        found.setdefault(pair.name, pair)
    return [pair for pair in found.values() if pair.name not in unsure][:_MOST]


def _in_line(line: Line) -> list[Pair]:
    pairs = []
    for number, cell in enumerate(line.cells):
        label, colon, value = cell.text.partition(":")
        if colon and value.strip():
            pairs.append(_pair(label, value.strip(), cell))
        elif number + 1 < len(line.cells):
            pairs.append(_pair(label, line.cells[number + 1].text, line.cells[number + 1]))
    return [pair for pair in pairs if pair is not None]


def _pair(label: str, raw: str, cell: Cell) -> Pair | None:
    known = _LABELS.get(fold(label))
    if known is None:
        return None
    try:
        read = kinds.KINDS[known[1]](raw)
    except NotUnderstood:
        return None
    if not read.sure:
        return None
    fact = Fact[Any](value=read.value, text=raw, place=cell.place)
    return Pair(label=label.strip(), name=known[0], fact=fact)
