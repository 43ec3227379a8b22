"""The tables of two-way sync: twins, conflicts, what has no twin yet, what was merged into others."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Index, LargeBinary, MetaData, Table, Text, text


def add_twin_tables(metadata: MetaData, key: Any, number: Any) -> None:
    """Add the four tables. `key` is the type of ids (compared byte by byte), `number` that of row numbers."""
    _twin(metadata, key, number)
    _conflict(metadata, key, number)
    lonely = Table(
        "lonely",
        metadata,
        _column("connection", key, primary=True),
        _column("kind", key, primary=True),
        _column("key", LargeBinary, primary=True),
        _column("id", key, primary=True),
    )
    Index("ix_lonely_id", lonely.c.id, lonely.c.kind)
    Table(
        "merged",
        metadata,
        _column("kind", key, primary=True),
        _column("id", key, primary=True),
        _column("into_id", key),
        _column("at_us", BigInteger),
    )


def _twin(metadata: MetaData, key: Any, number: Any) -> None:
    """A record of a leading connection joined with one of a following one. `seen` is sealed."""
    twin = Table(
        "twin",
        metadata,
        _counted(number),
        _column("kind", Text),
        _column("left_id", key),
        _column("right_connection", key),
        _column("right_id", key),
        _column("key", Text),
        _column("state", Text),
        _column("waits_for", key),
        _column("left_hash", LargeBinary),
        _column("right_hash", LargeBinary),
        _column("left_gone", BigInteger),
        _column("right_gone", BigInteger),
        _column("at_us", BigInteger),
        _column("seen", LargeBinary),
        sqlite_autoincrement=True,
    )
    c = twin.c
    _partly("uq_twin_left", "left_id <> ''", c.right_connection, c.kind, c.left_id, unique=True)
    _partly("uq_twin_right", "right_id <> ''", c.right_id, c.kind, unique=True)
    _partly("ix_twin_waits", "waits_for <> ''", c.right_connection, c.waits_for)
    _partly("ix_twin_state", "state <> 'joined'", c.right_connection, c.state)


def _conflict(metadata: MetaData, key: Any, number: Any) -> None:
    """A field on which twins differ and no rule decides. `shown` and `choice` are sealed."""
    conflict = Table(
        "conflict",
        metadata,
        _counted(number),
        _column("twin_n", BigInteger),
        _column("right_connection", key),
        _column("kind", Text),
        _column("left_id", key),
        _column("right_id", key),
        _column("path", key),
        _column("code", Text),
        _column("state", Text),
        _column("opened_us", BigInteger),
        _column("last_us", BigInteger),
        _column("settled_us", BigInteger, nullable=True),
        _column("take", Text),
        _column("who", Text),
        _column("why", Text),
        _column("left_print", LargeBinary),
        _column("right_print", LargeBinary),
        _column("shown", LargeBinary),
        _column("choice", LargeBinary, nullable=True),
        sqlite_autoincrement=True,
    )
    c = conflict.c
    _partly("uq_conflict_open", "state <> 'settled'", c.twin_n, c.path, unique=True)
    _partly("ix_conflict_state", "state <> 'settled'", c.state, c.right_connection)


def _column(name: str, kind: Any, *, primary: bool = False, nullable: bool = False) -> Column[Any]:
    return Column(name, kind, primary_key=primary, nullable=nullable)


def _counted(number: Any) -> Column[Any]:
    """A row number; once given it is never given again."""
    return Column("n", number, primary_key=True, autoincrement=True)


def _partly(name: str, where: str, *columns: Column[Any], unique: bool = False) -> None:
    condition = text(where)
    Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)
