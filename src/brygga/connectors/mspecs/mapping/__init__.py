"""From Mspecs' answers to the model: which mapping reads which kind. Pure.

homes     a home, published or sold; `projects` a new-build project
viewings  viewings and bids        economy  prices, fees, costs, taxation, association
media     pictures and documents   places   addresses
parties   sellers and buyers, as far as `grants` lets them through
people    offices and colleagues
reading   an `Intake` that carries what nobody read; `words` constants → the hub's words
"""

from __future__ import annotations

from typing import Any

from brygga.connectors.abilities import RawRecord
from brygga.connectors.mspecs.mapping import grants as granting
from brygga.connectors.mspecs.mapping import homes, people, projects
from brygga.connectors.mspecs.mapping.reading import Reading, constant, is_id
from brygga.connectors.mspecs.mapping.words import Tables, tables
from brygga.model import Invalid, Mapped

PROJECT = "OBJECT_TYPE_HOUSING_DEVELOPMENT"


def to_model(raw: RawRecord, connection: str, *, tables: Tables, grants: frozenset[str]) -> Mapped:
    """One answer → the record asked for, then its parts, and findings.

    Raises Invalid when the answer is not that record at all (`not_json`, `not_an_object`, `no_id`,
    `other_record`, `half_answer`, `unknown_kind`), never for a bad field.
    """
    if raw.kind == "office":
        return people.office(raw.body, raw.source_id, connection, tables)
    if raw.kind == "agent":
        return people.agent(raw.body, raw.source_id, connection, tables)
    if raw.kind not in {"estate", "project"}:
        raise Invalid(f"There is no mapping for the kind {raw.kind}.", code="unknown_kind")
    return _deal(raw, connection, tables, grants)


def _deal(raw: RawRecord, connection: str, tables: Tables, grants: frozenset[str]) -> Mapped:
    r = Reading(connection, tables)
    answer, gone = granting.cut(r.answer(raw.body, raw.source_id), grants)
    for member in sorted(gone):
        r.note("not_granted", member, sv="Uppgiften omfattas inte av vår behörighet och togs inte med.")
    if type(answer.get("publishingInformation")) is not dict or not constant(answer.get("objectType")):
        # Both are always there by the contract; taking a half for a whole would empty a good record.
        raise Invalid(
            "The answer lacks what every deal has.",
            code="half_answer",
            sv="Svaret var inte helt. Vi behåller det vi hade.",
            connection=connection,
        )
    if is_project(answer):
        return projects.project(answer, r, deal=raw.source_id)
    return homes.estate(answer, r, deal=raw.source_id, fetched_at=raw.fetched_at)


def is_project(answer: dict[str, Any]) -> bool:
    """Whether a deal is a project of several homes."""
    return bool(constant(answer.get("objectType")) == PROJECT)


__all__ = ["PROJECT", "constant", "granting", "is_id", "is_project", "tables", "to_model"]
