"""Which layout a page is, and which pages make one document.

A banner alone is not enough (an invoice may name the report it charges for): headings or labels
of the layout must be there too, each standing as a line or cell of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import pairwise

from brygga.extracts.fold import fold
from brygga.extracts.layout import Compiled, layouts
from brygga.extracts.page import Line, Page

_PAGE_OF = re.compile(r"\bSida ?(\d{1,4}) ?(?:av|/) ?(\d{1,4})\b", re.IGNORECASE)
_STAMP = re.compile(r"\d{4}-\d\d-\d\d ?\d\d:\d\d$")
_MOST_AFTER = 3  # lines of a foot after its page number
_BANNER_LINES = 6  # a banner stands among the first lines of a page, on up to three of them


@dataclass(slots=True)
class Sheet:
    """A page as it counts itself: *Sida 2 av 3*."""

    lines: list[Line]
    number: int
    says_number: int = 0
    says_total: int = 0


@dataclass(slots=True)
class Pile:
    """The sheets of one document and its layout; None when no layout of ours."""

    layout: Compiled | None
    sheets: list[Sheet] = field(default_factory=list)


def sheets_of(pages: list[Page]) -> list[Sheet]:
    """Pages as sheets of the document itself, which a file's own pages need not be.

    A sheet ends with its foot (*Sida n av m*) or with the page. A page without a foot goes on to the
    next one when that has one and does not begin with a banner: text printed again breaks anywhere.
    """
    sheets: list[Sheet] = []
    for group in _going_on([page for page in pages if page.lines]):
        lines = [line for page in group for line in page.lines]
        sheets += [_sheet(part, part[0].page) for part in _cut(lines) if part]
    return sheets


def _going_on(pages: list[Page]) -> list[list[Page]]:
    groups: list[list[Page]] = []
    waiting: list[Page] = []
    for page in pages:
        if waiting and begins_with_banner(page.lines):
            groups += [[one] for one in waiting]
            waiting = []
        if not _has_count(page.lines):
            waiting.append(page)
            continue
        known = bool(waiting) and recognised([line for one in waiting for line in one.lines]) is not None
        groups += [[*waiting, page]] if known else [*([one] for one in waiting), [page]]
        waiting = []
    return groups + [[one] for one in waiting]


def _has_count(lines: list[Line]) -> bool:
    return any(_PAGE_OF.search(line.text) for line in lines)


def begins_with_banner(lines: list[Line]) -> bool:
    """Whether a layout's banner stands on the first lines."""
    return any(_banner(lines, one) for one in layouts() if one.banners)


def _cut(lines: list[Line]) -> list[list[Line]]:
    """Lines parted after each foot."""
    parts: list[list[Line]] = [[]]
    index = 0
    while index < len(lines):
        parts[-1].append(lines[index])
        if _PAGE_OF.search(lines[index].text):
            tail = _foot_after(lines, index)
            parts[-1] += lines[index + 1 : index + 1 + tail]
            parts.append([])
            index += tail
        index += 1
    return parts


def _foot_after(lines: list[Line], index: int) -> int:
    """How many lines after the page number still are the foot: to the time stamp, or to the page's end."""
    if index and _STAMP.search(lines[index - 1].text):
        return 0  # the stamp stood before it
    page = lines[index].page
    rest = [line for line in lines[index + 1 : index + 2 + _MOST_AFTER] if line.page == page]
    for count, line in enumerate(rest[:_MOST_AFTER], start=1):
        if _STAMP.search(line.text):
            return count
    in_pdf = lines[index].cells[0].y1 > lines[index].cells[0].y0
    return len(rest) if in_pdf and len(rest) <= _MOST_AFTER else 0


def _sheet(lines: list[Line], number: int) -> Sheet:
    for line in reversed(lines):
        if found := _PAGE_OF.search(line.text):
            return Sheet(lines, number, int(found[1]), int(found[2]))
    return Sheet(lines, number)


def piles_of(sheets: list[Sheet]) -> list[Pile]:
    """Sheets put together into documents, in the file's order; what no layout claims has layout None."""
    piles: list[Pile] = []
    for sheet in sheets:
        for part in _openings(sheet):
            layout, begins = _layout_of(part, piles[-1] if piles else None)
            if not piles or begins or piles[-1].layout is not layout:
                piles.append(Pile(layout))
            piles[-1].sheets.append(part)
    return _with_their_first_pages([pile for pile in piles if any(sheet.lines for sheet in pile.sheets)])


def _with_their_first_pages(piles: list[Pile]) -> list[Pile]:
    """A page too poor to be recognised belongs to what follows when its count says so."""
    kept: list[Pile] = []
    for pile in piles:
        before = kept[-1] if kept else None
        if before is not None and before.layout is None and pile.layout is not None:
            first, last = pile.sheets[0], before.sheets[-1]
            if (
                last.says_number
                and first.says_number == last.says_number + 1
                and first.says_total == last.says_total
            ):
                kept[-1] = Pile(pile.layout, before.sheets + pile.sheets)
                continue
        kept.append(pile)
    return kept


