"""Inbox (*inkorg*): webhooks, committed before they are answered, worked on afterwards."""

# ruff: noqa: S608 – only names of ours are put into SQL; every value is a parameter

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from brygga.store.database import Row, Tx
from brygga.store.moments import from_us, to_us
from brygga.store.prepare import plain
from brygga.store.queues import InboxAdd, InboxItem
from brygga.store.room import Room
from brygga.store.sealing import Sealer, label, pack, unpack
from brygga.store.writing import next_numbers

_ADD_COLUMNS = (
    "n, connection, key, digest, received_us, state, repeats, begun, attempts,"
    " error_code, error_sv, done_us, correlation_id, body"
)
_ADD = f"INSERT INTO inbox ({_ADD_COLUMNS}) VALUES (?, ?, ?, ?, ?, 'new', 0, 0, 0, '', '', NULL, ?, ?)"
_COLUMNS = (
    "n, connection, key, received_us, state, repeats, attempts, error_code, error_sv, correlation_id, body"
)


class _Letter(msgspec.Struct, array_like=True):
    """What lies sealed in a row."""

    headers: dict[str, str]
    query: tuple[tuple[str, str], ...]
    body: bytes


_write_letter = msgspec.msgpack.Encoder().encode
_read_letter = msgspec.msgpack.Decoder(_Letter).decode


class Inbox(Room):
    """Add in groups, work in groups."""

    def inbox_add_many(self, items: Sequence[InboxAdd], *, now: datetime | None = None) -> list[int | None]:
        """Keep webhooks, all in one transaction, on disk before this returns.

        Gives each one's number; None for a repeat: its `key` has been seen from that connection,
        or (without a key) one with its `digest` still waits untouched.
        """
        at_us = self._us(now)
        sealed = [_sealed(item, self._sealer) for item in items]
        return self._db.write(lambda tx: _add(tx, items, sealed, at_us))

    def inbox_new(self, connection: str = "", limit: int = 200, upto: int | None = None) -> list[InboxItem]:
        """What waits, oldest first, marked as begun: a repeat that comes from now on is kept by itself."""
        where, values = "state = 'new'", list[object]()
        for sql, value in (("connection = ?", connection or None), ("n <= ?", upto)):
            if value is not None:
                where += f" AND {sql}"
                values.append(value)
        sql = (
            "UPDATE inbox SET begun = 1 WHERE n IN"
            f" (SELECT n FROM inbox WHERE {where} ORDER BY n LIMIT ?) RETURNING {_COLUMNS}"
        )
        if self._db.row(f"SELECT 1 FROM inbox WHERE {where} LIMIT 1", values) is None:
            return []
        rows = self._db.write(lambda tx: tx.rows(sql, (*values, limit)))
        return [self._letter(row) for row in sorted(rows)]

    def inbox_waiting(self) -> dict[str, tuple[int, int]]:
        """Connection → (how many wait, the newest one's number)."""
        sql = "SELECT connection, count(*), max(n) FROM inbox WHERE state = 'new' GROUP BY connection"
        return {str(name): (int(count), int(newest)) for name, count, newest in self._db.rows(sql)}

    def inbox_done(self, numbers: Iterable[int], now: datetime | None = None) -> None:
        """Worked through."""
        self._settle(list(numbers), "done", "", "", now)

    def inbox_park(self, n: int, code: str, sv: str, now: datetime | None = None) -> None:
        """Cannot be worked on; a person may look at it."""
        self._settle([n], "parked", code, sv, now)

    def inbox_drop(self, n: int, reason: str, now: datetime | None = None) -> bool:
        """A person said that it may go; False if there is none by that number."""
        return self._settle([n], "dropped", reason, "", now) > 0

    def inbox_failed(self, n: int, code: str, sv: str) -> None:
        """Did not work this time; it stays and waits."""
        sql = "UPDATE inbox SET attempts = attempts + 1, error_code = ?, error_sv = ? WHERE n = ?"
        self._db.write(lambda tx: tx.run(sql, (code, sv, n)))

    def inbox_retry(self, n: int) -> bool:
        """Let a parked or dropped one wait again; False if it was neither."""
        sql = (
            "UPDATE inbox SET state = 'new', attempts = 0, done_us = NULL"
            " WHERE n = ? AND state IN ('parked', 'dropped')"
        )
        return self._db.write(lambda tx: tx.run(sql, (n,))) > 0

    def inbox_list(self, state: str = "new", *, connection: str = "", limit: int = 200) -> list[InboxItem]:
        """Newest first; only looks."""
        where, values = ("AND connection = ?", (connection,)) if connection else ("", ())
        sql = f"SELECT {_COLUMNS} FROM inbox WHERE state = ? {where} ORDER BY n DESC LIMIT ?"
        return [self._letter(row) for row in self._db.rows(sql, (state, *values, limit))]

    def inbox_counts(self) -> dict[str, int]:
        """State → how many."""
        rows = self._db.rows("SELECT state, count(*) FROM inbox GROUP BY state")
        return {str(state): int(count) for state, count in rows}

    def _settle(self, numbers: list[int], state: str, code: str, sv: str, now: datetime | None) -> int:
        done_us = self._us(now)

        def work(tx: Tx) -> int:
            sql = f"UPDATE inbox SET state = ?, error_code = ?, error_sv = ?, done_us = ? WHERE n {tx.among}"
            return tx.run(sql, (state, code, sv, done_us, tx.array(numbers)))

        return self._db.write(work) if numbers else 0

    def _letter(self, row: Row) -> InboxItem:
        n, connection, key, received_us, state, repeats, attempts, code, sv, correlation_id, sealed = row
        letter = _read_letter(unpack(self._sealer.open(sealed, aad=label("inbox", connection))))
        return InboxItem(
            n=n,
            connection=connection,
            key=key,
            received_at=from_us(received_us),
            headers=letter.headers,
            query=letter.query,
            body=letter.body,
            state=state,
            repeats=repeats,
            attempts=attempts,
            error_code=code,
            error_sv=sv,
            correlation_id=correlation_id,
        )


