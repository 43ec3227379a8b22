"""Addresses, disks and servers that are not as they should be: one clear sentence, nothing damaged."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from brygga.model import Retryable, SetupError
from brygga.store import Store


def refusal(url: str, keys: Any) -> SetupError:
    with pytest.raises(SetupError) as caught:
        Store.open(url, keys=keys)
    error = caught.value
    assert "\n" not in error.message
    assert error.message.endswith((".", "?", "…"))
    assert error.sv != error.message
    return error


@pytest.mark.parametrize(
    "url",
    ["", "brygga.db", "mysql://u:hunter2@h/db", "sqlite://", "sqlite:///", "sqlite:///:memory:", "http://x"],
)
def test_an_address_that_is_no_database_is_refused_without_telling_its_password(url: str, keys: Any) -> None:
    error = refusal(url, keys)
    assert error.code == "wrong_database_url"
    assert "hunter2" not in f"{error.message}{error.sv}"


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path, keys: Any) -> None:
    assert refusal(f"sqlite:///{tmp_path}/no/such/brygga.db", keys).code == "cannot_open"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a read-only file system: Linux has /proc")
def test_a_file_system_that_cannot_be_written_is_refused(keys: Any) -> None:
    assert refusal("sqlite:////proc/brygga.db", keys).code == "cannot_open"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write in folders that are read-only")
def test_a_folder_without_write_permission_is_refused(tmp_path: Path, keys: Any) -> None:
    tmp_path.chmod(0o500)
    assert refusal(f"sqlite:///{tmp_path}/brygga.db", keys).code == "cannot_open"
    tmp_path.chmod(0o700)


def test_a_database_that_is_read_only_is_refused(tmp_path: Path, keys: Any) -> None:
    """The file may be read but its folder takes no log: opened read-only by SQLite's own address."""
    path = tmp_path / "brygga.db"
    with Store.open(f"sqlite:///{path}", keys=keys) as store:
        store.migrate()
        store.database._writer.execute("PRAGMA query_only = ON")  # type: ignore[attr-defined]
        with pytest.raises(SetupError) as caught:
            store.setting_put("a", 1)
    assert caught.value.code == "read_only"


def test_another_kind_of_file_is_refused_and_left_as_it_is(tmp_path: Path, keys: Any) -> None:
    path = tmp_path / "holiday.jpg"
    path.write_bytes(b"\xff\xd8\xff" + b"picture" * 1000)
    assert refusal(f"sqlite:///{path}", keys).code == "not_a_database"
    assert path.read_bytes() == b"\xff\xd8\xff" + b"picture" * 1000


def test_a_server_that_is_not_there_is_refused(keys: Any) -> None:
    error = refusal("postgresql://u:hunter2@127.0.0.1:1/brygga", keys)
    assert error.code == "unreachable"
    assert "hunter2" not in f"{error.message}{error.sv}"
    assert "127.0.0.1" in error.message


def test_a_malformed_postgresql_address_is_refused(keys: Any) -> None:
    error = refusal("postgresql://[::1/brygga?hunter2=1", keys)
    assert error.code == "wrong_database_url"


def test_a_database_or_password_that_the_server_refuses_is_named(postgres_url: str, keys: Any) -> None:
    assert refusal(postgres_url.replace("/postgres?", "/nowhere?"), keys).code == "no_such_database"
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        files = admin.execute("SHOW hba_file").fetchone()
        assert files is not None
        rules = Path(files[0])
        before = rules.read_text()
        admin.execute("CREATE ROLE locked LOGIN PASSWORD 'right'")
        rules.write_text("local all locked scram-sha-256\n" + before)
        admin.execute("SELECT pg_reload_conf()")
        try:
            wrong = refusal(postgres_url.replace("postgres:@", "locked:hunter2@"), keys)
            none = refusal(postgres_url.replace("postgres:@", "locked@"), keys)
        finally:
            rules.write_text(before)
            admin.execute("SELECT pg_reload_conf()")
            admin.execute("DROP ROLE locked")
    assert (wrong.code, none.code) == ("wrong_password", "wrong_password")
    assert "hunter2" not in wrong.message


