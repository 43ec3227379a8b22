"""Outbox (*utkorg*): what must leave the house, written in the transaction of its cause.

Rows about the same thing for the same receiver form a group and leave in their order. A row
whose outcome is in doubt (*unknown*) holds back the later ones of its group until somebody
has looked.
"""

# ruff: noqa: S608 – only names of ours are put into SQL; every value is a parameter
# ruff: noqa: A002 – `id` is what the column and the record call it

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from brygga.store.database import Row, Tx
from brygga.store.jsons import from_json, maybe_from_json, to_json
from brygga.store.moments import SECOND_US, from_us, maybe_from_us, to_us
from brygga.store.queues import Due, Group, OutboxItem, OutboxRow
from brygga.store.room import Room
from brygga.store.sealing import Sealer, label

_OPEN = "('waiting', 'sending', 'unknown')"
_SAFE = "('read', 'key', 'natural')"
_COLUMNS = (
    "n, cause_seq, connection, ability, operation, kind, id, repeat, key, state, attempts, next_us,"
    " error_code, error_sv, created_us, done_us, result, correlation_id, lease_by, payload"
)
_ADD = """
    INSERT INTO outbox (cause_seq, connection, ability, operation, kind, id, repeat, key, state, attempts,
        next_us, error_code, error_sv, created_us, correlation_id, lease_by, payload)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'waiting', 0, ?, '', '', ?, ?, '', ?)
    ON CONFLICT (key) DO NOTHING RETURNING n
"""
_GROUP = "connection = ? AND ability = ? AND kind = ? AND id = ?"
_FIRST_OF_ITS_GROUP = f"""
    NOT EXISTS (SELECT 1 FROM outbox b WHERE b.connection = o.connection AND b.id = o.id AND b.kind = o.kind
        AND b.ability = o.ability AND b.n < o.n AND o.id <> '' AND b.state IN {_OPEN})
"""


def add(
    tx: Tx, rows: Sequence[OutboxRow], sealer: Sealer, at_us: int, correlation_id: str = ""
) -> list[int | None]:
    """Queue rows; None for one whose key is there already."""
    made: list[int | None] = []
    for row in rows:
        found = tx.row(_ADD, _values(row, sealer, at_us, correlation_id))
        made.append(int(found[0]) if found else None)
    return made


def _values(row: OutboxRow, sealer: Sealer, at_us: int, correlation_id: str) -> tuple[object, ...]:
    payload = sealer.seal(to_json(row.payload).encode(), aad=label("outbox", row.connection, row.key))
    return (
        row.cause_seq,
        row.connection,
        row.ability,
        row.operation,
        row.kind,
        row.id,
        str(row.repeat),
        row.key,
        to_us(row.not_before) if row.not_before is not None else at_us,
        at_us,
        row.correlation_id or correlation_id,
        payload,
    )


