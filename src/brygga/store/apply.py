"""Taking a batch in: one transaction for everything that it means and everything that follows.

Compare by hash, write what differs, number it in the feed, then let the caller say what must
be done because of it; all of that is committed together, or nothing is.
"""

# ruff: noqa: S608 – only names of ours are put into SQL; every value is a parameter

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable

from brygga.store import events, outbox, parking, signals
from brygga.store.compare import Plan, plan
from brygga.store.database import Tx
from brygga.store.moments import to_us
from brygga.store.prepare import ids_by_kind, prepare
from brygga.store.room import Room
from brygga.store.shapes import Applied, Batch, Change, Effects, Prepared
from brygga.store.writing import (
    Writing,
    next_numbers,
    write_feed,
    write_findings,
    write_raw,
    write_records,
)

MakeEffects = Callable[[list[Change]], Effects]


class Applying(Room):
    """`apply`, the one way by which records change."""

    def apply(self, batch: Batch, *, effects: MakeEffects | None = None) -> Applied:
        """Take a batch in. Nothing of it is stored if anything of it fails.

        `effects` is given the changes, if there are any, and says what follows from them; it may
        read the store (and then sees it as it was before this batch) and may run more than once
        when writers meet, so it must have no effect of its own.
        Raises Invalid (a record of another connection, an unknown kind), Retryable, SetupError.
        """
        prepared = prepare(batch)
        tries = itertools.count()

        def work(tx: Tx) -> Applied:
            if next(tries) > 0:
                next_numbers(tx, "feed", 0)  # clashed: hold the others back before comparing anew
            return self._apply(tx, batch, prepared, effects)

        return self._db.write(work)

    def _apply(self, tx: Tx, batch: Batch, prepared: list[Prepared], effects: MakeEffects | None) -> Applied:
        planned = plan(tx, batch, prepared)
        numbers = next_numbers(tx, "feed", len(planned.changes)) if planned.changes else range(0)
        w = Writing(tx, batch, self._sealer, to_us(batch.now), planned.changes, numbers)
        write_raw(w, planned.same)
        write_records(w)
        write_findings(w, planned.same)
        told = write_feed(w)
        _write_the_rest(w, planned, prepared)
        self._follow(tx, batch, told, effects)
        return _applied(planned, told)

    def _follow(self, tx: Tx, batch: Batch, told: list[Change], effects: MakeEffects | None) -> None:
        """What the changes lead to, and the batch's own events."""
        made = effects(told) if effects is not None and told else Effects()
        at_us, correlation = to_us(batch.now), batch.correlation_id
        outbox.add(tx, [*batch.outbox, *made.outbox], self._sealer, at_us, correlation)
        signals.wake(tx, made.signals, at_us, correlation)
        events.add(tx, [*batch.events, *made.events], at_us, correlation)


def _write_the_rest(w: Writing, planned: Plan, prepared: list[Prepared]) -> None:
    tx, batch = w.tx, w.batch
    parking.park(tx, batch.parked, w.sealer, w.at_us)
    parking.mend(tx, batch.connection, [*batch.unparked, *((p.kind, p.source_id) for p in prepared)])
    if batch.cursor is not None:
        stream, value = batch.cursor
        tx.run(SAVE_CURSOR, (batch.connection, stream, value, w.at_us))
    if batch.listed is not None:
        _write_listing(tx, batch.connection, *batch.listed, w.at_us)
    for kind, ids in ids_by_kind(planned.confirmed).items():
        sql = f"UPDATE rec_{kind} SET seen_us = ? WHERE id {tx.among}"
        tx.run(sql, (w.at_us, tx.array(ids)))


def _write_listing(
    tx: Tx, connection: str, run_id: str, stream: str, source_ids: list[str], at_us: int
) -> None:
    """Ids that a comparison under way has seen; the same again is the same."""
    sql = f"DELETE FROM listing WHERE run_id = ? AND stream = ? AND source_id {tx.among}"
    tx.run(sql, (run_id, stream, tx.array(source_ids)))
    rows = [(run_id, source_id, connection, stream, at_us) for source_id in dict.fromkeys(source_ids)]
    tx.load("listing", "run_id, source_id, connection, stream, at_us", rows)


def _applied(planned: Plan, told: list[Change]) -> Applied:
    counts = Counter(change.op for change in told)
    return Applied(
        created=counts["create"],
        updated=counts["update"],
        unchanged=planned.unchanged,
        removed=counts["remove"],
        restored=counts["restore"],
        older=planned.older,
        kept=planned.kept,
        changes=told,
        last_seq=told[-1].seq if told else 0,
    )


SAVE_CURSOR = (
    "INSERT INTO cursor (connection, stream, value, at_us) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (connection, stream) DO UPDATE SET value = excluded.value, at_us = excluded.at_us"
)
