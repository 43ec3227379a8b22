"""An extract beside its facts: what was read, where it stands, what disagrees with the home's record."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from importlib import resources
from typing import Any, Final

import msgspec

from brygga.extracts.facts import Document, Fact, Place, Reading, Section, State
from brygga.hub.crosschecking import told
from brygga.hub.extract_shelf import Shelved, Size, documents
from brygga.hub.filling import Change, Proposal
from brygga.hub.hub import Hub
from brygga.hub.views.names import addresses
from brygga.hub.views.tongue import Tongue
from brygga.sync.crosscheck import Remark, Weight

MOST_PAGES: Final = 20
MOST_LINES: Final = 3_000
LEAST_GROUPED: Final = 10_000
NO_PART: Final = frozenset({"unread"})
"""What is a section of the facts but no part of the paper."""
PERSONAL: Final = frozenset({"name", "identity", "contact", "contact_email", "text"})
"""Facts that name somebody, or may; an owner's address is one too."""
_SHAPES: Final = {Weight.STOP: "bad", Weight.WARN: "warn", Weight.NOTE: "idle"}


class Label(msgspec.Struct, frozen=True):
    """What a field or part is called."""

    sv: str
    en: str


class Row(msgspec.Struct, kw_only=True):
    """One fact: its name, what the extract says, and the mark on the page that shows where."""

    label: str
    text: str
    mark: str = ""
    page: int = 0
    sure: bool = True
    note: str = ""


class Group(msgspec.Struct, kw_only=True):
    """A part of the extract. `items` are its entries, each a list of rows; empty ones say so."""

    heading: str
    state: str = "there"
    whole: bool = True
    items: list[list[Row]] = []


class Box(msgspec.Struct, frozen=True, kw_only=True):
    """Where a fact stands on a page, in points."""

    mark: str
    x: float
    y: float
    width: float
    height: float
    label: str
    sure: bool = True


class Sheet(msgspec.Struct, kw_only=True):
    """A page as it looks, with the boxes that may be lit."""

    number: int
    size: Size
    boxes: list[Box] = []


@functools.cache
def labels() -> dict[str, Label]:
    """Field or part → its name in both languages."""
    data = resources.files("brygga.hub.views").joinpath("extract.toml").read_bytes()
    return msgspec.toml.decode(data, type=dict[str, Label])


def label(name: str, tongue: Tongue) -> str:
    """A field's name; one without a name is its own."""
    found = labels().get(name)
    return (found.sv if tongue.lang == "sv" else found.en) if found else name.replace("_", " ")


class Marks:
    """Gives every place a mark of its own, the same place the same mark."""

    def __init__(self) -> None:
        self._known: dict[Place, str] = {}
        self.boxes: dict[int, list[Box]] = {}
        self.lines: dict[int, str] = {}

    def of(self, place: Place | None, name: str, *, sure: bool = True) -> str:
        """The mark of a place; empty when nothing can be lit there."""
        if place is None:
            return ""
        if place not in self._known:
            self._known[place] = f"k{len(self._known) + 1}"
            self._draw(place, name, sure)
        mark = self._known[place]
        return mark if place.x1 > place.x0 else self.lines.get(place.line, mark)

    def _draw(self, place: Place, name: str, sure: bool) -> None:
        if place.x1 <= place.x0:
            self.lines.setdefault(place.line, self._known[place])
            return
        pad = 2.0
        box = Box(
            mark=self._known[place],
            x=round(place.x0 - pad, 1),
            y=round(place.y0 - pad, 1),
            width=round(place.x1 - place.x0 + 2 * pad, 1),
            height=round(place.y1 - place.y0 + 2 * pad, 1),
            label=name,
            sure=sure,
        )
        self.boxes.setdefault(place.page, []).append(box)


def groups(document: Document, marks: Marks, tongue: Tongue, *, persons: bool) -> list[Group]:
    """All that was read, in the document's own order; `persons`: names and numbers may be shown."""
    plain = Group(heading=label("document", tongue), items=[])
    parts: list[Group] = []
    rows: list[Row] = []
    for name, value in _members(document):
        if isinstance(value, Fact):
            rows.append(_row(name, value, marks, tongue, persons=persons))
        elif isinstance(value, Section) and value.state is not State.ABSENT:
            parts.append(_group(name, value, marks, tongue, persons=persons))
    plain.items = [rows] if rows else []
    return [plain, *parts]


def absent(document: Document, tongue: Tongue) -> list[str]:
    """The parts that the document does not have at all, by name."""
    return [
        label(name, tongue)
        for name, value in _members(document)
        if isinstance(value, Section) and value.state is State.ABSENT and name not in NO_PART
    ]


def _group(name: str, section: Section[Any], marks: Marks, tongue: Tongue, *, persons: bool) -> Group:
    items = [list(_rows(item, marks, tongue, persons=persons)) for item in section.items]
    return Group(
        heading=label(name, tongue),
        state=str(section.state),
        whole=section.whole,
        items=[i for i in items if i],
    )


