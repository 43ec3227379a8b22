"""The line to a database: what may be dialled, what a failure means, and that it rests when it should."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import psycopg
import pytest

from brygga.model import Invalid, NeedsSignIn, OutcomeUnknown, Refused, Rejected, Retryable, SetupError
from brygga.wire.call import Limits
from brygga.wire.database import DatabaseLine
from brygga.wire.database_errors import DatabaseErrors
from brygga.wire.database_profile import DatabaseProfile, address_of
from brygga.wire.database_session import Session


def line_to(url: str, *, allow_private: bool = True, password: Any = None, **limits: Any) -> DatabaseLine:
    profile = DatabaseProfile(
        connection="db",
        address=address_of(url),
        allow_private=allow_private,
        limits=Limits(calls=1000, per_s=0.01, at_once=2, timeout_s=5.0, deadline_s=5.0, **limits),
    )
    return DatabaseLine(profile, password=password)


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "a.db"
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE t (n integer PRIMARY KEY, word varchar(3) NOT NULL)")
    raw.close()
    return f"sqlite:///{path}"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "postgresql://anna@db.example.test/agency",
            ("postgresql", "db.example.test", 5432, "anna", "agency", ""),
        ),
        (
            "postgres://db.example.test:6000/a%20b?schema=x",
            ("postgresql", "db.example.test", 6000, "", "a b", ""),
        ),
        ("postgresql://anna:@/agency?host=/run/pg", ("postgresql", "", 5432, "anna", "agency", "/run/pg")),
        ("mariadb://root@/agency?unix_socket=/run/s", ("mysql", "", 3306, "root", "agency", "/run/s")),
        ("mysql+pymysql://u@h/d", ("mysql", "h", 3306, "u", "d", "")),
    ],
)
def test_an_address_is_taken_apart(url: str, expected: tuple[Any, ...]) -> None:
    read = address_of(url)
    assert (read.dialect, read.host, read.port, read.user, read.name, read.socket) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://example.test",
        "sqlite://",
        "sqlite:///:memory:",
        "postgresql://h:x/d",
        "mysql://h/d?init_command=x",
    ],
)
def test_what_is_no_address_of_ours_is_invalid(url: str) -> None:
    with pytest.raises(Invalid):
        address_of(url)


def test_a_password_in_the_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(Refused) as caught:
        address_of("postgresql://anna:hemligt-ord@db.example.test/agency")
    assert caught.value.code == "password_in_url"
    assert "hemligt-ord" not in str(caught.value.facts()) + str(caught.value)


@pytest.mark.parametrize(
    "url", ["postgresql://127.0.0.1/a", "postgresql://u@/a?host=/run/pg", "mysql://10.0.0.7/a"]
)
async def test_an_inner_address_is_refused_without_leave(url: str) -> None:
    line = line_to(url, allow_private=False)
    with pytest.raises(Refused) as caught:
        await line.run("check", lambda s: s.rows("SELECT 1"))
    assert caught.value.code == "address_refused"


async def test_a_cloud_metadata_address_is_refused_even_with_leave() -> None:
    with pytest.raises(Refused):
        await line_to("postgresql://169.254.169.254/a").run("check", lambda s: s.rows("SELECT 1"))


async def test_a_public_database_must_be_reached_over_a_line_that_is_encrypted_and_proven() -> None:
    with pytest.raises(Refused) as caught:
        await line_to("postgresql://8.8.8.8/a?sslmode=require&sslmode=prefer").run(
            "check", lambda s: s.rows("SELECT 1")
        )
    assert caught.value.code == "not_encrypted"


async def test_work_is_confirmed_at_its_end_and_taken_back_when_it_fails(file: str) -> None:
    line = line_to(file)
    await line.run("write", lambda s: s.execute("INSERT INTO t VALUES (%s, %s)", [1, "ett"]), write=True)

    def half(session: Session) -> None:
        session.execute("INSERT INTO t VALUES (2, 'två')")
        session.execute("INSERT INTO t (n) VALUES (3)")

    with pytest.raises(Rejected) as caught:
        await line.run("write", half, write=True)
    assert caught.value.code == "value_missing"
    assert "word" in caught.value.sv
    assert await line.run("read", lambda s: s.rows("SELECT n FROM t")) == [(1,)]
    await line.close()


async def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(Retryable):
        await line_to(f"sqlite:///{tmp_path / 'none.db'}").run("check", lambda s: s.rows("SELECT 1"))
    assert not (tmp_path / "none.db").exists()


async def test_a_file_opened_to_read_takes_no_change(file: str) -> None:
    profile = DatabaseProfile(connection="db", address=address_of(file), allow_private=True, read_only=True)
    line = DatabaseLine(profile)
    with pytest.raises(NeedsSignIn) as caught:
        await line.run("write", lambda s: s.execute("DELETE FROM t"), write=True)
    assert caught.value.code == "read_only"
    await line.close()


async def test_a_database_that_is_down_rests_behind_its_breaker() -> None:
    line = line_to("postgresql://127.0.0.1:1/a", breaker_failures=2, breaker_rest_s=60.0)
    codes = []
    for _ in range(4):
        with pytest.raises(Retryable) as caught:
            await line.run("read.list", lambda s: s.rows("SELECT 1"))
        codes.append(caught.value.code)
    assert codes == ["unreachable", "unreachable", "breaker_open", "breaker_open"]
    await line.unblock()
    with pytest.raises(Retryable) as caught:
        await line.run("read.list", lambda s: s.rows("SELECT 1"))
    assert caught.value.code == "unreachable"


async def test_no_more_than_the_limit_work_at_once(file: str) -> None:
    line, under_way, most = line_to(file), 0, 0

    def work(session: Session) -> None:
        nonlocal under_way, most
        import time

        under_way += 1
        most = max(most, under_way)
        time.sleep(0.02)
        under_way -= 1
        session.rows("SELECT 1")

    await asyncio.gather(*(line.run("read", work) for _ in range(8)))
    assert most == 2
    await line.close()


async def test_a_line_lost_during_commit_is_in_doubt_and_before_it_is_not(postgres_url: str) -> None:
    line = line_to(postgres_url)

    def lost(session: Session) -> None:
        session.execute("SELECT 1")
        with psycopg.connect(postgres_url, autocommit=True) as admin:
            admin.execute("SELECT pg_terminate_backend(%s)", [session.raw.info.backend_pid])

    with pytest.raises(OutcomeUnknown):
        await line.run("write", lost, write=True)

    def lost_early(session: Session) -> None:
        lost(session)
        session.execute("SELECT 1")

    with pytest.raises(Retryable):
        await line.run("write", lost_early, write=True)
    with pytest.raises(Retryable):
        await line.run("read", lost)
    await line.close()


async def test_a_wrong_password_blocks_the_connection_until_a_person_mends_it(fresh_postgres: str) -> None:
    error = DatabaseErrors("db").translated(
        psycopg.errors.InvalidPassword("password authentication failed"), "check"
    )
    assert isinstance(error, NeedsSignIn)
    assert error.code == "sign_in_refused"
    asked = []

    async def password() -> str:
        asked.append(1)
        return "fel-losenord"

    line = line_to(fresh_postgres.replace("postgres:@", "finns_inte@"), password=password)
    with pytest.raises(NeedsSignIn):
        await line.run("check", lambda s: s.rows("SELECT 1"))
    with pytest.raises(NeedsSignIn):
        await line.run("check", lambda s: s.rows("SELECT 1"))
    assert len(asked) == 1
    await line.unblock()


@pytest.mark.parametrize(
    ("state", "kind", "code"),
    [
        ("UniqueViolation", Rejected, "already_there"),
        ("NotNullViolation", Rejected, "value_missing"),
        ("ForeignKeyViolation", Rejected, "reference_missing"),
        ("CheckViolation", Rejected, "check_failed"),
        ("RaiseException", Rejected, "raised"),
        ("StringDataRightTruncation", Rejected, "bad_value"),
        ("SerializationFailure", Retryable, "busy"),
        ("DeadlockDetected", Retryable, "busy"),
        ("LockNotAvailable", Retryable, "busy"),
        ("QueryCanceled", Retryable, "timeout"),
        ("AdminShutdown", Retryable, "unreachable"),
        ("TooManyConnections", Retryable, "unreachable"),
        ("DiskFull", Retryable, "disk_full"),
        ("ReadOnlySqlTransaction", NeedsSignIn, "read_only"),
        ("InsufficientPrivilege", NeedsSignIn, "no_right"),
        ("UndefinedColumn", SetupError, "schema_changed"),
        ("UndefinedTable", SetupError, "schema_changed"),
    ],
)
def test_what_a_sqlstate_means(state: str, kind: type[Exception], code: str) -> None:
    error = DatabaseErrors("db").translated(getattr(psycopg.errors, state)("x"), "write")
    assert type(error) is kind
    assert error.code == code
    assert error.sv
    assert error.connection == "db"
