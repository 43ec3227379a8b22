"""From raw answers to one batch for the store; a bad record is set aside and never stops the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

import msgspec

from brygga.model import Invalid, Mapped, kind_of
from brygga.model.quality import remarks
from brygga.store import Batch, Incoming, Parked


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """One record as its source gave it, on its way in."""

    kind: str
    source_id: str
    body: bytes
    fetched_at: datetime


class Absorbed(msgspec.Struct, kw_only=True):
    """What a set of answers became: a batch for the store and the mappings behind it."""

    batch: Batch
    mapped: list[Mapped]


def absorb(
    pieces: Iterable[Piece],
    to_model: Callable[[Piece], Mapped],
    *,
    connection: str,
    now: datetime,
    correlation_id: str = "",
) -> Absorbed:
    """Map every piece; what cannot be mapped is parked with its reason and its raw bytes.

    `to_model` is a connector's pure mapping. Any exception of it concerns one record only.
    """
    batch = Batch(connection=connection, now=now, correlation_id=correlation_id, not_older=True)
    kept: list[Mapped] = []
    for piece in pieces:
        mapped = _one(piece, to_model, batch)
        if mapped is not None:
            kept.append(mapped)
    return Absorbed(batch=batch, mapped=kept)


def _one(piece: Piece, to_model: Callable[[Piece], Mapped], batch: Batch) -> Mapped | None:
    try:
        mapped = to_model(piece)
    except Invalid as error:
        batch.parked.append(_parked(piece, batch.connection, error.code, error.sv, error.message))
        return None
    except Exception as error:  # noqa: BLE001 – one poison record must not stop the other 999
        name = type(error).__name__
        sv = "Uppgifterna gick inte att tolka. De är sparade och kan läsas om."
        batch.parked.append(_parked(piece, batch.connection, "mapping_failed", sv, name))
        return None
    _add(mapped, piece, batch)
    return mapped


def _add(mapped: Mapped, piece: Piece, batch: Batch) -> None:
    """The record asked for carries the raw bytes and the mapping's findings; its parts come after it."""
    for number, record in enumerate(mapped.records):
        found = remarks(record)
        if number == 0:
            found = [*mapped.findings, *found]
        raw = piece.body if number == 0 else None
        batch.incoming.append(Incoming(record=record, raw=raw, findings=found))
    for kind in mapped.complete_kinds:
        present = [r.id for r in mapped.records if kind_of(r) == kind]
        batch.complete.append((mapped.owner_id, kind, present))


def _parked(piece: Piece, connection: str, code: str, sv: str, detail: str) -> Parked:
    return Parked(
        connection=connection,
        kind=piece.kind,
        source_id=piece.source_id,
        reason_code=code,
        sv=sv,
        detail=detail,
        raw=piece.body,
    )
