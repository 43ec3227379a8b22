"""Twins (*tvillingar*): a record of a leading connection joined with one of a following connection.

What both showed when they last agreed is remembered as prints, sealed. Whether anything has
changed since is a comparison of hashes that the database makes by itself.
"""

# ruff: noqa: S608 – only names of ours are put into SQL; every value is a parameter

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from brygga.model.records import RECORD_TYPES
from brygga.store.database import Reading, Row, Tx
from brygga.store.moments import from_us, maybe_from_us
from brygga.store.room import Room
from brygga.store.sealing import Sealer, label

Seen = dict[str, tuple[bytes, bytes]]
"""Path → prints of what left and right showed when they last agreed."""

COLUMNS = (
    "n, kind, left_id, right_connection, right_id, key, state, waits_for,"
    " left_hash, right_hash, left_gone, right_gone"
)


class Twin(msgspec.Struct, kw_only=True, gc=False):
    """One pair, or a record that waits for its other half.

    `state`: joined · creating (sent, or about to be) · waits (for the record `waits_for`) · alone
    (it has no other half and gets none) · refused (the receiver said no to it as it is) · doubtful
    (nobody knows whether it was made) · ambiguous (several could be its twin) · kept (one half is gone
    and the other stays) · gone. `key` names the wish to make the missing half, the same on each
    repeat. `left_hash`, `right_hash`, `left_gone`, `right_gone`: what was seen at the last look.
    """

    kind: str
    left_id: str = ""
    right_connection: str
    right_id: str = ""
    key: str = ""
    state: str = "joined"
    waits_for: str = ""
    left_hash: bytes = b""
    right_hash: bytes = b""
    left_gone: bool = False
    right_gone: bool = False
    n: int = 0
    seen: Seen = {}


class Half(msgspec.Struct, kw_only=True, gc=False):
    """A stored record as a comparison needs it. `gone`: its source has it no more."""

    id: str
    hash: bytes
    version: int
    tombstone: bool
    doc: str = ""
    changed_at: datetime | None = None
    arrived_at: datetime | None = None

    @property
    def gone(self) -> bool:
        """A home that is only not shown any more is not gone."""
        return self.tombstone and '"published":false' not in self.doc


class Twins(Room):
    """Reading twins, and finding those whose halves have changed."""

    def twins_of(
        self, kind: str, right: str, left_ids: Iterable[str] = (), right_ids: Iterable[str] = ()
    ) -> list[Twin]:
        """The twins of these records, without what they have seen."""
        found = {}
        for name, ids in (("left_id", list(left_ids)), ("right_id", list(right_ids))):
            if ids:
                sql = (
                    f"SELECT {COLUMNS} FROM twin WHERE right_connection = ? AND kind = ?"
                    f" AND {name} <> '' AND {name} {self._db.among}"
                )
                rows = self._db.rows(sql, (right, kind, self._db.array(ids)))
                found.update({row[0]: twin_of(row) for row in rows})
        return list(found.values())

    def twins_in(self, right: str, states: Sequence[str], limit: int = 1000) -> list[Twin]:
        """Twins in these states, oldest first."""
        sql = (
            f"SELECT {COLUMNS} FROM twin WHERE right_connection = ? AND state <> 'joined'"
            f" AND state {self._db.among} ORDER BY n LIMIT ?"
        )
        return [twin_of(row) for row in self._db.rows(sql, (right, self._db.array(states), limit))]

    def twin_counts(self, right: str) -> dict[str, dict[str, int]]:
        """Kind → state → how many."""
        sql = "SELECT kind, state, count(*) FROM twin WHERE right_connection = ? GROUP BY kind, state"
        found: dict[str, dict[str, int]] = {}
        for kind, state, count in self._db.rows(sql, (right,)):
            found.setdefault(kind, {})[state] = int(count)
        return found

    def twins_waiting(self, right: str, ids: Iterable[str]) -> list[Twin]:
        """Those that wait for one of these records."""
        sql = (
            f"SELECT {COLUMNS} FROM twin WHERE right_connection = ? AND waits_for <> ''"
            f" AND waits_for {self._db.among}"
        )
        return [twin_of(row) for row in self._db.rows(sql, (right, self._db.array(ids)))]

    def twins_seen(self, twins: Iterable[Twin]) -> dict[int, Seen]:
        """Row number → what both showed when they last agreed."""
        by_n = {twin.n: twin for twin in twins}
        sql = f"SELECT n, key, right_connection, seen FROM twin WHERE n {self._db.among}"
        rows = self._db.rows(sql, (self._db.array(by_n),))
        return {n: open_seen(self._sealer, right, key, sealed) for n, key, right, sealed in rows}

    def names_across(
        self, kind: str, right: str, ids: Iterable[str], *, to_left: bool = False
    ) -> dict[str, str]:
        """Ids of one side → the ids of their twins on the other, for those that have one."""
        mine, other = ("right_id", "left_id") if to_left else ("left_id", "right_id")
        sql = (
            f"SELECT {mine}, {other} FROM twin WHERE right_connection = ? AND kind = ?"
            f" AND left_id <> '' AND right_id <> '' AND {mine} {self._db.among}"
        )
        return {str(a): str(b) for a, b in self._db.rows(sql, (right, kind, self._db.array(ids)))}

    def halves(self, kind: str, ids: Iterable[str]) -> dict[str, Half]:
        """Records with their documents, tombstones too."""
        sql = (
            "SELECT id, hash, version, deleted_us, changed_us, seen_us, doc"
            f" FROM rec_{checked(kind)} WHERE id {self._db.among}"
        )
        return {row[0]: _half(row) for row in self._db.rows(sql, (self._db.array(ids),))}

    def heads(self, kind: str, ids: Iterable[str]) -> dict[str, tuple[bytes, bool]]:
        """Id → hash and whether there is a tombstone: no document is read."""
        sql = f"SELECT id, hash, deleted_us FROM rec_{checked(kind)} WHERE id {self._db.among}"
        return {row[0]: (row[1], row[2] is not None) for row in self._db.rows(sql, (self._db.array(ids),))}

    def pointing_at(self, kind: str, connection: str, record_id: str) -> list[str]:
        """Records whose document names another record. A search through all: for what happens seldom."""
        sql = (
            f"SELECT id FROM rec_{checked(kind)} WHERE id >= ? AND id < ? AND doc LIKE ?"
            " AND deleted_us IS NULL ORDER BY id"
        )
        values = (f"{connection}:", f"{connection};", f'%"{record_id}"%')
        return [row[0] for row in self._db.rows(sql, values)]

    def lonely_any(self, connection: str, kind: str) -> bool:
        """Whether there is any record without a twin that may be known again."""
        sql = "SELECT 1 FROM lonely WHERE connection = ? AND kind = ? LIMIT 1"
        return self._db.row(sql, (connection, kind)) is not None

    def lonely_find(self, connection: str, kind: str, keys: Iterable[bytes]) -> dict[bytes, list[str]]:
        """Print of a key → the records without a twin that have it."""
        found: dict[bytes, list[str]] = {}
        wanted = set(keys)
        if not wanted:
            return found
        marks = ", ".join("?" * len(wanted))  # bytes do not go as the one parameter of `among`
        sql = f"SELECT key, id FROM lonely WHERE connection = ? AND kind = ? AND key IN ({marks}) ORDER BY id"
        for key, record_id in self._db.rows(sql, (connection, kind, *wanted)):
            found.setdefault(bytes(key), []).append(record_id)
        return found

    def merged_note(self, kind: str, gone: Mapping[str, str], now: datetime | None = None) -> None:
        """Remember which records their source merged into which; their twins are looked at again."""
        rows = [(kind, old, into, self._us(now)) for old, into in gone.items() if old != into]
        sql = (
            "INSERT INTO merged (kind, id, into_id, at_us) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (kind, id) DO UPDATE SET into_id = excluded.into_id, at_us = excluded.at_us"
        )
        again = "UPDATE twin SET state = 'again' WHERE kind = ? AND left_id <> '' AND left_id = ?"

        def work(tx: Tx) -> None:
            tx.many(sql, rows)
            tx.many(again, [(kind, old) for kind, old, *_ in rows])

        if rows:
            self._db.write(work)

    def merged_into(self, kind: str, ids: Iterable[str]) -> dict[str, str]:
        """Of these, those that were merged, and the one that lives on (through several merges)."""
        return merged_into(self._db, kind, ids)


