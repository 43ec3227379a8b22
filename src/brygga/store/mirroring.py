"""What one round of a mirror leaves behind: records, twins, conflicts and events, all or nothing."""

# ruff: noqa: S608 – only names of ours are put into SQL; every value is a parameter

from __future__ import annotations

from datetime import datetime

import msgspec

from brygga.store import events
from brygga.store.apply import Applying, MakeEffects
from brygga.store.conflicts import Raised, raise_and_settle
from brygga.store.database import Tx
from brygga.store.moments import to_us
from brygga.store.prepare import prepare
from brygga.store.sealing import Sealer
from brygga.store.shapes import Applied, Batch
from brygga.store.told import Event
from brygga.store.twins import Twin, seal_seen

_NAMES = (
    "kind, left_id, right_connection, right_id, key, state, waits_for, left_hash, right_hash,"
    " left_gone, right_gone, at_us, seen"
)
_SAVE = f"UPDATE twin SET {', '.join(f'{name.strip()} = ?' for name in _NAMES.split(','))} WHERE n = ?"
ALIKE = "possible_duplicate"
Lonely = tuple[str, str, str]
"""Connection, kind, id of a record that has no twin."""


class Round(msgspec.Struct, kw_only=True):
    """One round. `raised`: for each of `twins`, by its place in the list, the conflicts that it has now.

    `batches`: what the sides showed after being written to. `lonely`: records without a twin and the
    prints of the facts by which they may be known again; an empty list: it has found its twin.
    `dropped`: row numbers of twins to forget. `alike`: (kind, id) → what is said of a record that may be
    the same person or home as another, and is not joined with it.
    """

    right: str
    now: datetime
    batches: list[Batch] = []
    twins: list[Twin] = []
    raised: dict[int, list[Raised]] = {}
    lonely: dict[Lonely, list[bytes]] = {}
    dropped: list[int] = []
    alike: dict[tuple[str, str], str] = {}
    events: list[Event] = []


class Kept(msgspec.Struct, kw_only=True):
    """What became of a round."""

    applied: list[Applied] = []
    opened: int = 0
    ended: int = 0


class Mirroring(Applying):
    """`mirror_keep`, the one way by which twins change."""

    def mirror_keep(self, done: Round, *, effects: MakeEffects | None = None) -> Kept:
        """Store a round in one transaction. New twins are given their row numbers."""
        prepared = [prepare(batch) for batch in done.batches]
        at_us = to_us(done.now)

        def work(tx: Tx) -> Kept:
            kept = Kept(applied=[])
            for batch, ready in zip(done.batches, prepared, strict=True):
                kept.applied.append(self._apply(tx, batch, ready, effects))
            if done.dropped:
                tx.many("DELETE FROM twin WHERE n = ?", [(n,) for n in done.dropped])
            _save_twins(tx, self._sealer, done.twins, at_us)
            about = {
                twin.n: (done.right, twin.kind, twin.left_id, twin.right_id, done.raised.get(place, []))
                for place, twin in enumerate(done.twins)
            }
            about |= {n: (done.right, "", "", "", []) for n in done.dropped}  # their questions end too
            kept.opened, kept.ended = raise_and_settle(tx, self._sealer, about, at_us)
            _save_lonely(tx, done.lonely)
            _say_alike(tx, done.alike, at_us)
            events.add(tx, done.events, at_us)
            return kept

        return self._db.write(work)


def _save_twins(tx: Tx, sealer: Sealer, twins: list[Twin], at_us: int) -> None:
    known = [twin for twin in twins if twin.n]
    fresh = [twin for twin in twins if not twin.n]
    tx.many(_SAVE, [(*_row(sealer, twin, at_us), twin.n) for twin in known])
    if fresh:
        tx.load("twin", _NAMES, [_row(sealer, twin, at_us) for twin in fresh])
        _number(tx, fresh)


def _number(tx: Tx, twins: list[Twin]) -> None:
    """The row numbers that the database gave, by the wish that each row names."""
    for kind, name in {(twin.kind, "left_id" if twin.left_id else "right_id") for twin in twins}:
        mine = {
            getattr(t, name): t for t in twins if t.kind == kind and bool(t.left_id) == (name == "left_id")
        }
        sql = (
            f"SELECT {name}, n FROM twin WHERE right_connection = ? AND kind = ?"
            f" AND {name} <> '' AND {name} {tx.among}"
        )
        right = next(iter(mine.values())).right_connection
        for record_id, n in tx.rows(sql, (right, kind, tx.array(mine))):
            mine[record_id].n = n


def _row(sealer: Sealer, twin: Twin, at_us: int) -> tuple[object, ...]:
    return (
        twin.kind, twin.left_id, twin.right_connection, twin.right_id, twin.key, twin.state, twin.waits_for,
        twin.left_hash, twin.right_hash, int(twin.left_gone), int(twin.right_gone), at_us,
        seal_seen(sealer, twin),
    )  # fmt: skip


def _save_lonely(tx: Tx, lonely: dict[Lonely, list[bytes]]) -> None:
    by_kind: dict[str, list[str]] = {}
    for _, kind, record_id in lonely:
        by_kind.setdefault(kind, []).append(record_id)
    for kind, ids in by_kind.items():
        tx.run(f"DELETE FROM lonely WHERE kind = ? AND id {tx.among}", (kind, tx.array(ids)))
    rows = [(c, kind, key, rid) for (c, kind, rid), keys in lonely.items() for key in dict.fromkeys(keys)]
    tx.load("lonely", "connection, kind, key, id", rows)


def _say_alike(tx: Tx, alike: dict[tuple[str, str], str], at_us: int) -> None:
    """A finding on each; the same again replaces it."""
    tx.many(
        "DELETE FROM finding WHERE kind = ? AND id = ? AND path = ? AND code = ?",
        [(kind, record_id, "", ALIKE) for kind, record_id in alike],
    )
    tx.load(
        "finding",
        "kind, id, path, code, connection, severity, sv, at_us",
        [(k, i, "", ALIKE, i.split(":", 1)[0], "noted", sv, at_us) for (k, i), sv in alike.items()],
    )
