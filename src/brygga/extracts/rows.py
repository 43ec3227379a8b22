"""Tables: lines put together into one text, and a layout's row patterns matched along it.

Cells that a narrow column broke over lines are mended first, where cells stand in columns. Then
rows are read by what their values look like, so that it does not matter how lines were broken. In
the text a cell border is U+001F, a line break `\\n`, and a table head within the section U+E000.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from brygga.extracts.facts import Place
from brygga.extracts.layout import SectionSpec, Words
from brygga.extracts.page import Cell, Line, glue, joined, union

BORDER, HEAD = "\x1f", "\ue000"
_ALIGN = 4.0  # points, or two thirds of a character in a text file
_PARTS = re.compile(rf"[\n{BORDER}{HEAD}]+")
_MOST_CHARS = 200_000


@dataclass(slots=True)
class Run:
    """The text of a section and which cell each piece came from."""

    text: str
    starts: list[int]
    cells: list[Cell]

    def place(self, start: int, end: int) -> Place:
        """The box around what stands from `start` to `end`."""
        first = max(0, bisect_right(self.starts, start) - 1)
        last = max(first, bisect_right(self.starts, max(start, end - 1)) - 1)
        return union(self.cells[first : last + 1])


@dataclass(slots=True)
class Row:
    """One matched row: which of the patterns, and what its groups hold.

    `doubtful`: a line that nobody understood stands after it or anywhere before it; it may be a part
    of this row, or a row of its own, which makes this one another than it seems.
    """

    pattern: int
    match: re.Match[str]
    run: Run
    doubtful: bool = False

    def raw(self, group: str) -> str:
        """A group's text as it stands, with its borders; empty when it is not there."""
        known = group in self.match.re.groupindex
        return (self.match[group] or "").strip(f" \n{BORDER}{HEAD}") if known else ""

    def text(self, group: str) -> str:
        """A group's text as one line."""
        return one_line(self.raw(group))

    def place(self, group: str) -> Place:
        """Where the group stands."""
        start, end = self.match.span(group)
        found = self.run.text
        while start < end and found[start] in f" \n{BORDER}{HEAD}":
            start += 1
        return self.run.place(start, end)


def one_line(raw: str) -> str:
    """A value's pieces put together."""
    return joined([part.strip() for part in _PARTS.split(raw) if part.strip()])


def run_of(lines: list[Line], header: Words[str], spec: SectionSpec) -> Run:
    """The section's text without its table heads; those of another table leave a HEAD behind."""
    pieces: list[tuple[str, Cell]] = []
    for entry in _mended(_without_header(lines, header, spec)):
        if isinstance(entry, Line):
            pieces.append((HEAD + "\n", entry.cells[0]))
            continue
        for number, chain in enumerate(entry):
            ends = "\n" if number == len(entry) - 1 else BORDER
            for part, cell in enumerate(chain):
                tail = ends if part == len(chain) - 1 else glue(cell.text, chain[part + 1].text)
                pieces.append((cell.text + tail, cell))
    run, starts, at = [], [], 0
    for text, _ in pieces:
        starts.append(at)
        run.append(text)
        at += len(text)
    return Run("".join(run)[:_MOST_CHARS], starts, [cell for _, cell in pieces])


def _without_header(lines: list[Line], header: Words[str], spec: SectionSpec) -> list[tuple[Line, bool]]:
    """Lines, and whether each stands for the head of another table."""
    kept: list[tuple[Line, bool]] = []
    index = 0
    expected = False
    while index < len(lines):
        used = _header_length(lines, index, header)
        if not used:
            expected = expected or _begins(lines[index], spec.head_after)
            kept.append((_without_labels(lines[index], header), False))
            index += 1
            continue
        if expected and any(_begins(line, spec.heads) for line in lines[index : index + used]):
            kept.append((lines[index], True))
            expected = False
        index += used
    return kept


def _begins(line: Line, words: list[str]) -> bool:
    return line.text.casefold().startswith(tuple(word.casefold() for word in words))


def _without_labels(line: Line, header: Words[str]) -> Line:
    """A line of values with a column's name among them, as where a label stands beside a name."""
    cells = [cell for cell in line.cells if header.find(cell.text) is None]
    return Line(cells, line.page, line.number) if cells else line


def _header_length(lines: list[Line], index: int, header: Words[str]) -> int:
    run = ""
    if lines[index].text[:1].islower():
        return 0  # the end of something that went on a new line
    for used in range(1, 4):
        if index + used > len(lines):
            return 0
        run += lines[index + used - 1].text
        if header.made_of(run):
            return used
        if len(run) > 120:
            return 0
    return 0


def _mended(lines: list[tuple[Line, bool]]) -> list[list[list[Cell]] | Line]:
    """Rows of cells, each a chain of its broken pieces; a table head stays a line."""
    rows: list[list[list[Cell]] | Line] = []
    for line, is_head in lines:
        if is_head:
            rows.append(line)
            continue
        last = rows[-1] if rows else None
        if isinstance(last, list) and (targets := _continued(last, line)) is not None:
            for cell, chain in zip(line.cells, targets, strict=True):
                chain.append(cell)
        else:
            rows.append([[cell] for cell in line.cells])
    return rows


def _continued(row: list[list[Cell]], line: Line) -> list[list[Cell]] | None:
    """The chains that a line's cells go on with; None when the line is a row of its own."""
    if len(row) < 2 or len(line.cells) >= len(row) or abs(line.cells[0].x0 - row[0][0].x0) <= _ALIGN:
        return None
    targets = []
    for cell in line.cells:
        chain = next((one for one in row[1:] if abs(one[0].x0 - cell.x0) <= _ALIGN), None)
        if chain is None:
            return None
        targets.append(chain)
    return targets


def rows_of(run: Run, patterns: list[re.Pattern[str]]) -> tuple[list[Row], list[str]]:
    """All rows in order, and the lines that no pattern took."""
    rows: list[Row] = []
    left: list[str] = []
    at = 0
    text = run.text
    while at < len(text):
        if text[at] in f" \n{BORDER}{HEAD}":
            at += 1
            continue
        row = next(
            (Row(n, m, run) for n, p in enumerate(patterns) if (m := p.match(text, at)) and m.end() > at),
            None,
        )
        if row is not None:
            row.doubtful = bool(left)  # a row before it may be lost: which one this is, is not sure
            rows.append(row)
            at = row.match.end()
            continue
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        left.append(one_line(text[at:end]))
        if rows:
            rows[-1].doubtful = True
        at = end
    return rows, [line for line in left if line]
