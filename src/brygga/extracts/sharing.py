"""Values that come in a run after a run of labels, shared out by what kinds they can be.

All readings in order are tried; only what those agree on that fill the most labels is taken.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from brygga.extracts.kinds import understood
from brygga.extracts.layout import FieldSpec
from brygga.extracts.page import Cell, joined

_MOST_VALUES = 14
MOST_LINES_A_VALUE = 4
WORDY = frozenset({"text", "address", "district", "full_designation", "designation", "loose_designation"})
_MOST_WORDS_A_VALUE = 7


@dataclass(slots=True)
class Found:
    """A label that is in the document, and the cells of its value (none: it stands empty).

    `partial`: something right under the value belongs to nobody and may be the rest of it.
    """

    spec: FieldSpec
    label: Cell
    cells: list[Cell] = field(default_factory=list)
    doubtful: bool = False
    partial: bool = False


def shared_out(labels: list[Found], values: list[Cell]) -> list[Cell]:
    """Give each label its values; the values that nobody takes are returned."""
    if len(labels) == 1 and (labels[0].spec.items or len(values) == 1):
        labels[0].cells += values
        return []
    if len(values) > _MOST_VALUES:
        if len(labels) != 1:
            return values
        kept, values = values[:_MOST_VALUES], values[_MOST_VALUES:]
        return shared_out(labels, kept) + values
    if len(labels) == len(values) and all(
        fits(one.spec, cell.text) for one, cell in zip(labels, values, strict=True)
    ):
        for one, cell in zip(labels, values, strict=True):
            one.cells.append(cell)
        return []
    one_line = len({id(one.label) for one in labels}) < len(labels)
    if one_line and len(values) < len(labels):
        return _by_kind(labels, _words(values), most=_MOST_WORDS_A_VALUE)
    return _by_kind(labels, values, most=MOST_LINES_A_VALUE)


def _words(values: list[Cell]) -> list[Cell]:
    return [
        Cell(word, cell.page, cell.line, cell.x0, cell.y0, cell.x1, cell.y1)
        for cell in values
        for word in cell.text.split(" ")
    ]


def _by_kind(labels: list[Found], values: list[Cell], *, most: int) -> list[Cell]:
    """All readings in order that fill the most labels; only what they agree on is taken."""
    readings = _Readings(labels, values, most).best()
    taken: set[int] = set()
    for number, one in enumerate(labels):
        spans = {reading[number] for reading in readings}
        if len(spans) != 1:
            one.doubtful = True
            continue
        start, end = spans.pop()
        one.cells += values[start:end]
        taken |= set(range(start, end))
    return [cell for number, cell in enumerate(values) if number not in taken]


class _Readings:
    """Ways to give runs of values to labels, in order. Small on both sides, so tried all."""

    MOST = 5000

    def __init__(self, labels: list[Found], values: list[Cell], most: int) -> None:
        self._most_parts = most
        self._labels = labels
        self._values = values
        self._best = (-1, -99)
        self._found: list[tuple[tuple[int, int], ...]] = []
        self._tried = 0
        self._known: dict[tuple[int, int, int], bool] = {}

    def best(self) -> list[tuple[tuple[int, int], ...]]:
        """Those with the most values used, then the most labels filled."""
        self._go(0, 0, (), 0)
        return self._found if self._tried < self.MOST else []

    def _go(self, label: int, value: int, spans: tuple[tuple[int, int], ...], skipped: int) -> None:
        self._tried += 1
        if self._tried >= self.MOST:
            return
        if label == len(self._labels):
            self._note(spans, skipped + len(self._values) - value)
            return
        for count in range(1, min(self._most_parts, len(self._values) - value) + 1):
            if self._fits(label, value, value + count):
                self._go(label + 1, value + count, (*spans, (value, value + count)), skipped)
        self._go(label + 1, value, (*spans, (value, value)), skipped)

    def _note(self, spans: tuple[tuple[int, int], ...], left: int) -> None:
        filled = sum(end > start for start, end in spans)
        score = (filled, -left)
        if score > self._best:
            self._best, self._found = score, []
        if score == self._best:
            self._found.append(spans)

    def _fits(self, label: int, start: int, end: int) -> bool:
        key = (label, start, end)
        if key not in self._known:
            spec, cells = self._labels[label].spec, self._values[start:end]
            text = joined([cell.text for cell in cells])
            self._known[key] = (spec.kind in WORDY or _broken(cells)) and fits(spec, text)
        return self._known[key]


def _broken(cells: list[Cell]) -> bool:
    """Whether they are words of one cell, or lines of it: a number is never put together across a line."""
    across = {(cell.page, cell.line, cell.x0) for cell in cells}
    return len(across) == len({(page, line) for page, line, _ in across})


def fits(spec: FieldSpec, text: str) -> bool:
    """Whether a text can be that field's value."""
    if spec.pattern:
        found = re.search(spec.pattern, text)
        return found is not None and understood(spec.kind, found[0])
    return understood(spec.kind, text)
