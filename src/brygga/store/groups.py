"""Outbox by group: claimed whole, because only the newest state of a thing is worth sending."""

# ruff: noqa: S608 – only names of ours are put into SQL; every value is a parameter

from __future__ import annotations

from datetime import datetime

import msgspec

from brygga.store.database import Tx
from brygga.store.moments import SECOND_US
from brygga.store.queues import Group
from brygga.store.room import Room

_SAME = "b.connection = o.connection AND b.ability = o.ability AND b.kind = o.kind AND b.id = o.id"
_DUE = f"""
    SELECT o.connection, o.ability, o.kind, o.id, max(o.n), max(o.attempts)
    FROM outbox o
    WHERE ((o.state = 'waiting' AND o.next_us <= ?) OR (o.state = 'sending' AND o.lease_us <= ?))
      AND NOT EXISTS (SELECT 1 FROM outbox b WHERE {_SAME} AND b.state = 'unknown')
    GROUP BY o.connection, o.ability, o.kind, o.id ORDER BY min(o.n) LIMIT ?
"""
_TAKE = """
    UPDATE outbox SET state = 'sending', lease_by = ?, lease_us = ?
    WHERE connection = ? AND ability = ? AND kind = ? AND id = ? AND n <= ?
      AND ((state = 'waiting' AND next_us <= ?) OR (state = 'sending' AND lease_us <= ?))
"""


class OutboxHead(msgspec.Struct, frozen=True, kw_only=True):
    """A claimed group: its newest row's number and how often it has failed. `turn` tells claims apart."""

    connection: str
    ability: str
    kind: str
    id: str
    max_n: int
    attempts: int
    turn: int

    @property
    def group(self) -> Group:
        """What the outbox orders by."""
        return (self.connection, self.ability, self.kind, self.id)


class OutboxGroups(Room):
    """Claim and release."""

    def outbox_take(
        self, worker: str, now: datetime | None = None, *, lease_s: float = 300.0, limit: int = 64
    ) -> list[OutboxHead]:
        """Groups that are due, now `sending` under this worker's lease; whoever comes next gets others.

        Two workers that see the same group: the first one's update takes its rows, the second one's
        touches none and the group is not among its own. A lease that has run out is due again.
        """
        at_us = self._us(now)
        if not self._db.rows(_DUE, (at_us, at_us, 1)):
            return []
        until_us = at_us + int(lease_s * SECOND_US)

        def work(tx: Tx) -> list[OutboxHead]:
            tx.lock("outbox.take")
            heads = []
            for connection, ability, kind, record_id, n, attempts in tx.rows(_DUE, (at_us, at_us, limit)):
                group = (connection, ability, kind, record_id)
                if tx.run(_TAKE, (worker, until_us, *group, n, at_us, at_us)):
                    heads.append(
                        OutboxHead(
                            connection=connection,
                            ability=ability,
                            kind=kind,
                            id=record_id,
                            max_n=n,
                            attempts=attempts,
                            turn=at_us,
                        )
                    )
            return heads

        return self._db.write(work)

    def outbox_release(self, worker: str) -> int:
        """A worker has started anew: what it had claimed is due at once. Gives how many rows.

        Its flows that were under way are resumed by themselves; a second flow for the same group
        waits behind the first and finds nothing left to do.
        """
        sql = (
            "UPDATE outbox SET state = 'waiting', lease_by = '', lease_us = NULL"
            " WHERE state = 'sending' AND lease_by = ?"
        )
        return self._db.write(lambda tx: tx.run(sql, (worker,)))
