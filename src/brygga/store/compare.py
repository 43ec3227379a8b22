"""What a prepared batch changes: compared with what is stored, nothing written yet."""

# ruff: noqa: S608 – only names of ours are put into SQL; every value is a parameter

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from brygga.model import Invalid, changed_fields
from brygga.model.records import RECORD_TYPES
from brygga.store.database import Reading
from brygga.store.holding import Lost, held
from brygga.store.prepare import ids_by_kind
from brygga.store.shapes import Batch, Prepared


class Stored(msgspec.Struct, gc=False):
    """The little of a stored row that a comparison needs."""

    hash: bytes
    version: int
    deleted_us: int | None
    changed_us: int | None
    seen_us: int


class Planned(msgspec.Struct, gc=False):
    """One change to come. `now` is None for a removal; `before` is None for a create and a removal."""

    op: str
    kind: str
    id: str
    version: int
    doc: bytes | str
    now: Prepared | None = None
    before: Stored | None = None
    values: dict[str, tuple[Any, Any]] = {}


class Plan(msgspec.Struct):
    """All changes of a batch in order. `same`: unchanged records that are to be written all the same."""

    changes: list[Planned] = []
    same: list[Prepared] = []
    confirmed: list[tuple[str, str]] = []
    unchanged: int = 0
    older: int = 0
    kept: Lost = {}


def plan(db: Reading, batch: Batch, prepared: list[Prepared]) -> Plan:
    """Compare by hash; only of what differs is the old document read."""
    made = Plan(changes=[], same=[], confirmed=[], kept={})
    stored = _stored(db, prepared)
    if batch.keep_lost:
        prepared, made.kept = held(batch, prepared, _docs(db, batch.keep_lost))
    leaving = set(batch.removed)
    for one in prepared:
        there = stored.get((one.kind, one.id))
        if there is None:
            made.changes.append(Planned("create", one.kind, one.id, 1, one.doc, one))
            continue
        stays_gone = there.deleted_us is not None and (one.kind, one.id) in leaving
        if _older(batch, one, there):
            made.older += 1
        elif there.hash == one.hash and (there.deleted_us is None or stays_gone):
            _leave(made, batch, one)
        else:
            made.changes.append(_changing(one, there, stays_gone))
    _fill_in(db, made.changes)
    made.changes += _removals(db, batch, {(one.kind, one.id) for one in prepared}, made.changes)
    return made


def _older(batch: Batch, one: Prepared, there: Stored) -> bool:
    """A late arrival of an earlier state, which must not undo the newer one that we hold."""
    if not batch.not_older or one.changed_us is None or there.changed_us is None:
        return False
    if one.fetched_us is not None and one.fetched_us > there.seen_us:
        return False  # it was asked for after we had that one: whatever the source's clock says
    return one.changed_us < there.changed_us and one.hash != there.hash


def _changing(one: Prepared, there: Stored, stays_gone: bool) -> Planned:
    """A tombstone is lifted by a record that comes again, unless the same batch says it is gone."""
    op = "update" if there.deleted_us is None or stays_gone else "restore"
    return Planned(op, one.kind, one.id, there.version + 1, one.doc, one, there)


def _leave(made: Plan, batch: Batch, one: Prepared) -> None:
    made.unchanged += 1
    if batch.overwrite_same_hash:
        made.same.append(one)
    if batch.touch_seen:
        made.confirmed.append((one.kind, one.id))


def _stored(db: Reading, prepared: list[Prepared]) -> dict[tuple[str, str], Stored]:
    """One question per kind, never one per record."""
    found: dict[tuple[str, str], Stored] = {}
    for kind, ids in ids_by_kind((one.kind, one.id) for one in prepared).items():
        sql = f"SELECT id, hash, version, deleted_us, changed_us, seen_us FROM rec_{kind} WHERE id {db.among}"
        for record_id, *rest in db.rows(sql, (db.array(ids),)):
            found[kind, record_id] = Stored(*rest)
    return found


def _fill_in(db: Reading, changes: list[Planned]) -> None:
    """Give updates and restores their old and new values, path by path."""
    differing = [c for c in changes if c.before is not None and c.now is not None]
    docs = _docs(
        db, ((c.kind, c.id) for c in differing if c.now and c.before and c.now.hash != c.before.hash)
    )
    for change in differing:
        if change.now is not None and (change.kind, change.id) in docs:
            change.values = changed_fields(docs[change.kind, change.id], change.now.doc)


def _docs(db: Reading, keys: Any) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for kind, ids in ids_by_kind(keys).items():
        sql = f"SELECT id, doc FROM rec_{kind} WHERE id {db.among}"
        found.update(((kind, record_id), doc) for record_id, doc in db.rows(sql, (db.array(ids),)))
    return found


def _removals(
    db: Reading, batch: Batch, arriving: set[tuple[str, str]], changes: list[Planned]
) -> list[Planned]:
    """What the batch says is gone and what its complete lists leave out, if we still hold it.

    A record may come and go in one batch (shown no longer): it is stored first, then removed.
    """
    wanted = dict.fromkeys(_checked(batch))
    wanted.update(dict.fromkeys(_left_out(db, batch, arriving)))
    live = _live(db, wanted)
    for change in changes:
        gone_already = change.before is not None and change.before.deleted_us is not None
        if (change.kind, change.id) in wanted and not (gone_already and change.op == "update"):
            live[change.kind, change.id] = (change.version, change.doc)
    return [
        Planned("remove", kind, record_id, version + 1, doc)
        for (kind, record_id), (version, doc) in sorted(live.items(), key=lambda item: item[0])
    ]


def _live(db: Reading, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], tuple[int, bytes | str]]:
    """Of the wanted those that stand without a tombstone: version and document."""
    found: dict[tuple[str, str], tuple[int, bytes | str]] = {}
    for kind, ids in ids_by_kind(wanted).items():
        sql = f"SELECT id, version, doc FROM rec_{kind} WHERE id {db.among} AND deleted_us IS NULL"
        for record_id, version, doc in db.rows(sql, (db.array(ids),)):
            found[kind, record_id] = (version, doc)
    return found


def _checked(batch: Batch) -> list[tuple[str, str]]:
    for kind, _ in batch.removed:
        if kind not in RECORD_TYPES:
            raise Invalid(f"There is no kind of record called {kind!r}.", code="unknown_kind")
    return batch.removed


def _left_out(db: Reading, batch: Batch, arriving: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """Per kind one question for all owners with a complete list."""
    lists: dict[str, dict[str, set[str]]] = {}
    for owner, kind, ids in batch.complete:
        lists.setdefault(kind, {}).setdefault(owner, set()).update(ids)
    gone: list[tuple[str, str]] = []
    for kind, present in lists.items():
        if kind not in RECORD_TYPES:
            raise Invalid(f"There is no kind of record called {kind!r}.", code="unknown_kind")
        sql = (
            f"SELECT owner_id, id FROM rec_{kind}"
            f" WHERE owner_id {db.among} AND deleted_us IS NULL ORDER BY id"
        )
        for owner, record_id in db.rows(sql, (db.array(present),)):
            if record_id not in present[owner] and (kind, record_id) not in arriving:
                gone.append((kind, record_id))
    return gone
