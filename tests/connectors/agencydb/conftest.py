"""A database of the agency's own, on a real PostgreSQL, and a connector whose mapping `inspect` proposed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from brygga.connectors.agencydb.api import AgencyDb
from brygga.connectors.agencydb.inspecting import Proposal, propose
from brygga.model import NeedsSignIn
from brygga.wire.database import DatabaseLine
from brygga.wire.database_profile import DatabaseProfile, address_of

NOW = datetime(2026, 5, 12, 8, 0, tzinfo=UTC)
DDL = Path(__file__).with_name("reference.sql")
CONNECTION = "agency"


async def no_secrets(field: str) -> str:
    """Nothing in the vault."""
    raise NeedsSignIn(f"{field} is not set", code="credential_missing")


def line_to(url: str, *, read_only: bool = False) -> DatabaseLine:
    """A line to a database on this machine."""
    profile = DatabaseProfile(
        connection=CONNECTION, address=address_of(url), allow_private=True, read_only=read_only
    )
    return DatabaseLine(profile)


async def _proposed(url: str) -> Proposal:
    line = line_to(url, read_only=True)
    try:
        return await line.run("inspect", propose)
    finally:
        await line.close()


@pytest.fixture
def proposed() -> Callable[[str], Awaitable[Proposal]]:
    """`await proposed(url)`: what `inspect` proposes."""
    return _proposed


@pytest.fixture
def agency_url(fresh_postgres: str) -> str:
    """The reference schema in a database of its own."""
    with psycopg.connect(fresh_postgres, autocommit=True) as admin:
        admin.execute(DDL.read_text(encoding="utf-8"))
    return fresh_postgres


@pytest.fixture
async def connect() -> AsyncIterator[Callable[..., Any]]:
    """`await connect(url, mapping=…)`: a connector, closed at the end. Without mapping, as proposed."""
    made: list[AgencyDb] = []

    async def run(url: str, mapping: str = "", **settings: Any) -> AgencyDb:
        text = mapping or (await _proposed(url)).text
        values = {"url": url, "mapping": text, "allow_private": True, **settings}
        one = AgencyDb(None, connection=CONNECTION, settings=values, secrets=no_secrets, now=lambda: NOW)
        made.append(one)
        return one

    yield run
    for one in made:
        await one.close()


@pytest.fixture
def sql() -> Callable[..., list[tuple[Any, ...]]]:
    """Run a statement as the database's owner, past brygga."""

    def run(url: str, statement: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        with psycopg.connect(url, autocommit=True) as admin:
            cursor = admin.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    return run
