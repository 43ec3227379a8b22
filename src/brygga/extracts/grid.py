"""Labels and what stands under, beside or after them.

Three ways of printing, told apart by how cells stand: several labels on one line with their values
below (geometry decides), a label with its value in the same line, and linear text, where labels
come in a run and their values in a run after them. In linear text the kinds of the values decide
which belongs to which; where several readings are possible, none is taken.
"""

from __future__ import annotations

from dataclasses import dataclass

from brygga.extracts.fold import fold
from brygga.extracts.layout import FieldSpec, Words
from brygga.extracts.page import Cell, Line
from brygga.extracts.sharing import MOST_LINES_A_VALUE, Found, fits, shared_out

_ALIGN_PT = 4.0
_FREE = frozenset({"text", "group", "district"})  # kinds that nearly any words fit


@dataclass(slots=True)
class _Mark:
    """A cell and the label it is, if any; `rest` is text behind a colon in the same cell."""

    cell: Cell
    line: int
    spec: FieldSpec | None
    rest: str = ""


def read_grid(lines: list[Line], labels: Words[FieldSpec]) -> tuple[list[Found], list[Cell]]:
    """What stands under each label, and the cells that belong to none."""
    rows = _marked(lines, labels)
    found: list[Found] = []
    stray: list[Cell] = []
    index = 0
    while index < len(rows):
        row = rows[index]
        if not any(mark.spec for mark in row):
            stray += [mark.cell for mark in row]
            index += 1
        elif len(row) > 1:
            index += _geometric(rows, index, found, stray)
        else:
            index += _linear(rows, index, found, stray)
    for one in found:
        one.partial = bool(one.cells) and any(_right_under(cell, one.cells[-1]) for cell in stray)
    return found, stray


def _right_under(cell: Cell, value: Cell) -> bool:
    height = value.y1 - value.y0
    if height <= 0 or cell.page != value.page or not -0.3 * height < cell.y0 - value.y1 < height:
        return False
    return min(abs(value.x0 - cell.x0), abs(value.x1 - cell.x1)) <= _ALIGN_PT


def _marked(lines: list[Line], labels: Words[FieldSpec]) -> list[list[_Mark]]:
    rows: list[list[_Mark]] = []
    index = 0
    while index < len(lines):
        joint, used = _label_over_lines(lines, index, labels)
        several = _several_labels(lines[index], index, labels) if joint is None else []
        if joint is not None:
            rows.append([joint])
        elif several:
            rows += [[mark] for mark in several]
        else:
            rows.append([_mark(cell, index, labels) for cell in lines[index].cells])
        index += used
    return rows


def _several_labels(line: Line, index: int, labels: Words[FieldSpec]) -> list[_Mark]:
    """`Beteckning Totalareal`: a line that is nothing but labels with blanks between."""
    if len(line.cells) != 1 or not labels.made_of(line.text):
        return []
    words, found = line.text.split(" "), []
    while words:
        count = next((n for n in range(min(len(words), 6), 0, -1) if labels.find(" ".join(words[:n]))), 0)
        spec = labels.find(" ".join(words[:count])) if count else None
        if spec is None:
            return []
        found.append(_Mark(line.cells[0], index, spec))
        words = words[count:]
    return found if len(found) > 1 else []


def _label_over_lines(lines: list[Line], index: int, labels: Words[FieldSpec]) -> tuple[_Mark | None, int]:
    """A label that a line break parted; only where single cells follow each other."""
    run = ""
    best: tuple[_Mark | None, int] = (None, 1)
    for used in range(1, 4):
        if index + used > len(lines) or len(lines[index + used - 1].cells) != 1:
            break
        if not fold(lines[index + used - 1].text):
            break  # a lone sign belongs to the value before it
        run += lines[index + used - 1].text
        spec = labels.find(run)
        if spec is not None:
            best = (_Mark(lines[index].cells[0], index, spec), used)
    return best


def _mark(cell: Cell, line: int, labels: Words[FieldSpec]) -> _Mark:
    spec = labels.find(cell.text)
    if spec is None and ":" in cell.text:
        head, _, rest = cell.text.partition(":")
        spec = labels.find(head)
        if spec is not None:
            return _Mark(cell, line, spec, rest.strip())
    return _Mark(cell, line, spec) if spec is not None else _before_blank(cell, line, labels)


def _before_blank(cell: Cell, line: int, labels: Words[FieldSpec]) -> _Mark:
    """`Lgh-nr 14`: a label and its value with only a blank between; the value must be of its kind."""
    words = cell.text.split(" ")
    for count in range(min(len(words) - 1, 5), 0, -1):
        spec = labels.find(" ".join(words[:count]))
        rest = " ".join(words[count:])
        if spec is not None and spec.kind not in _FREE and fits(spec, rest):
            return _Mark(cell, line, spec, rest)
    return _Mark(cell, line, None)


def _geometric(rows: list[list[_Mark]], index: int, found: list[Found], stray: list[Cell]) -> int:
    """A line of several cells with labels among them: values beside each, else below it."""
    row = rows[index]
    here: list[Found] = []
    for position, mark in enumerate(row):
        beside_label = position > 0 and row[position - 1].spec is not None
        if mark.spec is not None:
            here.append(_with_rest(mark, mark.spec))
        elif here and beside_label == (not here[-1].cells):
            here[-1].cells.append(mark.cell)
        else:
            stray.append(mark.cell)
    found += here
    if all(one.cells for one in here if one.spec.kind != "group"):
        return 1 + _going_on(rows, index + 1, here)
    return 1 + _below(rows, index + 1, here, stray)


def _going_on(rows: list[list[_Mark]], start: int, here: list[Found]) -> int:
    """Lines under values that stand beside their labels: the rest of values too long for one line."""
    used = 0
    for row in rows[start : start + MOST_LINES_A_VALUE - 1]:
        owners = [_begun_by(mark, here) for mark in row]
        if any(owner is None for owner in owners):
            break
        for owner, mark in zip(owners, row, strict=True):
            if owner is not None:
                owner.cells.append(mark.cell)
        used += 1
    return used


def _begun_by(mark: _Mark, here: list[Found]) -> Found | None:
    """The value that a cell right under it goes on with: same left or right edge."""
    if mark.spec is not None:
        return None
    for one in here:
        first = one.cells[0] if one.cells else None
        if first is None or first is one.label:
            continue
        below = first.y1 > first.y0 and mark.cell.page == first.page
        level = min(abs(first.x0 - mark.cell.x0), abs(first.x1 - mark.cell.x1)) <= _ALIGN_PT
        if below and level and first.x0 > one.label.x0:
            return one
    return None


def _with_rest(mark: _Mark, spec: FieldSpec) -> Found:
    one = Found(spec, mark.cell)
    if mark.rest:
        cell = mark.cell
        one.cells.append(Cell(mark.rest, cell.page, cell.line, cell.x0, cell.y0, cell.x1, cell.y1))
    return one


def _below(rows: list[list[_Mark]], start: int, here: list[Found], stray: list[Cell]) -> int:
    """Lines under a line of labels, up to the next label; each cell goes to the label above it."""
    used = 0
    for row in rows[start:]:
        if any(mark.spec for mark in row):
            break
        for mark in row:
            owner = _above(mark.cell, here)
            if owner is None:
                stray.append(mark.cell)
            else:
                owner.cells.append(mark.cell)
        used += 1
    return used


def _above(cell: Cell, here: list[Found]) -> Found | None:
    """The label whose column the cell stands in: by left edge, right edge or overlap."""
    for one in here:
        if abs(one.label.x0 - cell.x0) <= _ALIGN_PT or abs(one.label.x1 - cell.x1) <= _ALIGN_PT:
            return one
    overlapping = [one for one in here if one.label.x0 < cell.x1 and cell.x0 < one.label.x1]
    return overlapping[0] if len(overlapping) == 1 else None


def _linear(rows: list[list[_Mark]], index: int, found: list[Found], stray: list[Cell]) -> int:
    """A run of labels on lines of their own, then a run of values."""
    labels: list[Found] = []
    used = 0
    for row in rows[index:]:
        spec = row[0].spec
        if len(row) != 1 or spec is None or (labels and (spec.alone or labels[-1].spec.alone)):
            break
        labels.append(_with_rest(row[0], spec))
        used += 1
    values: list[Cell] = []
    for row in rows[index + used :]:
        if any(mark.spec for mark in row):
            break
        values += [mark.cell for mark in row]
        used += 1
    waiting = [one for one in labels if not one.cells and one.spec.kind != "group"]
    found += labels
    if values:
        stray += shared_out(waiting or labels[-1:], values)
    return used
