"""What waits to be done: inbox, outbox and signals, as they go in and come out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec


class InboxAdd(msgspec.Struct, kw_only=True):
    """A webhook to be kept. `key`: the sender's own id of it; without one, `digest` merges repeats.

    A repeat is merged only with one that still waits and that nobody has begun to work on.
    """

    connection: str
    body: bytes
    headers: dict[str, str] = {}
    query: tuple[tuple[str, str], ...] = ()
    key: str | None = None
    digest: bytes | None = None
    correlation_id: str = ""
    received_at: datetime | None = None


class InboxItem(msgspec.Struct, kw_only=True):
    """A webhook that was kept. `state`: new · done · parked · dropped."""

    n: int
    connection: str
    key: str | None
    received_at: datetime
    headers: dict[str, str]
    query: tuple[tuple[str, str], ...]
    body: bytes
    state: str
    repeats: int
    attempts: int
    error_code: str
    error_sv: str
    correlation_id: str


class OutboxRow(msgspec.Struct, kw_only=True):
    """Something to be sent (*utkorg*). `connection` is the receiver, `kind` and `id` what it is about.

    `repeat` is how a repeat is made safe: read · key · natural · readback · none. `key` is unique
    for ever: a row with a key that is already there is not added again. `payload` is sealed.
    """

    connection: str
    ability: str
    operation: str
    repeat: str
    key: str
    kind: str = ""
    id: str = ""
    payload: Any = None
    cause_seq: int | None = None
    correlation_id: str = ""
    not_before: datetime | None = None


class OutboxItem(OutboxRow, kw_only=True):
    """A row of the outbox as it stands. `state`: waiting · sending · done · parked · unknown · dropped."""

    n: int
    state: str
    attempts: int
    created_at: datetime
    next_at: datetime
    done_at: datetime | None = None
    error_code: str = ""
    error_sv: str = ""
    result: Any = None
    lease_by: str = ""


class Signal(msgspec.Struct, kw_only=True):
    """A flow that is wanted for a key. Done when `done` has caught up with `wanted`."""

    flow: str
    key: str
    wanted: int
    taken: int
    done: int
    at: datetime
    correlation_id: str


Group = tuple[str, str, str, str]
"""What the outbox orders by: connection, ability, kind, id. Rows of one group go in their order."""


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A group of the outbox with something to send now; `upto` is its newest row."""

    connection: str
    ability: str
    kind: str
    id: str
    upto: int
    rows: int
    correlation_id: str = ""
