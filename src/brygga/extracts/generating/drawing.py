"""A draft as pages with places: grids in columns, tables with wrapped cells, banner and footer."""

from __future__ import annotations

import random
from dataclasses import dataclass

from brygga.extracts.generating.draft import Draft, Grid, Lines, Table
from brygga.extracts.generating.noise import Noise
from brygga.extracts.generating.pdfwriter import A4, Rule, Sheet, Text, width_of

_LEFT, _TOP, _BOTTOM = 56.0, 60.0, 770.0
_LEADING, _SIZE, _SMALL = 12.0, 8.5, 7.0
_COLUMN = 165.0


@dataclass(slots=True)
class _Pen:
    """Where the next line goes, and the pages so far."""

    draft: Draft
    noise: Noise
    bottom: float
    sheets: list[Sheet]
    y: float = 0.0

    def page(self) -> None:
        """Begin a page with the banner."""
        self.sheets.append(Sheet())
        self.y = _TOP
        for number, line in enumerate(self.draft.banner):
            self.text(_LEFT, line, size=15.0 if number == 0 else 10.0, bold=number == 0)
            self.y += 16.0
        if self.draft.banner:
            self.sheets[-1].items.append(Rule(_LEFT, self.y - 6.0, A4[0] - 2 * _LEFT, 0.8, 0.45))
            self.y += 14.0

    def text(self, x: float, text: str, *, size: float = _SIZE, bold: bool = False) -> None:
        """Put a text on the present line."""
        drawn = self.noise.letters(text)
        times = 4 if bold and self.noise.bold_by_repeat else 1
        self.sheets[-1].items += [Text(x + 0.15 * n, self.y, drawn, size, bold) for n in range(times)]


def drawn_pages(draft: Draft, noise: Noise, rng: random.Random) -> list[Sheet]:
    """The document as its issuer prints it."""
    pen = _Pen(draft, noise, 420.0 if noise.short_pages else _BOTTOM, [])
    pen.page()
    for line in draft.head:
        pen.text(_LEFT, line)
        pen.y += _LEADING
    for part in draft.parts:
        _heading(pen, part.heading)
        for block in part.blocks:
            if isinstance(block, Grid):
                _grid(pen, part.heading, block)
            elif isinstance(block, Table):
                _table(pen, part.heading, block)
            else:
                _lines(pen, part.heading, block)
        pen.y += 8.0
    _footers(pen)
    if noise.hidden:
        _hide(pen.sheets, rng)
    return pen.sheets


def linear_drawn(pages: list[list[str]], noise: Noise, rng: random.Random) -> list[Sheet]:
    """Plain text put on pages line by line, as a program prints a text file."""
    sheets = []
    for lines in pages:
        step = min(_LEADING, 760.0 / max(len(lines), 1))
        items = [
            Text(_LEFT, _TOP + step * n, noise.letters(line), min(_SIZE, step * 0.8))
            for n, line in enumerate(lines)
        ]
        sheets.append(Sheet([*items]))
    if noise.hidden:
        _hide(sheets, rng)
    return sheets


def _room(pen: _Pen, heading: str, needed: float = _LEADING) -> bool:
    """Go to a new page, with the heading again, when there is no room left; whether it did."""
    if pen.y + needed <= pen.bottom:
        return False
    pen.page()
    pen.text(_LEFT, heading, size=10.5, bold=True)
    pen.y += 15.0
    return True


def _heading(pen: _Pen, heading: str) -> None:
    if pen.y + 40.0 > pen.bottom:
        pen.page()
    pen.text(_LEFT, heading, size=10.5, bold=True)
    pen.y += 15.0


