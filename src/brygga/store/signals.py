"""Signals: which flow is wanted for which key. Many wishes become one run; the last one counts."""

# ruff: noqa: S608 – only names of ours are put into SQL; every value is a parameter

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from brygga.store.database import Row, Tx
from brygga.store.moments import from_us
from brygga.store.queues import Signal
from brygga.store.room import Room

_WAKE = """
    INSERT INTO signal (flow, key, wanted, taken, done, at_us, correlation_id) VALUES (?, ?, 1, 0, 0, ?, ?)
    ON CONFLICT (flow, key) DO UPDATE SET
        wanted = signal.wanted + 1, at_us = excluded.at_us, correlation_id = excluded.correlation_id
"""
_COLUMNS = "flow, key, wanted, taken, done, at_us, correlation_id"


def wake(tx: Tx, wanted: Iterable[tuple[str, str]], at_us: int, correlation_id: str) -> None:
    """Want each (flow, key) once more; in a fixed order, so that two writers never cross."""
    tx.many(_WAKE, [(flow, key, at_us, correlation_id) for flow, key in sorted(set(wanted))])


class Signals(Room):
    """Raise, look, take, finish."""

    def signal_raise(
        self, wanted: Sequence[tuple[str, str]], *, correlation_id: str = "", now: datetime | None = None
    ) -> None:
        """Want each (flow, key) once more, outside a batch."""
        at_us = self._us(now)
        self._db.write(lambda tx: wake(tx, wanted, at_us, correlation_id))

    def signals_pending(self, limit: int = 1000, *, flow: str = "") -> list[Signal]:
        """Signals whose last wish has not been done, oldest first."""
        where, values = ("AND flow = ?", (flow,)) if flow else ("", ())
        sql = f"SELECT {_COLUMNS} FROM signal WHERE wanted > done {where} ORDER BY at_us LIMIT ?"
        return [_signal(row) for row in self._db.rows(sql, (*values, limit))]

    def signal_get(self, flow: str, key: str) -> Signal | None:
        """One signal."""
        row = self._db.row(f"SELECT {_COLUMNS} FROM signal WHERE flow = ? AND key = ?", (flow, key))
        return _signal(row) if row else None

    def signal_take(self, flow: str, key: str) -> int:
        """A run begins: gives the wish that it answers for, for `signal_done`; 0 if there is none."""
        sql = "UPDATE signal SET taken = wanted WHERE flow = ? AND key = ? RETURNING wanted"
        row = self._db.write(lambda tx: tx.row(sql, (flow, key)))
        return int(row[0]) if row else 0

    def signal_done(self, flow: str, key: str, upto: int) -> None:
        """Everything up to wish number `upto` is done; later wishes stay."""
        sql = "UPDATE signal SET done = ? WHERE flow = ? AND key = ? AND done < ?"
        self._db.write(lambda tx: tx.run(sql, (upto, flow, key, upto)))


def _signal(row: Row) -> Signal:
    flow, key, wanted, taken, done, at_us, correlation_id = row
    return Signal(
        flow=flow,
        key=key,
        wanted=wanted,
        taken=taken,
        done=done,
        at=from_us(at_us),
        correlation_id=correlation_id,
    )
