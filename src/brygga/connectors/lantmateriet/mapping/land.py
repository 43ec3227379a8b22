"""Fastighet och samfällighet 3.1 → the property; Belägenhetsadress 4.2 → its addresses.

The names inside an address are from one consumer's code and the published XML example: they are
looked for wherever in the answer they stand.
"""

from __future__ import annotations

from typing import Final

from brygga.connectors.lantmateriet.mapping.reading import Members
from brygga.connectors.lantmateriet.schema.register import Former, Measure, Property, Street

_PARCEL_NAME: Final = "*"


def land(properties: Members) -> Property:
    """The property. Areas are of the whole; its position is that of its first part."""
    areas = properties.inner("fastighetsattribut") or properties.inner("samfallighetsattribut")
    centre = next(
        (found for part in properties.each("registerenhetsomrade") if (found := _centre(part)) is not None),
        None,
    )
    properties.ignore("objektidentitet")
    return Property(
        at=properties.at,
        kind=properties.text("typ"),
        designation=_current(properties),
        total_m2=areas.whole("totalareal"),
        land_m2=areas.whole("totalLandareal"),
        water_m2=areas.whole("totalVattenareal"),
        north_m=centre[1] if centre else None,
        east_m=centre[0] if centre else None,
        measures=[_measure(row) for row in properties.each("fastighetsatgard")],
        former=_former(properties),
    )


def _centre(part: Members) -> tuple[float, float] | None:
    part.ignore("omradesnummer")
    return part.coordinates("centralpunktskoordinat")


def written(row: Members) -> str:
    """`TESTKOMMUN EKLUNDA 1:76` of its pieces; a block's name has only a unit."""
    block, unit = row.text("block"), row.text("enhet")
    number = unit if block in ("", _PARCEL_NAME) else f"{block}:{unit}"
    return " ".join(filter(None, (row.text("registeromrade"), row.text("trakt"), number)))


def _current(properties: Members) -> str:
    rows = properties.each("registerbeteckning")
    row = next((one for one in rows if one.text("beteckningsstatus").lower() in ("", "gällande")), None)
    return written(row) if row is not None else ""


def _former(properties: Members) -> list[Former]:
    """Names given up, and those of before the register's reform."""
    rows = [
        one
        for one in properties.each("registerbeteckning")
        if one.text("beteckningsstatus").lower() not in ("", "gällande")
    ]
    rows += [*properties.each("aldreRegisterbeteckning"), *properties.each("beteckningForeReformen")]
    found = [
        Former(
            at=row.at,
            designation=written(row) or row.text("beteckning"),
            until=row.day("omregistreringsdatum"),
            act=row.text("omregistreringsaktbeteckning"),
        )
        for row in rows
    ]
    return [one for one in found if one.designation]


def _measure(row: Members) -> Measure:
    row.ignore("objektidentitet", "lopnummer", "littera")
    kinds = [row.text("atgardstyp1"), row.text("atgardstyp2")]
    return Measure(
        at=row.at,
        kind=", ".join(dict.fromkeys(filter(None, kinds))),
        on=row.day("atgardsdatum"),
        act=row.text("aktbeteckning"),
    )


def address(properties: Members) -> Street:
    """One address of the property: `Testvägen 3 B`, with post town where it is told."""
    road = properties.found("adressomrade", "faststalltNamn", "gardsadressomrade")
    number = properties.found("adressplatsnummer", "avvikandeAdressplatsBeteckning")
    letter = properties.found("bokstavstillagg")
    where = properties.found("lagestillagg")
    where += properties.found("lagestillagsnummer", "lagestillaggsnummer")
    properties.ignore("objektidentitet")
    return Street(
        at=properties.at,
        street=" ".join(filter(None, (road, f"{number}{letter}", where))),
        postcode=properties.found("postnummer").replace(" ", ""),
        town=properties.found("postort"),
        municipality=properties.found("kommunnamn", "kommun"),
    )
