"""Records, lists and changes as they are read from the store."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from brygga.model import Record, decode


class StoredRow(msgspec.Struct, kw_only=True):
    """A record with what the store knows about it. `doc` is the record as JSON."""

    kind: str
    id: str
    connection: str
    source_id: str
    version: int
    hash: bytes
    doc: bytes
    seq: int
    seen_at: datetime
    changed_at: datetime | None = None
    deleted_at: datetime | None = None
    owner_id: str = ""

    @property
    def record(self) -> Record:
        """The record itself, decoded anew each time."""
        return decode(self.kind, self.doc)


class EstateLine(msgspec.Struct, kw_only=True):
    """One line in a list of homes."""

    id: str
    connection: str
    status: str = ""
    type: str = ""
    town: str = ""
    street: str = ""
    agent_id: str = ""
    office_id: str = ""
    price_kr: int | None = None
    living_m2: float | None = None
    changed_at: datetime | None = None
    deleted_at: datetime | None = None


class Filters(msgspec.Struct, kw_only=True):
    """What a list of homes is narrowed to; empty is everything. `text` is sought in street, town and id.

    Without a `connection`, a home that follows another system's is shown once, as the leading one has it.
    `order`: street · price · area · town · status · changed · id; with a minus before it, backwards.
    """

    text: str = ""
    connection: str = ""
    status: tuple[str, ...] = ()
    type: str = ""
    town: str = ""
    agent_id: str = ""
    office_id: str = ""
    price_from_kr: int | None = None
    price_to_kr: int | None = None
    living_from_m2: float | None = None
    living_to_m2: float | None = None
    removed: bool = False
    order: str = "id"


class Page(msgspec.Struct, kw_only=True):
    """Some lines of a list, and how many there are in all."""

    lines: list[EstateLine]
    total: int
    page: int
    per_page: int


class FeedRow(msgspec.Struct, kw_only=True):
    """A line of the change feed."""

    seq: int
    at: datetime
    kind: str
    id: str
    connection: str
    op: str
    fields: tuple[str, ...]
    version: int
    correlation_id: str


class HistoryRow(msgspec.Struct, kw_only=True):
    """One field's change. The path `(removed)` tells of a tombstone being set or lifted."""

    seq: int
    at: datetime
    path: str
    old: Any
    new: Any
    correlation_id: str = ""


class StoredFinding(msgspec.Struct, kw_only=True):
    """A data finding (*datafynd*) with the record it stands on."""

    connection: str
    kind: str
    id: str
    path: str
    code: str
    severity: str
    sv: str
    at: datetime
