"""A batch made ready outside the transaction: encoded, hashed, in order, one row per record."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec

from brygga.model import Finding, Invalid, Record, content_hash, encode, kind_of
from brygga.model.records import OWNED_BY_ESTATE
from brygga.store.moments import maybe_us
from brygga.store.shapes import Batch, Incoming

OWNED = OWNED_BY_ESTATE | {"relation"}
_MOST = 2**63 - 1


class Prepared(msgspec.Struct, gc=False):
    """One record ready to be compared. `raw` is plain until it is known that it will be written."""

    kind: str
    id: str
    source_id: str
    doc: bytes
    hash: bytes
    changed_us: int | None
    record: Record
    raw: bytes | None
    findings: list[Finding]


def prepare(batch: Batch) -> list[Prepared]:
    """In the batch's order; of a record that comes twice the last one counts.

    Raises Invalid for a record of another connection or one that cannot be written as JSON.
    """
    known: dict[tuple[str, str], Prepared] = {}
    prefix = f"{batch.connection}:"
    for incoming in batch.incoming:
        one = _prepared(incoming, prefix)
        known[one.kind, one.id] = one
    return list(known.values())


def _prepared(incoming: Incoming, prefix: str) -> Prepared:
    record = incoming.record
    if not record.id.startswith(prefix) or "\x00" in record.id:
        raise Invalid(f"A record's id must begin with {prefix!r}.", code="foreign_id")
    doc = incoming.doc if incoming.doc is not None else _encoded(record)
    return Prepared(
        kind_of(record),
        record.id,
        record.id[len(prefix) :],
        doc,
        content_hash(doc),
        maybe_us(record.changed_at),
        record,
        incoming.raw,
        incoming.findings,
    )


def _encoded(record: Record) -> bytes:
    try:
        return encode(record)
    except (UnicodeEncodeError, TypeError, ValueError) as error:
        raise Invalid(f"The record {record.id} cannot be written as JSON.", code="not_encodable") from error


def raw_digest(body: bytes, mapped_by: bytes) -> bytes:
    """Tells bytes apart, and the same bytes under another mapping. 16 bytes of keyed BLAKE2b."""
    return hashlib.blake2b(body, digest_size=16, key=mapped_by).digest()


def owner_of(one: Prepared) -> str | None:
    """The estate that a viewing, bid or relation hangs on."""
    if one.kind not in OWNED:
        return None
    owner: str = getattr(one.record, "estate_id", "")
    return plain(owner) or None


def plain(value: str) -> str:
    """Text that PostgreSQL can hold: it knows no NUL."""
    return value.replace("\x00", "") if "\x00" in value else value


def whole(value: int | None) -> int | None:
    """A number that fits in a BIGINT; others stay in the document only."""
    return value if value is None or -_MOST <= value <= _MOST else None


def ids_by_kind(rows: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """(kind, id) pairs → kind → ids."""
    found: dict[str, list[str]] = {}
    for kind, record_id in rows:
        found.setdefault(kind, []).append(record_id)
    return found
