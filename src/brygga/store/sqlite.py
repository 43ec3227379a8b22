"""SQLite behind the store: one writing connection, a few reading ones, write-ahead log.

Readers never wait for the writer. Writers of this process take turns by a lock, those of other
processes by BEGIN IMMEDIATE. Source: sqlite.org/wal.html, sqlite.org/pragma.html#pragma_synchronous.
"""

# ruff: noqa: S608 – only names of ours are put into SQL; every value is a parameter

from __future__ import annotations

import contextlib
import functools
import itertools
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from brygga.model import SetupError
from brygga.store import trouble
from brygga.store.database import Row, T, Tx, Values, question_marks

PAGE_BYTES = 8192
"""A record is about 2 KB; on pages of 4 KB almost half of each page would stay empty."""
_MOST_IDLE_READERS = 4
_PRAGMAS = ("cache_size = -2000", "temp_store = MEMORY", "foreign_keys = ON")
_WRITER_PRAGMAS = (
    "cache_size = -8000",
    "wal_autocheckpoint = 2000",
    "journal_size_limit = 67108864",
)


_ROWS_AT_ONCE = (64, 8, 1)


@functools.cache
def _insert(table: str, columns: str, count: int, utf8_last: bool) -> str:
    """The text of an insert of so many rows; the same text again is the same prepared statement."""
    row = f"({question_marks(columns)})"
    if utf8_last:  # SQLite keeps text as UTF-8: no sense in decoding it first
        row = row.removesuffix("?)") + "CAST(? AS TEXT))"
    return f"INSERT INTO {table} ({columns}) VALUES {', '.join([row] * count)}"


class _Reads:
    """Questions on one connection."""

    among = "IN (SELECT value FROM json_each(?))"
    skip_locked = ""

    def by_index(self, name: str) -> str:
        return f"INDEXED BY {name}"

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._c = connection

    def array(self, values: Iterable[object]) -> object:
        return msgspec.json.encode(list(values)).decode()

    def rows(self, sql: str, values: Values = ()) -> list[Row]:
        return self._c.execute(sql, values).fetchall()

    def row(self, sql: str, values: Values = ()) -> Row | None:
        found: Row | None = self._c.execute(sql, values).fetchone()
        return found


class _Writes(_Reads):
    """The transaction under way on the writing connection."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(connection)
        self._most_values = connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER)

    def run(self, sql: str, values: Values = ()) -> int:
        return self._c.execute(sql, values).rowcount

    def many(self, sql: str, rows: Sequence[Values]) -> int:
        return self._c.executemany(sql, rows).rowcount if rows else 0

    def load(self, table: str, columns: str, rows: Sequence[Values], *, utf8_last: bool = False) -> None:
        """Many rows a statement. Python lets another thread in at every statement; one that computes
        keeps this one waiting for up to 5 ms, so a statement a row would be a hundred times slower."""
        done, most = 0, self._most_values // (columns.count(",") + 1)
        for count in _ROWS_AT_ONCE:
            while count <= min(most, len(rows) - done):
                part = rows[done : done + count]
                sql = _insert(table, columns, count, utf8_last)
                self._c.execute(sql, list(itertools.chain.from_iterable(part)))
                done += count

    def lock(self, name: str) -> None:
        """BEGIN IMMEDIATE already holds everything."""


class SqliteDatabase:
    """A SQLite file. Raises SetupError if it cannot be opened for writing."""

    dialect = "sqlite"
    among = _Reads.among

    def __init__(self, path: Path, *, busy_s: float = 10.0) -> None:
        self.path = path
        self._busy_s = busy_s
        self._turn = threading.RLock()
        self._idle: list[sqlite3.Connection] = []
        self._closed = False
        with self._plainly():
            self._writer = self._connect()
            self._prepare()
        self._tx: Tx = _Writes(self._writer)
        self._level = ""

    def array(self, values: Iterable[object]) -> object:
        """Many values as JSON, for json_each."""
        return msgspec.json.encode(list(values)).decode()

    def rows(self, sql: str, values: Values = ()) -> list[Row]:
        """Read on a connection of its own; sees the last commit."""
        with self._reader() as connection:
            return connection.execute(sql, values).fetchall()

    def row(self, sql: str, values: Values = ()) -> Row | None:
        """The first row, or None."""
        with self._reader() as connection:
            found: Row | None = connection.execute(sql, values).fetchone()
            return found

    def write(self, work: Callable[[Tx], T], *, durable: bool = True) -> T:
        """One transaction. See `Database.write`."""
        with self._turn:
            if self._writer.in_transaction:
                raise RuntimeError(
                    "a store call inside a transaction of the store; use what the callback gives"
                )
            with self._plainly():
                self._begin(durable)
                try:
                    made = work(self._tx)
                    self._writer.execute("COMMIT")
                except BaseException:
                    self._roll_back()
                    raise
            return made

    def close(self) -> None:
        """Close all connections; the write-ahead log is folded into the file."""
        with self._turn:
            self._closed = True
            while self._idle:
                self._idle.pop().close()
            self._writer.close()

    def _begin(self, durable: bool) -> None:
        level = "FULL" if durable else "NORMAL"
        if level != self._level:
            self._writer.execute(f"PRAGMA synchronous = {level}")
            self._level = level
        self._writer.execute("BEGIN IMMEDIATE")

    def _roll_back(self) -> None:
        """A full disk may have rolled back by itself already."""
        if self._writer.in_transaction:
            with contextlib.suppress(sqlite3.Error):
                self._writer.execute("ROLLBACK")

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path,
            timeout=self._busy_s,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
        connection.create_function("lower", 1, _lower, deterministic=True)
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def _prepare(self) -> None:
        """The page size must be set before the first table, the log before the first write."""
        self._writer.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        mode = self._writer.execute("PRAGMA journal_mode = WAL").fetchone()[0]
        if mode != "wal":
            raise SetupError(
                f"The database {self.path} cannot use a write-ahead log there (mode {mode}).",
                code="no_wal",
                sv=f"Databasen {self.path} ligger på en disk som inte klarar skrivlogg (WAL).",
            )
        for pragma in _WRITER_PRAGMAS:
            self._writer.execute(f"PRAGMA {pragma}")
        self._writer.execute("BEGIN IMMEDIATE")
        self._writer.execute("ROLLBACK")

    @contextlib.contextmanager
    def _reader(self) -> Iterator[sqlite3.Connection]:
        with self._plainly():
            try:
                connection = self._idle.pop()
            except IndexError:
                connection = self._connect()
                connection.execute("PRAGMA query_only = ON")
            try:
                yield connection
            finally:
                if self._closed or len(self._idle) >= _MOST_IDLE_READERS:
                    connection.close()
                else:
                    self._idle.append(connection)

    @contextlib.contextmanager
    def _plainly(self) -> Iterator[None]:
        """SQLite's errors in our words; a fault in our own SQL goes through as it is."""
        try:
            yield
        except sqlite3.Error as error:
            plain = trouble.of_sqlite(error, str(self.path))
            if plain is None:
                raise
            raise plain from error


def _lower(text: str | None) -> str | None:
    """SQLite's own knows only a to z; "Åkergatan" is found by "åker" as well."""
    return text.lower() if text is not None else None
