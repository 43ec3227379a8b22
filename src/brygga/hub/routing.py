"""From a change to what must leave the house because of it.

Runs inside the transaction that stores the change, so cause and effect are committed together
or not at all (decision 2). It only reads which receivers a home is published at; what exactly
to send is worked out later from the newest state, so ten quick changes become one sending.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

from brygga.connectors.abilities import RawRecord
from brygga.model import Relation, Viewing
from brygga.store import Change, Effects, OutboxRow, canonical_id

PUBLISH = "publish"
ACKNOWLEDGE = "acknowledge"
Published = Callable[[list[str]], dict[str, list[str]]]
"""Estate ids → for each that is published somewhere, the connections that publish it."""
MIRROR = "mirror"
Following = Callable[[set[str]], list[str]]
"""Connections that have changed → the mirrors that this concerns."""


def effects(changes: list[Change], published: Published, following: Following | None = None) -> Effects:
    """Outbox rows for every receiver that shows a home which the changes touch; mirrors are woken."""
    touched = _estates(changes)
    names = following({change.connection for change in changes}) if following is not None else []
    signals = [(MIRROR, name) for name in names]
    if not touched:
        return Effects(signals=signals)
    where = published(list(touched))
    rows = [
        publish_row(estate_id, target, cause=touched[estate_id])
        for estate_id, targets in where.items()
        for target in targets
    ]
    return Effects(outbox=rows, signals=signals)


def publish_row(estate_id: str, target: str, *, cause: Change | None = None, ask: str = "") -> OutboxRow:
    """One row that says "bring this home up to date at that receiver".

    `ask` tells a person's requests apart (publishing again after a removal is a new wish).
    """
    seq = cause.seq if cause is not None else None
    return OutboxRow(
        connection=target,
        ability=PUBLISH,
        operation="publish",
        kind="estate",
        id=estate_id,
        payload={"fields": list(cause.fields)[:20] if cause is not None else []},
        repeat="readback",
        key=f"publish|{target}|{estate_id}|{seq if seq is not None else ask}",
        cause_seq=seq,
        correlation_id=cause.correlation_id if cause is not None else "",
    )


def acknowledgement(connection: str, raw: RawRecord) -> OutboxRow:
    """One row that tells a source that its record is shown here; one per state of the record."""
    state = hashlib.blake2b(raw.body, digest_size=16).hexdigest()
    return OutboxRow(
        connection=connection,
        ability=ACKNOWLEDGE,
        operation="acknowledge",
        kind=raw.kind,
        id=canonical_id(connection, raw.source_id),
        payload={"source_id": raw.source_id},
        repeat="natural",
        key=f"acknowledge|{connection}|{raw.kind}|{raw.source_id}|{state}",
    )


def _estates(changes: Iterable[Change]) -> dict[str, Change]:
    """Estate id → the last change that concerns it: its own, or one of its parts'."""
    touched: dict[str, Change] = {}
    for change in changes:
        owner = _owner(change)
        if owner:
            touched[owner] = change
    return touched


def _owner(change: Change) -> str:
    if change.kind == "estate":
        return change.id
    if change.kind not in {"viewing", "relation"}:
        return ""
    record = change.record
    return record.estate_id if isinstance(record, Viewing | Relation) else ""
