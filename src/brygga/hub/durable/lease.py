"""Which worker is alive, when several processes share one PostgreSQL.

Each worker renews a row; who has not for `takeover_after_s` seconds is taken over. The
worker itself stops a little earlier, by its own clock, so that it has let go before anybody
may take (`held`). See the package's docstring for what this does and does not guarantee.

SQLite has one process, held by a file lock, and needs none of this.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

import psycopg
import sqlalchemy as sa

from brygga.hub.durable.errors import WorkerIdInUse

log = logging.getLogger(__name__)

# The share of the time limit that is kept between our letting go and another's taking over.
_MARGIN = 0.2
_FORGET_DEAD_WORKERS = "7 days"
_LOOK_AGAIN_S = 0.2


class Lease:
    """The right of one process to run flows under its worker id.

    Runs a thread of its own with a connection of its own, so that neither a busy event loop
    nor an exhausted pool makes a living worker look dead."""

    def __init__(
        self,
        url: sa.URL,
        *,
        schema: str,
        worker_id: str,
        launch_id: str,
        beat_every_s: float,
        takeover_after_s: float,
        take_over: Callable[[str], int],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if not 0 < beat_every_s * 3 <= takeover_after_s:
            raise ValueError("takeover_after_s must be at least three times heartbeat_s")
        self._conninfo = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._table = f'"{schema}".brygga_workers'
        self._pending = f'"{schema}".workflow_status'
        self._lock_name = f"brygga-worker:{schema}:{worker_id}"
        self._me, self._launch_id = worker_id, launch_id
        self._beat_every_s, self._takeover_after_s = beat_every_s, takeover_after_s
        self._take_over, self._monotonic = take_over, monotonic
        self._connection: psycopg.Connection[tuple[object, ...]] | None = None
        self._halt = threading.Event()
        self._held_until = float("-inf")
        self._lost: str | None = None
        self._thread = threading.Thread(target=self._run, name="brygga-flow-lease", daemon=True)

    def begin(self) -> None:
        """Sign in and start renewing.

        Raises WorkerIdInUse if a living process holds the id, psycopg.Error without a database."""
        connection = self._connect()
        self._make_table(connection)
        if not self._wait_for_id(connection):
            connection.close()
            raise WorkerIdInUse(f"Another process already works under the worker id {self._me!r}.")
        sent = self._monotonic()
        connection.execute(
            f"INSERT INTO {self._table} (worker_id, launch_id, beat_at) VALUES (%s, %s, now()) "  # noqa: S608 - names are ours
            "ON CONFLICT (worker_id) "
            "DO UPDATE SET launch_id = excluded.launch_id, beat_at = now(), taken_by = NULL",
            (self._me, self._launch_id),
        )
        self._renewed(sent)
        self._connection = connection
        self._thread.start()

    def held(self) -> bool:
        """Whether this process may still begin anything. Asks no database."""
        return self._lost is None and self._monotonic() < self._held_until

    def why_lost(self) -> str:
        """One sentence, when `held` has become false."""
        return self._lost or f"No heartbeat reached the database for {self._takeover_after_s:.0f} s."

    def end(self) -> None:
        """Sign out, so that others take over what is left at once."""
        self._halt.set()
        if self._thread.is_alive():
            self._thread.join(timeout=self._beat_every_s + 15)
        if self._connection is None:
            return
        try:
            if self._lost is None:
                self._connection.execute(
                    f"UPDATE {self._table} SET beat_at = '-infinity' WHERE worker_id = %s AND launch_id = %s",  # noqa: S608
                    (self._me, self._launch_id),
                )
        except psycopg.Error as error:
            log.warning("could not sign out from the flow database: %s", error)
        finally:
            self._connection.close()
            self._connection = None

    def _run(self) -> None:
        while not self._halt.wait(self._beat_every_s) and self.held():
            try:
                self._beat()
                if self._lost is None:
                    self._look_for_dead()
            except (psycopg.Error, sa.exc.SQLAlchemyError) as error:
                log.warning("no heartbeat to the flow database: %s", error)
                self._drop_connection()

    def _beat(self) -> None:
        connection = self._connection or self._reconnect()
        sent = self._monotonic()
        renewed = connection.execute(
            f"UPDATE {self._table} SET beat_at = now() "  # noqa: S608
            "WHERE worker_id = %s AND launch_id = %s AND taken_by IS NULL",
            (self._me, self._launch_id),
        ).rowcount
        if renewed:
            self._renewed(sent)
        else:
            self._lost = "Another worker has taken over the flows of this one."

    def _renewed(self, sent: float) -> None:
        # Counted from before the statement left, so that ours always ends before theirs.
        self._held_until = sent + self._takeover_after_s * (1 - _MARGIN)

    def _look_for_dead(self) -> None:
        assert self._connection is not None  # noqa: S101 - _beat has just used it
        stale = "w.beat_at < now() - make_interval(secs => %s)"
        rows = self._connection.execute(
            f"SELECT w.worker_id FROM {self._table} w WHERE w.worker_id <> %s AND {stale} AND EXISTS ("  # noqa: S608
            f"SELECT 1 FROM {self._pending} p WHERE p.status = 'PENDING' "
            "AND split_part(p.executor_id, '~', 1) = w.worker_id)",
            (self._me, self._takeover_after_s),
        ).fetchall()
        for (worker_id,) in rows:
            self._take(str(worker_id))
        self._connection.execute(
            f"DELETE FROM {self._table} WHERE beat_at < now() - interval '{_FORGET_DEAD_WORKERS}' "  # noqa: S608
            "AND worker_id <> %s AND NOT EXISTS ("
            f"SELECT 1 FROM {self._pending} p WHERE p.status = 'PENDING' "
            f"AND split_part(p.executor_id, '~', 1) = {self._table}.worker_id)",
            (self._me,),
        )

    def _take(self, worker_id: str) -> None:
        """Mark the worker as taken and put its flows back in their queues.

        Its row stays locked meanwhile: a beat of its own, or its return, waits until this is
        done, and then learns of it."""
        assert self._connection is not None  # noqa: S101 - only called with one
        with self._connection.transaction():
            taken = self._connection.execute(
                f"UPDATE {self._table} SET taken_by = %s WHERE worker_id = %s "  # noqa: S608
                "AND beat_at < now() - make_interval(secs => %s)",
                (self._launch_id, worker_id, self._takeover_after_s),
            ).rowcount
            flows = self._take_over(worker_id) if taken else 0
        if flows:
            log.warning("took over %d flows of the worker %s, which is gone", flows, worker_id)

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        timeout_ms = int(min(self._takeover_after_s / 4, 10) * 1000)
        return psycopg.connect(
            self._conninfo,
            autocommit=True,
            connect_timeout=5,
            tcp_user_timeout=timeout_ms,
            application_name="brygga-flow-lease",
            options=f"-c statement_timeout={timeout_ms}",
        )

    def _reconnect(self) -> psycopg.Connection[tuple[object, ...]]:
        self._connection = self._connect()
        # Not fatal if refused: whoever holds it has also changed our row, and _beat will see.
        self._lock(self._connection)
        return self._connection

    def _drop_connection(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _lock(self, connection: psycopg.Connection[tuple[object, ...]]) -> bool:
        """The session's lock on the worker id; the server frees it when the session ends."""
        row = connection.execute(
            "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", (self._lock_name,)
        ).fetchone()
        return bool(row and row[0])

    def _wait_for_id(self, connection: psycopg.Connection[tuple[object, ...]]) -> bool:
        """True when no living process has the id; a beat seen meanwhile says that one does.

        After kill -9 the server frees the lock at once. After a lost host it may hold it for
        long; then the silence of the row decides, as it does for a takeover."""
        first = None
        while not self._lock(connection):
            row = connection.execute(
                f"SELECT beat_at::text, beat_at < now() - make_interval(secs => %s) FROM {self._table} "  # noqa: S608
                "WHERE worker_id = %s",
                (self._takeover_after_s, self._me),
            ).fetchone()
            if row is None or row[1]:
                return True
            first = first or row[0]
            if row[0] != first or self._halt.wait(_LOOK_AGAIN_S):
                return False
        return True

    def _make_table(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        # "IF NOT EXISTS" alone can still collide when two workers start at once.
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('brygga-workers', 0))")
            connection.execute(
                f"CREATE TABLE IF NOT EXISTS {self._table} (worker_id text PRIMARY KEY, "
                "launch_id text NOT NULL, beat_at timestamptz NOT NULL, taken_by text)"
            )