def _rows(item: Any, marks: Marks, tongue: Tongue, *, persons: bool) -> Iterator[Row]:
    """The facts of an entry, those of what lies inside it after them."""
    if getattr(item, "protected", False):
        yield Row(label=label("name", tongue), text=label("protected", tongue))
    of_person = hasattr(item, "identity")
    for name, value in _members(item):
        if isinstance(value, Fact):
            yield _row(name, value, marks, tongue, persons=persons, of_person=of_person)
        elif isinstance(value, Section):
            for inner in value.items:
                yield from _rows(inner, marks, tongue, persons=persons)
        elif isinstance(value, list):
            for inner in value:
                yield from _inner(name, inner, marks, tongue, persons=persons)


def _inner(name: str, inner: Any, marks: Marks, tongue: Tongue, *, persons: bool) -> Iterator[Row]:
    if isinstance(inner, Fact):
        yield _row(name, inner, marks, tongue, persons=persons)
    else:
        yield from _rows(inner, marks, tongue, persons=persons)


def _row(
    name: str, fact: Fact[Any], marks: Marks, tongue: Tongue, *, persons: bool, of_person: bool = False
) -> Row:
    hidden = not persons and (name in PERSONAL or (of_person and name == "address"))
    called = label(name, tongue)
    note = label("unreadable", tongue) if fact.value is None else "" if fact.sure else label("unsure", tongue)
    return Row(
        label=called,
        text=label("hidden", tongue) if hidden else fact.text,
        mark=marks.of(fact.place, called, sure=fact.sure),
        page=fact.place.page,
        sure=fact.sure and fact.value is not None,
        note=note,
    )


def _members(struct: Any) -> Iterator[tuple[str, Any]]:
    for name in getattr(struct, "__struct_fields__", ()):
        yield name, getattr(struct, name)


def extract_page(
    hub: Hub,
    about: Shelved,
    reading: Reading | None,
    tongue: Tongue,
    *,
    remarks: Sequence[Remark],
    proposal: Proposal | None,
    sizes: Sequence[Size],
    text: str,
    number: int = 1,
    persons: bool,
) -> dict[str, Any]:
    """The whole page in plain values. `number`: which of several documents in the file, from 1.

    `sizes` are the pages' sizes in points, `text` the lines of a text file; of a person who may not
    see persons both are empty, because names stand in them.
    """
    marks = Marks()
    found = documents(reading)
    document = found[min(max(number, 1), len(found)) - 1] if found else None
    parts = groups(document, marks, tongue, persons=persons) if document is not None else []
    said = [_remark(one, marks, tongue) for one in remarks]
    changes = [_change(one, marks, tongue) for one in proposal.changes] if proposal is not None else []
    return {
        "about": about,
        "address": addresses(hub, [about.estate_id]).get(about.estate_id, about.estate_id),
        "groups": parts,
        "absent": absent(document, tongue) if document is not None else [],
        "remarks": said,
        "changes": changes,
        "proposal": proposal,
        "documents": len(found),
        "number": number,
        "sheets": [
            Sheet(number=n, size=size, boxes=marks.boxes.get(n, []))
            for n, size in enumerate(sizes[:MOST_PAGES], start=1)
        ],
        "lines": [
            (n, line, marks.lines.get(n, ""))
            for n, line in enumerate(text.splitlines()[:MOST_LINES], start=1)
        ],
        "weights": {weight: sum(one.weight is weight for one in remarks) for weight in Weight},
    }


def _remark(one: Remark, marks: Marks, tongue: Tongue) -> dict[str, Any]:
    text = one.sv if tongue.lang == "sv" else one.en or one.sv
    return {
        **told(one),
        "text": text,
        "shape": _SHAPES[one.weight],
        "mark": marks.of(one.place, text),
        "page": one.place.page if one.place else 0,
    }


def _change(one: Change, marks: Marks, tongue: Tongue) -> dict[str, Any]:
    return {
        "field": one.field,
        "term": one.term[:1].upper() + one.term[1:],
        "old": _plain(one.old, tongue),
        "new": _plain(one.new, tongue),
        "sure": one.sure,
        "mark": marks.of(one.place, one.term, sure=one.sure),
    }


def _plain(value: Any, tongue: Tongue) -> str:
    """A value as a person reads it; nothing is a dash, a year has no space."""
    if value in (None, "", []):
        return "–"
    if isinstance(value, dict):
        return ", ".join(str(inner) for inner in value.values())
    if isinstance(value, list):
        return ", ".join(_plain(one, tongue) for one in value)
    if isinstance(value, float) and not value.is_integer():
        return f"{value:g}".replace(".", "," if tongue.lang == "sv" else ".")
    if isinstance(value, int | float) and abs(value) >= LEAST_GROUPED:
        return tongue.number(int(value))
    return str(int(value)) if isinstance(value, float) else str(value)


def extract_list(
    hub: Hub, estate_id: str, shelved: Sequence[Shelved], *, can_look_up: bool
) -> dict[str, Any]:
    """A home's extracts, and what can be done to get another. `designation` is what to look up."""
    estate: Any = hub.store.get("estate", estate_id)
    named = estate.taxation.designations if estate is not None and estate.taxation else []
    return {
        "id": estate_id,
        "address": addresses(hub, [estate_id]).get(estate_id, estate_id),
        "extracts": list(shelved),
        "can_look_up": can_look_up,
        "designation": named[0] if named else "",
    }
