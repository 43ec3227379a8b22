"""The two databases by themselves: readers, lost lines, clashes."""

from __future__ import annotations

import threading
from typing import Any

import psycopg
import pytest

from brygga.model import Retryable
from brygga.store import Effects, Store
from brygga.store.database import Clash, Tx
from brygga.store.postgres import PostgresDatabase
from brygga.store.sqlite import SqliteDatabase


def test_readers_do_not_wait_for_a_writer_and_see_the_last_commit(store: Store, make: Any) -> None:
    store.apply(make.batch(make.estate(price_kr=1)))
    inside, go_on = threading.Event(), threading.Event()

    def slow(_: Any) -> Any:
        inside.set()
        assert go_on.wait(10)
        raise RuntimeError("never mind")

    def write() -> None:
        with pytest.raises(RuntimeError, match="never mind"):
            store.apply(make.batch(make.estate(price_kr=2)), effects=slow)

    writer = threading.Thread(target=write)
    writer.start()
    assert inside.wait(10)
    assert store.get("estate", "vitec:E1").price.asking_kr == 1  # type: ignore[union-attr]
    assert store.find_estates().total == 1
    go_on.set()
    writer.join()


def test_a_line_that_was_cut_off_is_replaced_unnoticed(migrated_postgres: str, keys: Any) -> None:
    with Store.open(migrated_postgres, keys=keys) as store, psycopg.connect(migrated_postgres) as other:
        for use in (lambda: store.setting_put("a", 1), lambda: store.setting_get("a")):
            use()
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            other.commit()
            use()
        assert store.setting_get("a") == 1


def test_a_line_that_breaks_in_the_middle_of_a_write_says_try_again(migrated_postgres: str) -> None:
    db = PostgresDatabase(migrated_postgres)

    def work(tx: Tx) -> None:
        tx.run("INSERT INTO setting (name, value) VALUES ('half', '1')")
        tx.run("SELECT pg_terminate_backend(pg_backend_pid())")

    with pytest.raises(Retryable) as caught:
        db.write(work)
    assert caught.value.code == "database_away"
    assert db.row("SELECT 1 FROM setting WHERE name = 'half'") is None
    db.close()


def test_a_clash_runs_the_whole_transaction_again(migrated_postgres: str) -> None:
    db = PostgresDatabase(migrated_postgres)
    tries: list[int] = []

    def work(tx: Tx) -> str:
        tx.run("INSERT INTO setting (name, value) VALUES (?, '1')", (f"try{len(tries)}",))
        tries.append(1)
        if len(tries) < 3:
            raise Clash
        return "done"

    assert db.write(work) == "done"
    assert db.rows("SELECT name FROM setting") == [("try2",)]

    def never(tx: Tx) -> None:
        raise Clash

    with pytest.raises(Retryable, match="in each other's way"):
        db.write(never)
    db.close()


def test_no_connection_is_left_behind(migrated_postgres: str, keys: Any) -> None:
    with Store.open(migrated_postgres, keys=keys) as store:
        threads = [threading.Thread(target=store.setting_put, args=(f"s{n}", n)) for n in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(store.settings_like("s")) == 20
    left = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'brygga' AND datname = 'migrated'"
    with psycopg.connect(migrated_postgres) as admin:
        for _ in range(100):
            row = admin.execute(left).fetchone()
            if row == (0,):
                break
            admin.rollback()
        assert row == (0,)


def test_effects_of_many_writers_may_all_read_the_store(store: Store, make: Any) -> None:
    """Each holds a connection while it asks for another; none may wait for the others' for ever."""

    def effects(changes: list[Any]) -> Effects:
        store.published_at([changes[0].id])
        return Effects()

    def write(n: int) -> None:
        store.apply(make.batch(make.estate(f"E{n}")), effects=effects)

    threads = [threading.Thread(target=write, args=(n,), daemon=True) for n in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert store.counts()["estate"] == (24, 0)


def test_sqlite_waits_for_the_disk_only_where_it_must(migrated_sqlite: str) -> None:
    from pathlib import Path

    db = SqliteDatabase(Path(migrated_sqlite.removeprefix("sqlite:///")))
    levels: list[int] = []

    def look(tx: Tx) -> None:
        row = tx.row("PRAGMA synchronous")
        assert row is not None
        levels.append(row[0])

    db.write(look)
    db.write(look, durable=False)
    db.write(look)
    assert levels == [2, 1, 2]
    db.close()
