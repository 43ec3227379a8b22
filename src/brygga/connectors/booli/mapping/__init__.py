"""Booli's answers → the model. Pure: bytes in, records and findings out.

reading   one record read member by member; what is left over is carried in `extra`
words     Booli's words → ours
rest      homes and areas of the signed interface
graphql   nodes of the present site, captured by somebody's browser
captured  which rows a captured file holds
"""

from __future__ import annotations

from brygga.connectors.abilities import RawRecord
from brygga.connectors.booli.mapping import graphql, rest
from brygga.connectors.booli.mapping.reading import Reading
from brygga.model import Invalid, Mapped, Record


def to_model(raw: RawRecord, connection: str) -> Mapped:
    """One raw record → one record of the model. Raises Invalid when nothing usable is left."""
    reading = Reading()
    document = reading.document(raw.body)
    record: Record
    if raw.kind == "area":
        record = rest.area(document, reading, connection)
    elif graphql.is_node(document):
        record = graphql.comparable(document, reading, connection)
    else:
        record = rest.comparable(document, reading, connection)
    if record.id != f"{connection}:{raw.source_id}":
        raise Invalid(
            "The answer is not the record that was asked for.",
            code="other_record",
            sv="Svaret gäller inte det vi frågade efter. Vi behåller det vi hade.",
            connection=connection,
        )
    return Mapped(records=[record], findings=reading.findings)


__all__ = ["to_model"]
