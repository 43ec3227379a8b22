"""Twins, conflicts, keys of what has no twin yet, and records that were merged into others.

Revision 0003. Stands by itself, as all of them do.
"""

from __future__ import annotations

from typing import Any

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, LargeBinary, PrimaryKeyConstraint, Text, text

revision = "0003"
down_revision = "0002"

KEY = Text().with_variant(Text(collation="C"), "postgresql")
NUMBER = BigInteger().with_variant(Integer(), "sqlite")


def _text(name: str) -> Column[Any]:
    return Column(name, Text, nullable=False)


def _key(name: str) -> Column[Any]:
    return Column(name, KEY, nullable=False)


def _int(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, BigInteger, nullable=nullable)


def _blob(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, LargeBinary, nullable=nullable)


def upgrade() -> None:
    """Make the four tables and what finds their rows."""
    op.create_table(
        "twin",
        Column("n", NUMBER, primary_key=True, autoincrement=True, nullable=False),
        _text("kind"),
        _key("left_id"),
        _key("right_connection"),
        _key("right_id"),
        _text("key"),
        _text("state"),
        _key("waits_for"),
        _blob("left_hash"),
        _blob("right_hash"),
        _int("left_gone"),
        _int("right_gone"),
        _int("at_us"),
        _blob("seen"),
        sqlite_autoincrement=True,
    )
    _index("uq_twin_left", ["right_connection", "kind", "left_id"], "left_id <> ''", unique=True)
    _index("uq_twin_right", ["right_id", "kind"], "right_id <> ''", unique=True)
    _index("ix_twin_waits", ["right_connection", "waits_for"], "waits_for <> ''")
    _index("ix_twin_state", ["right_connection", "state"], "state <> 'joined'")
    op.create_table(
        "conflict",
        Column("n", NUMBER, primary_key=True, autoincrement=True, nullable=False),
        _int("twin_n"),
        _key("right_connection"),
        _text("kind"),
        _key("left_id"),
        _key("right_id"),
        _key("path"),
        _text("code"),
        _text("state"),
        _int("opened_us"),
        _int("last_us"),
        _int("settled_us", nullable=True),
        _text("take"),
        _text("who"),
        _text("why"),
        _blob("left_print"),
        _blob("right_print"),
        _blob("shown"),
        _blob("choice", nullable=True),
        sqlite_autoincrement=True,
    )
    _index("uq_conflict_open", ["twin_n", "path"], "state <> 'settled'", unique=True)
    _index("ix_conflict_state", ["state", "right_connection"], "state <> 'settled'")
    op.create_table(
        "lonely",
        _key("connection"),
        _key("kind"),
        _blob("key"),
        _key("id"),
        PrimaryKeyConstraint("connection", "kind", "key", "id"),
    )
    op.create_index("ix_lonely_id", "lonely", ["id", "kind"])
    op.create_table(
        "merged",
        _key("kind"),
        _key("id"),
        _key("into_id"),
        _int("at_us"),
        PrimaryKeyConstraint("kind", "id"),
    )


def _index(name: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    table = name.split("_")[1]
    condition = text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)
