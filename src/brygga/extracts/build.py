"""Sorted blocks → a typed document: grids to fields, rows to owners, mortgages, rights and the rest."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec

from brygga.extracts import kinds
from brygga.extracts.blocks import Block, Sorted, says_nothing
from brygga.extracts.facts import (
    AnnualReport,
    ApartmentList,
    Document,
    EnergyDeclaration,
    Fact,
    Note,
    Place,
    RegisterExtract,
    Section,
    State,
    Taxation,
)
from brygga.extracts.grid import read_grid
from brygga.extracts.layout import AlsoSpec, Compiled, FieldSpec
from brygga.extracts.page import Cell, joined, union
from brygga.extracts.rowkinds import BUILDERS, Doubt, in_doubt
from brygga.extracts.rows import rows_of, run_of
from brygga.extracts.sharing import WORDY, Found
from brygga.extracts.years import own_year_values
from brygga.swedish import NotUnderstood

DOCUMENTS: dict[str, type[Document]] = {
    "register_extract": RegisterExtract,
    "apartment_list": ApartmentList,
    "energy_declaration": EnergyDeclaration,
    "annual_report": AnnualReport,
}
_SKIPPED_WHEN_WRONG = frozenset({"address"})  # a text that is no address belongs to the next cell


def document(sorted_blocks: Sorted, one: Compiled, **about: Any) -> Document:
    """The document with everything that its sections gave."""
    fields: dict[str, Any] = {}
    doubt = Doubt(glued=_glued(sorted_blocks, one))
    if sorted_blocks.printed is not None:
        fields["printed_on"] = _printed(*sorted_blocks.printed)
    for block in sorted_blocks.blocks.values():
        fields |= _section(block, one, doubt)
    _join_tax_owners(fields)
    if about.get("pages_missing") and sorted_blocks.last is not None:
        fields |= _perhaps_more(fields, sorted_blocks.last)
    kind = DOCUMENTS[one.layout.document]
    return kind(layout=one.layout.id, layout_name=one.layout.name, **about, **fields)


def says_anything(document: Document) -> bool:
    """Whether a value was read, not counting free notes and the date of print.

    A page with a layout's banner and headings and no value under any of them only tells of it.
    """
    values = (getattr(document, name) for name in document.__struct_fields__ if name != "printed_on")
    return any(
        (isinstance(value, Fact) and value.value is not None)
        or (isinstance(value, Section) and _holds(value))
        for value in values
    )


def _holds(section: Section[Any]) -> bool:
    return any(not isinstance(item, Note) for item in section.items)


def _join_tax_owners(fields: dict[str, Any]) -> None:
    """The owners of the tax register stand in a part of their own; they belong to the one tax unit."""
    owners = fields.pop("tax_owners", None)
    units = fields.get("taxation")
    if owners is None or units is None or len(units.items) != 1:
        return
    units.items[0] = msgspec.structs.replace(units.items[0], owners=owners)


def _perhaps_more(fields: dict[str, Any], last: str) -> dict[str, Any]:
    """When pages are missing, the last part may go on there: what it holds need not be all."""
    section = fields.get(last)
    if not isinstance(section, Section):
        return {}
    return {last: msgspec.structs.replace(section, whole=False)}


def _printed(raw: str, cell: Cell) -> Fact[Any]:
    return Fact[Any](value=kinds.day(raw).value, text=raw, place=cell.place)


def _glued(blocks: Sorted, one: Compiled) -> bool:
    """Whether the file drops blanks: headings or labels of several words printed as one."""
    named = {
        name
        for s in one.layout.sections
        for name in (*s.headings, *(la for f in s.fields for la in f.labels))
    }
    several = {name.replace(" ", "").lower() for name in named if " " in name}
    lines = [block.heading.text for block in blocks.blocks.values()]
    lines += [cell.text for block in blocks.blocks.values() for line in block.lines for cell in line.cells]
    return any(" " not in text and text.rstrip("*:").lower() in several for text in lines)


def _section(block: Block, one: Compiled, doubt: Doubt) -> dict[str, Any]:
    match block.spec.shape:
        case "grid":
            return _grid(block, one, doubt)
        case "years":
            return own_year_values(block, one)
        case "rows":
            return _rows(block, one, doubt)
        case _:
            return _lines(block, doubt)


def _grid(block: Block, one: Compiled, doubt: Doubt) -> dict[str, Any]:
    lines = [line for line in block.lines if line.text.strip(" .")]
    found, _ = read_grid(lines, one.labels[block.spec.name])
    fields: dict[str, Any] = {}
    for item in found:
        if item.spec.items:
            fields[item.spec.name] = _notes(item, doubt)
        elif item.spec.kind != "group" and item.cells and not item.doubtful:
            _add_facts(item, fields, doubt, one)
    if block.spec.build == "taxation":
        return _tax_unit(fields, block)
    return fields


def _tax_unit(fields: dict[str, Any], block: Block) -> dict[str, Any]:
    """The part's fields as the one tax unit that it describes."""
    state = State.THERE if fields else State.EMPTY
    items = [Taxation(**fields)] if fields else []
    return {block.spec.name: Section[Taxation](state=state, items=items, place=block.heading.place)}


