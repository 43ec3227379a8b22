"""Fetching records by reference and storing what came: shared by pull and inbox.

One record that cannot be fetched or understood is set aside; only trouble with the whole
connection (sign-in, a resting breaker) stops the rest.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import msgspec

from brygga.connectors.abilities import RawRecord, Ref
from brygga.hub.connections import Live
from brygga.hub.routing import effects
from brygga.model import BryggaError, Estate, Mapped, NeedsSignIn, Refused
from brygga.store import Applied, Event, Incoming, Parked, Store
from brygga.sync.absorb import Absorbed, Piece, absorb

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
    raws: Iterable[RawRecord],
    *,
    now: datetime,
    correlation_id: str = "",
    removed: Sequence[tuple[str, str]] = (),
    made: Sequence[Mapped] = (),
    failed: Sequence[tuple[Ref, BryggaError]] = (),
    events: Sequence[Event] = (),
    cursor: tuple[str, str] | None = None,
) -> tuple[Applied, list[Mapped]]:
    """Map and store, with everything that follows from it, in one transaction."""
    absorbed = understand(live, raws, now=now, correlation_id=correlation_id)
    batch = absorbed.batch
    batch.incoming.extend(Incoming(record=r) for one in made for r in one.records)
    batch.removed.extend([*removed, *left_the_listing(absorbed.mapped)])
    batch.parked.extend(_parked(live.name, ref, error) for ref, error in failed)
    batch.events.extend(events)
    batch.cursor = cursor
    applied = store.apply(batch, effects=partial(effects, published=store.published_at))
    return applied, absorbed.mapped


def understand(live: Live, raws: Iterable[RawRecord], *, now: datetime, correlation_id: str = "") -> Absorbed:
    """Raw answers → one batch, through the connector's pure mapping."""
    pieces = [Piece(kind=r.kind, source_id=r.source_id, body=r.body, fetched_at=r.fetched_at) for r in raws]

    def to_model(piece: Piece) -> Mapped:
        return live.connector.map(  # type: ignore[no-any-return]  # the protocol says Mapped
            RawRecord(
                kind=piece.kind,
                source_id=piece.source_id,
                body=piece.body,
                fetched_at=piece.fetched_at,
            )
        )

    return absorb(pieces, to_model, connection=live.name, now=now, correlation_id=correlation_id)


def left_the_listing(mapped: Iterable[Mapped]) -> list[tuple[str, str]]:
    """Homes that their source still has but no longer shows: stored as they are, then marked removed."""
    return [
        ("estate", record.id)
        for one in mapped
        for record in one.records
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
