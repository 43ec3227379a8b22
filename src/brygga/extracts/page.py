"""Text with places: words become lines, lines become cells. The same for PDF and for text files."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from brygga.extracts.facts import Place
from brygga.extracts.turning import Turn

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

_WIDE_BLANK = 0.31  # of the letters' height: wider than a blank, narrower than CELL_GAP
_WIDER = 1.15  # than the narrowest blank beside it: a justified line's blanks are all alike
_TYPED_GAP = 0.75
_ENOUGH_LETTERS = 8  # to tell a font's size from
_HEIGHT_TO_WIDTH = 2.2  # of an ordinary letter
_MORE_THAN_A_STAMP = 100  # letters on a page that is one picture
_NEAR = 3  # lines above and below in which a column must show itself


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
    """One page's lines from above; `hidden` counts characters that nobody would see.

    `turn` is there when its text lies on its side as the page is shown.
    """

    number: int
    lines: list[Line] = field(default_factory=list)
    hidden: int = 0
    turn: Turn | None = None
    pictured: bool = False

    @property
    def has_text(self) -> bool:
        """At least one letter or digit that a person would see; more when it is a picture with a stamp."""
        letters = sum(character.isalnum() for line in self.lines for character in line.text)
        return letters >= (_MORE_THAN_A_STAMP if self.pictured else 1)


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
    """Words of a page as lines of cells: same height, then parted by gaps, then where columns begin."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda w: (w.y0 + w.y1, w.x0)):
        row = _row_for(word, rows)
        if row is None:
            rows.append([word])
        else:
            row.append(word)
    parted = [_parted(row) for row in rows]
    edges = [{round(run[0].x0) for run in runs} for runs in parted]
    lines = []
    for number, runs in enumerate(parted, start=1):
        near = set().union(*edges[max(0, number - 1 - _NEAR) : number - 1], *edges[number : number + _NEAR])
        cells = [_cell(part, page, number) for run in runs for part in _at_columns(run, near)]
        lines.append(Line([cell for cell in cells if cell.text], page, number))
    return lines


def _at_columns(run: list[Word], near: set[int]) -> list[list[Word]]:
    """A run parted where a wide blank ends just where cells of the lines around begin."""
    parts = [[run[0]]]
    blanks = [b.x0 - a.x1 for a, b in pairwise(run) if b.x0 - a.x1 > 0.1 * (b.y1 - b.y0)]
    least = _WIDER * min(blanks) if len(blanks) > 1 else 0.0
    for word in run[1:]:
        last = parts[-1][-1]
        at = round(word.x0)
        wide = word.x0 - last.x1 > max(least, _WIDE_BLANK * _size(parts[-1], word))
        if wide and (at in near or (word.x0 > at and at + 1 in near) or (word.x0 < at and at - 1 in near)):
            parts.append([])
        parts[-1].append(word)
    return parts


def _row_for(word: Word, rows: list[list[Word]]) -> list[Word] | None:
    middle = (word.y0 + word.y1) / 2
    for row in rows[-2:][::-1]:
        first = row[0]
        if _level(first, middle) or (_level(word, (first.y0 + first.y1) / 2) and _beside(word, row)):
            return row
    return None


def _level(word: Word, height: float) -> bool:
    """Whether a height lies well within a word's box."""
    margin = 0.2 * (word.y1 - word.y0)
    return word.y0 + margin < height < word.y1 - margin


def _beside(word: Word, row: list[Word]) -> bool:
    """Whether a word stands over or under none of the row's."""
    slack = 0.3 * (word.y1 - word.y0)  # letters that lean on each other
    return all(word.x0 >= other.x1 - slack or word.x1 <= other.x0 + slack for other in row)


def _size(before: list[Word], word: Word) -> float:
    """The letters' height, told from their width where a font claims far more height than it needs."""
    words = [*before, word]
    letters = sum(len(one.text) for one in words)
    height = word.y1 - word.y0
    if letters < _ENOUGH_LETTERS:
        return height
    return min(height, _HEIGHT_TO_WIDTH * sum(one.x1 - one.x0 for one in words) / letters)


def _parted(row: list[Word]) -> list[list[Word]]:
    """A line's words in runs without a wide gap; what is printed twice at one place counts once."""
    row.sort(key=lambda w: w.x0)
    runs: list[list[Word]] = []
    seen: set[tuple[str, int]] = set()
    for word in row:
        mark = (word.text, round(word.x0))
        if mark in seen or (word.text, mark[1] - 1) in seen or (word.text, mark[1] + 1) in seen:
            continue  # printed several times at one place, to look bold
        seen.add(mark)
        if runs and _together(runs[-1][-1], word):
            runs[-1].append(word)
        else:
            runs.append([word])
    return runs


def _together(before: Word, word: Word) -> bool:
    """Whether only a blank stands between; a typewriter's blank is as wide as its letters."""
    gap, height = word.x0 - before.x1, word.y1 - word.y0
    if gap <= CELL_GAP * height:
        return True
    if gap > _TYPED_GAP * height:
        return False
    pitches = [(w.x1 - w.x0) / len(w.text) for w in (before, word)]
    return all(abs(pitch - gap) <= 0.05 * gap for pitch in pitches)


def _cell(run: list[Word], page: int, number: int) -> Cell:
    text = run[0].text
    for before, word in pairwise(run):
        text += ("" if word.x0 - before.x1 < 0.05 * (word.y1 - word.y0) else " ") + word.text
    y0, y1 = min(w.y0 for w in run), max(w.y1 for w in run)
    return Cell(tidy(text), page, number, run[0].x0, y0, max(w.x1 for w in run), y1)
