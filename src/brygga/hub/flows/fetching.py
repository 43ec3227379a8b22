"""Fetching records by reference and storing what came: shared by pull and inbox.

One record that cannot be fetched or understood is set aside; only trouble with the whole
connection (sign-in, a resting breaker) stops the rest.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import msgspec

from brygga.connectors.abilities import RawRecord, Ref
from brygga.hub.clean import clean
from brygga.hub.connections import Live
from brygga.hub.drifting import note_drift, shapes_of
from brygga.hub.flows.marking import mark_of
from brygga.hub.mirroring import to_wake
from brygga.hub.routing import acknowledgement, effects
from brygga.model import BryggaError, Estate, Mapped, NeedsSignIn, Refused
from brygga.store import Applied, Batch, Event, Incoming, Parked, Store, canonical_id
from brygga.sync.absorb import absorb
from brygga.sync.drift import Examined, Shape, examine

AT_ONCE = 16
"""How many fetches wait in wire at the same time; wire's own limit decides how many are sent."""


class Fetched(msgspec.Struct, kw_only=True):
    """What a set of references gave."""

    raws: list[RawRecord] = []
    gone: list[Ref] = []
    failed: list[tuple[Ref, BryggaError]] = []


async def fetch_all(live: Live, refs: Sequence[Ref]) -> Fetched:
    """Fetch every reference. Raises only when the connection as such is down."""
    gate = asyncio.Semaphore(AT_ONCE)
    got = Fetched()

    async def one(ref: Ref) -> None:
        async with gate:
            try:
                raw = await live.connector.fetch(ref)
            except (NeedsSignIn, Refused):
                raise
            except BryggaError as error:
                got.failed.append((ref, error))
                return
        if raw is None:
            got.gone.append(ref)
        else:
            got.raws.append(raw)

    await _all_or_first_error([one(ref) for ref in refs])
    return got


async def _all_or_first_error(jobs: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Run all; the first error stops the others and comes out as itself, not as a group."""
    try:
        async with asyncio.TaskGroup() as group:
            for job in jobs:
                group.create_task(job)
    except ExceptionGroup as group_error:
        raise group_error.exceptions[0] from None


def take_in(
    store: Store,
    live: Live,
    raws: Sequence[RawRecord],
    *,
    now: datetime,
    removed: Sequence[tuple[str, str]] = (),
    made: Sequence[Mapped] = (),
    failed: Sequence[tuple[Ref, BryggaError]] = (),
    events: Sequence[Event] = (),
) -> Applied:
    """Map and store, with everything that follows from it, in one transaction."""
    shapes = shapes_of(store, live.name, raws)
    understood = understand(live, raws, now=now, failed=failed, shapes=shapes)
    batch = understood.batch
    batch.incoming.extend(Incoming(record=r) for one in made for r in one.records)
    batch.removed.extend(removed)
    batch.events.extend(events)
    return put(store, understood)


def asked_at(live: Live) -> Callable[[RawRecord], datetime] | None:
    """When an answer was asked for, of a source that answers with what stands, as a database does."""
    return (lambda raw: raw.fetched_at) if getattr(live.connector, "by_reading", False) else None


class Understood(msgspec.Struct, kw_only=True):
    """Raw answers as one batch, the records that they name and we follow, and how their form has changed."""

    batch: Batch
    named: set[Ref]
    form: Examined


def understand(
    live: Live,
    raws: Sequence[RawRecord],
    *,
    now: datetime,
    failed: Sequence[tuple[Ref, BryggaError]] = (),
    shapes: Mapping[str, Shape] | None = None,
) -> Understood:
    """Raw answers, through the connector's pure mapping, and what could not be fetched. Stores nothing.

    `shapes`: what the source's answers have looked like so far; what a record would lose because
    they look otherwise now is kept.
    """
    named: set[Ref] = set()
    gone: list[tuple[str, str]] = []

    def to_model(raw: RawRecord) -> Mapped:
        mapped: Mapped = live.connector.map(raw)
        named.update(live.connector.follow(mapped))
        gone.extend(left_the_listing(mapped))
        return mapped

    form = examine(shapes or {}, raws)
    batch = absorb(raws, to_model, connection=live.name, now=now, asked_at=asked_at(live))
    batch.keep_lost = {(kind, canonical_id(live.name, source_id)) for kind, source_id in form.broken}
    bad = {(parked.kind, canonical_id(live.name, parked.source_id)) for parked in batch.parked}
    batch.removed.extend(one for one in gone if one not in bad)
    batch.parked.extend(_parked(live.name, ref, error) for ref, error in failed)
    batch.parked = [_told(parked) for parked in batch.parked]
    batch.outbox = [acknowledgement(live.name, raw) for raw in waiting_for_us(live, raws, bad)]
    batch.mapped_by = mark_of(live)
    batch.raw_days = live.raw_days
    return Understood(batch=batch, named=named, form=form)


def waiting_for_us(live: Live, raws: Sequence[RawRecord], bad: set[tuple[str, str]]) -> list[RawRecord]:
    """Those of which the source waits to hear that they are shown. Not what could not be understood."""
    if not live.can("acknowledge"):
        return []
    fit = [raw for raw in raws if (raw.kind, canonical_id(live.name, raw.source_id)) not in bad]
    return [raw for raw in fit if live.connector.pending(raw)]


def put(store: Store, made: Understood) -> Applied:
    """Store a batch, with everything that follows from its changes, in one transaction."""
    batch = made.batch
    following = partial(to_wake, store)
    applied = store.apply(batch, effects=partial(effects, published=store.published_at, following=following))
    note_drift(store, batch.connection, made.form, applied, batch.now)
    return applied


def not_known(store: Store, live: Live, raws: list[RawRecord]) -> list[RawRecord]:
    """Those of `raws` whose bytes we do not hold already, made records of by this very mapping."""
    by_kind: dict[str, dict[str, bytes]] = {}
    for raw in raws:
        by_kind.setdefault(raw.kind, {})[raw.source_id] = raw.body
    mark = mark_of(live)
    same = {kind: store.same_raw(live.name, kind, held, mapped_by=mark) for kind, held in by_kind.items()}
    return [raw for raw in raws if raw.source_id not in same[raw.kind]]


def lacking(store: Store, connection: str, refs: Iterable[Ref]) -> list[Ref]:
    """The references to records that we do not hold."""
    found: list[Ref] = []
    ordered = sorted(refs, key=lambda ref: (ref.kind, ref.source_id))
    for kind in sorted({ref.kind for ref in ordered}):
        mine = {canonical_id(connection, ref.source_id): ref for ref in ordered if ref.kind == kind}
        held = store.changed_at(kind, mine)
        found += [ref for record_id, ref in mine.items() if record_id not in held]
    return found


def left_the_listing(mapped: Mapped) -> list[tuple[str, str]]:
    """Homes that their source still has but no longer shows: stored as they are, then marked removed."""
    return [
        ("estate", record.id)
        for record in mapped.records
        if isinstance(record, Estate) and record.marketing.published is False
    ]


def _parked(connection: str, ref: Ref, error: BryggaError) -> Parked:
    return Parked(
        connection=connection,
        kind=ref.kind,
        source_id=ref.source_id,
        reason_code=error.code,
        sv=error.sv,
        detail=error.message,
        raw=None,
    )


def _told(parked: Parked) -> Parked:
    """With its reason fit to be read by anybody."""
    return msgspec.structs.replace(parked, sv=clean(parked.sv), detail=clean(parked.detail))