def _grid(pen: _Pen, heading: str, grid: Grid) -> None:
    for row in grid.rows:
        if grid.inline:
            _beside(pen, heading, row)
            continue
        _room(pen, heading, 2 * _LEADING)
        for number, (label, _) in enumerate(row):
            pen.text(_LEFT + number * _COLUMN, label, size=_SMALL, bold=True)
        pen.y += _LEADING - 2
        room = _COLUMN - 12.0 if len(row) > 1 else 400.0
        cells = [
            [line for part in value.split("\n") for line in wrapped(part, room, _SIZE)] for _, value in row
        ]
        for depth in range(max(len(lines) for lines in cells)):
            for number, lines in enumerate(cells):
                if depth < len(lines):
                    pen.text(_LEFT + number * _COLUMN, lines[depth])
            pen.y += _LEADING
        pen.y += 3.0


def _beside(pen: _Pen, heading: str, row: list[tuple[str, str]]) -> None:
    """Labels at the left, each with its value beside it."""
    for label, value in row:
        _room(pen, heading)
        pen.text(_LEFT, label, size=_SMALL + 0.5, bold=True)
        pen.text(_LEFT + _COLUMN, value)
        pen.y += _LEADING


def _lines(pen: _Pen, heading: str, block: Lines) -> None:
    for line in block.lines:
        _room(pen, heading)
        pen.text(_LEFT, line)
        pen.y += _LEADING


def _table(pen: _Pen, heading: str, table: Table) -> None:
    _room(pen, heading, 2 * _LEADING)
    _head(pen, table)
    widths = [b - a for a, b in zip(table.edges, [*table.edges[1:], A4[0] - 2 * _LEFT + 30.0], strict=True)]
    for number, row in enumerate(table.rows):
        cells = [wrapped(cell, width - 8.0) for cell, width in zip(row, widths, strict=True)]
        if number in table.behind and (at := table.header.index("Anmärkning")) >= 0:
            cells[at] += wrapped(table.behind[number], widths[at] - 8.0)
        for depth in range(max(len(lines) for lines in cells)):
            if _room(pen, heading):
                _head(pen, table)
            for edge, lines in zip(table.edges, cells, strict=True):
                if depth < len(lines):
                    pen.text(_LEFT + edge, lines[depth], size=_SMALL + 0.5)
            pen.y += _LEADING - 2
        pen.y += 2.0


def _head(pen: _Pen, table: Table) -> None:
    for edge, label in zip(table.edges, table.header, strict=True):
        pen.text(_LEFT + edge, label, size=_SMALL, bold=True)
    pen.y += _LEADING - 2


def wrapped(text: str, room: float, size: float = _SMALL + 0.5) -> list[str]:
    """A cell's lines when it is so many points wide; broken at blanks only."""
    if not text:
        return []
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and width_of(longer, size) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _footers(pen: _Pen) -> None:
    total = len(pen.sheets)
    for number, sheet in enumerate(pen.sheets, start=1):
        lines = [*pen.draft.footer, f"Sida {number} av {total}", pen.draft.stamp]
        if not pen.draft.banner:
            lines = [pen.draft.stamp, f"Sida {number} av {total}"]
        for place, line in enumerate(lines):
            sheet.items.append(Text(_LEFT + 190.0 * place, 812.0, pen.noise.letters(line), _SMALL))


_HIDDEN = (
    ("3 Tr", ""),  # painted invisible
    ("1 g", ""),  # white on white
    ("0 0 1 1 re W n", ""),  # clipped away
)


def _hide(sheets: list[Sheet], rng: random.Random) -> None:
    """Wrong facts that nobody sees, among those that everybody does."""
    for sheet in sheets:
        visible = [item for item in sheet.items if isinstance(item, Text)]
        for lie in ("Osynlig Person, 19921021-2396", "9 999 000", "Lagfart", "Beteckning", "Inteckningar"):
            spot = rng.choice(visible)
            before, after = rng.choice(_HIDDEN)
            sheet.items.append(Text(spot.x + rng.choice([0.0, 80.0]), spot.y, lie, 8.0, False, before, after))
        sheet.items.append(Text(-300.0, rng.choice(visible).y, "Utanför sidan 1:1", 8.0))
        sheet.items.append(Text(rng.choice(visible).x, rng.choice(visible).y, "Pytteliten 2:2", 0.4))
