"""PostgreSQL behind the store: a small pool of psycopg connections, COPY for bulk."""

from __future__ import annotations

import contextlib
import functools
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, LiteralString

import psycopg
from psycopg import errors as pg

from brygga.model import Fault, Retryable
from brygga.store import trouble
from brygga.store.database import Clash, Row, T, Tx, Values

Connection = psycopg.Connection[tuple[Any, ...]]
_CLASHES = (pg.UniqueViolation, pg.SerializationFailure, pg.DeadlockDetected, Clash)
_TRIES = 8
_CONNECT = {"connect_timeout": 5, "application_name": "brygga", "tcp_user_timeout": 30_000}


@functools.lru_cache(maxsize=1024)
def _psycopg(sql: str) -> LiteralString:
    """Our `?` as psycopg's `%s`. No SQL of this room holds either sign otherwise."""
    return sql.replace("?", "%s")


class _Writes:
    """The transaction under way on one connection."""

    among = "= ANY(?)"
    skip_locked = "FOR UPDATE SKIP LOCKED"

    def by_index(self, name: str) -> str:
        del name  # its planner has statistics and chooses well
        return ""

    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def array(self, values: Iterable[object]) -> object:
        return list(values)

    def rows(self, sql: str, values: Values = ()) -> list[Row]:
        return self._c.execute(_psycopg(sql), values).fetchall()

    def row(self, sql: str, values: Values = ()) -> Row | None:
        return self._c.execute(_psycopg(sql), values).fetchone()

    def run(self, sql: str, values: Values = ()) -> int:
        return self._c.execute(_psycopg(sql), values).rowcount

    def many(self, sql: str, rows: Sequence[Values]) -> int:
        if not rows:
            return 0
        with self._c.cursor() as cursor:
            cursor.executemany(_psycopg(sql), rows)
            return cursor.rowcount

    def load(self, table: str, columns: str, rows: Sequence[Values], *, utf8_last: bool = False) -> None:
        if not rows:
            return
        if utf8_last:
            rows = [(*row[:-1], bytes(row[-1]).decode()) for row in rows]  # type: ignore[call-overload]  # bytes, as promised
        sql = _psycopg(f"COPY {table} ({columns}) FROM STDIN")
        with self._c.cursor() as cursor, cursor.copy(sql) as copy:
            for row in rows:
                copy.write_row(row)

    def lock(self, name: str) -> None:
        number = zlib.crc32(name.encode()) + (0x6272 << 32)  # "br": apart from other programs' locks
        self._c.execute("SELECT pg_advisory_xact_lock(%s::bigint)", (number,))


class PostgresDatabase:
    """A PostgreSQL database. Raises SetupError if the first connection fails."""

    dialect = "postgresql"
    among = _Writes.among

    def __init__(self, url: str, *, most_at_once: int = 6, lock_wait_s: float = 30.0) -> None:
        """`most_at_once` writers and as many readers: a writer may read in mid-transaction and must
        never wait for a connection that only other writers could give back."""
        self.url = url
        self._lock_wait_s = lock_wait_s
        self._writers = threading.BoundedSemaphore(most_at_once)
        self._readers = threading.BoundedSemaphore(most_at_once)
        self._idle: list[Connection] = []
        self._closed = False
        self.where = _where(url)
        try:
            self._idle.append(self._connect())
        except psycopg.Error as error:
            raise trouble.of_connecting(error, self.where) from error

    def array(self, values: Iterable[object]) -> object:
        """Many values as one array."""
        return list(values)

    def rows(self, sql: str, values: Values = ()) -> list[Row]:
        """Read outside a transaction; sees the last commit."""
        return self._read(lambda c: c.execute(_psycopg(sql), values).fetchall())

    def row(self, sql: str, values: Values = ()) -> Row | None:
        """The first row, or None."""
        return self._read(lambda c: c.execute(_psycopg(sql), values).fetchone())

    def write(self, work: Callable[[Tx], T], *, durable: bool = True) -> T:
        """One transaction, run again when another writer was there first. See `Database.write`."""
        for _ in range(_TRIES):
            with self._plainly(), self._borrowed(self._writers) as connection:
                if not self._begun(connection, durable):
                    continue
                with contextlib.suppress(*_CLASHES):
                    return _once(connection, work)
        raise Retryable(
            f"Writers of {self.where} kept getting in each other's way.",
            code="database_busy",
            sv="Databasen är upptagen just nu. Inget har skrivits; försök igen.",
            fault=Fault.OURS,
            after_s=1.0,
        )

    def close(self) -> None:
        """Close all idle connections; those in use close when they come back."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()

    def _read(self, ask: Callable[[Connection], T]) -> T:
        """Ask; once more on a fresh connection if an idle one had been cut off."""
        with self._plainly():
            try:
                with self._borrowed(self._readers) as connection:
                    return ask(connection)
            except psycopg.OperationalError:
                self._forget_idle()
                with self._borrowed(self._readers) as connection:
                    return ask(connection)

    def _begun(self, connection: Connection, durable: bool) -> bool:
        """Open the transaction; False if the idle connection had been cut off (nothing was written)."""
        try:
            connection.execute("BEGIN" if durable else "BEGIN; SET LOCAL synchronous_commit TO off")
        except psycopg.OperationalError:
            connection.close()
            self._forget_idle()
            return False
        return True

    @contextlib.contextmanager
    def _borrowed(self, room: threading.BoundedSemaphore) -> Iterator[Connection]:
        with room:
            connection = self._take()
            try:
                yield connection
            finally:
                self._put(connection)

    def _take(self) -> Connection:
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                return self._connect()
            if not connection.closed:
                return connection

    def _put(self, connection: Connection) -> None:
        idle = connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
        if self._closed or connection.closed or not idle:
            connection.close()
        else:
            self._idle.append(connection)

    def _forget_idle(self) -> None:
        while self._idle:
            self._idle.pop().close()

    def _connect(self) -> Connection:
        connection = psycopg.connect(self.url, autocommit=True, **_CONNECT)  # type: ignore[arg-type]  # libpq's own names
        connection.execute(f"SET lock_timeout = {int(self._lock_wait_s * 1000)}")
        connection.execute("SET client_min_messages = warning")
        return connection

    @contextlib.contextmanager
    def _plainly(self) -> Iterator[None]:
        """PostgreSQL's errors in our words; a fault in our own SQL goes through as it is."""
        try:
            yield
        except psycopg.Error as error:
            plain = trouble.of_postgres(error, self.where)
            if plain is None:
                raise
            raise plain from error


def _once(connection: Connection, work: Callable[[Tx], T]) -> T:
    try:
        made = work(_Writes(connection))
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(psycopg.Error):
            connection.execute("ROLLBACK")
        raise
    return made


def _where(url: str) -> str:
    """Host and database of an address, never its password."""
    try:
        parts = psycopg.conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise trouble.wrong_url(url) from error
    host = parts.get("host") or parts.get("hostaddr") or "localhost"
    return f"{host}/{parts.get('dbname') or ''}"
