"""From Vitec's raw answers and notices to the model: which mapping reads which kind. Pure."""

from __future__ import annotations

from collections.abc import Callable

from brygga.connectors.abilities import Notice, RawRecord
from brygga.connectors.vitec.mapping import homes as mapping_estate
from brygga.connectors.vitec.mapping import people as mapping_people
from brygga.connectors.vitec.mapping import projects as mapping_project
from brygga.connectors.vitec.mapping import words
from brygga.connectors.vitec.mapping.words import status
from brygga.model import Invalid, Mapped, Relation

_MAPPINGS: dict[str, Callable[[bytes, str, str], Mapped]] = {
    "estate": mapping_estate.estate,
    "project": mapping_project.project,
    "office": mapping_people.office,
    "agent": mapping_people.agent,
    "association": mapping_people.association,
    "area": mapping_people.area,
    "brand": mapping_people.brand,
}


def to_model(raw: RawRecord, connection: str) -> Mapped:
    """One answer → the record asked for, then its parts, and findings.

    Raises Invalid when the answer is not that record at all (`not_json`, `not_an_object`,
    `no_id`, `other_record`, `half_answer`), never for a bad field.
    """
    if raw.kind == "contact":
        return mapping_people.contact(raw.body, raw.source_id, connection, fetched_at=raw.fetched_at)
    mapping = _MAPPINGS.get(raw.kind)
    if mapping is None:
        raise Invalid(f"There is no mapping for the kind {raw.kind}.", code="unknown_kind")
    return mapping(raw.body, raw.source_id, connection)


def estate(raw: RawRecord, connection: str) -> Mapped:
    """An estate answer → Estate, its viewings and its bids."""
    return mapping_estate.estate(raw.body, raw.source_id, connection)


def relation(notice: Notice, connection: str) -> Mapped | None:
    """A relation notice is all there is to know of a relation; None for any other notice."""
    if notice.event != "relation" or notice.kind != "relation":
        return None
    facts = notice.facts
    named = {
        name: f"{connection}:{facts[name]}" for name in ("estate", "contact", "viewing") if facts.get(name)
    }
    record = Relation(
        id=f"{connection}:{notice.source_id}",
        estate_id=named.get("estate", ""),
        contact_id=named.get("contact", ""),
        role=str(facts.get("role", "")),
        viewing_id=named.get("viewing", ""),
    )
    return Mapped(records=[record], owner_id=record.estate_id)


__all__ = ["estate", "relation", "status", "to_model", "words"]
