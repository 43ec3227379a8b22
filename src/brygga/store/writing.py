"""Writing a plan: documents, versions, feed, history, raw, findings. Inside apply's transaction."""

# ruff: noqa: S608 – only names of ours are put into SQL; every value is a parameter

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from brygga.model import APPEND_ONLY
from brygga.store.compare import Planned
from brygga.store.database import Clash, Tx
from brygga.store.jsons import to_json
from brygga.store.moments import DAY_US
from brygga.store.prepare import ids_by_kind, plain, raw_digest
from brygga.store.sealing import Sealer, label, pack
from brygga.store.shapes import Batch, Change, Prepared

_COMMON = "id, connection, source_id, version, hash, changed_us, seen_us, seq, deleted_us, owner_id"
FOUND_BY = "status, type, town, street, agent_id, office_id, price_kr, living_m2"
_COLUMNS: dict[str, str] = {"estate": f"{_COMMON}, {FOUND_BY}, doc"}
_DEFAULT_COLUMNS = f"{_COMMON}, doc"

REMOVED = "(removed)"
"""The path under which history tells that a tombstone was set or lifted."""

BESIDE = "register/"
"""Beginning of the paths of findings that came of holding a record against an extract of the register."""


class Writing(msgspec.Struct):
    """What every step of one apply needs. `seqs` are the feed numbers, one per change, in order."""

    tx: Tx
    batch: Batch
    sealer: Sealer
    at_us: int
    changes: list[Planned]
    seqs: range

    def numbered(self) -> Iterable[tuple[int, Planned]]:
        """Each change with its number."""
        return zip(self.seqs, self.changes, strict=True)


def next_numbers(tx: Tx, name: str, count: int) -> range:
    """Numbers given in the order of commits.

    The counter's row stays locked until the transaction ends, so a number is never visible
    before all lower ones are. A reader by cursor misses nothing.
    """
    sql = (
        "INSERT INTO counter (name, n) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET n = counter.n + excluded.n RETURNING n"
    )
    row = tx.row(sql, (name, count))
    assert row is not None  # noqa: S101 – RETURNING gives the row that was written
    last = int(row[0])
    return range(last - count + 1, last + 1)


def write_records(w: Writing) -> None:
    """Documents as they now stand, and every version of what is append-only."""
    made: dict[str, list[tuple[object, ...]]] = {}
    changed: dict[str, list[tuple[object, ...]]] = {}
    for seq, change in w.numbered():
        if change.now is None:
            continue
        row = _row(w, change.now, change, seq)
        (made if change.op == "create" else changed).setdefault(change.kind, []).append(row)
    for kind, rows in made.items():
        w.tx.load(f"rec_{kind}", _COLUMNS.get(kind, _DEFAULT_COLUMNS), rows, utf8_last=True)
    for kind, rows in changed.items():
        _update(w.tx, kind, rows)
    _write_versions(w)
    _write_tombstones(w)


def _row(w: Writing, one: Prepared, change: Planned, seq: int) -> tuple[object, ...]:
    stays_gone = change.op == "update" and change.before is not None
    deleted_us = change.before.deleted_us if stays_gone and change.before else None
    return (
        one.id,
        w.batch.connection,
        one.source_id,
        change.version,
        one.hash,
        one.changed_us,
        w.at_us,
        seq,
        deleted_us,
        one.owner_id,
        *one.found_by,
        one.doc,
    )


def _update(tx: Tx, kind: str, rows: list[tuple[object, ...]]) -> None:
    """Only over the version that was compared: another writer in between means: all again."""
    names = [name.strip() for name in _COLUMNS.get(kind, _DEFAULT_COLUMNS).split(",")]
    sets = ", ".join(f"{name} = ?" for name in names[1:])
    sql = f"UPDATE rec_{kind} SET {sets} WHERE id = ? AND version = ?"
    version = names.index("version")
    values = [(*row[1:-1], _text(row[-1]), row[0], int(str(row[version])) - 1) for row in rows]
    if tx.many(sql, values) != len(values):
        raise Clash


def _text(doc: object) -> str:
    return doc.decode() if isinstance(doc, bytes) else str(doc)


def _write_versions(w: Writing) -> None:
    for kind in APPEND_ONLY:
        rows = [
            (c.id, c.version, c.now.hash, seq, w.at_us, c.now.doc)
            for seq, c in w.numbered()
            if c.kind == kind and c.now is not None
        ]
        w.tx.load(f"version_{kind}", "id, version, hash, seq, at_us, doc", rows, utf8_last=True)


