"""A database that is not there, not ours or not writable: one sentence, and nothing damaged."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from trouble_running import brygga, can, held, without_override

PASSWORD = "hemligt-Lösen-4711"
WRONG = {
    "garbage": "is this a database?",
    "unknown scheme": f"mysql://user:{PASSWORD}@127.0.0.1/brygga",
    "no file": "sqlite:///",
    "no such folder": "sqlite:////no/such/folder/brygga.db",
    "nobody listens": f"postgresql://user:{PASSWORD}@127.0.0.1:1/brygga",
    "no such host": f"postgresql://user:{PASSWORD}@db.example.invalid/brygga",
    "no port": f"postgresql://user:{PASSWORD}@127.0.0.1:fivethousand/brygga",
    "broken host": f"postgresql://user:{PASSWORD}@[::1/brygga",
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_a_wrong_address_is_said_in_one_sentence_without_its_password(
    wrong: str, tmp_path: Path
) -> None:
    done = await brygga("objects", "--database", WRONG[wrong], home=tmp_path / "home")
    assert PASSWORD not in done.sentence
    assert done.code == 3


COMMANDS = {
    "sync": ("sync",),
    "check": ("check",),
    "publish": ("publish", "A1", "--to", "hemnet"),
    "connect": ("connect", "vitec", "--stdin"),
    "queues": ("parked", "list"),
    "up": ("up", "--port", "0"),
}


@pytest.mark.parametrize("command", COMMANDS)
async def test_every_command_says_it_the_same_way(command: str, tmp_path: Path) -> None:
    if command == "up" and not can("serve"):
        pytest.skip("the page is not there yet")
    done = await brygga(*COMMANDS[command], "--database", WRONG["nobody listens"], home=tmp_path / "home")
    assert "cannot be reached" in done.sentence
    assert done.code == 3


@pytest.fixture
def guarded_postgres(fresh_postgres: str) -> Iterator[str]:
    """A user of a real PostgreSQL who has to give a password; `{password}` stands for it."""
    with psycopg.connect(fresh_postgres, autocommit=True) as admin:
        admin.execute(f"CREATE ROLE gatekept LOGIN PASSWORD '{PASSWORD}'")
        rules = Path(admin.execute("SHOW hba_file").fetchone()[0])  # type: ignore[index]  # SHOW gives one row
        before = rules.read_text()
        rules.write_text(f"local all gatekept scram-sha-256\n{before}")
        admin.execute("SELECT pg_reload_conf()")
        try:
            yield fresh_postgres.replace("//postgres:@", "//gatekept:{password}@")
        finally:
            rules.write_text(before)
            admin.execute("SELECT pg_reload_conf()")
            admin.execute("DROP ROLE gatekept")


async def test_a_wrong_password_for_a_real_server_is_told_and_not_shown(
    guarded_postgres: str, tmp_path: Path
) -> None:
    assert "{password}" in guarded_postgres
    url = guarded_postgres.format(password="Fel-Ord-9981")
    done = await brygga("sync", "--database", url, home=tmp_path / "home")
    assert "refused the password" in done.sentence
    assert "Fel-Ord-9981" not in done.err


async def test_a_database_that_the_server_does_not_have_is_told(fresh_postgres: str, tmp_path: Path) -> None:
    url = fresh_postgres.replace("/test_", "/missing_")
    done = await brygga("objects", "--database", url, home=tmp_path / "home")
    assert "no such database" in done.sentence


@pytest.mark.parametrize("content", [b"This is a letter, not a database.\n" * 40, os.urandom(9000)])
async def test_a_file_that_is_no_database_is_left_as_it_is(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "letter.db"
    file.write_bytes(content)
    done = await brygga("objects", "--database", f"sqlite:///{file}", home=tmp_path / "home")
    assert "not a SQLite database" in done.sentence
    assert file.read_bytes() == content


async def test_a_home_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here already")
    places = [tmp_path / "file", tmp_path / "file" / "home", Path("/proc/brygga")]
    found = await asyncio.gather(*(brygga("objects", home=place) for place in places))
    for place, done in zip(places, found, strict=True):
        assert str(place) in done.sentence
    assert (tmp_path / "file").read_text() == "here already"


async def test_a_folder_where_the_database_should_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "home" / "brygga.db").mkdir(parents=True)
    done = await brygga("objects", home=tmp_path / "home")
    assert "cannot be opened" in done.sentence


@pytest.fixture
def read_only(agency: Path) -> Iterator[Path]:
    """The agency's home where everything may be read and nothing written."""
    before = {path: path.stat().st_mode for path in [agency, *agency.rglob("*")]}
    for path in before:
        path.chmod(0o500 if path.is_dir() else 0o400)
    yield agency
    for path, mode in before.items():
        path.chmod(mode)


@pytest.mark.parametrize("command", ["objects", "sync"])
async def test_a_read_only_home_is_told_and_stays_whole(command: str, read_only: Path) -> None:
    before = held(read_only)
    done = await brygga(command, home=read_only, before=without_override)
    assert "read-only" in done.sentence or "cannot be" in done.sentence
    assert done.code == 3
    assert held(read_only) == before
