"""Text with places: words become lines, lines become cells. The same for PDF and for text files."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from brygga.extracts.facts import Place

_LETTERS = str.maketrans({
    "\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl",
    "\ufb05": "ft", "\ufb06": "st",
    "\u00ad": "-", "\u0002": "-", "\ufffe": "-",  # a soft hyphen is still a hyphen; pdfium's marks for one
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2212": "-",
})  # fmt: skip  # pairs read best side by side
_BLANKS = re.compile(r"[\s\u200b\u200c\u200d\u2060\ufeff]+")
_BIDI = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\x00-\x08\x0e-\x1b\x7f]")

BROKEN = "\u200b"
"""Stands after a hyphen that may only be there because a line ended."""

CELL_GAP = 0.5
"""A gap wider than this share of the letters' height parts two cells; a word space is about a quarter."""


@dataclass(slots=True)
class Cell:
    """A run of words that stand together. Points from the page's top left; nought in a text file."""

    text: str
    page: int
    line: int
    x0: float = 0.0
    y0: float = 0.0
    x1: float = 0.0
    y1: float = 0.0

    @property
    def place(self) -> Place:
        """Where it stands, for a fact."""
        flat = self.y1 <= self.y0
        if flat:
            return Place(page=self.page, line=self.line)
        x0, y0, x1, y1 = (round(v, 1) for v in (self.x0, self.y0, self.x1, self.y1))
        return Place(page=self.page, line=self.line, x0=x0, y0=y0, x1=x1, y1=y1)


@dataclass(slots=True)
class Line:
    """Cells at one height, from left to right."""

    cells: list[Cell]
    page: int
    number: int

    @property
    def text(self) -> str:
        """All of it, cells parted by a space."""
        return " ".join(cell.text for cell in self.cells)


@dataclass(slots=True)
class Page:
    """One page's lines from above; `hidden` counts characters that nobody would see."""

    number: int
    lines: list[Line] = field(default_factory=list)
    hidden: int = 0

    @property
    def has_text(self) -> bool:
        """At least one letter or digit that a person would see."""
        return any(character.isalnum() for line in self.lines for character in line.text)


def tidy(text: str) -> str:
    """Ligatures opened, soft hyphens made hyphens, NFC, blanks single, what reorders text gone."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip(" ")
    opened = _BIDI.sub("", text.translate(_LETTERS))
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", opened)).strip(" ")


def joined(parts: Sequence[str]) -> str:
    """Lines of one value put together."""
    text = ""
    for part in parts:
        text += glue(text, part) + part if text else part
    return text


def glue(before: str, after: str) -> str:
    """What stands between two lines of one value: a blank, or nothing after a hyphen.

    Inside a word nobody can tell a hyphen of its own from one that broke it: BROKEN marks that.
    """
    if not before.endswith("-"):
        return " "
    last = before[:-1].rsplit(" ", 1)[-1]
    inside = after[:1].islower() or (after[:1].isupper() and last.isupper())
    return BROKEN if inside else ""


def union(cells: Sequence[Cell]) -> Place:
    """The box around cells; of the first cell's page when they stand on several."""
    first = cells[0]
    same = [cell for cell in cells if cell.page == first.page]
    box = Cell(
        "",
        first.page,
        first.line,
        min(cell.x0 for cell in same),
        min(cell.y0 for cell in same),
        max(cell.x1 for cell in same),
        max(cell.y1 for cell in same),
    )
    return box.place


@dataclass(slots=True)
class Word:
    """Characters without a blank between them, and the box around them."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float


def lines_of(words: list[Word], *, page: int) -> list[Line]:
    """Words of a page as lines of cells: same height, then parted by gaps."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda w: (w.y0 + w.y1, w.x0)):
        row = _row_for(word, rows)
        if row is None:
            rows.append([word])
        else:
            row.append(word)
    return [Line(_cells(row, page, number), page, number) for number, row in enumerate(rows, start=1)]


def _row_for(word: Word, rows: list[list[Word]]) -> list[Word] | None:
    middle = (word.y0 + word.y1) / 2
    for row in rows[-2:][::-1]:
        first = row[0]
        if first.y0 + 0.2 * (first.y1 - first.y0) < middle < first.y1 - 0.2 * (first.y1 - first.y0):
            return row
    return None


def _cells(row: list[Word], page: int, number: int) -> list[Cell]:
    row.sort(key=lambda w: w.x0)
    cells: list[Cell] = []
    seen: set[tuple[str, int]] = set()
    for word in row:
        mark = (word.text, round(word.x0))
        if mark in seen or (word.text, mark[1] - 1) in seen or (word.text, mark[1] + 1) in seen:
            continue  # printed several times at one place, to look bold
        seen.add(mark)
        last = cells[-1] if cells else None
        if last is not None and word.x0 - last.x1 <= CELL_GAP * (word.y1 - word.y0):
            glue = "" if word.x0 - last.x1 < 0.05 * (word.y1 - word.y0) else " "
            last.text += glue + word.text
            last.x1 = max(last.x1, word.x1)
            last.y0, last.y1 = min(last.y0, word.y0), max(last.y1, word.y1)
        else:
            cells.append(Cell(word.text, page, number, word.x0, word.y0, word.x1, word.y1))
    for cell in cells:
        cell.text = tidy(cell.text)
    return [cell for cell in cells if cell.text]
