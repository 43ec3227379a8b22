"""Layouts as data: what a kind of document calls things, read from `layouts/*.toml`.

A layout says how the document is recognised (banner, headings), what is printed around every page,
and for each section its headings, its shape and its labels or its row pattern. A row pattern is a
regular expression with named groups; `{date}`, `{act}`, `{share}`, `{money}` stand for the patterns
of `kinds`, `~` for any blanks, line breaks or cell borders, also none, `¤` for a table head in
between, and `≈` for all of these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Generic, Literal, TypeVar

import msgspec

from brygga.extracts import kinds
from brygga.extracts.fold import fold, stem

T = TypeVar("T")

_MOST_KNOWN = 5000
_LONG = 9  # letters: a shorter label may well be a part of somebody's words
_LONG_ENOUGH = 14  # letters: one wrong letter leaves no other name possible
_FOLDER = Path(__file__).parent / "layouts"
_PATTERNS = {"{date}": kinds.DATE, "{act}": kinds.ACT, "{share}": kinds.SHARE, "{money}": kinds.MONEY}


class FieldSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A label and what stands under it. `kind = "group"` is a label without a value of its own.

    `also` reads a second fact from the same text; `pattern` cuts out the part that is the value;
    `items`: the field is a section, one item per line. `alone`: its value stands right after it, also
    where other labels come in runs.
    """

    name: str = ""
    labels: list[str]
    kind: str = "text"
    pattern: str = ""
    also: list[AlsoSpec] = []
    items: bool = False
    alone: bool = False


class AlsoSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A further fact in the same text."""

    name: str
    kind: str = "text"
    pattern: str = ""


class SectionSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the document. `shape`: labels with values, rows, free lines, or a table of years.

    `header` names a table's columns. A column in `heads` begins a table of another kind within the
    section, if a line that begins with one of `head_after` stands before it; elsewhere it is only
    repeated after a page break.
    """

    name: str
    headings: list[str]
    shape: Literal["grid", "rows", "lines", "years"]
    build: str = ""
    header: list[str] = []
    rows: list[str] = []
    fields: list[FieldSpec] = []
    heads: list[str] = []
    head_after: list[str] = []


