"""Schema drift (*ändrade uppgifter hos källan*): what a source's answers look like, and when that changes.

A shape is learnt from a source's raw JSON: which members there are, of which types, and which of
them every object has. A later answer is held against it. A new member is only told. A member that
was always there and is gone, or that has another type, is breaking: what the record would lose by it
is kept as it was (`Batch.keep_lost`), and a person is asked. Whole numbers and others are one
type; null tells nothing of a type.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, Protocol

import msgspec

ENOUGH: Final = 50
"""Objects that must have been seen before "always there" means anything."""
LEARNT: Final = 400
"""Records that a shape is learnt from; after these only new members are added."""
SAMPLE: Final = 25
"""Records of one batch that are looked at; all of them once one of these breaks. Looking costs as much
as mapping."""
MEMBERS_MOST: Final = 2_000
"""Members kept for one kind; a source that uses ids as names would have no end of them."""
ROWS_MOST: Final = 5
DEEPEST: Final = 8

_decode = msgspec.json.Decoder().decode


class Member(msgspec.Struct):
    """One member by its path: how often it was seen, and with which types."""

    seen: int = 0
    types: list[str] = []


class Shape(msgspec.Struct):
    """What the records of one kind of one source look like. `""` counts the records themselves.

    `accepted`: members that a person has said may be missing or differ. `always` is worked out.
    """

    members: dict[str, Member] = {}
    accepted: list[str] = []
    always: dict[str, list[str]] | None = None


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """One difference. `change`: new · gone · retyped; `was` and `now` are types."""

    kind: str
    path: str
    change: str
    was: tuple[str, ...] = ()
    now: str = ""

    @property
    def breaking(self) -> bool:
        """Whether facts may be lost by it."""
        return self.change != "new"


class Raw(Protocol):
    """A record as its source gave it."""

    @property
    def kind(self) -> str:
        """The kind of record."""

    @property
    def source_id(self) -> str:
        """Its source's id for it."""

    @property
    def body(self) -> bytes:
        """The exact bytes."""


class Examined(msgspec.Struct, kw_only=True):
    """What a set of raw records showed. `broken`: (kind, source id); `shapes`: those that grew, by kind.

    `odd`: kind → documents that broke the shape. If nothing is lost by them they are another sort of
    record that had not been seen yet, and `settled` learns from them.
    """

    drifts: dict[Drift, int] = {}
    broken: set[tuple[str, str]] = set()
    shapes: dict[str, Shape] = {}
    odd: dict[str, list[Any]] = {}


