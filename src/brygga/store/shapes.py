"""What goes into `Store.apply` and what comes out of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from brygga.model import Finding, Record, decode
from brygga.store.queues import OutboxRow
from brygga.store.told import Event


def canonical_id(connection: str, source_id: str) -> str:
    """The id that a source's record has with us: `<connection>:<source id>`."""
    return f"{connection}:{source_id}"


class Incoming(msgspec.Struct, kw_only=True, gc=False):
    """One record on its way in."""

    record: Record
    raw: bytes | None = None
    findings: list[Finding] = []


class Prepared(msgspec.Struct, gc=False):
    """One record ready to be compared; the record itself is not needed any more.

    `doc` is the record encoded, `found_by` what a list of homes is filtered and sorted by.
    `raw` is plain until it is known that it will be written. `fetched_us`: when it was asked for, if its
    source always answers with what stands: then that tells which of two states is the later one.
    """

    kind: str
    id: str
    source_id: str
    doc: bytes
    hash: bytes
    changed_us: int | None
    owner_id: str | None
    found_by: tuple[object, ...]
    raw: bytes | None
    findings: list[Finding]
    fetched_us: int | None = None


class Parked(msgspec.Struct, kw_only=True):
    """Something that could not be taken in, set aside with its reason (*undanlagd*).

    `state`: parked · mended (it came in later) · dropped (a person said so).
    """

    connection: str
    kind: str
    source_id: str
    reason_code: str
    sv: str = ""
    detail: str = ""
    raw: bytes | None = None
    attempts: int = 1
    state: str = "parked"
    at: datetime | None = None


class Batch(msgspec.Struct, kw_only=True):
    """All that one page, webhook or comparison means, committed together or not at all.

    `removed`: (kind, id) that their source says are gone. `complete`: (owner id, kind, ids): these
    are all there are of that kind under that owner; the others become tombstones. `unparked`:
    (kind, source id) that are well again. `cursor`: (stream, value) saved with the page.
    `not_older`: leave a stored record alone if the source changed it later than the incoming one.
    `listed`: (run, stream, source ids) that a comparison under way has seen with this batch.
    `mapped_by` marks the mapping that made the records of their raw bytes (see `same_raw`).
    `overwrite_same_hash`: write raw and findings anew also where nothing changed.
    `outbox`: what leaves the house because of the batch as such, whether or not anything changed.
    `raw_days`: how long the raw bytes are kept. `keep_lost`: (kind, id) of records whose source
    has changed its form: what they would lose by it stays (`holding.py`). Ids are canonical.
    """

    connection: str
    now: datetime
    correlation_id: str = ""
    incoming: list[Incoming | Prepared] = []
    removed: list[tuple[str, str]] = []
    complete: list[tuple[str, str, list[str]]] = []
    parked: list[Parked] = []
    unparked: list[tuple[str, str]] = []
    cursor: tuple[str, str] | None = None
    listed: tuple[str, str, list[str]] | None = None
    mapped_by: bytes = b""
    events: list[Event] = []
    outbox: list[OutboxRow] = []
    overwrite_same_hash: bool = False
    not_older: bool = False
    touch_seen: bool = False
    raw_days: int = 14
    keep_lost: set[tuple[str, str]] = set()


class Change(msgspec.Struct, kw_only=True, gc=False):
    """One line of the feed. `op`: create · update · remove · restore.

    `fields` are the changed paths (empty for create and remove); `values` has (old, new) for each.
    `doc` is the record as it now stands, encoded; for a removal as it last stood.
    """

    seq: int
    op: str
    kind: str
    id: str
    connection: str
    version: int
    fields: tuple[str, ...] = ()
    values: dict[str, tuple[Any, Any]] = {}
    doc: bytes | str = b""
    correlation_id: str = ""

    @property
    def record(self) -> Record:
        """The document as a record; decoded anew each time."""
        return decode(self.kind, self.doc)


class Effects(msgspec.Struct, kw_only=True):
    """What a set of changes leads to, written in the transaction of those changes.

    `signals`: (flow, key) to be woken.
    """

    signals: list[tuple[str, str]] = []
    outbox: list[OutboxRow] = []
    events: list[Event] = []


class Applied(msgspec.Struct, kw_only=True):
    """What became of a batch. `older`: left alone by `not_older`. `last_seq` is 0 if nothing changed.

    `kept`: (kind, id) → paths of facts that `keep_lost` kept as they were.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    restored: int = 0
    older: int = 0
    changes: list[Change] = []
    last_seq: int = 0
    kept: dict[tuple[str, str], list[str]] = {}