class Layout(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of document as one issuer prints it. `confirmed`: the layout was seen in real documents."""

    id: str
    name: str
    document: str
    confirmed: bool = False
    supported: bool = True
    banners: list[str] = []
    banner_on_every_page: bool = False
    least_headings: int = 0
    least_marks: int = 3
    opening: str = ""
    furniture: list[str] = []
    footer_start: str = ""
    footer_end: str = ""
    printed: str = ""
    sections: list[SectionSpec] = []


class Compiled:
    """A layout made ready: folded headings and labels, patterns compiled."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.banners = [fold(banner) for banner in layout.banners]
        headings = {fold(heading) for section in layout.sections for heading in section.headings}
        self.banner_is_heading = not headings.isdisjoint(self.banners)
        self.headings = Words(
            [(heading, section) for section in layout.sections for heading in section.headings]
        )
        self.labels = {s.name: Words([(la, f) for f in s.fields for la in f.labels]) for s in layout.sections}
        self.headers = {s.name: Words([(column, column) for column in s.header]) for s in layout.sections}
        self.rows = {s.name: [pattern(row) for row in s.rows] for s in layout.sections}
        self.capital_rows = {s.name: [pattern(row, capitals=True) for row in s.rows] for s in layout.sections}
        self.furniture = [re.compile(p, re.IGNORECASE) for p in layout.furniture]
        self.footer_start = re.compile(layout.footer_start, re.IGNORECASE) if layout.footer_start else None
        self.footer_end = re.compile(layout.footer_end) if layout.footer_end else None
        self.printed = re.compile(layout.printed, re.IGNORECASE) if layout.printed else None
        self.all_labels = Words([(la, f) for s in layout.sections for f in s.fields for la in f.labels])
        self._long = [name for name in self.all_labels if len(name) >= _LONG]

    def names_a_label(self, text: str) -> bool:
        """Whether a value holds a label's whole name, as where a label was not told from a value."""
        folded = fold(text)
        return any(name in folded for name in self._long)


class Words(Generic[T]):
    """Names of one sort and what they mean, found by their folded form, then by their stem."""

    def __init__(self, named: list[tuple[str, T]]) -> None:
        self._exact: dict[str, T] = {}
        self._stems: dict[str, T] = {}
        self._known: dict[str, T | None] = {}
        for name, meaning in named:
            self._exact.setdefault(fold(name), meaning)
            self._stems.setdefault(stem(name), meaning)
        self.longest = max((len(name) for name in self._exact), default=0)

    def find(self, text: str) -> T | None:
        """The meaning of a text that is one of the names, perhaps printed two to four times over.

        Names begin with a capital; a small letter is the end of a sentence that went on a new line.
        """
        if text not in self._known:
            if len(self._known) > _MOST_KNOWN:
                self._known.clear()
            self._known[text] = self._look_up(text)
        return self._known[text]

    def _look_up(self, text: str) -> T | None:
        folded = fold(text)
        if not folded or text[:1].islower() or len(folded) > 4 * self.longest + 8:
            return None
        found = self._exact.get(folded)
        if found is None:
            found = self._exact.get(_once(folded))
        if found is None:
            found = self._stems.get(stem(text))
        return found if found is not None else self._nearly(folded)

    def _nearly(self, folded: str) -> T | None:
        """A long name with one letter lost or changed, as fonts and converters do to double letters."""
        if len(folded) < _LONG_ENOUGH or not folded.isalpha():
            return None
        near = {name for name in self._exact if len(name) >= _LONG_ENOUGH and _one_apart(name, folded)}
        return self._exact[near.pop()] if len(near) == 1 else None

    def made_of(self, text: str) -> bool:
        """Whether a text is nothing but these names, one after the other."""
        folded = fold(text)
        if not folded or len(folded) > 400:
            return False
        reached = {0}
        for start in range(len(folded)):
            if start in reached:
                reached |= {start + len(name) for name in self._exact if folded.startswith(name, start)}
        return len(folded) in reached

    def __iter__(self) -> Iterator[str]:
        """The folded names."""
        return iter(self._exact)


def _one_apart(name: str, folded: str) -> bool:
    """Equal but for one letter that is lost, added or another."""
    if abs(len(name) - len(folded)) > 1 or name[0] != folded[0] or name[-1] != folded[-1]:
        return False
    same = next((n for n, (a, b) in enumerate(zip(name, folded, strict=False)) if a != b), None)
    if same is None:
        return True
    rests = {(name[same + 1 :], folded[same:]), (name[same:], folded[same + 1 :])}
    return name[same + 1 :] == folded[same + 1 :] or any(a == b for a, b in rests)


def _once(folded: str) -> str:
    for times in (4, 3, 2):
        length, rest = divmod(len(folded), times)
        if not rest and folded == folded[:length] * times:
            return folded[:length]
    return folded


def pattern(source: str, *, capitals: bool = False) -> re.Pattern[str]:
    """A row pattern of a layout as a regular expression; `capitals` for a document all in capitals."""
    compact = re.sub(r"\s*\n\s*", "", source)
    for mark, meaning in _PATTERNS.items():
        compact = compact.replace(mark, meaning)
    compact = compact.replace("~", r"\s*").replace("≈", "[\\s\ue000]*").replace("¤", "\ue000")
    return re.compile(compact, re.DOTALL | (re.IGNORECASE if capitals else re.NOFLAG))


@cache
def layouts() -> list[Compiled]:
    """All layouts, in the order of their files."""
    files = sorted(_FOLDER.glob("*.toml"))
    return [Compiled(msgspec.toml.decode(path.read_bytes(), type=Layout)) for path in files]
