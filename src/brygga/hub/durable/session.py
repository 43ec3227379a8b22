"""The database side of a launched engine: opened together, closed together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from brygga.hub.durable.claims import Claims, launch_id_for
from brygga.hub.durable.database import Durability, FileLock, FlowDatabase
from brygga.hub.durable.lease import Lease

if TYPE_CHECKING:
    from brygga.hub.durable.records import FlowRecords


class FlowSession:
    """Lock or lease, records and claims of one worker. Blocks: open and close it in a thread."""

    records: FlowRecords
    claims: Claims

    def __init__(self, database: FlowDatabase, *, schema: str, worker_id: str) -> None:
        self.lease: Lease | None = None
        self._database, self._schema, self._worker_id = database, schema, worker_id
        self._file_lock: FileLock | None = None

    def open(
        self, names: Sequence[str], *, durability: Durability, heartbeat_s: float, takeover_after_s: float
    ) -> None:
        """Lock, connect, make the tables, sign in, and take back what an earlier launch left.

        Raises FlowDatabaseError or one of its kinds; then nothing stays open."""
        try:
            self._lock()
            launch_id = launch_id_for(self._worker_id)
            self._connect(names, launch_id, durability)
            with self._database.explained():
                if self._database.path is None:
                    self._sign_in(launch_id, heartbeat_s, takeover_after_s)
                self.claims.requeue(self._worker_id)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Sign out, close the pool, let others in. Safe after a failed `open` and to repeat."""
        try:
            if self.lease is not None:
                self.lease.end()
            if hasattr(self, "records"):
                self.records.close()
        finally:
            if self._file_lock is not None:
                self._file_lock.release()

    def _lock(self) -> None:
        if self._database.path is not None:
            self._file_lock = FileLock(self._database.path)
            self._file_lock.take()

    def _connect(self, names: Sequence[str], launch_id: str, durability: Durability) -> None:
        from brygga.hub.durable.records import FlowRecords  # DBOS takes a quarter of a second to import

        pool = self._database.open(durability=durability)
        with self._database.explained():
            self.records = FlowRecords(pool, schema=self._schema, launch_id=launch_id)
            self.records.create()
        self.claims = Claims(pool, schema=self._schema, launch_id=launch_id, names=names)

    def _sign_in(self, launch_id: str, heartbeat_s: float, takeover_after_s: float) -> None:
        self.lease = Lease(
            self._database.url,
            schema=self._schema,
            worker_id=self._worker_id,
            launch_id=launch_id,
            beat_every_s=heartbeat_s,
            takeover_after_s=takeover_after_s,
            take_over=self.claims.requeue,
        )
        self.lease.begin()
