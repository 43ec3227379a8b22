"""The first tables.

Revision 0001. Stands by itself: it does not look at `tables.py`, which describes the newest
shape and goes on changing.
"""

from __future__ import annotations

from typing import Any

from alembic import op
from sqlalchemy import BigInteger, Column, Double, Integer, LargeBinary, Text, text

revision = "0001"
down_revision = None

KEY = Text().with_variant(Text(collation="C"), "postgresql")
NUMBER = BigInteger().with_variant(Integer(), "sqlite")

KINDS = (
    "estate",
    "project",
    "office",
    "agent",
    "association",
    "area",
    "contact",
    "relation",
    "viewing",
    "bid",
    "journal",
    "brand",
)
OWNED = ("viewing", "bid", "journal", "relation")


def _key(name: str, *, primary: bool = False, nullable: bool = False) -> Column[Any]:
    return Column(name, KEY, primary_key=primary, nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, Text, nullable=nullable)


def _int(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, BigInteger, nullable=nullable)


def _blob(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, LargeBinary, nullable=nullable)


def _number(name: str = "n", *, automatic: bool = False) -> Column[Any]:
    return Column(name, NUMBER, primary_key=True, autoincrement=automatic)


def _found_by() -> list[Column[Any]]:
    texts = ("status", "type", "town", "street", "agent_id", "office_id")
    return [
        *(_text(name, nullable=True) for name in texts),
        _int("price_kr", nullable=True),
        Column("living_m2", Double, nullable=True),
    ]


def _table(name: str, *columns: Column[Any]) -> None:
    automatic = any(c.primary_key and c.autoincrement is True for c in columns)
    op.create_table(name, *columns, **({"sqlite_autoincrement": True} if automatic else {}))


def _index(name: str, table: str, *columns: str, unique: bool = False, where: str | None = None) -> None:
    part = text(where) if where else None
    op.create_index(name, table, list(columns), unique=unique, sqlite_where=part, postgresql_where=part)


def upgrade() -> None:
    """Make all tables."""
    for kind in KINDS:
        _record(kind)
    for kind in ("bid", "journal"):
        _versions(kind)
    _sources()
    _changes()
    _waiting()
    _told()
    _shared()
    _keep_as_it_is()


def _record(kind: str) -> None:
    name = f"rec_{kind}"
    _table(
        name,
        _key("id", primary=True),
        _text("connection"),
        _key("source_id"),
        _int("version"),
        _blob("hash"),
        _int("changed_us", nullable=True),
        _int("seen_us"),
        _int("seq"),
        _int("deleted_us", nullable=True),
        _key("owner_id", nullable=True),
        *(_found_by() if kind == "estate" else ()),
        _text("doc"),
    )
    if kind in OWNED:
        _index(f"ix_{name}_owner", name, "owner_id")
    if kind == "estate":
        _index(f"ix_{name}_found_by", name, "id", *(c.name for c in _found_by()), "changed_us", "deleted_us")


def _versions(kind: str) -> None:
    _table(
        f"version_{kind}",
        _key("id", primary=True),
        Column("version", BigInteger, primary_key=True, autoincrement=False),
        _blob("hash"),
        _int("seq"),
        _int("at_us"),
        _text("doc"),
    )


def _sources() -> None:
    """What came from the sources, and how far each has been read."""
    _table(
        "raw",
        _key("connection", primary=True),
        _key("kind", primary=True),
        _key("source_id", primary=True),
        _blob("hash"),
        _int("size"),
        _int("fetched_us"),
        _int("purge_us"),
        _blob("body"),
    )
    _index("ix_raw_purge", "raw", "purge_us")
    _table(
        "parked",
        _key("connection", primary=True),
        _key("kind", primary=True),
        _key("source_id", primary=True),
        _text("reason_code"),
        _text("sv"),
        _text("detail"),
        _int("at_us"),
        _int("attempts"),
        _text("state"),
        _blob("raw", nullable=True),
    )
    _table(
        "cursor",
        _key("connection", primary=True),
        _key("stream", primary=True),
        _text("value"),
        _int("at_us"),
    )
    _table(
        "listing",
        _key("run_id", primary=True),
        _key("stream", primary=True),
        _key("source_id", primary=True),
        _text("connection"),
        _int("at_us"),
    )


def _changes() -> None:
    """What changed, in the order of commits."""
    _table("counter", _key("name", primary=True), _int("n"))
    _table(
        "feed",
        _number("seq"),
        _int("at_us"),
        _text("kind"),
        _key("id"),
        _text("connection"),
        _text("op"),
        _text("fields"),
        _int("version"),
        _text("correlation_id"),
    )
    _table(
        "history",
        _number(automatic=True),
        _int("seq"),
        _text("kind"),
        _key("id"),
        _text("path"),
        _text("old", nullable=True),
        _text("new", nullable=True),
        _int("at_us"),
    )
    _index("ix_history_id", "history", "id", "kind", "n")
    _table(
        "finding",
        _key("kind", primary=True),
        _key("id", primary=True),
        _key("path", primary=True),
        _key("code", primary=True),
        _text("connection"),
        _text("severity"),
        _text("sv"),
        _int("at_us"),
    )


