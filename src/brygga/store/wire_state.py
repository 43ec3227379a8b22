"""What wire shares between processes, in SQL: limiter slots, breakers, kept answers.

The protocols and their rules are in `brygga.wire.state`. None of it waits for the disk: after
a power cut a limit starts anew and a kept answer is asked for again.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

import msgspec

from brygga.store.database import Database, Reading, Tx
from brygga.store.jsons import to_json
from brygga.store.moments import SECOND_US
from brygga.store.sealing import Sealer, label, pack, unpack
from brygga.vault.errors import VaultError
from brygga.wire.state import BreakerView, Grant, Kept

_SERVER_CLOCK = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"


class _Shared:
    """The one clock: the database server's where there is one, else the machine's."""

    blocking = True

    def __init__(self, db: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._db = db
        self._clock = clock

    def _now_us(self, reading: Reading) -> int:
        if self._db.dialect == "sqlite":
            return int(self._clock() * SECOND_US)
        row = reading.row(_SERVER_CLOCK)
        assert row is not None  # noqa: S101 – a SELECT without FROM gives one row
        return int(row[0])


class SqlSlots(_Shared):
    """wire's SlotStore. The sum of a key's living rows never exceeds its limit."""

    def take(self, key: str, *, calls: int, at_once: int, tokens: int, permits: int, holds_s: float) -> Grant:
        """See SlotStore.take. A look without a lock first, so that waiting is cheap."""
        grant = _free(self._db, key, self._now_us(self._db), calls, at_once)
        if not grant.tokens or not grant.permits:
            return msgspec.structs.replace(grant, tokens=0, permits=0)
        return self._db.write(
            lambda tx: self._take(tx, key, calls, at_once, tokens, permits, holds_s), durable=False
        )

    def _take(
        self, tx: Tx, key: str, calls: int, at_once: int, tokens: int, permits: int, holds_s: float
    ) -> Grant:
        tx.lock(f"slot|{key}")
        now_us = self._now_us(tx)
        tx.run("DELETE FROM slot WHERE key = ? AND until_us <= ?", (key, now_us))
        free = _free(tx, key, now_us, calls, at_once)
        if not free.tokens or not free.permits:
            return msgspec.structs.replace(free, tokens=0, permits=0)
        given = Grant(secrets.token_hex(12), min(tokens, free.tokens), min(permits, free.permits))
        sql = "INSERT INTO slot (lease, key, tokens, permits, until_us) VALUES (?, ?, ?, ?, ?)"
        until_us = now_us + int(holds_s * SECOND_US)
        tx.run(sql, (given.lease, key, given.tokens, given.permits, until_us))
        return given

    def give_back(self, lease: str, *, spent: int, cools_s: float) -> None:
        """See SlotStore.give_back."""

        def work(tx: Tx) -> int:
            if spent <= 0 or cools_s <= 0:
                return tx.run("DELETE FROM slot WHERE lease = ?", (lease,))
            until_us = self._now_us(tx) + int(cools_s * SECOND_US)
            sql = "UPDATE slot SET tokens = ?, permits = 0, until_us = ? WHERE lease = ?"
            return tx.run(sql, (spent, until_us, lease))

        self._db.write(work, durable=False)


def _free(reading: Reading, key: str, now_us: int, calls: int, at_once: int) -> Grant:
    """How many tokens and permits are free, and when the first of what lacks will be."""
    sql = "SELECT tokens, permits, until_us FROM slot WHERE key = ? AND until_us > ?"
    rows = reading.rows(sql, (key, now_us))
    tokens = max(0, calls - sum(row[0] for row in rows))
    permits = max(0, at_once - sum(row[1] for row in rows))
    held_by = 0 if tokens < 1 else 1
    first_us = min((row[2] - now_us for row in rows if row[held_by]), default=0)
    return Grant("", tokens, permits, first_us / SECOND_US if not tokens or not permits else 0.0)


class SqlBreakers(_Shared):
    """wire's BreakerStore. Each change is one transaction under the key's lock."""

    def look(self, key: str) -> BreakerView:
        """See BreakerStore.look."""
        row = _Breaker.read(self._db, key)
        return row.view(self._now_us(self._db)) if row else BreakerView()

    def failed(
        self, key: str, *, opens_at: int, rest_s: float, probe: str = "", code: str = ""
    ) -> BreakerView:
        """See BreakerStore.failed."""

        def work(tx: Tx) -> BreakerView:
            tx.lock(f"breaker|{key}")
            now_us = self._now_us(tx)
            breaker = _Breaker.read(tx, key) or _Breaker()
            rest_until_us = now_us + int(rest_s * SECOND_US)
            if breaker.mode == "closed":
                breaker.failures += 1
                if breaker.failures >= opens_at:
                    breaker.mode, breaker.code, breaker.rest_until_us = "open", code, rest_until_us
            elif probe and probe == breaker.probe:
                breaker.failures += 1
                breaker.probe, breaker.rest_until_us = "", rest_until_us
            breaker.write(tx, key, now_us)
            return breaker.view(now_us)

        return self._db.write(work, durable=False)

    def succeeded(self, key: str, *, probe: str = "") -> None:
        """See BreakerStore.succeeded. Usually there is no row, and one look is all."""
        if self._db.row("SELECT 1 FROM breaker WHERE key = ?", (key,)) is None:
            return
        sql = "DELETE FROM breaker WHERE key = ? AND (mode = 'closed' OR (probe <> '' AND probe = ?))"
        self._db.write(lambda tx: tx.run(sql, (key, probe)), durable=False)

    def probe(self, key: str, *, probe: str, holds_s: float) -> bool:
        """See BreakerStore.probe."""

        def work(tx: Tx) -> bool:
            now_us = self._now_us(tx)
            sql = (
                "UPDATE breaker SET probe = ?, rest_until_us = ?, changed_us = ?"
                " WHERE key = ? AND mode <> 'closed' AND rest_until_us <= ?"
            )
            return tx.run(sql, (probe, now_us + int(holds_s * SECOND_US), now_us, key, now_us)) == 1

        return self._db.write(work, durable=False)

    def block(self, key: str, *, rest_s: float, code: str, sv: str) -> None:
        """See BreakerStore.block."""

        def work(tx: Tx) -> None:
            tx.lock(f"breaker|{key}")
            now_us = self._now_us(tx)
            failures = (_Breaker.read(tx, key) or _Breaker()).failures
            until_us = now_us + int(rest_s * SECOND_US)
            _Breaker("blocked", failures, until_us, "", code, sv).write(tx, key, now_us)

        self._db.write(work)

    def release(self, key: str) -> None:
        """See BreakerStore.release."""
        self._db.write(lambda tx: tx.run("DELETE FROM breaker WHERE key = ?", (key,)))

    def watch(self) -> dict[str, BreakerView]:
        """See BreakerStore.watch."""
        now_us = self._now_us(self._db)
        rows = self._db.rows(f"SELECT key, {_FIELDS} FROM breaker WHERE mode <> 'closed' ORDER BY key")  # noqa: S608 – names are ours
        return {key: _Breaker(*rest).view(now_us) for key, *rest in rows}


_FIELDS = "mode, failures, rest_until_us, probe, code, sv"
_WRITE_BREAKER = f"""
    INSERT INTO breaker (key, {_FIELDS}, changed_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET mode = excluded.mode, failures = excluded.failures,
        rest_until_us = excluded.rest_until_us, probe = excluded.probe, code = excluded.code,
        sv = excluded.sv, changed_us = excluded.changed_us
"""  # noqa: S608 – names are ours


class _Breaker(msgspec.Struct):
    """A row of the table; a closed breaker without failures has none."""

    mode: str = "closed"
    failures: int = 0
    rest_until_us: int = 0
    probe: str = ""
    code: str = ""
    sv: str = ""

    @classmethod
    def read(cls, reading: Reading, key: str) -> _Breaker | None:
        row = reading.row(f"SELECT {_FIELDS} FROM breaker WHERE key = ?", (key,))  # noqa: S608 – names are ours
        return cls(*row) if row else None

    def write(self, tx: Tx, key: str, now_us: int) -> None:
        values = (self.mode, self.failures, self.rest_until_us, self.probe, self.code, self.sv)
        tx.run(_WRITE_BREAKER, (key, *values, now_us))

    def view(self, now_us: int) -> BreakerView:
        rest_s = max(0, self.rest_until_us - now_us) / SECOND_US
        return BreakerView(self.mode, self.failures, rest_s, self.code, self.sv)


_PUT_ANSWER = """
    INSERT INTO answer (scope, key, status, etag, last_modified, headers, fetched_us, body)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (scope, key) DO UPDATE SET status = excluded.status, etag = excluded.etag,
        last_modified = excluded.last_modified, headers = excluded.headers,
        fetched_us = excluded.fetched_us, body = excluded.body
"""


class SqlAnswers(_Shared):
    """wire's AnswerStore. Bodies lie sealed."""

    def __init__(self, db: Database, sealer: Sealer, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(db, clock=clock)
        self._sealer = sealer

    def get(self, scope: str, key: str) -> Kept | None:
        """See AnswerStore.get."""
        sql = (
            "SELECT status, headers, body, fetched_us, etag, last_modified FROM answer"
            " WHERE scope = ? AND key = ?"
        )
        row = self._db.row(sql, (scope, key))
        if row is None:
            return None
        status, headers, sealed, fetched_us, etag, last_modified = row
        try:
            body = unpack(self._sealer.open(sealed, aad=label("answer", scope, key)))
        except (VaultError, ValueError):
            return None
        headers = msgspec.json.decode(headers, type=dict[str, str])
        return Kept(status, headers, body, fetched_us / SECOND_US, etag, last_modified)

    def put(self, scope: str, key: str, kept: Kept) -> None:
        """See AnswerStore.put."""
        body = self._sealer.seal(pack(kept.body), aad=label("answer", scope, key))
        known_by = (scope, key, kept.status, kept.etag, kept.last_modified)
        values = (*known_by, to_json(kept.headers), _us(kept.fetched_at), body)
        self._db.write(lambda tx: tx.run(_PUT_ANSWER, values), durable=False)

    def touch(self, scope: str, key: str, fetched_at: float) -> None:
        """See AnswerStore.touch."""
        sql = "UPDATE answer SET fetched_us = ? WHERE scope = ? AND key = ? AND fetched_us < ?"
        values = (_us(fetched_at), scope, key, _us(fetched_at))
        self._db.write(lambda tx: tx.run(sql, values), durable=False)

    def forget(self, scope: str, *, before: float | None = None) -> int:
        """See AnswerStore.forget."""
        sql, values = "DELETE FROM answer WHERE scope = ?", (scope,)
        if before is None:
            return self._db.write(lambda tx: tx.run(sql, values), durable=False)
        older = (*values, _us(before))
        return self._db.write(lambda tx: tx.run(f"{sql} AND fetched_us < ?", older), durable=False)


def _us(posix_s: float) -> int:
    return round(posix_s * SECOND_US)
