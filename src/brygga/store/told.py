"""What is told to people and kept as proof: events, links, repairs, audit, signs of life."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec


class Event(msgspec.Struct, kw_only=True):
    """One thing that happened, for the timelines. Facts hold no personal data.

    `level`: ok · wait · warn · bad · doubt. `took_ms` is None for what has no length. `n` and,
    when it is left out, `at` are the store's.
    """

    what: str
    connection: str = ""
    kind: str = ""
    id: str = ""
    level: str = "ok"
    facts: dict[str, Any] = {}
    took_ms: int | None = None
    correlation_id: str = ""
    at: datetime | None = None
    n: int = 0


class Link(msgspec.Struct, kw_only=True):
    """What a record is called in another system, and how far its publication has come."""

    kind: str
    id: str
    connection: str
    remote_id: str = ""
    state: dict[str, Any] = {}
    at: datetime | None = None


class Repair(msgspec.Struct, kw_only=True):
    """Something that a person must mend (*åtgärd*). `count`: how often it was reported."""

    code: str
    connection: str
    subject: str
    opened_at: datetime
    last_at: datetime
    closed_at: datetime | None
    closed_by: str
    count: int
    snoozed_until: datetime | None
    facts: dict[str, Any]


class AuditRow(msgspec.Struct, kw_only=True):
    """A line of the audit log (*behandlingslogg*): who did what to what."""

    n: int
    at: datetime
    actor: str
    action: str
    subject: str
    facts: dict[str, Any]


class AuditCheck(msgspec.Struct, kw_only=True):
    """Whether the audit log is as it was written. `first_bad`: the first line that is not."""

    ok: bool
    lines: int
    first_bad: int | None = None


class Heartbeat(msgspec.Struct, kw_only=True):
    """A sign of life of a worker."""

    worker: str
    at: datetime
    facts: dict[str, Any]


class Purged(msgspec.Struct, kw_only=True):
    """How many rows a purge took away, by table."""

    raw: int = 0
    inbox: int = 0
    outbox: int = 0
    event: int = 0
    parked: int = 0
    listing: int = 0
    answer: int = 0