def _waiting() -> None:
    """What waits to be done."""
    _table(
        "inbox",
        _number(),
        _key("connection"),
        _key("key", nullable=True),
        _blob("digest", nullable=True),
        _int("received_us"),
        _text("state"),
        _int("repeats"),
        _int("begun"),
        _int("attempts"),
        _text("error_code"),
        _text("error_sv"),
        _int("done_us", nullable=True),
        _text("correlation_id"),
        _blob("body"),
    )
    _index("uq_inbox_key", "inbox", "connection", "key", unique=True)
    _index("ix_inbox_state", "inbox", "state", "n")
    _index("ix_inbox_done", "inbox", "done_us", where="done_us IS NOT NULL")
    _index("ix_inbox_digest", "inbox", "connection", "digest", where="state = 'new'")
    _table(
        "outbox",
        _number(automatic=True),
        _int("cause_seq", nullable=True),
        _text("connection"),
        _text("ability"),
        _text("operation"),
        _text("kind"),
        _key("id"),
        _text("repeat"),
        _key("key"),
        _text("state"),
        _int("attempts"),
        _int("next_us"),
        _text("error_code"),
        _text("error_sv"),
        _int("created_us"),
        _int("done_us", nullable=True),
        _text("result", nullable=True),
        _text("correlation_id"),
        _text("lease_by"),
        _int("lease_us", nullable=True),
        _blob("payload"),
    )
    _index("uq_outbox_key", "outbox", "key", unique=True)
    _index("ix_outbox_state", "outbox", "state", "n")
    _index("ix_outbox_done", "outbox", "done_us", where="done_us IS NOT NULL")
    _index("ix_outbox_subject", "outbox", "id", "connection", "n")
    _table(
        "signal",
        _key("flow", primary=True),
        _key("key", primary=True),
        _int("wanted"),
        _int("taken"),
        _int("done"),
        _int("at_us"),
        _text("correlation_id"),
    )
    _index("ix_signal_pending", "signal", "at_us", where="wanted > done")


def _told() -> None:
    """What is told to people."""
    _table(
        "link",
        _key("kind", primary=True),
        _key("id", primary=True),
        _key("connection", primary=True),
        _text("remote_id"),
        _text("state"),
        _int("at_us"),
    )
    _index("ix_link_remote", "link", "connection", "remote_id")
    _table(
        "event",
        _number(automatic=True),
        _int("at_us"),
        _text("correlation_id"),
        _key("connection"),
        _text("kind"),
        _key("id"),
        _text("what"),
        _text("level"),
        _int("took_ms", nullable=True),
        _text("facts"),
    )
    _index("ix_event_id", "event", "id", "kind", "n")
    _index("ix_event_connection", "event", "connection", "n")
    _table(
        "repair",
        _key("code", primary=True),
        _key("connection", primary=True),
        _key("subject", primary=True),
        _int("opened_us"),
        _int("last_us"),
        _int("closed_us", nullable=True),
        _text("closed_by"),
        _int("count"),
        _int("snoozed_us", nullable=True),
        _text("facts"),
    )
    _table("setting", _key("name", primary=True), _text("value"))
    _table("heartbeat", _key("worker", primary=True), _int("at_us"), _text("facts"))
    _table(
        "audit",
        _number(),
        _int("at_us"),
        _text("actor"),
        _text("action"),
        _text("subject"),
        _text("facts"),
        _blob("prev"),
        _blob("hash"),
    )


def _shared() -> None:
    """What processes share."""
    _table(
        "slot", _key("lease", primary=True), _key("key"), _int("tokens"), _int("permits"), _int("until_us")
    )
    _index("ix_slot_key", "slot", "key")
    _table(
        "breaker",
        _key("key", primary=True),
        _text("mode"),
        _int("failures"),
        _int("rest_until_us"),
        _text("probe"),
        _text("code"),
        _text("sv"),
        _int("changed_us"),
    )
    _table(
        "answer",
        _key("scope", primary=True),
        _key("key", primary=True),
        _int("status"),
        _text("etag"),
        _text("last_modified"),
        _text("headers"),
        _int("fetched_us"),
        _blob("body"),
    )
    _table(
        "credential",
        _key("tenant", primary=True),
        _key("connection", primary=True),
        _int("version"),
        _int("updated_us"),
        _blob("blob"),
    )


def _keep_as_it_is() -> None:
    """PostgreSQL: sealed bytes do not get smaller, so it need not try to compress them."""
    if op.get_bind().dialect.name == "postgresql":
        for table, column in (("raw", "body"), ("inbox", "body"), ("outbox", "payload"), ("answer", "body")):
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE EXTERNAL")
