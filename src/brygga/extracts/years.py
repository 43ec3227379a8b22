"""Tables of key figures by year (*flerårsöversikt*, *nyckeltal*): the report's own year only."""

from __future__ import annotations

import re
from typing import Any

from brygga.extracts import kinds
from brygga.extracts.blocks import Block
from brygga.extracts.facts import Fact
from brygga.extracts.layout import Compiled, FieldSpec, Words
from brygga.extracts.page import Cell, Line
from brygga.swedish import NotUnderstood

_YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
_TAIL = re.compile(r"(?P<label>.*?[^\d\s,.-]\)?)\s*:?\s(?P<figures>-?\d[\d\s.,%-]*)$")


def own_year_values(block: Block, one: Compiled) -> dict[str, Any]:
    """One fact per known row: the figure under the latest year. Without a head of years, none."""
    head = next((n for n, line in enumerate(block.lines) if len(_YEAR.findall(line.text)) >= 2), None)
    if head is None:
        return {}
    line = block.lines[head]
    years = [int(found) for found in _YEAR.findall(line.text)]
    if len(set(years)) != len(years):
        return {}
    own = years.index(max(years))
    cell = line.cells[min(own + 1, len(line.cells) - 1)]
    fields: dict[str, Any] = {"year": Fact[int](value=max(years), text=str(max(years)), place=cell.place)}
    for row in block.lines[head + 1 :]:
        found = _row(row, one.labels[block.spec.name], len(years), own)
        if found is not None:
            fields.setdefault(found[0].name, found[1])
    return fields


def _row(line: Line, labels: Words[FieldSpec], count: int, own: int) -> tuple[FieldSpec, Fact[Any]] | None:
    label, figures = _parted(line)
    spec = labels.find(label)
    if spec is None or not figures:
        return None
    columns = figures if len(figures) == count else _shared(figures, count)
    if columns is None:
        return None
    cell = columns[own]
    try:
        read = kinds.KINDS[spec.kind](cell.text)
    except NotUnderstood as error:
        return spec, Fact[Any](value=None, text=cell.text, place=cell.place, sure=False, remark=error.code)
    return spec, Fact[Any](value=read.value, text=cell.text, place=cell.place)


def _parted(line: Line) -> tuple[str, list[Cell]]:
    if len(line.cells) > 1:
        return line.cells[0].text, line.cells[1:]
    found = _TAIL.fullmatch(line.text)
    if not found:
        return line.text, []
    cell = line.cells[0]
    return found["label"], [
        Cell(found["figures"].strip(), cell.page, cell.line, cell.x0, cell.y0, cell.x1, cell.y1)
    ]


def _shared(figures: list[Cell], count: int) -> list[Cell] | None:
    """One cell with all figures: parted evenly, when each then is a number; else not at all."""
    if len(figures) != 1:
        return None
    tokens = figures[0].text.split()
    each, rest = divmod(len(tokens), count)
    if rest or not each:
        return None
    parts = [" ".join(tokens[n * each : (n + 1) * each]) for n in range(count)]
    if each > 1 and not all(re.fullmatch(r"\d{1,3}(?: \d{3})+", part) for part in parts):
        return None
    c = figures[0]
    return [Cell(part, c.page, c.line, c.x0, c.y0, c.x1, c.y1) for part in parts]
