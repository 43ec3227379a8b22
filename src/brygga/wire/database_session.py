"""One open connection to a database, the same for PostgreSQL, SQLite and MySQL: rows in, rows out.

Blocking; used from one thread at a time. Statements are written with `%s` and turned to `?` for
SQLite. Nothing is sent before `begin`; leaving the context without `commit` rolls back.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg

from brygga.model.errors import BryggaError, Fault, SetupError
from brygga.wire.database_errors import DatabaseErrors
from brygga.wire.database_profile import DatabaseProfile, addresses, demand_tls, must_encrypt

_BUSY_S: Final = 15.0
Row = tuple[Any, ...]


class Session:
    """A connection in use. `committing` is true while a commit waits for its answer."""

    def __init__(self, raw: Any, dialect: str) -> None:
        self.raw, self.dialect = raw, dialect
        self.committing = False
        self._mark = "?" if dialect == "sqlite" else "%s"

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Row]:
        """The rows that a statement gives."""
        with self._cursor() as cursor:
            cursor.execute(self._written(statement), values or None if self.dialect != "sqlite" else values)
            return [*cursor.fetchall()] if cursor.description else []

    def execute(self, statement: str, values: Sequence[Any] = ()) -> int:
        """Run a statement; how many rows it touched."""
        with self._cursor() as cursor:
            cursor.execute(self._written(statement), values or None if self.dialect != "sqlite" else values)
            return int(max(cursor.rowcount, 0))

    def insert(self, statement: str, values: Sequence[Any]) -> int:
        """Run one INSERT and give the number that the database made for it (SQLite, MySQL)."""
        with self._cursor() as cursor:
            cursor.execute(self._written(statement), values)
            return int(cursor.lastrowid or 0)

    def many(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run a statement once for each row of values."""
        with self._cursor() as cursor:
            cursor.executemany(self._written(statement), rows)

    def bodies(self, statement: str, values: Sequence[Any] = ()) -> list[Row]:
        """As `rows`, in the binary form where there is one: bytes come out as bytes (PostgreSQL)."""
        if self.dialect != "postgresql":
            return self.rows(statement, values)
        with self.raw.cursor(binary=True) as cursor:
            return list(cursor.execute(statement, values or None).fetchall())

    def begin(self, *, write: bool = True) -> None:
        """Begin a transaction, read-only without `write`; SQLite takes its write lock at once."""
        if self.dialect == "sqlite":
            self.raw.execute("BEGIN IMMEDIATE" if write else "BEGIN")
        elif self.dialect == "mysql":
            self.execute("START TRANSACTION" if write else "START TRANSACTION READ ONLY")
        else:
            self.raw.execute("BEGIN" if write else "BEGIN READ ONLY")

    def commit(self) -> None:
        """Confirm. A line that breaks here leaves us in doubt."""
        self.committing = True
        self.raw.execute("COMMIT") if self.dialect != "mysql" else self.raw.commit()
        self.committing = False

    def rollback(self) -> None:
        """Take back what was not confirmed."""
        self.raw.rollback()

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What happens inside is taken back alone when it fails."""
        self.execute("SAVEPOINT brygga")
        try:
            yield
        except BaseException:
            if self.alive:
                self.execute("ROLLBACK TO SAVEPOINT brygga")
                self.execute("RELEASE SAVEPOINT brygga")
            raise
        self.execute("RELEASE SAVEPOINT brygga")

    @property
    def alive(self) -> bool:
        """Whether the line still stands, as far as this side knows."""
        if self.dialect == "postgresql":
            return not (self.raw.closed or self.raw.broken)
        return bool(self.raw.open) if self.dialect == "mysql" else True

    def close(self) -> None:
        """Hang up."""
        self.raw.close()

    def _written(self, statement: str) -> str:
        return statement.replace("%s", "?") if self._mark == "?" else statement

    @contextmanager
    def _cursor(self) -> Iterator[Any]:
        cursor = self.raw.cursor()
        try:
            yield cursor
        finally:
            cursor.close()


def opened(profile: DatabaseProfile, password: str, errors: DatabaseErrors, operation: str) -> Session:
    """A new connection, signed in. Raises the errors of `brygga.model.errors`."""
    dialect = profile.address.dialect
    try:
        numbers = addresses(profile)
        if numbers and must_encrypt(numbers):
            demand_tls(profile)
        if dialect == "postgresql":
            return Session(_postgres(profile, password, numbers), dialect)
        if dialect == "sqlite":
            return Session(_sqlite(profile), dialect)
        return Session(_mysql(profile, password, numbers), dialect)
    except BryggaError:
        raise
    except Exception as error:
        raise errors.translated(error, operation) from error


def _postgres(profile: DatabaseProfile, password: str, numbers: list[str]) -> psycopg.Connection[Row]:
    """The session keeps the time zone that role and database give it: triggers of theirs may rely on it."""
    address, limits = profile.address, profile.limits
    settings = [f"-c statement_timeout={int(limits.timeout_s * 1000)}", "-c lock_timeout=10000"]
    if address.schema:
        settings.append(f"-c search_path={address.schema.replace(' ', '')}")
    tls = {"sslmode": "verify-full", "sslrootcert": "system"} if must_encrypt(numbers) else {}
    return psycopg.connect(
        host=address.socket or address.host,
        hostaddr=numbers[0] if numbers else None,
        port=address.port,
        user=address.user or None,
        password=password or None,
        dbname=address.name or None,
        application_name="brygga",
        connect_timeout=max(2, int(limits.timeout_s / 4)),
        options=" ".join(settings),
        autocommit=True,
        **{**tls, **{k: v for k, v in address.options.items() if k.startswith("ssl")}},  # type: ignore[arg-type]
    )


def _sqlite(profile: DatabaseProfile) -> sqlite3.Connection:
    """The file must be there: a mistyped path shall not become an empty database."""
    mode = "ro" if profile.read_only or profile.address.options.get("mode") == "ro" else "rw"
    uri = f"{Path(profile.address.path).absolute().as_uri()}?mode={mode}"
    raw = sqlite3.connect(uri, uri=True, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
    raw.execute("PRAGMA foreign_keys = ON")
    return raw


def _mysql(profile: DatabaseProfile, password: str, numbers: list[str]) -> Any:
    try:
        import pymysql
    except ImportError as error:
        raise SetupError(
            "MySQL and MariaDB need the package PyMySQL: install brygga with the extra mysql",
            code="driver_missing",
            sv="För MySQL och MariaDB behövs paketet PyMySQL.",
            connection=profile.connection,
            fault=Fault.OFFICE,
        ) from error
    address, limits = profile.address, profile.limits
    ca = address.options.get("ssl_ca")
    return pymysql.connect(
        host=numbers[0] if numbers else "localhost",
        unix_socket=address.socket or None,
        port=address.port,
        user=address.user or None,
        password=password,
        database=address.name or None,
        charset="utf8mb4",
        autocommit=True,
        connect_timeout=max(2, int(limits.timeout_s / 4)),
        read_timeout=limits.timeout_s,
        write_timeout=limits.timeout_s,
        ssl_verify_identity=must_encrypt(numbers),
        ssl_verify_cert=must_encrypt(numbers) or None,
        ssl_ca=ca,
        init_command="SET SESSION sql_mode = CONCAT(@@sql_mode, ',STRICT_ALL_TABLES')",
    )
