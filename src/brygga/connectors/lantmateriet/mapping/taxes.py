"""Taxering 3 → tax units. A unit may span several properties: only one that names ours is ours.

Which kind of unit it is stands in the name of its attributes (`smahustaxeringsenhetsattribut`).
"""

from __future__ import annotations

from typing import Final

from brygga.connectors.lantmateriet.mapping.ownership import person
from brygga.connectors.lantmateriet.mapping.reading import Members
from brygga.connectors.lantmateriet.schema.register import TaxOwner, TaxUnit

_ATTRIBUTES: Final = "taxeringsenhetsattribut"


def unit_numbers(answer: Members) -> list[str]:
    """The numbers in the answer to "which units concern this property", each once."""
    rows = answer.each("taxeringsenhetsreferens")
    return list(dict.fromkeys(filter(None, (row.text("taxeringsenhetsnummer") for row in rows))))


def tax_unit(properties: Members, object_id: str) -> TaxUnit | None:
    """One unit; None when it does not name the property with this id (an empty id: whichever)."""
    shares = properties.each("skvFastighet")
    named = [(_reference(one), one) for one in shares]
    ours = [one for ref, one in named if not object_id or ref.text("objektidentitet").lower() == object_id]
    if not ours:
        properties.ignore(*properties.names())
        return None
    own = next((name for name in properties.names() if name.lower().endswith(_ATTRIBUTES)), _ATTRIBUTES)
    facts = properties.inner(own)
    parts = {one.text("typ").upper(): one.whole("delvarde") for one in facts.each("delvarde")}
    return TaxUnit(
        at=properties.at,
        unit=properties.text("taxeringsenhetsnummer"),
        kind=own[: -len(_ATTRIBUTES)].lower(),
        type_code=facts.text("typkod"),
        year=facts.inner("beslut").whole("beslutsar"),
        area_m2=facts.whole("areal"),
        total_kr=facts.whole("taxeringsvarde"),
        land_kr=parts.get("MARKVARDE"),
        building_kr=parts.get("BYGGNADSVARDE"),
        owners=[_owner(row) for one in ours for row in one.each("taxeradAgare")],
        with_others=[
            ref.text("beteckning") for ref, one in named if all(one.path != mine.path for mine in ours)
        ],
    )


def _reference(row: Members) -> Members:
    row.ignore("id", "kommunkod", "typAvFastighet")
    return row.inner("taxeradRegisterenhet").inner("registerenhetsreferens")


def _owner(row: Members) -> TaxOwner:
    """The number stands beside the person: `idNummer` in JSON, `idnummer` in XML."""
    who = person(row)
    return TaxOwner(
        at=row.at, name=who.name, identity=who.identity, protected=who.protected, share=row.share("andel")
    )
