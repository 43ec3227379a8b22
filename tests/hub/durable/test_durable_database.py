"""A flow database that cannot be used says so in one sentence."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from brygga.hub.durable import (
    DurableEngine,
    FlowContext,
    FlowDatabaseError,
    FlowDatabaseInUse,
    FlowQueue,
    FlowState,
    database,
)
from brygga.hub.durable.database import FileLock, FlowDatabase

NewEngine = Callable[[str], DurableEngine]


def engine_on(url: str) -> DurableEngine:
    return DurableEngine(url, worker_id="w", queues=[FlowQueue("q")])


@pytest.fixture
async def engines() -> AsyncIterator[NewEngine]:
    """Makes engines and stops them at the end."""
    made: list[DurableEngine] = []

    def make(url: str) -> DurableEngine:
        made.append(engine_on(url))
        return made[-1]

    yield make
    for engine in made:
        await engine.stop(grace_s=0.1)


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "mysql://u:hush@h/db", "sqlite://", "sqlite:///:memory:", "postgresql://u:hush@host"],
)
def test_an_address_we_cannot_use_is_refused_without_quoting_its_password(url: str) -> None:
    with pytest.raises(FlowDatabaseError) as caught:
        engine_on(url)
    assert "hush" not in str(caught.value)


async def test_a_postgres_that_does_not_answer_is_one_error() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    engine = engine_on(f"postgresql://u:hush@127.0.0.1:{port}/flows")
    with pytest.raises(FlowDatabaseError, match="does not answer") as caught:
        await engine.launch()
    assert "hush" not in str(caught.value)
    assert "\n" not in str(caught.value)


async def test_a_postgres_without_the_database_is_one_error(postgres_flows: str) -> None:
    with pytest.raises(FlowDatabaseError, match="does not exist"):
        await engine_on(postgres_flows.replace("flows_", "missing_")).launch()


async def test_a_place_that_cannot_be_written_is_one_error() -> None:
    with pytest.raises(FlowDatabaseError, match="lock file"):
        await engine_on("sqlite:////proc/flows/flows.db").launch()


async def test_a_file_that_is_no_database_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "flows.db").write_text("this is a letter, " * 100)
    with pytest.raises(FlowDatabaseError, match="not a SQLite file"):
        await engine_on(f"sqlite:///{tmp_path}/flows.db").launch()
    assert (tmp_path / "flows.db").read_text().startswith("this is a letter")


async def test_a_disk_that_is_full_at_launch_is_one_error_and_the_next_launch_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(database, "SQLITE_PRAGMAS", (*database.SQLITE_PRAGMAS, "max_page_count=5"))
        with pytest.raises(FlowDatabaseError, match="full"):
            await engine_on(f"sqlite:///{tmp_path}/flows.db").launch()
    engine = engine_on(f"sqlite:///{tmp_path}/flows.db")
    await engine.launch()
    await engine.stop()


async def test_while_the_disk_is_full_flows_wait_and_then_go_on_without_repeating_a_step(
    engines: NewEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    calls: list[int] = []

    async def large() -> str:
        calls.append(1)
        return "x" * 400_000

    async def flow(ctx: FlowContext) -> int:
        return len(await ctx.step("large", large))

    monkeypatch.setattr(database, "SQLITE_PRAGMAS", (*database.SQLITE_PRAGMAS, "max_page_count=90"))
    engine = engines(f"sqlite:///{tmp_path}/flows.db")
    engine.register("flow", flow)
    await engine.launch()
    await engine.start("flow", {}, flow_id="f", queue="q")
    while "disk is full" not in caplog.text:
        await asyncio.sleep(0.01)
    assert await engine.status("f") is FlowState.RUNNING
    with pytest.raises(FlowDatabaseError, match="full"):
        await engine.start("flow", {"pad": "x" * 400_000}, flow_id="g", queue="q")
    assert engine._session is not None
    make_room(engine._session.claims._engine)
    assert await engine.result("f", timeout_s=10) == 400_000
    assert calls == [1]
    assert "takes records again" in caplog.text
    assert "xxx" not in caplog.text


async def test_a_full_disk_does_not_hold_up_a_stop_and_the_next_launch_resumes(
    engines: NewEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def wide(ctx: FlowContext) -> str:
        return "x" * 400_000

    with monkeypatch.context() as patch:
        patch.setattr(database, "SQLITE_PRAGMAS", (*database.SQLITE_PRAGMAS, "max_page_count=90"))
        engine = engines(f"sqlite:///{tmp_path}/flows.db")
        engine.register("wide", wide)
        await engine.launch()
        await engine.start("wide", {}, flow_id="f", queue="q")
        while "disk is full" not in caplog.text:
            await asyncio.sleep(0.01)
        began = time.monotonic()
        await engine.stop()
        assert time.monotonic() - began < 3
    engine = engines(f"sqlite:///{tmp_path}/flows.db")
    engine.register("wide", wide)
    await engine.launch()
    assert len(await engine.result("f", timeout_s=10)) == 400_000


async def test_cut_connections_to_postgres_neither_fail_nor_repeat_a_step(
    engines: NewEngine, postgres_flows: str
) -> None:
    calls: list[int] = []

    async def cut(number: int) -> int:
        calls.append(number)
        with psycopg.connect(postgres_flows, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name LIKE 'brygga-flow%' AND datname = current_database()"
            )
        return number

    async def flow(ctx: FlowContext) -> list[int]:
        return [await ctx.step("cut", cut, number) for number in range(3)]

    engine = engines(postgres_flows)
    engine.register("flow", flow)
    await engine.launch()
    await engine.start("flow", {}, flow_id="f", queue="q")
    while len(calls) < 3:
        await asyncio.sleep(0.02)
    while True:
        try:
            assert await engine.result("f", timeout_s=15) == [0, 1, 2]
            break
        except FlowDatabaseError:  # our own question met a cut connection
            await asyncio.sleep(0.05)
    assert calls == [0, 1, 2]


def make_room(pool: sa.Engine) -> None:
    """Lift the limit on every connection of the pool."""

    @sa.event.listens_for(pool, "checkout")
    def lift(connection: sqlite3.Connection, _record: object, _proxy: object) -> None:
        connection.execute("PRAGMA max_page_count=100000")


def test_the_lock_lets_one_in_at_a_time(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "flows.db"), FileLock(tmp_path / "flows.db")
    first.take()
    with pytest.raises(FlowDatabaseInUse, match="already works on the flows"):
        second.take()
    first.release()
    second.take()
    second.release()


async def test_sqlite_is_opened_with_wal_and_full_durability_unless_told_otherwise(tmp_path: Path) -> None:
    for durability, level in (("FULL", 2), ("NORMAL", 1)):
        pool = FlowDatabase.parse(f"sqlite:///{tmp_path}/flows.db").open(durability=durability)  # type: ignore[arg-type]
        with pool.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == level
        pool.dispose()
