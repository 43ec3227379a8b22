"""The migrations make exactly the tables that the code describes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from brygga.model import APPEND_ONLY, RECORD_TYPES, SetupError
from brygga.store import Store, migrate
from brygga.store.tables import metadata

HERE = Path(migrate.__file__).parent


def by_steps(store: Store) -> None:
    """As an older database is brought up to date: every step in turn."""
    engine = migrate._engine(store._db)
    with engine.begin() as connection:
        migrate.upgrade(connection)
    engine.dispose()


def at_once(store: Store) -> None:
    """As an empty database is."""
    assert store.migrate()


WAYS = pytest.mark.parametrize("make", [by_steps, at_once])


@WAYS
def test_migrating_gives_the_tables_of_the_code(database_url: str, keys: Any, make: Any) -> None:
    with Store.open(database_url, keys=keys) as store:
        make(store)
        assert not store.migrate()
        engine = migrate._engine(store._db)
        with engine.connect() as connection:
            differences = compare_metadata(MigrationContext.configure(connection), metadata)
        engine.dispose()
    assert differences == []


@WAYS
def test_primary_keys_are_those_of_the_code(database_url: str, keys: Any, make: Any) -> None:
    """Alembic's comparison does not look at them."""
    from sqlalchemy import inspect

    with Store.open(database_url, keys=keys) as store:
        make(store)
        engine = migrate._engine(store._db)
        looked = inspect(engine)
        made = {
            name: set(looked.get_pk_constraint(name)["constrained_columns"])
            for name in looked.get_table_names()
            if name != "alembic_version"
        }
        engine.dispose()
    assert made == {t.name: {c.name for c in t.primary_key} for t in metadata.sorted_tables}


def test_every_kind_of_record_has_its_table() -> None:
    assert {f"rec_{kind}" for kind in RECORD_TYPES} <= metadata.tables.keys()
    assert {f"version_{kind}" for kind in APPEND_ONLY} <= metadata.tables.keys()


def test_the_newest_step_is_the_one_that_the_code_asks_for() -> None:
    assert ScriptDirectory(str(HERE / "migrations")).get_current_head() == migrate.HEAD


def test_two_processes_that_migrate_at_once_do_it_once(database_url: str, keys: Any) -> None:
    with (
        Store.open(database_url, keys=keys) as one,
        Store.open(database_url, keys=keys) as two,
        ThreadPoolExecutor(2) as pool,
    ):
        for job in [pool.submit(migrate.migrate, store._db) for store in (one, two)]:
            job.result()
        one.setting_put("a", 1)
        assert two.setting_get("a") == 1


def test_a_migration_that_breaks_leaves_no_table(
    tmp_path: Path, keys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'a.db'}", keys=keys) as store:
        store.database._writer.execute("PRAGMA max_page_count = 20")  # type: ignore[attr-defined]
        plain = migrate._engine

        def cramped(database: Any) -> Any:
            from sqlalchemy import event

            engine = plain(database)
            event.listen(engine, "connect", lambda c, _: c.execute("PRAGMA max_page_count = 20"))
            return engine

        monkeypatch.setattr(migrate, "_engine", cramped)
        with pytest.raises(SetupError) as caught:
            store.migrate()
        assert caught.value.code == "disk_full"
        assert store.database.rows("SELECT name FROM sqlite_master") == []
        monkeypatch.undo()
        assert store.migrate()


def test_both_ways_make_the_same_sqlite_tables(tmp_path: Path, keys: Any) -> None:
    made = []
    for make in (by_steps, at_once):
        with Store.open(f"sqlite:///{tmp_path / make.__name__}.db", keys=keys) as store:
            make(store)
            rows = store.database.rows("SELECT name, sql FROM sqlite_master")
            made.append({name: "".join((sql or "").split()) for name, sql in rows})
            assert migrate.revision(store._db) == migrate.HEAD
    assert made[0] == made[1]
