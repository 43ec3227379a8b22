"""The state that processes share, for tests: in memory, and in a plain SQLite file.

The SQLite form is the shortest honest reading of `brygga.wire.state`, apart from the store's own.
"""

from __future__ import annotations

import sqlite3
import threading
import time
import uuid
from dataclasses import dataclass
from typing import Any

from brygga.wire.memory import MemoryAnswers, MemoryBreakers, MemorySlots
from brygga.wire.state import BreakerView, Grant


class _File:
    blocking = True
    table = ""

    def __init__(self, path: str) -> None:
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute(self.table)

    def _do(self, work: Any) -> Any:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                done = work(self._db, time.time())
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
            return done


class FileSlots(_File):
    table = (
        "CREATE TABLE IF NOT EXISTS slot "
        "(lease TEXT PRIMARY KEY, key TEXT, tokens INT, permits INT, until REAL)"
    )

    def take(self, key: str, *, calls: int, at_once: int, tokens: int, permits: int, holds_s: float) -> Grant:
        def work(db: sqlite3.Connection, now: float) -> Grant:
            db.execute("DELETE FROM slot WHERE key=? AND until<=?", (key, now))
            rows = db.execute("SELECT tokens, permits, until FROM slot WHERE key=?", (key,)).fetchall()
            free = calls - sum(r[0] for r in rows), at_once - sum(r[1] for r in rows)
            if min(free) < 1:
                ends = [r[2] - now for r in rows if (r[0] if free[0] < 1 else r[1])]
                return Grant("", 0, 0, min(ends, default=0.0))
            lease, given = uuid.uuid4().hex, (min(tokens, free[0]), min(permits, free[1]))
            db.execute("INSERT INTO slot VALUES (?,?,?,?,?)", (lease, key, *given, now + holds_s))
            return Grant(lease, *given)

        return self._do(work)

    def give_back(self, lease: str, *, spent: int, cools_s: float) -> None:
        def work(db: sqlite3.Connection, now: float) -> None:
            if spent and cools_s > 0:
                db.execute(
                    "UPDATE slot SET tokens=?, permits=0, until=? WHERE lease=?",
                    (spent, now + cools_s, lease),
                )
            else:
                db.execute("DELETE FROM slot WHERE lease=?", (lease,))

        self._do(work)


class FileBreakers(_File):
    table = (
        "CREATE TABLE IF NOT EXISTS breaker (key TEXT PRIMARY KEY, mode TEXT, failures INT, "
        "rest_until REAL, probe TEXT, code TEXT, sv TEXT)"
    )

    def look(self, key: str) -> BreakerView:
        return self._do(lambda db, now: self._view(db, now, key))

    def failed(
        self, key: str, *, opens_at: int, rest_s: float, probe: str = "", code: str = ""
    ) -> BreakerView:
        def work(db: sqlite3.Connection, now: float) -> BreakerView:
            db.execute("INSERT OR IGNORE INTO breaker VALUES (?,'closed',0,0,'','','')", (key,))
            db.execute(
                "UPDATE breaker SET failures=failures+1, probe='', rest_until=? "
                "WHERE key=? AND mode<>'closed' AND ?<>'' AND probe=?",
                (now + rest_s, key, probe, probe),
            )
            db.execute("UPDATE breaker SET failures=failures+1 WHERE key=? AND mode='closed'", (key,))
            db.execute(
                "UPDATE breaker SET mode='open', rest_until=?, code=? "
                "WHERE key=? AND mode='closed' AND failures>=?",
                (now + rest_s, code, key, opens_at),
            )
            return self._view(db, now, key)

        return self._do(work)

    def succeeded(self, key: str, *, probe: str = "") -> None:
        sql = "DELETE FROM breaker WHERE key=? AND (mode='closed' OR (?<>'' AND probe=?))"
        self._do(lambda db, now: db.execute(sql, (key, probe, probe)))

    def probe(self, key: str, *, probe: str, holds_s: float) -> bool:
        sql = "UPDATE breaker SET probe=?, rest_until=? WHERE key=? AND mode<>'closed' AND rest_until<=?"
        return self._do(lambda db, now: db.execute(sql, (probe, now + holds_s, key, now)).rowcount == 1)

    def block(self, key: str, *, rest_s: float, code: str, sv: str) -> None:
        sql = "INSERT OR REPLACE INTO breaker VALUES (?,'blocked',0,?,'',?,?)"
        self._do(lambda db, now: db.execute(sql, (key, now + rest_s, code, sv)))

    def release(self, key: str) -> None:
        self._do(lambda db, now: db.execute("DELETE FROM breaker WHERE key=?", (key,)))

    def watch(self) -> dict[str, BreakerView]:
        def work(db: sqlite3.Connection, now: float) -> dict[str, BreakerView]:
            keys = [r[0] for r in db.execute("SELECT key FROM breaker WHERE mode<>'closed'")]
            return {key: self._view(db, now, key) for key in keys}

        return self._do(work)

    @staticmethod
    def _view(db: sqlite3.Connection, now: float, key: str) -> BreakerView:
        row = db.execute(
            "SELECT mode, failures, rest_until, code, sv FROM breaker WHERE key=?", (key,)
        ).fetchone()
        return BreakerView(row[0], row[1], max(0.0, row[2] - now), row[3], row[4]) if row else BreakerView()


@dataclass
class State:
    """`reopen` gives the same state as another process would see it after a restart; None in memory."""

    slots: Any
    breakers: Any
    answers: Any
    path: str = ""

    def reopen(self) -> State | None:
        return open_state("sqlite", self.path) if self.path else None


def open_state(form: str, path: str) -> State:
    """The state as `memory` or `sqlite` at `path`."""
    if form == "memory":
        return State(MemorySlots(), MemoryBreakers(), MemoryAnswers())
    return State(FileSlots(path), FileBreakers(path), MemoryAnswers(), path)
