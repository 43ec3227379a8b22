"""What a person asks of a database before, or beside, a connection to it: inspect, check, put in triggers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from brygga.connectors.agencydb.api import changelog
from brygga.connectors.agencydb.inspecting import Proposal, Remark, check_plan, propose, read_catalog
from brygga.connectors.agencydb.mapping import Mapper
from brygga.connectors.agencydb.schema import read_plan
from brygga.wire.database import DatabaseLine
from brygga.wire.database_profile import DatabaseProfile, address_of
from brygga.wire.database_session import Session

NAME = "database"
"""The connection's name in errors, while there is no connection yet."""


@asynccontextmanager
async def _line(url: str, password: str, *, read_only: bool = True) -> AsyncIterator[DatabaseLine]:
    """A person named the address: it may lie on this machine or the inner network."""

    async def secret() -> str:
        return password

    profile = DatabaseProfile(
        connection=NAME, address=address_of(url), allow_private=True, read_only=read_only
    )
    line = DatabaseLine(profile, password=secret)
    try:
        yield line
    finally:
        await line.close()


async def inspected(url: str, password: str = "") -> Proposal:
    """A proposed mapping of the database. Raises Invalid when nothing in it is recognised."""
    schema = address_of(url).schema
    async with _line(url, password) as line:
        return await line.run("inspect", lambda s: propose(s, schema))


async def checked(url: str, mapping: str, password: str = "") -> list[Remark]:
    """What of a mapping (its text) does not fit the live schema; empty when all does."""
    plan = read_plan(mapping)
    Mapper(plan, NAME)
    async with _line(url, password, read_only=False) as line:
        return check_plan(plan, await line.run("check", lambda s: read_catalog(s, plan.schema)))


async def triggers(url: str, mapping: str, password: str = "", *, remove: bool, dry_run: bool) -> list[str]:
    """The statements that put our triggers in or take them out; they are run unless it is a dry run."""
    mapper = Mapper(read_plan(mapping), NAME)
    statements = changelog.removing(mapper) if remove else changelog.installing(mapper)
    if dry_run:
        return statements

    def run(session: Session) -> None:
        for one in statements:
            session.execute(one)

    async with _line(url, password, read_only=False) as line:
        await line.run("triggers", run, write=True)
    return statements
