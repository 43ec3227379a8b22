"""Reading records: one, a home's parts, lists of homes, ids, counts."""

# ruff: noqa: S608 – only names of ours are put into SQL; every value is a parameter
# ruff: noqa: A002 – `id` is what the column and the record call it

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from brygga.model import Record, decode
from brygga.model.records import RECORD_TYPES
from brygga.store.database import Row
from brygga.store.moments import from_us, maybe_from_us
from brygga.store.prepare import raw_digest
from brygga.store.room import Room
from brygga.store.rows import StoredRow
from brygga.store.sealing import label, unpack

_COLUMNS = "id, connection, source_id, version, hash, seq, seen_us, changed_us, deleted_us, owner_id, doc"


class Records(Room):
    """What the store holds."""

    def get(self, kind: str, id: str, *, include_removed: bool = False) -> Record | None:
        """One record; None if it is not there, or a tombstone stands over it."""
        row = self._db.row(f"SELECT doc, deleted_us FROM {_table(kind)} WHERE id = ?", (id,))
        if row is None or (row[1] is not None and not include_removed):
            return None
        return decode(kind, row[0])

    def get_many(self, kind: str, ids: Sequence[str], *, include_removed: bool = False) -> dict[str, Record]:
        """Id → record, for those that are there."""
        rows = self._rows(kind, f"id {self._db.among}", (self._db.array(ids),))
        return {r.id: r.record for r in rows if include_removed or r.deleted_at is None}

    def row(self, kind: str, id: str) -> StoredRow | None:
        """One record with what the store knows about it, tombstones too."""
        found = self._rows(kind, "id = ?", (id,))
        return found[0] if found else None

    def owned(self, kind: str, estate_id: str) -> list[StoredRow]:
        """A home's viewings, bids or relations, tombstones too, by id."""
        return self._rows(kind, "owner_id = ? ORDER BY id", (estate_id,))

    def all_rows(
        self, kind: str, *, connection: str = "", after_id: str = "", limit: int = 1000, removed: bool = False
    ) -> list[StoredRow]:
        """Records in the order of their ids, `limit` at a time, after `after_id`. Tombstones if `removed`."""
        low, high = _range(connection)
        where = "id >= ? AND id < ? AND id > ?" + ("" if removed else " AND deleted_us IS NULL")
        return self._rows(kind, f"{where} ORDER BY id LIMIT ?", (low, high, after_id, limit))

    def ids(self, kind: str, connection: str, *, include_removed: bool = False) -> set[str]:
        """The source ids that we hold of one kind from one connection."""
        where = "" if include_removed else "AND deleted_us IS NULL"
        sql = f"SELECT source_id FROM {_table(kind)} WHERE id >= ? AND id < ? {where}"
        return {row[0] for row in self._db.rows(sql, _range(connection))}

    def changed_at(self, kind: str, ids: Iterable[str]) -> dict[str, datetime | None]:
        """Id → when its source last changed it, for those that are there without a tombstone."""
        sql = f"SELECT id, changed_us FROM {_table(kind)} WHERE id {self._db.among} AND deleted_us IS NULL"
        return {row[0]: maybe_from_us(row[1]) for row in self._db.rows(sql, (self._db.array(ids),))}

    def counts(self, connection: str = "") -> dict[str, tuple[int, int]]:
        """Kind → (how many stand, how many have a tombstone)."""
        found: dict[str, tuple[int, int]] = {}
        for kind in RECORD_TYPES:
            sql = f"SELECT count(*), count(deleted_us) FROM {_table(kind)} WHERE id >= ? AND id < ?"
            total, removed = self._db.rows(sql, _range(connection))[0]
            found[kind] = (int(total) - int(removed), int(removed))
        return found

    def versions(self, kind: str, id: str) -> list[tuple[int, datetime, Record]]:
        """Every version of an append-only record: (version, when, record), oldest first."""
        sql = f"SELECT version, at_us, doc FROM version_{_checked(kind)} WHERE id = ? ORDER BY version"
        return [(int(v), from_us(at), decode(kind, doc)) for v, at, doc in self._db.rows(sql, (id,))]

    def raw(self, connection: str, kind: str, source_id: str) -> tuple[bytes, datetime] | None:
        """The latest bytes as they came, and when they were fetched; None once purged."""
        sql = "SELECT body, fetched_us FROM raw WHERE connection = ? AND kind = ? AND source_id = ?"
        row = self._db.row(sql, (connection, kind, source_id))
        if row is None:
            return None
        body = self._sealer.open(row[0], aad=label("raw", connection, kind, source_id))
        return unpack(body), from_us(row[1])

    def same_raw(
        self, connection: str, kind: str, bodies: dict[str, bytes], *, mapped_by: bytes = b""
    ) -> set[str]:
        """Of source id → bytes, the source ids for which there is nothing to map again.

        Their bytes are those that we hold, understood by the same mapping; the record stands
        without a tombstone, and nothing of it is set aside.
        """
        sql = (
            f"SELECT w.source_id, w.hash FROM raw w JOIN {_table(kind)} r"
            " ON r.id = w.connection || ':' || w.source_id AND r.deleted_us IS NULL"
            f" WHERE w.connection = ? AND w.kind = ? AND w.source_id {self._db.among}"
            " AND NOT EXISTS (SELECT 1 FROM parked p WHERE p.connection = w.connection AND p.kind = w.kind"
            " AND p.source_id = w.source_id AND p.state = 'parked')"
        )
        rows = self._db.rows(sql, (connection, kind, self._db.array(bodies)))
        return {sid for sid, digest in rows if raw_digest(bodies[sid], mapped_by) == digest}

    def _rows(self, kind: str, where: str, values: Sequence[object]) -> list[StoredRow]:
        sql = f"SELECT {_COLUMNS} FROM {_table(kind)} WHERE {where}"
        return [_stored(kind, row) for row in self._db.rows(sql, values)]


def _checked(kind: str) -> str:
    """A kind stands in SQL as a name, so only known ones may."""
    if kind not in RECORD_TYPES:
        raise KeyError(kind)
    return kind


def _table(kind: str) -> str:
    return f"rec_{_checked(kind)}"


def _range(connection: str) -> tuple[str, str]:
    """All ids of a connection lie between `name:` and `name;`, the next sign."""
    return (f"{connection}:", f"{connection};") if connection else ("", "\U0010ffff")


def _stored(kind: str, row: Row) -> StoredRow:
    record_id, connection, source_id, version, digest, seq, seen_us, changed_us, deleted_us, owner, doc = row
    return StoredRow(
        kind=kind,
        id=record_id,
        connection=connection,
        source_id=source_id,
        version=version,
        hash=digest,
        doc=doc.encode(),
        seq=seq,
        seen_at=from_us(seen_us),
        changed_at=maybe_from_us(changed_us),
        deleted_at=maybe_from_us(deleted_us),
        owner_id=owner or "",
    )
