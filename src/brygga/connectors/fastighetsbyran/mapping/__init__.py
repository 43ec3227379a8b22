"""Fastighetsbyrån's search answers → the model. Pure: bytes in, records and findings out.

search    an item of a search answer
labels    the label and value pairs of a detail page
captured  which rows a saved file holds
"""

from __future__ import annotations

from brygga.connectors.abilities import RawRecord
from brygga.connectors.fastighetsbyran.mapping import labels, search
from brygga.model import Invalid, Mapped
from brygga.model.intake import Intake


def to_model(raw: RawRecord, connection: str) -> Mapped:
    """One raw record → one home of the market. Raises Invalid when it has no number."""
    intake = Intake()
    document = intake.document(raw.body)
    read = labels.comparable if labels.are_labels(document) else search.comparable
    record = read(document, intake, connection)
    if record.id != f"{connection}:{raw.source_id}":
        raise Invalid(
            "The answer is not the record that was asked for.",
            code="other_record",
            sv="Svaret gäller inte det vi frågade efter. Vi behåller det vi hade.",
            connection=connection,
        )
    return Mapped(records=[record], findings=intake.findings)


__all__ = ["to_model"]