def _layout_of(sheet: Sheet, before: Pile | None) -> tuple[Compiled | None, bool]:
    """The sheet's layout and whether it begins a new document."""
    found = recognised(sheet.lines)
    last = before.layout if before else None
    if found is None:
        counted = sheet.says_number > 0 or (last is not None and not last.layout.banner_on_every_page)
        goes_on = last is not None and counted and _follows(sheet, before)
        return (last, False) if goes_on else (None, False)
    if found is not last or before is None:
        return found, True
    if sheet.says_number:
        return found, not _follows(sheet, before)
    return found, _opens(sheet.lines, found) and any(_opens(s.lines, found) for s in before.sheets)


def _follows(sheet: Sheet, before: Pile | None) -> bool:
    """Whether the sheet's own number goes on from the one before it."""
    if before is None or not before.sheets:
        return False
    last = before.sheets[-1]
    if not last.says_number:
        return not sheet.says_number
    return sheet.says_number > last.says_number and sheet.says_total == last.says_total


def recognised(lines: list[Line]) -> Compiled | None:
    """The layout of a page's lines; None when it is none of ours."""
    best: tuple[int, Compiled] | None = None
    for one in layouts():
        score = _score(lines, one)
        if score and (best is None or score > best[0]):
            best = (score, one)
    return best[1] if best else None


def _score(lines: list[Line], one: Compiled) -> int:
    """0 when not this layout; more for a longer banner and more marks."""
    length = 0
    if one.banners:
        length = _banner(lines, one)
        if not length:
            return 0
    headings, labels = _marks(lines, one)
    marks = headings + labels
    repeated = length > 0 and one.layout.banner_on_every_page and headings >= 1
    enough = marks >= one.layout.least_marks and headings >= one.layout.least_headings
    return 1 + 100 * length + marks if enough or repeated else 0


def _banner(lines: list[Line], one: Compiled) -> int:
    """Length of the banner found on the first lines, whole lines only; 0 when none."""
    folded = [fold(line.text) for line in lines[:_BANNER_LINES]]
    for start in range(len(folded)):
        run = ""
        for text in folded[start : start + 3]:
            run += text
            if run in one.banners:
                return len(run)
    cells = [fold(cell.text) for line in lines[:_BANNER_LINES] for cell in line.cells]
    return next((len(banner) for banner in one.banners if banner in cells), 0)


def _marks(lines: list[Line], one: Compiled) -> tuple[int, int]:
    """How many different headings and labels of the layout stand alone as a line or a cell."""
    headings: set[int] = set()
    labels: set[int] = set()
    for line in lines:
        for text in {line.text, *(cell.text for cell in line.cells)}:
            section = one.headings.find(text)
            if section is not None:
                headings.add(id(section))
            label = one.all_labels.find(text.split(":")[0])
            if label is not None:
                labels.add(id(label))
    return len(headings), len(labels)


def _opens(lines: list[Line], one: Compiled) -> bool:
    return any(_is_opening(line, one) for line in lines)


def _is_opening(line: Line, one: Compiled) -> bool:
    opening = fold(one.layout.opening)
    return bool(opening) and any(_begins_with(cell.text, opening, one) for cell in line.cells)


def _begins_with(text: str, opening: str, one: Compiled) -> bool:
    """The label alone, before a colon, or first on a line of labels."""
    folded = fold(text.split(":", maxsplit=1)[0])
    return folded == opening or (folded.startswith(opening) and one.all_labels.made_of(text))


def _openings(sheet: Sheet) -> list[Sheet]:
    """A sheet that holds two extracts, cut before the banner (or first heading) of the second."""
    one = recognised(sheet.lines)
    if one is None or not one.layout.opening:
        return [sheet]
    at = [index for index, line in enumerate(sheet.lines) if _is_opening(line, one)]
    cuts = [_start_of(sheet.lines, index, one) for index in at[1:]]
    edges = [0, *sorted(set(cuts)), len(sheet.lines)]
    if len(edges) == 2:
        return [sheet]
    return [Sheet(sheet.lines[a:b], sheet.number) for a, b in pairwise(edges)]


def _start_of(lines: list[Line], opening: int, one: Compiled) -> int:
    """The line at which the document with that opening label begins: its banner, else its heading."""
    for index in range(opening, max(opening - 40, 0), -1):
        if one.banners and any(_banner_at(lines, index, banner) for banner in one.banners):
            return index
    for index in range(opening, max(opening - 12, 0), -1):
        if one.headings.find(lines[index].text) is not None:
            return index
    return opening


def _banner_at(lines: list[Line], index: int, banner: str) -> bool:
    run = ""
    for line in lines[index : index + 3]:
        run += fold(line.text)
        if run == banner:
            return True
    return False