def merged_into(db: Reading, kind: str, ids: Iterable[str]) -> dict[str, str]:
    """As `Twins.merged_into`."""
    found: dict[str, str] = {}
    wanted = {one: one for one in ids}
    for _ in range(8):
        if not wanted:
            break
        sql = f"SELECT id, into_id FROM merged WHERE kind = ? AND id {db.among}"
        steps: dict[str, str] = dict(db.rows(sql, (kind, db.array(set(wanted.values())))))
        wanted = {old: steps[now] for old, now in wanted.items() if now in steps and steps[now] != old}
        found.update(wanted)
    return found


def checked(kind: str) -> str:
    if kind not in RECORD_TYPES:
        raise KeyError(kind)
    return kind


def twin_of(row: Row) -> Twin:
    """A row of `COLUMNS`."""
    n, kind, left_id, right, right_id, key, state, waits_for, lh, rh, lg, rg = row
    return Twin(
        n=n, kind=kind, left_id=left_id, right_connection=right, right_id=right_id, key=key, state=state,
        waits_for=waits_for, left_hash=lh, right_hash=rh, left_gone=bool(lg), right_gone=bool(rg),
    )  # fmt: skip


def _half(row: Row) -> Half:
    record_id, digest, version, deleted_us, changed_us, seen_us, doc = row
    return Half(
        id=record_id,
        hash=digest,
        version=version,
        tombstone=deleted_us is not None,
        doc=doc,
        changed_at=maybe_from_us(changed_us),
        arrived_at=from_us(seen_us),
    )


_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(dict[str, bytes | tuple[bytes, bytes]]).decode


def seal_seen(sealer: Sealer, twin: Twin) -> bytes:
    """What was seen, sealed to its row. Equal prints of both sides are kept once."""
    short = {path: a if a == b else (a, b) for path, (a, b) in twin.seen.items()}
    return sealer.seal(_pack(short), aad=label("twin", twin.right_connection, twin.key))


def open_seen(sealer: Sealer, right: str, key: str, sealed: bytes) -> Seen:
    """What `seal_seen` sealed."""
    plain = _unpack(sealer.open(sealed, aad=label("twin", right, key)))
    return {path: pair if isinstance(pair, tuple) else (pair, pair) for path, pair in plain.items()}
