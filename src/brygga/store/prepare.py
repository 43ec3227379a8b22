"""A batch made ready outside the transaction: encoded, hashed, in order, one row per record."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec

from brygga.model import Estate, Finding, Invalid, Record, content_hash, encode, kind_of
from brygga.model.codec import READERS
from brygga.model.records import OWNED_BY_ESTATE
from brygga.store.moments import maybe_us
from brygga.store.shapes import Batch, Incoming, Prepared

OWNED = OWNED_BY_ESTATE | {"relation"}
_MOST = 2**63 - 1


def prepare(batch: Batch) -> list[Prepared]:
    """In the batch's order; of a record that comes twice the last one counts.

    Raises Invalid for a record of another connection or one that cannot be written as JSON.
    """
    known: dict[tuple[str, str], Prepared] = {}
    prefix = f"{batch.connection}:"
    for incoming in batch.incoming:
        one = incoming
        if isinstance(one, Incoming):
            one = prepared(one.record, batch.connection, raw=one.raw, findings=one.findings)
        elif not one.id.startswith(prefix):
            raise _foreign(prefix)
        known[one.kind, one.id] = one
    return list(known.values())


def prepared(
    record: Record, connection: str, *, raw: bytes | None = None, findings: list[Finding] | None = None
) -> Prepared:
    """Make one record ready. Best done right after it was made, while it lies in the processor's cache.

    Raises Invalid for a record of another connection, one that cannot be written as JSON, or one
    that could not be read again: a field holds what its type forbids.
    """
    record_id, prefix = record.id, f"{connection}:"
    if not record_id.startswith(prefix) or "\x00" in record_id:
        raise _foreign(prefix)
    kind = kind_of(record)
    doc = _encoded(kind, record)
    return Prepared(
        kind,
        record_id,
        record_id[len(prefix) :],
        doc,
        content_hash(doc),
        maybe_us(record.changed_at),
        owner_of(kind, record),
        _found_by(record) if isinstance(record, Estate) else (),
        raw,
        findings if findings is not None else [],
    )


def _foreign(prefix: str) -> Invalid:
    return Invalid(
        f"A record's id must begin with {prefix!r}.",
        code="foreign_id",
        sv="Posten har en annan anslutnings nummer.",
    )


def _encoded(kind: str, record: Record) -> bytes:
    try:
        doc = encode(record)
        READERS[kind].decode(doc)
    except msgspec.ValidationError as error:
        raise Invalid(
            f"The record {record.id} is not what its type says: {error}",
            code="mistyped",
            sv="Ett av fälten har ett värde av fel slag.",
        ) from error
    except (UnicodeEncodeError, TypeError, ValueError) as error:
        raise Invalid(
            f"The record {record.id} cannot be written as JSON.",
            code="not_encodable",
            sv="Posten innehåller något som inte går att spara.",
        ) from error
    return doc


def raw_digest(body: bytes, mapped_by: bytes) -> bytes:
    """Tells bytes apart, and the same bytes under another mapping. 16 bytes of keyed BLAKE2b."""
    return hashlib.blake2b(body, digest_size=16, key=mapped_by).digest()


def owner_of(kind: str, record: Record) -> str | None:
    """The estate that a viewing, bid or relation hangs on."""
    if kind not in OWNED:
        return None
    owner: str = getattr(record, "estate_id", "")
    return plain(owner) or None


def _found_by(estate: Estate) -> tuple[object, ...]:
    """In the order of `writing.FOUND_BY`."""
    return (
        plain(estate.status),
        plain(estate.type),
        plain(estate.address.town),
        plain(estate.address.street),
        plain(estate.agent_id),
        plain(estate.office_id),
        whole(estate.price.asking_kr),
        estate.areas.living_m2,
    )


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
