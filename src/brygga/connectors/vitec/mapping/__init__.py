"""From Vitec's raw answers and notices to the model: which mapping reads which kind. Pure.

homes      a home; `building` reads its buildings, `showings` its viewings and bids
projects   a new-build project
people     offices, agents, associations, areas, brands
contacts   persons, companies, deceased persons' estates
dealings   bids with who bid, meetings, search profiles
relations  a contact's part in a home, from a notice or from an answer
reading    an `Intake` that knows Vitec's habits, and what several records share
words      Vitec's words → the hub's
outward    the other way: the model → what Vitec takes
"""

from __future__ import annotations

from collections.abc import Callable

from brygga.connectors.abilities import RawRecord
from brygga.connectors.vitec.mapping import contacts, dealings, homes, people, projects, relations, words
from brygga.connectors.vitec.mapping.relations import from_notice
from brygga.connectors.vitec.mapping.words import status
from brygga.model import Invalid, Mapped

_MAPPINGS: dict[str, Callable[[bytes, str, str], Mapped]] = {
    "estate": homes.estate,
    "project": projects.project,
    "office": people.office,
    "agent": people.agent,
    "association": people.association,
    "area": people.area,
    "brand": people.brand,
    "relation": relations.answer,
    "bid": dealings.bids,
    "meeting": dealings.meeting,
    "searchprofile": dealings.searchprofile,
}


def to_model(raw: RawRecord, connection: str) -> Mapped:
    """One answer → the record asked for, then its parts, and findings.

    Raises Invalid when the answer is not that record at all (`not_json`, `not_an_object`,
    `no_id`, `other_record`, `half_answer`), never for a bad field.
    """
    if raw.kind == "contact":
        return contacts.contact(raw.body, raw.source_id, connection, fetched_at=raw.fetched_at)
    mapping = _MAPPINGS.get(raw.kind)
    if mapping is None:
        raise Invalid(f"There is no mapping for the kind {raw.kind}.", code="unknown_kind")
    return mapping(raw.body, raw.source_id, connection)


__all__ = ["from_notice", "status", "to_model", "words"]
