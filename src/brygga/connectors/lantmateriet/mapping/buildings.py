"""Byggnad 3 → buildings. Years and areas of nought are not known, not nought."""

from __future__ import annotations

from brygga.connectors.lantmateriet.mapping.reading import Members
from brygga.connectors.lantmateriet.schema.register import Building


def building(properties: Members) -> Building:
    """One building on the property."""
    facts = properties.inner("byggnadsattribut")
    purposes = properties.each("byggnadsandamal") or properties.each("andamal")
    facts.ignore("objektidentitet", "objektversion", "versionGiltigFran")
    properties.ignore("objektidentitet", "objektstatus")
    worded = [", ".join(filter(None, (one.text("typ"), one.text("andamal")))) for one in purposes]
    return Building(
        at=properties.at,
        number=facts.text("husnummer"),
        name=properties.inner("byggnadsnamn").text("namn"),
        purpose="; ".join(dict.fromkeys(filter(None, worded))),
        living_m2=sum(one.whole("totalBoarea") or 0 for one in purposes) or None,
        built=facts.whole("nybyggnadsar") or None,
        extended=facts.whole("tillbyggnadsar") or None,
        main=facts.flag("huvudbyggnad"),
        on_foreign_ground=facts.flag("ofriGrund"),
    )
