"""A contact's part in a home (*relation*): its key, and the record from a notice or from an answer.

A notice and an answer about the same part give the same record, down to the id; so it does not
matter which of them comes first.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from brygga.connectors.abilities import Notice
from brygga.connectors.vitec.mapping import words
from brygga.connectors.vitec.mapping.reading import is_id
from brygga.model import Invalid, Mapped, Relation

ALL = "*"
"""In a key: every estate, or every part. Such a key asks for all that a contact has to do with."""
_OLD_PREFIX = "EstateContact"


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One contact's part in one estate, in Vitec's ids; `part` is Vitec's word, such as `Seller`."""

    estate: str
    contact: str
    part: str
    viewing: str = ""

    @property
    def key(self) -> str:
        """The source id. Vitec gives these relations none of their own (CONTRACT.md §8)."""
        ends = [self.estate, self.contact, self.part]
        return "|".join([*ends, self.viewing] if self.viewing else ends)


_PARTS = msgspec.json.Decoder(list[Part])  # built at import, as two threads must not build it at once


def part_word(text: str) -> str:
    """`Buyer` of today's `Buyer` and of the older `EstateContactBuyer`; fit for a key."""
    return text.removeprefix(_OLD_PREFIX).replace("|", "")


def part_of(key: str) -> Part:
    """The part that a key names. Raises Invalid (`bad_reference`)."""
    estate, contact, part, viewing = (*key.split("|"), "", "", "", "")[:4]
    if key.count("|") not in {2, 3} or not (is_id(estate) and is_id(contact)):
        raise Invalid("That is not the key of a relation in Vitec.", code="bad_reference")
    return Part(estate=estate, contact=contact, part=part, viewing=viewing)


def everything_of(contact: str) -> str:
    """The key that asks for all parts of a contact."""
    return Part(estate=ALL, contact=contact, part=ALL).key


def written(parts: Iterable[Part]) -> bytes:
    """The parts as they are kept raw: the key alone, for what Vitec answers may hold a whole person."""
    return msgspec.json.encode(list(parts))


def answer(body: bytes, source_id: str, connection: str) -> Mapped:
    """Kept parts → relations, the one asked for first. Raises Invalid (`not_json`, `other_record`)."""
    try:
        parts = _PARTS.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid("The relations could not be read.", code="not_json") from error
    asked = part_of(source_id)
    if any(part.contact != asked.contact for part in parts):
        raise Invalid("The relations are another contact's.", code="other_record")
    parts.sort(key=lambda part: (part.key != source_id, part.key))
    return Mapped(records=[_record(part, connection) for part in parts])


def from_notice(notice: Notice, connection: str) -> Mapped | None:
    """A relation notice says all that there is to know of a relation; None for any other notice."""
    if notice.event != "relation" or notice.kind != "relation":
        return None
    record = _record(part_of(notice.source_id), connection)
    return Mapped(records=[record], owner_id=record.estate_id)


def _record(part: Part, connection: str) -> Relation:
    own = f"{connection}:"
    return Relation(
        id=own + part.key,
        estate_id=own + part.estate,
        contact_id=own + part.contact,
        role=words.ROLES.get(part.part, part.part),
        viewing_id=own + part.viewing if part.viewing else "",
    )
