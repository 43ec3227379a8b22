"""Pairs: both halves of what a mirror looks at, in one language, and the twins they turn out to have.

Pointing fields are put into the right side's ids on both halves, so that values compare. What
points at something without a twin is left out of the merge and named, so that it can wait.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from brygga.hub.mirroring import Sides
from brygga.store import Conflict, Half, Store, Twin
from brygga.store.conflicts import answers
from brygga.store.twins import Seen
from brygga.sync.mirror_fields import values_of
from brygga.sync.mirror_refs import NEEDED, REFERENCES, ids_in, pointed_at, translated
from brygga.sync.ownership import Owner
from brygga.sync.twins import Match, choose, keys_of

SETTLED_STATES = frozenset({"joined", "alone", "kept", "gone", "ambiguous", "doubtful", "refused", "waits"})
"""States in which nothing is done until something changes, an answer comes or it is asked for."""


class Pair(msgspec.Struct, kw_only=True):
    """One thing, as far as it is there on either side. `left_name`: the leading connection it is of.

    `left_values`, `right_values`: fields, pointing ones in the right side's ids. `skip`: fields of which
    nothing can be said; `lacks_right`, `lacks_left`: the first id without a twin that is worth waiting
    for, when writing that way. `answered`: path → a person's answer. `into`: the record that the left
    half was merged into.
    """

    kind: str
    twin: Twin
    left_name: str
    left: Half | None = None
    right: Half | None = None
    seen: Seen = {}
    left_values: dict[str, Any] = {}
    right_values: dict[str, Any] = {}
    skip: set[str] = set()
    lacks_right: str = ""
    lacks_left: str = ""
    answered: dict[str, Conflict] = {}
    match: Match = Match()
    into: str = ""

    @property
    def left_there(self) -> bool:
        """Whether the left half is there and not gone."""
        return self.left is not None and not self.left.gone

    @property
    def right_there(self) -> bool:
        """Whether the right half is there and not gone."""
        return self.right is not None and not self.right.gone


class Wanted(msgspec.Struct, kw_only=True):
    """What a chunk is asked to look at. `forced`: look even where nothing seems to have changed."""

    kind: str
    left_ids: set[str] = set()
    right_ids: set[str] = set()
    forced: bool = False
    retry: bool = False


class Loading:
    """Reads pairs for one mirror.

    For a dry run, which keeps nothing: `assumed` are the twins that it pretends to have made,
    `pretended` the keys of records without a twin that it pretends to have noted.
    """

    def __init__(self, store: Store, sides: Sides) -> None:
        self._store, self._sides = store, sides
        self._right = sides.mirror.right
        self.assumed: dict[str, str] = {}
        self.pretended: dict[str, dict[bytes, list[str]]] = {}

    def pairs(self, wanted: Wanted) -> tuple[list[Pair], int]:
        """The pairs that need a look, and how many do not."""
        kind, store = wanted.kind, self._store
        twins = store.twins_of(kind, self._right, wanted.left_ids, wanted.right_ids)
        known_left = {t.left_id: t for t in twins if t.left_id}
        known_right = {t.right_id: t for t in twins if t.right_id}
        fresh = [self._fresh(kind, left_id=i) for i in sorted(wanted.left_ids) if i not in known_left]
        fresh += [self._fresh(kind, right_id=i) for i in sorted(wanted.right_ids) if i not in known_right]
        due, quiet = self._due(kind, twins, wanted)
        return self._loaded(kind, due + fresh), quiet

    def _fresh(self, kind: str, *, left_id: str = "", right_id: str = "") -> Twin:
        return Twin(kind=kind, right_connection=self._right, left_id=left_id, right_id=right_id, state="")

    def _due(self, kind: str, twins: list[Twin], wanted: Wanted) -> tuple[list[Twin], int]:
        """Those whose halves are not as they were seen: hashes only, no document is read."""
        heads = self._store.heads(kind, {i for t in twins for i in (t.left_id, t.right_id) if i})
        due = [
            twin
            for twin in twins
            if wanted.forced
            or twin.state not in SETTLED_STATES
            or (wanted.retry and twin.state in ("refused", "waits"))
            or _moved(twin, heads)
        ]
        return due, len(twins) - len(due)

    def _loaded(self, kind: str, twins: list[Twin]) -> list[Pair]:
        if not twins:
            return []
        halves = self._store.halves(kind, {i for t in twins for i in (t.left_id, t.right_id) if i})
        seen = self._store.twins_seen(t for t in twins if t.n)
        chosen = answers(self._store.conflicts_chosen(self._right)) if any(t.n for t in twins) else {}
        pairs = [
            Pair(
                kind=kind,
                twin=twin,
                left_name=twin.left_id.split(":", 1)[0],
                left=halves.get(twin.left_id),
                right=halves.get(twin.right_id),
                seen=seen.get(twin.n, {}),
                answered=chosen.get(twin.n, {}),
                skip=set(),
            )
            for twin in twins
        ]
        self._speak_one_language(kind, pairs)
        self._find_twins(kind, [p for p in pairs if p.left_there and p.right is None])
        self._take_named(kind, pairs)
        return pairs

    def _take_named(self, kind: str, pairs: list[Pair]) -> None:
        """A person has named the twin."""
        named = {str(a.choice): p for p in pairs for a in p.answered.values() if _names_twin(p, a)}
        if not named:
            return
        taken = self._store.names_across(kind, self._right, named, to_left=True)
        taken |= self._store.names_across(kind, self._right, named)
        for one, half in self._store.halves(kind, named).items():
            pair = named[one]
            if one in taken:
                continue
            if pair.left is None:
                pair.left, pair.left_values = half, values_of(half.doc)
                pair.left_name = one.split(":", 1)[0]
            else:
                pair.right, pair.right_values = half, values_of(half.doc)
            pair.match = Match(twin=one, rule="person")

    def _speak_one_language(self, kind: str, pairs: list[Pair]) -> None:
        for pair in pairs:
            pair.left_values = values_of(pair.left.doc) if pair.left is not None else {}
            pair.right_values = values_of(pair.right.doc) if pair.right is not None else {}
        if kind not in REFERENCES:
            return
        across = self._names(pointed_at(kind, (p.left_values for p in pairs)))
        back = self._names_back(pointed_at(kind, (p.right_values for p in pairs)))
        for pair in pairs:
            self._point_right(pair, across)
            self._point_left(pair, back)
        gone = {p.left.id: p for p in pairs if p.left is not None and p.left.gone}
        for old, into in self._store.merged_into(kind, gone).items() if gone else ():
            gone[old].into = into

    def _names(self, wanted: Mapping[str, set[str]]) -> dict[str, dict[str, str]]:
        """Kind → left id → right id; what was merged goes by the one that lives on."""
        found = {}
        for kind, ids in wanted.items():
            merged = self._store.merged_into(kind, ids)
            now = {one: merged.get(one, one) for one in ids}
            names = self._store.names_across(kind, self._right, set(now.values()))
            names.update({i: self.assumed[i] for i in now.values() if i in self.assumed})
            found[kind] = {old: names[new] for old, new in now.items() if new in names}
        return found

    def _names_back(self, wanted: Mapping[str, set[str]]) -> dict[str, set[str]]:
        """Kind → the right ids that have a twin on the left."""
        return {
            kind: set(self._store.names_across(kind, self._right, ids, to_left=True))
            for kind, ids in wanted.items()
        }

    def _point_right(self, pair: Pair, names: Mapping[str, Mapping[str, str]]) -> None:
        for path, target in REFERENCES[pair.kind].items():
            value = pair.left_values.get(path)
            if value is None:
                continue
            known = names.get(target, {})
            there = translated(value, known)
            if there is None:
                del pair.left_values[path]
                pair.skip.add(path)
                if not pair.lacks_right and self._will_come(pair, path, target):
                    pair.lacks_right = next(i for i in ids_in(value) if i not in known)
            else:
                pair.left_values[path] = there

    def _point_left(self, pair: Pair, known: Mapping[str, set[str]]) -> None:
        for path, target in REFERENCES[pair.kind].items():
            lacking = [i for i in ids_in(pair.right_values.get(path)) if i not in known.get(target, set())]
            flows = path in self._sides.scope(pair.left_name, pair.kind)
            if self._sides.mirror.owner(pair.kind, path) is Owner.LEFT:
                flows = False  # whatever the right side points at there, it is put back
            new = pair.left is None and path in self._sides.holds(self._sides.mirror.lefts[0], pair.kind)
            if lacking and (flows or new):
                pair.skip.add(path)
                pair.lacks_left = pair.lacks_left or lacking[0]

    def _will_come(self, pair: Pair, path: str, target: str) -> bool:
        """Worth waiting for: the right side takes that field, and makes records of that kind."""
        if path not in NEEDED.get(pair.kind, ()) and path not in self._sides.holds(self._right, pair.kind):
            return False
        return target in self._sides.kinds and self._sides.can(self._right, target).create

    def _find_twins(self, kind: str, pairs: list[Pair]) -> None:
        """Look for records on the right that are the same thing and have no twin yet."""
        pretended = self.pretended.get(kind, {})
        if not pairs or not (pretended or self._store.lonely_any(self._right, kind)):
            return
        keys = {p.twin.left_id: keys_of(kind, p.left_values) for p in pairs}
        prints = {key.print for many in keys.values() for key in many}
        found = self._store.lonely_find(self._right, kind, prints)
        found.update({key: ids for key, ids in pretended.items() if key in prints})
        if not found:
            return
        halves = self._store.halves(kind, {one for ids in found.values() for one in ids})
        values = {one: values_of(half.doc) for one, half in halves.items() if not half.gone}
        taken: set[str] = set()
        for pair in pairs:
            shared: dict[str, tuple[Mapping[str, Any], set[str]]] = {}
            for key in keys[pair.twin.left_id]:
                for one in found.get(key.print, ()):
                    if one in values and one not in taken:
                        shared.setdefault(one, (values[one], set()))[1].add(key.rule)
            pair.match = (
                choose(kind, pair.left_values, keys[pair.twin.left_id], shared) if shared else Match()
            )
            if pair.match.twin:
                taken.add(pair.match.twin)
                pair.right = halves[pair.match.twin]
                pair.right_values = values[pair.match.twin]

    def doubts(self, kind: str) -> tuple[str, str]:
        """Records whose other half may have been made unseen: one of the left side, one of the right.

        While there is such a one, what comes up alone on the other side may be that half.
        """
        twins = [t for t in self._store.twins_in(self._right, ("doubtful", "creating")) if t.kind == kind]
        left = next((t.left_id for t in twins if t.left_id and not t.right_id), "")
        return left, next((t.right_id for t in twins if t.right_id and not t.left_id), "")

    def names_back(self, pairs: Iterable[Pair]) -> dict[str, str]:
        """Right id → left id, for everything that these pairs point at on the right side."""
        names: dict[str, str] = {}
        many = list(pairs)
        for kind in {p.kind for p in many}:
            values = [v for p in many if p.kind == kind for v in (p.left_values, p.right_values)]
            for target, ids in pointed_at(kind, values).items():
                back = self._store.names_across(target, self._right, ids, to_left=True)
                merged = self._store.merged_into(target, back.values())
                names.update({right: merged.get(left, left) for right, left in back.items()})
        return names

    def lonely_keys(self, kind: str, halves: Iterable[Half]) -> dict[tuple[str, str, str], list[bytes]]:
        """What the right side's records without a twin may be known by."""
        return {
            (self._right, kind, half.id): [key.print for key in keys_of(kind, values_of(half.doc))]
            for half in halves
        }


def _names_twin(pair: Pair, answer: Conflict) -> bool:
    half_missing = pair.right is None or pair.left is None
    return answer.take == "value" and answer.path in ("(pair)", "(doubt)") and half_missing


def _moved(twin: Twin, heads: Mapping[str, tuple[bytes, bool]]) -> bool:
    left, right = heads.get(twin.left_id), heads.get(twin.right_id)
    return (left is not None and left != (twin.left_hash, twin.left_gone)) or (
        right is not None and right != (twin.right_hash, twin.right_gone)
    )
