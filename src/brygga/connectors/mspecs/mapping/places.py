"""Where a home, project or office lies: Mspecs → the model."""

from __future__ import annotations

from brygga.connectors.mspecs.mapping.reading import Part, Reading
from brygga.model.parts import Address, Surroundings


def address(location: Part, r: Reading, *, country: str = "") -> Address:
    """The address of a home or project. The area's pictures are read elsewhere."""
    municipality, country = r.part(location, "municipality"), country or "SE"
    for name in ("image", "images"):
        location.read(name)
    postcode = r.postcode(location.read("postalCode"), location.at("postalCode"), swedish=country == "SE")
    return Address(
        street=r.line(location, "streetAddress"),
        postcode=postcode,
        town=r.line(location, "city"),
        area=r.line(location, "residentialArea") or r.line(location, "district"),
        municipality=r.line(municipality, "name"),
        municipality_code=r.line(municipality, "identifier", most=20),
        country_code=country,
        directions=r.prose(location, "directions"),
        position=r.position(location),
    )


def surroundings(location: Part, r: Reading) -> Surroundings | None:
    """The neighbourhood in words; None when nothing is said."""
    read = Surroundings(
        communication=r.prose(location, "servicesAndCommunications"),
        area=r.prose(location, "description") or r.prose(location, "environment"),
    )
    return None if read == Surroundings() else read


def office_address(part: Part, r: Reading) -> Address:
    """The address of an office."""
    return Address(
        street=r.line(part, "streetAddress"),
        postcode=r.postcode(part.read("postalCode"), part.at("postalCode")),
        town=r.line(part, "city"),
        position=r.position(part),
    )