def _write_tombstones(w: Writing) -> None:
    by_kind: dict[str, list[tuple[object, ...]]] = {}
    for seq, change in w.numbered():
        if change.op == "remove":
            row = (w.at_us, change.version, seq, change.id, change.version - 1)
            by_kind.setdefault(change.kind, []).append(row)
    for kind, rows in by_kind.items():
        sql = f"UPDATE rec_{kind} SET deleted_us = ?, version = ?, seq = ? WHERE id = ? AND version = ?"
        if w.tx.many(sql, rows) != len(rows):
            raise Clash


def write_feed(w: Writing) -> list[Change]:
    """The feed's lines and the history of fields. Gives the changes as others are told of them."""
    told = [_told(w, seq, change) for seq, change in w.numbered()]
    correlation = w.batch.correlation_id
    w.tx.load(
        "feed",
        "seq, at_us, kind, id, connection, op, fields, version, correlation_id",
        [
            (c.seq, w.at_us, c.kind, c.id, c.connection, c.op, _fields(c), c.version, correlation)
            for c in told
        ],
    )
    rows = [row for change in told for row in _history(change, w.at_us)]
    w.tx.load("history", "seq, kind, id, path, old, new, at_us", rows)
    return told


def _fields(change: Change) -> str:
    return to_json(change.fields) if change.fields else "[]"


def _told(w: Writing, seq: int, change: Planned) -> Change:
    return Change(
        seq=seq,
        op=change.op,
        kind=change.kind,
        id=change.id,
        connection=w.batch.connection,
        version=change.version,
        fields=tuple(change.values),
        values=change.values,
        doc=change.doc,
        correlation_id=w.batch.correlation_id,
    )


def _history(change: Change, at_us: int) -> Iterable[tuple[object, ...]]:
    if change.op in ("remove", "restore"):
        was = change.op == "restore"
        yield (change.seq, change.kind, change.id, REMOVED, to_json(was), to_json(not was), at_us)
    for path, (old, new) in change.values.items():
        yield (change.seq, change.kind, change.id, plain(path), to_json(old), to_json(new), at_us)


def write_raw(w: Writing, same: list[Prepared]) -> None:
    """The bytes as they came, sealed, until `raw_days` have passed. The latest only."""
    changed = [c.now for c in w.changes if c.now is not None]
    rows = [row for one in (*changed, *same) if (row := _raw_row(w, one)) is not None]
    if not rows:
        return
    for kind, ids in ids_by_kind((str(row[1]), str(row[2])) for row in rows).items():
        sql = f"DELETE FROM raw WHERE connection = ? AND kind = ? AND source_id {w.tx.among}"
        w.tx.run(sql, (w.batch.connection, kind, w.tx.array(ids)))
    w.tx.load("raw", "connection, kind, source_id, hash, size, fetched_us, purge_us, body", rows)


def _raw_row(w: Writing, one: Prepared) -> tuple[object, ...] | None:
    if one.raw is None:
        return None
    aad = label("raw", w.batch.connection, one.kind, one.source_id)
    body = w.sealer.seal(pack(one.raw), aad=aad)
    until = w.at_us + w.batch.raw_days * DAY_US
    digest = raw_digest(one.raw, w.batch.mapped_by)
    return (w.batch.connection, one.kind, one.source_id, digest, len(one.raw), w.at_us, until, body)


def write_findings(w: Writing, same: list[Prepared]) -> None:
    """Findings of what changed replace the former ones; those of an unchanged record stay, and so do
    those that were found beside the record (`BESIDE`)."""
    touched = [*(c.now for c in w.changes if c.now is not None), *same]
    for kind, ids in ids_by_kind((one.kind, one.id) for one in touched).items():
        sql = f"DELETE FROM finding WHERE kind = ? AND id {w.tx.among} AND NOT (path >= ? AND path < ?)"
        w.tx.run(sql, (kind, w.tx.array(ids), BESIDE, f"{BESIDE}\U0010ffff"))
    rows = {
        (one.kind, one.id, plain(f.path), f.code): (str(f.severity), plain(f.sv))
        for one in touched
        for f in one.findings
    }
    w.tx.load(
        "finding",
        "kind, id, path, code, connection, severity, sv, at_us",
        [(*key, w.batch.connection, *rest, w.at_us) for key, rest in rows.items()],
    )