def test_a_database_of_a_newer_version_is_refused(migrated_url: str, keys: Any) -> None:
    with Store.open(migrated_url, keys=keys) as store:
        store.database.write(lambda tx: tx.run("UPDATE alembic_version SET version_num = '9999'"))
        try:
            with pytest.raises(SetupError) as caught:
                store.migrate()
        finally:
            store.database.write(lambda tx: tx.run("UPDATE alembic_version SET version_num = '0001'"))
    assert caught.value.code == "newer_database"


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, keys: Any, make: Any) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'a.db'}", keys=keys) as store:
        store.migrate()
        store.apply(make.batch(make.estate("E0"), cursor=("estate", "0")))
        pages = store.database.row("PRAGMA page_count")
        assert pages is not None
        store.database._writer.execute(f"PRAGMA max_page_count = {pages[0] + 4}")  # type: ignore[attr-defined]
        many = [make.estate(f"E{n}", tags=["x" * 500]) for n in range(1, 400)]
        with pytest.raises(SetupError) as caught:
            store.apply(make.batch(*many, cursor=("estate", "1")))
        assert caught.value.code == "disk_full"
        assert store.counts()["estate"] == (1, 0)
        assert (store.cursor_get("vitec", "estate"), store.feed_last()) == ("0", 1)
        store.database._writer.execute("PRAGMA max_page_count = 100000")  # type: ignore[attr-defined]
        assert store.apply(make.batch(*many, cursor=("estate", "1"))).created == 399


_WRITE_WITHOUT_ROOM = """
import resource, sys
from datetime import UTC, datetime
from brygga.model import Estate, SetupError
from brygga.store import Batch, Incoming, Store
class Keys:
    def seal(self, plain, *, aad): return plain
    def open(self, sealed, *, aad): return sealed
try:
    store = Store.open(sys.argv[1], keys=Keys())
    store.migrate()
    store.setting_put("before", 1)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
    for n in range(400):
        estate = Estate(id=f"v:{n}", reference="x" * 2000)
        store.apply(Batch(connection="v", now=datetime.now(UTC), incoming=[Incoming(record=estate)]))
except SetupError as error:
    print(error.code)
    sys.exit(3)
"""


def test_a_disk_that_stops_taking_bytes_ends_the_program_with_a_clear_code(tmp_path: Path, keys: Any) -> None:
    """A real limit of the system on how large files may grow, met in mid-work by another process."""
    url = f"sqlite:///{tmp_path / 'a.db'}"
    arguments = [sys.executable, "-c", _WRITE_WITHOUT_ROOM, url, "1500000"]
    ended = subprocess.run(arguments, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stderr) == (3, "")
    assert ended.stdout.strip() in {"disk_full", "disk_error"}
    with sqlite3.connect(tmp_path / "a.db") as there:
        assert there.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    there.close()
    with Store.open(url, keys=keys) as store:
        standing = store.counts()["estate"][0]
        assert standing > 0
        assert store.feed_last() == standing
        assert store.setting_get("before") == 1


def test_a_write_that_waits_too_long_for_another_process_says_try_again(tmp_path: Path, keys: Any) -> None:
    path = tmp_path / "a.db"
    with Store.open(f"sqlite:///{path}", keys=keys) as store:
        store.migrate()
        store.database._writer.execute("PRAGMA busy_timeout = 50")  # type: ignore[attr-defined]
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Retryable) as caught:
            store.setting_put("a", 1)
        assert caught.value.code == "database_busy"
        assert store.setting_get("a") is None, "reading goes on meanwhile"
        other.execute("ROLLBACK")
        other.close()
        store.setting_put("a", 1)
        assert store.setting_get("a") == 1