def _notes(item: Found, doubt: Doubt) -> Section[Note]:
    cells = [cell for cell in item.cells if not says_nothing(cell.text)]
    place = item.label.place
    if not cells:
        return Section[Note](state=State.EMPTY, place=place)
    items = [Note(text=doubt.words(joined([c.text for c in one]), union(one))) for one in _sentences(cells)]
    return Section[Note](state=State.THERE, items=items, place=place)


def _sentences(cells: list[Cell]) -> list[list[Cell]]:
    """Lines put together where a line plainly goes on with the one before: no capital, or no end."""
    found: list[list[Cell]] = []
    for cell in cells:
        if found and (cell.text[:1].islower() or found[-1][-1].text.endswith((":", ",", "-"))):
            found[-1].append(cell)
        else:
            found.append([cell])
    return found


def _add_facts(item: Found, fields: dict[str, Any], doubt: Doubt, one: Compiled) -> None:
    text = joined([cell.text for cell in item.cells])
    if says_nothing(text):
        return
    place = union(item.cells)
    specs: list[FieldSpec | AlsoSpec] = [item.spec, *item.spec.also]
    for spec in specs:
        fact = _fact(spec, text, place, doubt)
        if fact is None:
            continue
        if spec.kind in WORDY and one.names_a_label(text):
            fact = msgspec.structs.replace(fact, sure=False, remark=fact.remark or "label_doubtful")
        if item.partial:
            fact = in_doubt(fact)
        before = fields.get(spec.name)
        if before is not None and before.value != fact.value:
            fact = msgspec.structs.replace(before, sure=False, remark="repeated")
        fields[spec.name] = fact


def _fact(spec: FieldSpec | AlsoSpec, text: str, place: Place, doubt: Doubt) -> Fact[Any] | None:
    """A value, or its text with the reason; None when a further fact is simply not in the text."""
    raw = text
    if spec.pattern:
        cut = re.search(spec.pattern, text, re.IGNORECASE if text.isupper() else 0)
        if cut is None:
            return None if isinstance(spec, AlsoSpec) else _unread(text, place, "format")
        raw = cut["value"] if "value" in cut.re.groupindex else cut[0]
    try:
        read = kinds.KINDS[spec.kind](raw)
    except NotUnderstood as error:
        skipped = isinstance(spec, AlsoSpec) or spec.kind in _SKIPPED_WHEN_WRONG
        return None if skipped else _unread(raw, place, error.code)
    fact = Fact[Any](value=read.value, text=raw, place=place, sure=read.sure, remark=read.remark)
    return doubt.about(fact, spec.kind)


def _unread(raw: str, place: Place, code: str) -> Fact[Any]:
    return Fact[Any](value=None, text=raw, place=place, sure=False, remark=code)


def _rows(block: Block, one: Compiled, doubt: Doubt) -> dict[str, Any]:
    lines = [line for line in block.lines if not says_nothing(line.text)]
    run = run_of(lines, one.headers[block.spec.name], block.spec)
    patterns = one.capital_rows if run.text.isupper() else one.rows
    rows, left = rows_of(run, patterns[block.spec.name])
    items, more_left = BUILDERS[block.spec.build](rows, doubt)
    left += more_left
    state = State.THERE if items or left else State.EMPTY
    place = block.heading.place
    return {
        block.spec.name: Section[Any](state=state, items=items, place=place, whole=not left, left_over=left)
    }


def _lines(block: Block, doubt: Doubt) -> dict[str, Any]:
    cells = [
        Cell(line.text, line.page, line.number, *_box(line.cells))
        for line in block.lines
        if not says_nothing(line.text)
    ]
    return LINE_BUILDERS[block.spec.build](block, cells, doubt)


def _box(cells: list[Cell]) -> tuple[float, float, float, float]:
    place = union(cells)
    return (place.x0, place.y0, place.x1, place.y1)


def _note_lines(block: Block, cells: list[Cell], doubt: Doubt) -> dict[str, Any]:
    items = [Note(text=doubt.words(cell.text, cell.place)) for cell in cells]
    state = State.THERE if items else State.EMPTY
    return {block.spec.name: Section[Note](state=state, items=items, place=block.heading.place)}


def _contact_lines(_: Block, cells: list[Cell], doubt: Doubt) -> dict[str, Any]:
    if not cells:
        return {}
    text = "\n".join(cell.text for cell in cells)
    fields: dict[str, Any] = {
        "contact": Fact[str](value=text, text=text, place=union(cells), sure=not doubt.glued)
    }
    for cell in cells:
        if kinds.understood("email", cell.text):
            fields["contact_email"] = Fact[str](value=cell.text, text=cell.text, place=cell.place)
    return fields


def _pledge_lines(block: Block, cells: list[Cell], doubt: Doubt) -> dict[str, Any]:
    from brygga.extracts.rowkinds import pledge

    items = [pledge(cell, doubt) for cell in cells]
    state = State.THERE if items else State.EMPTY
    return {block.spec.name: Section[Any](state=state, items=items, place=block.heading.place)}


def _unread_lines(block: Block, cells: list[Cell], _: Doubt) -> dict[str, Any]:
    left = [cell.text for cell in cells]
    state = State.THERE if left else State.EMPTY
    return {"unread": Section[Note](state=state, place=block.heading.place, whole=not left, left_over=left)}


LINE_BUILDERS: dict[str, Callable[[Block, list[Cell], Doubt], dict[str, Any]]] = {
    "note": _note_lines,
    "contact": _contact_lines,
    "pledge": _pledge_lines,
    "unread": _unread_lines,
}