def _sealed(item: InboxAdd, sealer: Sealer) -> bytes:
    letter = _write_letter(_Letter(dict(item.headers), item.query, item.body))
    return sealer.seal(pack(letter), aad=label("inbox", item.connection))


def _add(tx: Tx, items: Sequence[InboxAdd], sealed: list[bytes], at_us: int) -> list[int | None]:
    """Numbers are taken first: their counter makes writers take turns, so that a look settles what is new."""
    numbers = next_numbers(tx, "inbox", len(items)) if items else range(0)
    known = _known(tx, items)
    made: list[int | None] = []
    rows: list[tuple[object, ...]] = []
    again: list[tuple[object, ...]] = []
    for n, item, body in zip(numbers, items, sealed, strict=True):
        mark = _mark(item)
        if mark is not None and mark in known:
            made.append(None)
            again.append((item.connection, mark[1]))
            continue
        if mark is not None:
            known.add(mark)
        received = to_us(item.received_at) if item.received_at is not None else at_us
        key = _key(item)
        digest = None if key else item.digest
        rows.append((n, item.connection, key, digest, received, item.correlation_id, body))
        made.append(n)
    tx.many(_ADD, rows)
    _count_repeats(tx, again)
    return made


def _key(item: InboxAdd) -> str | None:
    return plain(item.key) if item.key else None


def _mark(item: InboxAdd) -> tuple[str, str | bytes] | None:
    """What a repeat is known by: the sender's key, else the digest, else nothing."""
    mark = _key(item) or item.digest
    return (item.connection, mark) if mark else None


def _known(tx: Tx, items: Sequence[InboxAdd]) -> set[tuple[str, str | bytes]]:
    """Marks of these items that the inbox has already."""
    known: set[tuple[str, str | bytes]] = set()
    for connection in {item.connection for item in items}:
        mine = [item for item in items if item.connection == connection]
        keys = [key for item in mine if (key := _key(item)) is not None]
        if keys:
            sql = f"SELECT key FROM inbox WHERE connection = ? AND key {tx.among}"
            known.update((connection, row[0]) for row in tx.rows(sql, (connection, tx.array(keys))))
        known.update((connection, d) for d in _waiting_digests(tx, connection, mine))
    return known


def _waiting_digests(tx: Tx, connection: str, items: Sequence[InboxAdd]) -> list[bytes]:
    digests = {item.digest for item in items if item.digest and not item.key}
    if not digests:
        return []
    index = tx.by_index("ix_inbox_digest")
    sql = f"SELECT 1 FROM inbox {index} WHERE connection = ? AND digest = ? AND state = 'new' AND begun = 0"
    return [digest for digest in digests if tx.row(sql, (connection, digest)) is not None]


def _count_repeats(tx: Tx, again: list[tuple[object, ...]]) -> None:
    for connection, mark in again:
        column = "key" if isinstance(mark, str) else "begun = 0 AND state = 'new' AND digest"
        sql = f"UPDATE inbox SET repeats = repeats + 1 WHERE connection = ? AND {column} = ?"
        tx.run(sql, (connection, mark))
