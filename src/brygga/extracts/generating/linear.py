"""A draft as text without places: what simple programs make of a PDF."""

from __future__ import annotations

import random

from brygga.extracts.generating.draft import Draft, Grid, Lines, Part, Table
from brygga.extracts.generating.noise import Noise, broken

_LINES_A_PAGE = 52


def linear_pages(draft: Draft, noise: Noise, rng: random.Random) -> list[list[str]]:
    """The lines of each page, banner and footer with them. Headings repeat when a part goes on."""
    room = 26 if noise.short_pages else _LINES_A_PAGE
    pages: list[list[str]] = [[*draft.head]]
    for part in draft.parts:
        lines = _lines(part, noise, rng)
        if len(pages[-1]) + 3 > room:
            pages.append([])
        pages[-1].append(part.heading)
        for line in lines:
            if len(pages[-1]) >= room:
                pages.append([part.heading])
            pages[-1].append(line)
    total = len(pages)
    return [
        [*draft.banner, *lines, *draft.footer, *_count(draft, number, total)]
        for number, lines in enumerate(pages, start=1)
    ]


def _count(draft: Draft, number: int, total: int) -> list[str]:
    counted = f"Sida {number} av {total}"
    return [counted, draft.stamp] if draft.banner else [draft.stamp, counted]


def _lines(part: Part, noise: Noise, rng: random.Random) -> list[str]:
    lines: list[str] = []
    for block in part.blocks:
        if isinstance(block, Lines):
            lines += block.lines
        elif isinstance(block, Grid):
            lines += _grid(block, noise, rng)
        else:
            lines += _table(block, noise, rng)
    return lines


def _grid(grid: Grid, noise: Noise, rng: random.Random) -> list[str]:
    lines: list[str] = []
    for row in grid.rows:
        if grid.inline:
            lines += [f"{label}: {value}" for label, value in row]
            continue
        lines += [label for label, _ in row]
        for _, value in row:
            for line in value.split("\n") if value else []:
                lines += broken(line, rng, chance=0.3 if noise.break_lines else 0.0)
    return lines


def _table(table: Table, noise: Noise, rng: random.Random) -> list[str]:
    lines = [" ".join(table.header)] if table.linear == "row" else list(table.header)
    for number, row in enumerate(table.rows):
        cells = [cell for cell in row if cell]
        for line in [" ".join(cells)] if table.linear == "row" else cells:
            lines += broken(line, rng, chance=0.2 if noise.break_lines and table.linear != "row" else 0.0)
        if number in table.behind:
            lines.append(table.behind[number])
    return lines