class Outbox(Room):
    """Queue, claim, settle. By row for single sendings, by group for what only the newest state matters."""

    def outbox_add(self, rows: Sequence[OutboxRow], now: datetime | None = None) -> list[int | None]:
        """Queue rows outside a batch; gives their numbers, None for a key that is there already."""
        at_us = self._us(now)
        return self._db.write(lambda tx: add(tx, rows, self._sealer, at_us))

    def outbox_claim(
        self,
        worker: str,
        limit: int,
        now: datetime | None = None,
        *,
        lease_s: float = 60.0,
        ability: str = "",
    ) -> list[OutboxItem]:
        """Take rows to send: due, the first of their group, nobody else's. Oldest first.

        A row that its worker has left in mid-sending is taken again only if a repeat is safe;
        for the others see `outbox_lost`.
        """
        at_us = self._us(now)
        until_us = at_us + int(lease_s * SECOND_US)

        def work(tx: Tx) -> list[Row]:
            sql = (
                "UPDATE outbox SET state = 'sending', attempts = attempts + 1, lease_by = ?, lease_us = ?"
                f" WHERE n IN (SELECT n FROM outbox o WHERE {_claimable(ability)} AND {_FIRST_OF_ITS_GROUP}"
                f" ORDER BY n LIMIT ? {tx.skip_locked}) RETURNING {_COLUMNS}"
            )
            given = (ability,) if ability else ()
            return tx.rows(sql, (worker, until_us, at_us, at_us, *given, limit))

        return [self._outgoing(row) for row in sorted(self._db.write(work))]

    def outbox_lost(self, now: datetime | None = None) -> list[OutboxItem]:
        """Rows left in mid-sending whose repeat is not safe: they become `unknown`, never sent unseen."""
        sql = (
            "UPDATE outbox SET state = 'unknown', error_code = 'lost', lease_by = '', lease_us = NULL"
            f" WHERE state = 'sending' AND lease_us <= ? AND repeat NOT IN {_SAFE} RETURNING {_COLUMNS}"
        )
        rows = self._db.write(lambda tx: tx.rows(sql, (self._us(now),)))
        return [self._outgoing(row) for row in sorted(rows)]

    def outbox_done(self, n: int, result: Any = None, now: datetime | None = None) -> None:
        """Sent, and certainly so."""
        self._end(n, "done", result, now)

    def outbox_drop(self, n: int, reason: str, now: datetime | None = None) -> None:
        """A person said that it shall not be sent."""
        self._end(n, "dropped", {"reason": reason}, now)

    def outbox_retry(self, n: int, next_at: datetime | None = None, code: str = "", sv: str = "") -> None:
        """Wait and try again: after an error, or because a person says so."""
        self._set(n, "waiting", code, sv, self._us(next_at))

    def outbox_unknown(self, n: int, code: str, sv: str = "") -> None:
        """It may have arrived: nobody sends it again before someone has looked."""
        self._set(n, "unknown", code, sv, None)

    def outbox_park(self, n: int, code: str, sv: str = "") -> None:
        """It cannot be sent as it is; a person decides."""
        self._set(n, "parked", code, sv, None)

    def outbox_note(self, n: int, patch: dict[str, Any]) -> None:
        """Keep something about the sending in its result, on disk before this returns."""

        def work(tx: Tx) -> None:
            row = tx.row("SELECT result FROM outbox WHERE n = ?", (n,))
            if row is not None:
                merged = {**(maybe_from_json(row[0]) or {}), **patch}
                tx.run("UPDATE outbox SET result = ? WHERE n = ?", (to_json(merged), n))

        self._db.write(work)

    def outbox_due(self, limit: int = 200, now: datetime | None = None, *, ability: str = "") -> list[Due]:
        """Groups that have something to send now, oldest first, with their newest row's number.

        A group with a row in doubt is not among them.
        """
        given = (ability,) if ability else ()
        sql = (
            "SELECT o.connection, o.ability, o.kind, o.id, max(o.n), count(*), max(o.correlation_id)"
            " FROM outbox o WHERE o.state = 'waiting' AND o.next_us <= ?"
            f" {'AND o.ability = ?' if ability else ''}"
            " AND NOT EXISTS (SELECT 1 FROM outbox b WHERE b.id = o.id AND b.connection = o.connection"
            " AND b.kind = o.kind AND b.ability = o.ability AND b.state = 'unknown')"
            " GROUP BY o.connection, o.ability, o.kind, o.id ORDER BY min(o.n) LIMIT ?"
        )
        return [
            Due(connection=c, ability=a, kind=k, id=i, upto=upto, rows=rows, correlation_id=correlation)
            for c, a, k, i, upto, rows, correlation in self._db.rows(sql, (self._us(now), *given, limit))
        ]

    def outbox_settle(
        self,
        group: Group,
        upto: int,
        *,
        now: datetime | None = None,
        again_s: float | None = None,
        result: Any = None,
    ) -> None:
        """The group's rows up to number `upto` are done; with `again_s` the last of them waits that long."""
        at_us = self._us(now)

        def work(tx: Tx) -> None:
            last = _newest(tx, group, upto)
            if last is None:
                return
            keep = last if again_s is not None else -1
            tx.run(
                "UPDATE outbox SET state = 'done', done_us = ?, result = ?, error_code = '', error_sv = '',"
                f" lease_by = '', lease_us = NULL WHERE {_GROUP} AND n <= ? AND n <> ? AND state IN {_OPEN}",
                (at_us, to_json(result), *group, upto, keep),
            )
            if again_s is not None:
                _wait(tx, last, at_us + int(again_s * SECOND_US), result)

        self._db.write(work)

    def outbox_trouble(
        self,
        group: Group,
        upto: int,
        state: str,
        next_at: datetime | None,
        code: str,
        sv: str,
        now: datetime | None = None,
    ) -> None:
        """Sending the group failed: its rows up to `upto` wait until `next_at`, or are parked or in doubt."""
        next_us = self._us(next_at if next_at is not None else now)
        sql = (
            "UPDATE outbox SET state = ?, next_us = ?, attempts = attempts + 1, error_code = ?, error_sv = ?,"
            f" lease_by = '', lease_us = NULL WHERE {_GROUP} AND n <= ? AND state IN {_OPEN}"
        )
        self._db.write(lambda tx: tx.run(sql, (state, next_us, code, sv, *group, upto)))

    def outbox_get(self, n: int) -> OutboxItem | None:
        """One row, its payload opened."""
        row = self._db.row(f"SELECT {_COLUMNS} FROM outbox WHERE n = ?", (n,))
        return self._outgoing(row) if row else None

    def outbox_list(
        self,
        state: str = "",
        *,
        connection: str = "",
        id: str = "",
        limit: int = 200,
    ) -> list[OutboxItem]:
        """Newest first; payloads stay sealed and are None."""
        asked = {"state": state, "connection": connection, "id": id}
        given = {name: value for name, value in asked.items() if value}
        where = " AND ".join(f"{name} = ?" for name in given) or "1 = 1"
        sql = f"SELECT {_COLUMNS} FROM outbox WHERE {where} ORDER BY n DESC LIMIT ?"
        return [self._outgoing(row, sealed=True) for row in self._db.rows(sql, (*given.values(), limit))]

    def outbox_counts(self) -> dict[tuple[str, str], int]:
        """(connection, state) → how many."""
        rows = self._db.rows("SELECT connection, state, count(*) FROM outbox GROUP BY connection, state")
        return {(str(connection), str(state)): int(count) for connection, state, count in rows}

    def _end(self, n: int, state: str, result: Any, now: datetime | None) -> None:
        sql = (
            "UPDATE outbox SET state = ?, done_us = ?, result = ?, error_code = '', error_sv = '',"
            " lease_by = '', lease_us = NULL WHERE n = ?"
        )
        at_us = self._us(now)
        self._db.write(lambda tx: tx.run(sql, (state, at_us, to_json(result), n)))

    def _set(self, n: int, state: str, code: str, sv: str, next_us: int | None) -> None:
        sql = (
            "UPDATE outbox SET state = ?, error_code = ?, error_sv = ?, next_us = coalesce(?, next_us),"
            " lease_by = '', lease_us = NULL, done_us = NULL WHERE n = ?"
        )
        self._db.write(lambda tx: tx.run(sql, (state, code, sv, next_us, n)))

    def _outgoing(self, row: Row, *, sealed: bool = False) -> OutboxItem:
        (n, cause, connection, ability, operation, kind, record_id, repeat, key, state, attempts, next_us,
         code, sv, created_us, done_us, result, correlation_id, lease_by, payload) = row  # fmt: skip
        plain = None if sealed else self._sealer.open(payload, aad=label("outbox", connection, key))
        return OutboxItem(
            n=n,
            cause_seq=cause,
            connection=connection,
            ability=ability,
            operation=operation,
            kind=kind,
            id=record_id,
            repeat=repeat,
            key=key,
            state=state,
            attempts=attempts,
            next_at=from_us(next_us),
            error_code=code,
            error_sv=sv,
            created_at=from_us(created_us),
            done_at=maybe_from_us(done_us),
            result=maybe_from_json(result),
            correlation_id=correlation_id,
            lease_by=lease_by,
            payload=None if plain is None else from_json(plain),
        )


def _claimable(ability: str) -> str:
    due = "(o.state = 'waiting' AND o.next_us <= ?)"
    left = f"(o.state = 'sending' AND o.lease_us <= ? AND o.repeat IN {_SAFE})"
    return f"({due} OR {left})" + (" AND o.ability = ?" if ability else "")


def _newest(tx: Tx, group: Group, upto: int) -> int | None:
    sql = f"SELECT max(n) FROM outbox WHERE {_GROUP} AND n <= ? AND state IN {_OPEN}"
    row = tx.row(sql, (*group, upto))
    return int(row[0]) if row and row[0] is not None else None


def _wait(tx: Tx, n: int, next_us: int, result: Any) -> None:
    sql = (
        "UPDATE outbox SET state = 'waiting', next_us = ?, result = ?, error_code = '', error_sv = '',"
        " lease_by = '', lease_us = NULL WHERE n = ?"
    )
    tx.run(sql, (next_us, to_json(result), n))
