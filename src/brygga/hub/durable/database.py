"""Where the flows are kept: one SQLite file of their own, or a schema of a PostgreSQL.

Opens the connection pool with the settings we want and says plainly when that fails.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa

from brygga.hub.durable.errors import FlowDatabaseError, FlowDatabaseInUse

# DBOS wants immediate transactions and foreign keys; WAL keeps readers and the writer apart.
SQLITE_PRAGMAS = ("journal_mode=WAL", "busy_timeout=30000", "foreign_keys=ON", "wal_autocheckpoint=1000")
# A silent network must not hold a thread for minutes.
_PG_OPTIONS = "-c idle_in_transaction_session_timeout=60000"
_PG_CONNECT: dict[str, Any] = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20000,
    "application_name": "brygga-flows",
    "options": _PG_OPTIONS,
}

Durability = Literal["FULL", "NORMAL"]


@dataclass(frozen=True)
class FlowDatabase:
    """A checked address of the flows' database."""

    url: sa.URL

    @classmethod
    def parse(cls, text: str) -> FlowDatabase:
        """Understand `sqlite:////path/flows.db` or `postgresql://…/name`.

        Raises FlowDatabaseError, never quoting a password."""
        try:
            url = sa.make_url(text)
        except (sa.exc.ArgumentError, ValueError) as error:
            raise FlowDatabaseError("The address of the flow database is not a database URL.") from error
        backend = url.get_backend_name()
        if backend == "sqlite" and url.database not in (None, "", ":memory:"):
            return cls(url.set(drivername="sqlite+pysqlite"))
        if backend in ("postgresql", "postgres") and url.database:
            return cls(url.set(drivername="postgresql+psycopg"))
        raise FlowDatabaseError(
            "The flow database must be sqlite:////path/to/flows.db or postgresql://host/name, "
            f"not {url.render_as_string(hide_password=True)}."
        )

    @property
    def path(self) -> Path | None:
        """The SQLite file, or None for PostgreSQL."""
        is_sqlite = self.url.get_backend_name() == "sqlite"
        return Path(str(self.url.database)) if is_sqlite else None

    @property
    def shown(self) -> str:
        """The address fit for a message."""
        return str(self.path or self.url.render_as_string(hide_password=True))

    def open(self, *, durability: Durability = "FULL", pool_size: int = 10) -> sa.Engine:
        """A pool to the database; parameters never show in errors. Raises FlowDatabaseError."""
        if self.path is None:
            args = {key: value for key, value in _PG_CONNECT.items() if key not in self.url.query}
            engine = sa.create_engine(
                self.url, hide_parameters=True, pool_size=pool_size, max_overflow=0, connect_args=args
            )
        else:
            engine = self._open_file(self.path, durability, pool_size)
        self._probe(engine)
        return engine

    def _open_file(self, path: Path, durability: Durability, pool_size: int) -> sa.Engine:
        with self.explained():
            path.parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(
            self.url,
            hide_parameters=True,
            pool_size=pool_size,
            max_overflow=0,
            connect_args={"check_same_thread": False},
        )

        @sa.event.listens_for(engine, "connect")
        def prepare(connection: sqlite3.Connection, _record: object) -> None:
            connection.isolation_level = "IMMEDIATE"
            for pragma in (*SQLITE_PRAGMAS, f"synchronous={durability}"):
                connection.execute(f"PRAGMA {pragma}")

        return engine

    def _probe(self, engine: sa.Engine) -> None:
        """Show now, not in the middle of a flow, whether the database answers and is writable."""
        try:
            with self.explained(), engine.begin() as connection:
                if self.path is None:
                    connection.execute(sa.text("SELECT 1"))
                else:
                    connection.execute(sa.text("CREATE TABLE IF NOT EXISTS brygga_probe (at INTEGER)"))
                    connection.execute(sa.text("DROP TABLE brygga_probe"))
        except FlowDatabaseError:
            engine.dispose()
            raise

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turn whatever the drivers raise into one FlowDatabaseError."""
        try:
            yield
        except (sa.exc.SQLAlchemyError, sqlite3.Error, OSError) as error:
            raise FlowDatabaseError(f"{self._trouble(error)} ({first_line(error)})") from error

    def _trouble(self, error: Exception) -> str:
        text = str(error).lower()
        if "disk is full" in text or "no space left" in text:
            return f"The disk of the flow database {self.shown} is full."
        if "readonly" in text or "read-only" in text or isinstance(error, PermissionError):
            return f"The flow database {self.shown} cannot be written: the place is read-only."
        if "not a database" in text:
            return f"{self.shown} is not a SQLite file."
        if self.path is None:
            return f"PostgreSQL for the flows does not answer at {self.shown}."
        return f"The flow database {self.shown} cannot be opened or used."


class FileLock:
    """Lets one process at a time work on a SQLite file of flows.

    An advisory lock of the operating system on `<file>.lock`: it is gone the moment its
    process is, also after kill -9. Network file systems may not keep it."""

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(path.name + ".lock")
        self._handle: int | None = None

    def take(self) -> None:
        """Take it at once or raise FlowDatabaseInUse; FlowDatabaseError if the place is unusable."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise FlowDatabaseError(
                f"The lock file {self._path} cannot be made ({error.strerror})."
            ) from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(handle, 20, 0).decode("ascii", "replace").strip()
            os.close(handle)
            raise FlowDatabaseInUse(
                f"Another process (pid {holder or 'unknown'}) already works on the flows in {self._path}; "
                "stop it first, or use PostgreSQL for several processes."
            ) from error
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode("ascii"), 0)
        self._handle = handle

    def release(self) -> None:
        """Let others in. The file stays: removing it would let two processes lock two files."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def first_line(error: Exception) -> str:
    """What the driver said, in one line and without the statement."""
    orig = getattr(error, "orig", None) or error
    lines = str(orig).strip().splitlines()
    return lines[0] if lines else type(orig).__name__
