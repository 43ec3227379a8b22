"""Which twins are not as they were seen: a comparison of hashes, a stretch of ids at a time.

Not one statement that joins all: without fresh statistics a database reads every record for each
page of it, and the time grows with the square of the records.
"""

# ruff: noqa: S608 – only names of ours are put into SQL; every value is a parameter

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from brygga.store.twins import Twin, Twins, checked

STRETCH: Final = 2_000
"""So many records are held against their twins at a time."""
UNFINISHED: Final = ("creating", "again")
"""What a run that was cut off or put off has left: its other half may stand on the right already, and must
not be taken for something new there.
"""
UNPUBLISHED: Final = '%"published":false%'
"""A home that its source still has but no longer shows: marked removed, but not gone."""


class Differing(Twins):
    """Finding those that need a look."""

    def differing_left(
        self, kind: str, right: str, left: str, *, after_id: str = "", limit: int = 500, anew: bool = False
    ) -> list[str]:
        """Records of a leading connection that have no twin, or whose twin is not as it was seen.

        `anew`: all of them, whatever was seen. In the order of ids, after `after_id`.
        """

        def differs(heads: list[_Head]) -> list[str]:
            twins = {t.left_id: t for t in self.twins_of(kind, right, [head.id for head in heads])}
            others = self.heads(kind, {t.right_id for t in twins.values() if t.right_id})
            return [h.id for h in heads if _left_differs(h, twins.get(h.id), others, anew=anew)]

        return self._by_stretches(kind, left, after_id, limit, differs)

    def differing_right(
        self, kind: str, right: str, *, after_id: str = "", limit: int = 500, lonely_only: bool = False
    ) -> list[str]:
        """Records of the following connection that have no twin and have changed since they were seen.

        `lonely_only`: those that nobody has looked at yet.
        """

        def differs(heads: list[_Head]) -> list[str]:
            twins = {t.right_id: t for t in self.twins_of(kind, right, (), [head.id for head in heads])}
            return [h.id for h in heads if _right_differs(h, twins.get(h.id), lonely_only=lonely_only)]

        return self._by_stretches(kind, right, after_id, limit, differs)

    def _by_stretches(
        self, kind: str, name: str, after_id: str, limit: int, differs: Callable[[list[_Head]], list[str]]
    ) -> list[str]:
        """The first `limit` that differ."""
        sql = (
            "SELECT id, hash, deleted_us IS NOT NULL, deleted_us IS NOT NULL AND doc LIKE ?"
            f" FROM rec_{checked(kind)} WHERE id >= ? AND id < ? AND id > ? ORDER BY id LIMIT {STRETCH}"
        )
        hidden = UNPUBLISHED if kind == "estate" else ""
        while True:
            rows = self._db.rows(sql, (hidden, f"{name}:", f"{name};", after_id))
            found = differs([_Head(str(i), h, bool(gone), bool(still)) for i, h, gone, still in rows])
            if found or len(rows) < STRETCH:
                return found[:limit]
            after_id = str(rows[-1][0])


class _Head(NamedTuple):
    """A record as it is compared. `hidden`: it has a tombstone, and its source has it all the same."""

    id: str
    hash: bytes
    tombstone: bool
    hidden: bool


def _left_differs(
    head: _Head, twin: Twin | None, others: Mapping[str, tuple[bytes, bool]], *, anew: bool
) -> bool:
    if twin is None:
        return not head.tombstone or head.hidden
    if anew or twin.state in (*UNFINISHED, "refused", "waits"):
        return True
    other = others.get(twin.right_id)
    moved = (head.hash, head.tombstone) != (twin.left_hash, twin.left_gone)
    return moved or (other is not None and other != (twin.right_hash, twin.right_gone))


def _right_differs(head: _Head, twin: Twin | None, *, lonely_only: bool) -> bool:
    if twin is None:
        return not head.tombstone
    if lonely_only or twin.left_id:
        return False
    moved = (head.hash, head.tombstone) != (twin.right_hash, twin.right_gone)
    return moved or twin.state in UNFINISHED