def examine(known: Mapping[str, Shape], raws: Sequence[Raw]) -> Examined:
    """Hold a sample of raw records against the known shapes, and learn from them. Pure but for the result.

    What is not JSON is passed over: it is the mapping's business.
    """
    found = Examined(drifts={}, broken=set(), shapes={}, odd={})
    learning = any(_count(known.get(kind, Shape()), "") < ENOUGH for kind in {raw.kind for raw in raws})
    step = max(1, -(-len(raws) // (LEARNT if learning else SAMPLE)))
    for raw in raws[::step]:
        _one(known, raw, found)
    if found.broken:
        for number, raw in enumerate(raws):
            if number % step:
                _one(known, raw, found)
    return found


def _one(known: Mapping[str, Shape], raw: Raw, found: Examined) -> None:
    """Look at one record: what differs, whether it breaks, and what there is to learn from it."""
    try:
        document = _decode(raw.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return
    shape = found.shapes.get(raw.kind) or known.get(raw.kind) or Shape(members={}, accepted=[])
    drifts = judge(shape, raw.kind, document)
    for drift in drifts:
        found.drifts[drift] = found.drifts.get(drift, 0) + 1
    if any(drift.breaking for drift in drifts):
        found.broken.add((raw.kind, raw.source_id))
        odd = found.odd.setdefault(raw.kind, [])
        odd += [document] if len(odd) < SAMPLE else []
    elif drifts or _count(shape, "") < LEARNT:
        found.shapes[raw.kind] = learnt(shape, document)


def settled(known: Mapping[str, Shape], seen: Examined, kinds: Iterable[str]) -> dict[str, Shape]:
    """The shapes of these kinds after learning from what was odd in them."""
    shapes = {}
    for kind in kinds:
        shape = seen.shapes.get(kind) or known.get(kind) or Shape(members={}, accepted=[])
        for document in seen.odd.get(kind, []):
            shape = learnt(shape, document)
        shapes[kind] = shape
    return shapes


def judge(shape: Shape, kind: str, document: Any) -> list[Drift]:
    """Where a document differs from its kind's shape. Empty while too little is known."""
    if _count(shape, "") < ENOUGH:
        return []
    always, found = _always(shape), dict[str, Drift]()
    for parent, members in _objects(document):
        there = {_join(parent, name): value for name, value in members.items()}
        for path, value in there.items():
            known = shape.members.get(path)
            if known is None or (value is not None and _type(value) not in known.types):
                _differs(shape, kind, path, value, found)
        for path in always.get(parent, ()):
            if path not in there:
                was = tuple(shape.members[path].types)
                found[path] = Drift(kind=kind, path=path, change="gone", was=was)
    return list(found.values())


def _differs(shape: Shape, kind: str, path: str, value: Any, found: dict[str, Drift]) -> None:
    """A member that is new, or of a type that it never had. One that was always null may become anything."""
    known, now = shape.members.get(path), _type(value)
    if path in shape.accepted:
        return
    if known is None:
        if len(shape.members) < MEMBERS_MOST:
            found[path] = Drift(kind=kind, path=path, change="new", now=now)
    elif known.types and known.seen >= ENOUGH:
        found[path] = Drift(kind=kind, path=path, change="retyped", was=tuple(known.types), now=now)


def learnt(shape: Shape, document: Any) -> Shape:
    """The shape with one more document in it; the given one stays as it was."""
    members = {path: Member(one.seen, list(one.types)) for path, one in shape.members.items()}
    for parent, named in _objects(document):
        members.setdefault(parent, Member(types=[])).seen += 1
        for name, value in named.items():
            path = _join(parent, name)
            if path not in members and len(members) >= MEMBERS_MOST:
                continue
            member = members.setdefault(path, Member(types=[]))
            if type(value) is not dict:  # an object counts itself, as the parent of its members
                member.seen += 1
            kind = _type(value)
            if kind != "null" and kind not in member.types:
                member.types.append(kind)
    return Shape(members=members, accepted=list(shape.accepted))


def accept(shape: Shape, paths: Iterable[str]) -> Shape:
    """The shape after a person has said that these members may be missing or differ."""
    accepted = sorted({*shape.accepted, *paths})
    return Shape(members=shape.members, accepted=accepted)


def _always(shape: Shape) -> dict[str, list[str]]:
    """Place of an object → the members that every object there has had; kept with the shape once found."""
    if shape.always is None:
        shape.always = {}
        for path, member in shape.members.items():
            parent = path.rpartition(".")[0]
            row_of_a_list = path.endswith("[]")
            owners = _count(shape, parent)
            if path and not row_of_a_list and path not in shape.accepted and member.seen >= owners >= ENOUGH:
                shape.always.setdefault(parent, []).append(path)
    return shape.always


def _objects(value: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object in a document with its path; of a list the first few rows, under one path."""
    if depth > DEEPEST:
        return
    if type(value) is dict:
        yield path, value
        for name, inner in value.items():
            if type(inner) in {dict, list}:
                yield from _objects(inner, _join(path, name), depth + 1)
    elif type(value) is list:
        for inner in value[:ROWS_MOST]:
            if type(inner) is dict:
                yield from _objects(inner, f"{path}[]", depth + 1)


def _join(parent: str, name: str) -> str:
    """A member's path. Dots in a name would look like a step down."""
    return f"{parent}.{name.replace('.', '·')}"


def _type(value: Any) -> str:
    if value is None:
        return "null"
    if type(value) is bool:
        return "flag"
    if type(value) in {int, float}:
        return "number"
    if type(value) is str:
        return "text"
    return "list" if type(value) is list else "object"


def _count(shape: Shape, path: str) -> int:
    member = shape.members.get(path)
    return member.seen if member is not None else 0
