"""The tables, as SQLAlchemy sees them. The migrations in `migrations/` make the same; a test compares.

All moments are whole microseconds since 1970 in UTC (`*_us`, BIGINT). Ids and keys compare
byte by byte (collation C), so that a range of ids is a range in the index on both databases.
Wide columns stand last, so that reading the narrow ones stays cheap.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Double, Index, Integer, LargeBinary, MetaData, Table, Text, text

from brygga.model import APPEND_ONLY, RECORD_TYPES
from brygga.model.records import OWNED_BY_ESTATE
from brygga.store.twin_tables import add_twin_tables

metadata = MetaData()

KEY = Text().with_variant(Text(collation="C"), "postgresql")
NUMBER = BigInteger().with_variant(Integer(), "sqlite")
"""A row number; SQLite numbers rows by itself only in a column that says INTEGER."""

OWNED = OWNED_BY_ESTATE | {"relation"}
"""Kinds whose rows name their estate in `owner_id`."""


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


def _table(name: str, *columns: Column[Any]) -> Table:
    """SQLite: a number once given is never given again, also after a purge."""
    automatic = any(c.primary_key and c.autoincrement is True for c in columns)
    return Table(name, metadata, *columns, sqlite_autoincrement=automatic)


def _found_by() -> list[Column[Any]]:
    """What a list of homes is filtered and sorted by, copied out of the document."""
    texts = ("status", "type", "town", "street", "agent_id", "office_id")
    return [
        *(_text(name, nullable=True) for name in texts),
        _int("price_kr", nullable=True),
        Column("living_m2", Double, nullable=True),
    ]


def _record(kind: str) -> Table:
    """One row per record that was ever seen; `deleted_us` marks a tombstone (*gravsten*)."""
    name = f"rec_{kind}"
    table = _table(
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
        Index(f"ix_{name}_owner", table.c.owner_id)
    if kind == "estate":
        found_by = [table.c[c.name] for c in _found_by()]
        Index(f"ix_{name}_found_by", table.c.id, *found_by, table.c.changed_us, table.c.deleted_us)
    return table


def _versions(kind: str) -> Table:
    """Every version of an append-only kind; rows are added, never changed."""
    return _table(
        f"version_{kind}",
        _key("id", primary=True),
        Column("version", BigInteger, primary_key=True, autoincrement=False),
        _blob("hash"),
        _int("seq"),
        _int("at_us"),
        _text("doc"),
    )


RECORDS = {kind: _record(kind) for kind in RECORD_TYPES}
VERSIONS = {kind: _versions(kind) for kind in sorted(APPEND_ONLY)}

counter = _table("counter", _key("name", primary=True), _int("n"))
"""Numbers given in the order of commits: the feed's, the inbox' and the audit log's."""

raw = _table(
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
Index("ix_raw_purge", raw.c.purge_us)

feed = _table(
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

history = _table(
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
Index("ix_history_id", history.c.id, history.c.kind, history.c.n)

finding = _table(
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

parked = _table(
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

cursor = _table(
    "cursor", _key("connection", primary=True), _key("stream", primary=True), _text("value"), _int("at_us")
)

listing = _table(
    "listing",
    _key("run_id", primary=True),
    _key("stream", primary=True),
    _key("source_id", primary=True),
    _text("connection"),
    _int("at_us"),
)

inbox = _table(
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
_new = text("state = 'new'")
Index("uq_inbox_key", inbox.c.connection, inbox.c.key, unique=True)
_ended = text("done_us IS NOT NULL")
Index("ix_inbox_state", inbox.c.state, inbox.c.n)
Index("ix_inbox_done", inbox.c.done_us, sqlite_where=_ended, postgresql_where=_ended)
Index("ix_inbox_digest", inbox.c.connection, inbox.c.digest, sqlite_where=_new, postgresql_where=_new)

outbox = _table(
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
Index("uq_outbox_key", outbox.c.key, unique=True)
Index("ix_outbox_state", outbox.c.state, outbox.c.n)
Index("ix_outbox_done", outbox.c.done_us, sqlite_where=_ended, postgresql_where=_ended)
Index("ix_outbox_subject", outbox.c.id, outbox.c.connection, outbox.c.n)

signal = _table(
    "signal",
    _key("flow", primary=True),
    _key("key", primary=True),
    _int("wanted"),
    _int("taken"),
    _int("done"),
    _int("at_us"),
    _text("correlation_id"),
)
_wanted = text("wanted > done")
Index("ix_signal_pending", signal.c.at_us, sqlite_where=_wanted, postgresql_where=_wanted)

link = _table(
    "link",
    _key("kind", primary=True),
    _key("id", primary=True),
    _key("connection", primary=True),
    _text("remote_id"),
    _text("state"),
    _int("at_us"),
)
Index("ix_link_remote", link.c.connection, link.c.remote_id)

event = _table(
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
Index("ix_event_id", event.c.id, event.c.kind, event.c.n)
Index("ix_event_connection", event.c.connection, event.c.n)

repair = _table(
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

setting = _table("setting", _key("name", primary=True), _text("value"))
heartbeat = _table("heartbeat", _key("worker", primary=True), _int("at_us"), _text("facts"))

audit = _table(
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

slot = _table(
    "slot", _key("lease", primary=True), _key("key"), _int("tokens"), _int("permits"), _int("until_us")
)
Index("ix_slot_key", slot.c.key)

breaker = _table(
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

answer = _table(
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

credential = _table(
    "credential",
    _key("tenant", primary=True),
    _key("connection", primary=True),
    _int("version"),
    _int("updated_us"),
    _blob("blob"),
)

add_twin_tables(metadata, KEY, NUMBER)
