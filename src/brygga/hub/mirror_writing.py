"""Writing drafts to one side, and making sure of what became of each: never a second send in doubt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from brygga.connectors.abilities import RawRecord, Ref
from brygga.connectors.writing import Draft, Written
from brygga.hub.clean import clean
from brygga.hub.connections import Live
from brygga.hub.flows.fetching import asked_at, fetch_all
from brygga.hub.flows.marking import mark_of
from brygga.model import BryggaError, OutcomeUnknown, Retryable, encode
from brygga.store import Batch, Incoming, canonical_id
from brygga.sync.absorb import absorb
from brygga.sync.mirror_fields import with_values
from brygga.wire.call import Repeat

Outcome = Written | BryggaError

CHANGED_MEANWHILE = "changed_meanwhile"


class Sent(msgspec.Struct, kw_only=True):
    """One draft and what became of it. `begun`: it may have been sent before, by a run that was cut off.

    `looked_up`: found afterwards; somebody may have edited it there since.
    """

    draft: Draft
    begun: bool = False
    looked_up: bool = False
    outcome: Any = None


async def send(live: Live, sents: Sequence[Sent], repeat: Repeat) -> BryggaError | None:
    """Write all; each gets its outcome. Gives the error that the connection as a whole is down with.

    What may have gone before, or whose answer was lost, is looked up first where a repeat is not
    safe by itself; what certainly did not arrive is sent once more.
    """
    unsafe = repeat in (Repeat.READBACK, Repeat.NONE)
    fresh = [one for one in sents if not (one.begun and unsafe)]
    doubtful = [one for one in sents if one.begun and unsafe]
    down = await _write(live, fresh)
    doubtful += [one for one in fresh if isinstance(one.outcome, OutcomeUnknown)]
    again = [one for one in doubtful if await _is_not_there(live, one)]
    if again and down is None:
        down = await _write(live, again)
        for one in again:
            if isinstance(one.outcome, OutcomeUnknown) and await _is_not_there(live, one):
                one.outcome = Retryable("It did not arrive twice over; later.", connection=live.name)
    return down


async def _write(live: Live, sents: Sequence[Sent]) -> BryggaError | None:
    if not sents:
        return None
    try:
        outcomes = await live.connector.write([one.draft for one in sents])
    except BryggaError as error:
        for one in sents:
            one.outcome = error
        return None if isinstance(error, OutcomeUnknown) else error
    for one, outcome in zip(sents, outcomes, strict=True):
        one.outcome = outcome
    return None


async def _is_not_there(live: Live, one: Sent) -> bool:
    """Look the draft up. True: it certainly did not arrive. Otherwise its outcome says what is known."""
    try:
        found = await live.connector.read_back(one.draft)
    except BryggaError as error:
        one.outcome = error
        return False
    if found is None:
        return True
    one.outcome, one.looked_up = found, True
    return False


async def take_back(live: Live, sents: Sequence[Sent], now: datetime) -> Batch:
    """What the side shows now of everything that was written, as one batch for the store."""
    raws: list[RawRecord] = []
    lookups: list[Ref] = []
    blind: list[Sent] = []
    removed: list[tuple[str, str]] = []
    for one in sents:
        kind = one.draft.kind
        if isinstance(one.outcome, BryggaError):
            if one.outcome.code == CHANGED_MEANWHILE and one.draft.source_id:
                lookups.append(Ref(kind=kind, source_id=one.draft.source_id))
        elif one.draft.op == "remove":
            removed.append((kind, canonical_id(live.name, one.draft.source_id)))
        elif one.outcome.raw is not None:
            raws.append(one.outcome.raw)
        elif live.can("read"):
            lookups.append(Ref(kind=kind, source_id=one.outcome.source_id))
        else:
            blind.append(one)
    if lookups:
        got = await fetch_all(live, lookups)
        raws += got.raws
        removed += [(ref.kind, canonical_id(live.name, ref.source_id)) for ref in got.gone]
    batch = _absorbed(live, raws, now)
    batch.removed.extend(removed)
    batch.incoming.extend(_as_promised(live, one) for one in blind)
    return batch


def _absorbed(live: Live, raws: Sequence[RawRecord], now: datetime) -> Batch:
    """As what is read: but how a source's answers look is learnt from what it says by itself."""
    batch = absorb(raws, live.connector.map, connection=live.name, now=now, asked_at=asked_at(live))
    batch.parked = [
        msgspec.structs.replace(parked, sv=clean(parked.sv), detail=clean(parked.detail))
        for parked in batch.parked
    ]
    batch.mapped_by, batch.raw_days = mark_of(live), live.raw_days
    return batch


def _as_promised(live: Live, one: Sent) -> Incoming:
    """A side that can be written and not read is believed to show what it said it would."""
    record_id = canonical_id(live.name, one.outcome.source_id)
    seen = live.connector.as_seen(one.draft.record)
    return Incoming(record=with_values(one.draft.kind, encode(seen), {}, record_id=record_id))
