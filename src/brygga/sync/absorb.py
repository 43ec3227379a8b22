"""From raw answers to one batch for the store; a bad record is set aside and never stops the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol, TypeVar

from brygga.model import Invalid, Mapped, kind_of
from brygga.model.quality import remarks
from brygga.store import Batch, Parked, Prepared, prepared
from brygga.store.moments import to_us


class Piece(Protocol):
    """One record as its source gave it, on its way in: whatever the connectors room calls that."""

    @property
    def kind(self) -> str:
        """The kind of record asked for."""

    @property
    def source_id(self) -> str:
        """Its source's id for it."""

    @property
    def body(self) -> bytes:
        """The exact bytes."""


P = TypeVar("P", bound=Piece)


def absorb(
    pieces: Iterable[P],
    to_model: Callable[[P], Mapped],
    *,
    connection: str,
    now: datetime,
    correlation_id: str = "",
    asked_at: Callable[[P], datetime] | None = None,
) -> Batch:
    """Map every piece; what cannot be mapped or kept is parked with its reason and its raw bytes.

    `to_model` is a connector's pure mapping. Any exception of it concerns one record only.
    `asked_at`: for a source that answers with what stands at the moment: when a piece was asked for. Then
    that tells its place, and not the source's own clock, which may be an hour off.
    Each record is encoded as soon as it is made and then let go: a batch holds bytes, not objects.
    """
    batch = Batch(connection=connection, now=now, correlation_id=correlation_id, not_older=True)
    for piece in pieces:
        _one(piece, to_model, batch, asked_at)
    return batch


def _one(
    piece: P, to_model: Callable[[P], Mapped], batch: Batch, asked_at: Callable[[P], datetime] | None
) -> None:
    try:
        _add(to_model(piece), piece, batch, to_us(asked_at(piece)) if asked_at else None)
    except Invalid as error:
        batch.parked.append(_parked(piece, batch.connection, error.code, error.sv, error.message))
    except Exception as error:  # noqa: BLE001 – one poison record must not stop the other 999
        name = type(error).__name__
        sv = "Uppgifterna gick inte att tolka. De är sparade och kan läsas om."
        batch.parked.append(_parked(piece, batch.connection, "mapping_failed", sv, name))


def _add(mapped: Mapped, piece: Piece, batch: Batch, fetched_us: int | None) -> None:
    """The record asked for carries the raw bytes and the mapping's findings; its parts come after it."""
    raw: bytes | None = piece.body
    findings = mapped.findings
    ready: list[Prepared] = []
    for record in mapped.records:
        found = [*findings, *remarks(record)]
        ready.append(prepared(record, batch.connection, raw=raw, findings=found))
        ready[-1].fetched_us = fetched_us
        raw, findings = None, []
    batch.incoming.extend(ready)
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
