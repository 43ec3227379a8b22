"""Bring a database to the newest tables: all steps in one transaction, one process at a time.

An empty database is given the tables as they stand in `tables.py` and marked with the newest
step, which spares a first start the loading of Alembic. A test holds both ways against each other.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from brygga.model import SetupError
from brygga.store import trouble
from brygga.store.postgres import PostgresDatabase
from brygga.store.sqlite import SqliteDatabase

if TYPE_CHECKING:
    from sqlalchemy import Connection

HEAD = "0003"
"""The newest step; a test holds it against the files."""

_LOCK = 0x62727967
"""PostgreSQL advisory lock of a migration under way."""


def migrate(database: SqliteDatabase | PostgresDatabase) -> bool:
    """Run the steps that are missing; False if there were none.

    Raises SetupError if the tables were made by a newer version, or cannot be written.
    """
    at = revision(database)
    if at == HEAD:
        return False
    if at is not None and at > HEAD:
        raise SetupError(
            f"The database was made by a newer version of brygga (step {at}, this one knows {HEAD}).",
            code="newer_database",
            sv=f"Databasen är gjord av en nyare version av brygga (steg {at}; den här kan {HEAD}).",
        )
    _run(database)
    return True


def revision(database: SqliteDatabase | PostgresDatabase) -> str | None:
    """The step that the database stands at; None if it is empty."""
    if database.dialect == "sqlite":
        there = database.row("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'")
    else:
        there = database.row("SELECT 1 WHERE to_regclass('alembic_version') IS NOT NULL")
    found = database.row("SELECT version_num FROM alembic_version") if there else None
    return str(found[0]) if found else None


def _run(database: SqliteDatabase | PostgresDatabase) -> None:
    from sqlalchemy import inspect, text
    from sqlalchemy.exc import DBAPIError

    engine = _engine(database)
    try:
        with engine.begin() as connection:
            if database.dialect == "postgresql":
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
            if inspect(connection).has_table("alembic_version"):
                upgrade(connection)
            else:
                _make(connection)
    except DBAPIError as error:
        plain = _plain(error.orig, database)
        if plain is None:
            raise
        raise plain from error
    finally:
        engine.dispose()


def upgrade(connection: Connection) -> None:
    """Run the steps that are missing, from the first one on if need be."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _make(connection: Connection) -> None:
    """All tables at once, in an empty database, and the mark that Alembic goes by."""
    from brygga.store.tables import metadata

    metadata.create_all(connection, checkfirst=False)
    connection.exec_driver_sql(
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL,"
        " CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
    )
    connection.exec_driver_sql(f"INSERT INTO alembic_version (version_num) VALUES ('{HEAD}')")  # noqa: S608 – ours


def _plain(error: BaseException | None, database: SqliteDatabase | PostgresDatabase) -> Exception | None:
    if isinstance(error, sqlite3.Error) and isinstance(database, SqliteDatabase):
        return trouble.of_sqlite(error, str(database.path))
    if isinstance(error, psycopg.Error) and isinstance(database, PostgresDatabase):
        return trouble.of_postgres(error, database.where)
    return None


def _engine(database: SqliteDatabase | PostgresDatabase) -> Any:
    """An engine for this one run. SQLite's DDL takes part in transactions only if we begin them."""
    from sqlalchemy import create_engine, event
    from sqlalchemy.pool import NullPool

    if isinstance(database, PostgresDatabase):
        url = database.url
        return create_engine(
            "postgresql+psycopg://", creator=lambda: psycopg.connect(url), poolclass=NullPool
        )
    path = database.path
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(path, isolation_level=None, timeout=30.0),
        poolclass=NullPool,
    )
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine
