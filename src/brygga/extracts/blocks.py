"""A document's lines sorted into the sections of its layout, without what is printed on every page."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from brygga.extracts.fold import fold
from brygga.extracts.layout import Compiled, SectionSpec
from brygga.extracts.page import Cell, Line
from brygga.extracts.recognise import Sheet

_NOTHING = re.compile(
    r"[-–—.·*\s]*|(?:Inga|Inget|Ingen|Saknas|Uppgift saknas|Ej redovisat)(?: [a-zåäö ]{1,60})?\.?",
    re.IGNORECASE,
)
_MOST_FOOTER_LINES = 7
_FOOTER = re.compile(
    r"(?:\d{4}-\d\d-\d\d ?\d\d:\d\d)? ?(?:Sida ?\d+ ?(?:av|/) ?\d+)? ?(?:\d{4}-\d\d-\d\d ?\d\d:\d\d)?",
    re.IGNORECASE,
)
"""What any issuer prints around a page: its number, a time stamp, or both."""


@dataclass(slots=True)
class Block:
    """A section of the document: its heading, and the lines that stand under it."""

    spec: SectionSpec
    heading: Cell
    lines: list[Line] = field(default_factory=list)


@dataclass(slots=True)
class Sorted:
    """All blocks by the section's name, what stood before the first, and the print date's line."""

    blocks: dict[str, Block]
    before: list[Line]
    printed: tuple[str, Cell] | None
    last: str | None = None


def says_nothing(text: str) -> bool:
    """`-`, a lone point, *Inga inteckningar*: an empty part that says so."""
    return _NOTHING.fullmatch(text) is not None


def sorted_into_blocks(sheets: list[Sheet], one: Compiled) -> Sorted:
    """Order-free: a section may stand anywhere, also in several pieces."""
    printed = next((found for sheet in sheets if (found := _printed(sheet, one))), None)
    lines = [line for sheet in sheets for line in _without_furniture(sheet, one)]
    result = Sorted({}, [], printed)
    current: Block | None = None
    index = 0
    while index < len(lines):
        begins = _heading(lines, index, one, current)
        if begins is None:
            (result.before if current is None else current.lines).append(lines[index])
            index += 1
            continue
        spec, used, rest = begins
        cell = lines[index].cells[0]
        current = result.blocks.setdefault(spec.name, Block(spec, cell))
        result.last = spec.name
        if rest is not None:
            current.lines.append(rest)
        index += used
    return result


def _heading(
    lines: list[Line], index: int, one: Compiled, current: Block | None
) -> tuple[SectionSpec, int, Line | None] | None:
    """The section that begins here, how many lines its heading takes, and what stands beside it."""
    if current is not None and _is_label_here(lines[index], one, current):
        return None
    run = ""
    best: tuple[SectionSpec, int, Line | None] | None = None
    for used in range(1, 4):
        if index + used > len(lines) or (used > 1 and len(lines[index + used - 1].cells) > 1):
            break
        if not fold(lines[index + used - 1].text):
            break
        run += lines[index + used - 1].text
        spec = one.headings.find(run)
        if spec is not None:
            best = (spec, used, None)
    return best or _heading_with_rest(lines[index], one)


def _heading_with_rest(line: Line, one: Compiled) -> tuple[SectionSpec, int, Line | None] | None:
    """`Tomträttsupplåtelse   -`: the heading's own line says that there is nothing."""
    if len(line.cells) < 2:
        return None
    spec = one.headings.find(line.cells[0].text)
    rest = Line(line.cells[1:], line.page, line.number)
    return (spec, 1, rest) if spec is not None and says_nothing(rest.text) else None


def _is_label_here(line: Line, one: Compiled, current: Block) -> bool:
    """A word that is both a heading and a column of the table just begun counts as the column.

    Only while nothing but the table's head has been read and it has begun: *Typ*, then *Ägare*.
    """
    header = one.headers[current.spec.name]
    folded = fold(line.text)
    if len(line.cells) > 1 or folded not in set(header):
        return False
    begun = current.lines and all(header.made_of(before.text) for before in current.lines[-1:])
    return bool(begun)


def _printed(sheet: Sheet, one: Compiled) -> tuple[str, Cell] | None:
    if one.printed is None:
        return None
    for line in reversed(sheet.lines):
        for cell in line.cells:
            if found := one.printed.search(cell.text):
                return found["date"], cell
        if found := one.printed.search(line.text):
            return found["date"], line.cells[-1]
    return None


def _without_furniture(sheet: Sheet, one: Compiled) -> list[Line]:
    kept: list[Line] = []
    skip_to = 0
    end = _footer_start(sheet, one)
    for index, line in enumerate(sheet.lines):
        if index < skip_to or index >= end:
            continue
        if banner := _banner_length(sheet.lines, index, one):
            skip_to = index + banner
            continue
        if footer := _footer_length(sheet.lines, index, one):
            skip_to = index + footer
            continue
        if not _is_furniture(line, one):
            kept.append(line)
    return kept


def _is_furniture(line: Line, one: Compiled) -> bool:
    return _FOOTER.fullmatch(line.text) is not None or any(p.fullmatch(line.text) for p in one.furniture)


def _footer_start(sheet: Sheet, one: Compiled) -> int:
    """Where the page's foot begins: nothing after its first line belongs to the document."""
    count = len(sheet.lines)
    for index in range(max(2, count - _MOST_FOOTER_LINES), count):
        text = sheet.lines[index].text
        if _FOOTER.fullmatch(text) or (one.footer_start is not None and one.footer_start.search(text)):
            return index
    return count


def _banner_length(lines: list[Line], index: int, one: Compiled) -> int:
    run = ""
    for used, line in enumerate(lines[index : index + 3], start=1):
        run += fold(line.text)
        if run in one.banners:
            return 0 if one.banner_is_heading else used
    return 0


def _footer_length(lines: list[Line], index: int, one: Compiled) -> int:
    """The lines from the footer's first to its time stamp; 0 when this line begins none."""
    if one.footer_start is None or one.footer_end is None or not one.footer_start.search(lines[index].text):
        return 0
    for used, line in enumerate(lines[index : index + _MOST_FOOTER_LINES], start=1):
        if one.footer_end.search(line.text):
            return used
    return 0
