"""A new home as Vitec takes one: four types have a page, and each part that is required is checked first.

Source: CONTRACT.md §3, *Estate create*. The members are not those of the read shape.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from brygga.connectors.vitec.mapping import words
from brygga.connectors.vitec.mapping.outward.limits import stated, term
from brygga.model import Estate, Invalid, Unsupported
from brygga.model.parts import Building

PAGES: Final = {
    "house": "House",
    "cottage": "Cottage",
    "condominium": "Condominium",
    "foreign": "ForeignProperty",
}
"""Type of home → the page that makes one."""
_STATUSES: Final = {ours: theirs for theirs, ours in reversed(words.STATUSES.items())}


def page(record: Estate) -> str:
    """Where a home of this type is made. Raises Unsupported (`estate_type`)."""
    found = PAGES.get(record.type)
    if found is None:
        raise Unsupported(
            f"Vitec has no page for new homes of the type {record.type or '(none)'}.",
            code="estate_type",
            sv="I Vitec går det bara att lägga upp villor, fritidshus, ägarlägenheter och utlandsbostäder "
            "utifrån. Lägg in objektet för hand i Vitec.",
        )
    return found


def check(record: Estate) -> None:
    """Raises Invalid (`missing_parts`) naming every required part that is missing."""
    missing = [path for path, value in _required(record).items() if value in (None, "")]
    if not missing:
        return
    named = ", ".join(term(record, path) for path in missing)
    raise Invalid(
        f"Missing for a new home in Vitec: {', '.join(missing)}.",
        code="missing_parts",
        sv=f"Det här saknas för att lägga upp objektet i Vitec: {named}. Inget skickades. "
        "Fyll i och försök igen.",
    )


def _required(record: Estate) -> Mapping[str, Any]:
    place = record.address
    return {
        "areas.living_m2": record.areas.living_m2,
        "areas.other_m2": record.areas.other_m2,
        "taxation.designations": _designation(record),
        "status": _STATUSES.get(record.status),
        "address.municipality": place.municipality,
        "address.position": place.position,
        "address.street": place.street,
        "address.postcode": place.postcode,
        "address.town": place.town,
        "address.country_code": place.country_code,
        "agent_id": record.agent_id,
    }


def body(record: Estate, *, agent: str, sellers: list[str], seller_member: str) -> dict[str, Any]:
    """The body of a new home. `seller_member` names the id in each seller; empty leaves sellers out."""
    told: dict[str, Any] = {
        "userId": agent,
        "baseInformation": _base(record),
        "interior": _interior(record),
        "plot": {"area": record.areas.plot_m2},
        "price": {"startingPrice": record.price.asking_kr},
        "sellers": [{seller_member: one} for one in sellers] if seller_member else [],
        **_texts(record),
    }
    if record.type == "foreign":
        told["currency"] = record.price.currency
    return stated(told)


def _base(record: Estate) -> dict[str, Any]:
    place, spot = record.address, record.address.position
    return {
        "livingSpace": record.areas.living_m2,
        "otherSpace": record.areas.other_m2,
        "propertyUnitDesignation": _designation(record),
        "status": _STATUSES.get(record.status),
        "address": {
            "municipality": place.municipality,
            "coordinate": {"longitud": spot.longitude, "latitud": spot.latitude} if spot else {},
            "streetAddress": place.street,
            "zipCode": place.postcode,
            "city": place.town,
            "countryCode": place.country_code,
        },
    }


def _designation(record: Estate) -> str:
    named = record.taxation.designations if record.taxation else []
    return named[0] if named else ""


def _interior(record: Estate) -> dict[str, Any]:
    first = record.buildings[0] if record.buildings else Building()
    return {
        "numberOfRooms": record.rooms,
        "numberOfBedrooms": first.bedrooms,
        "maxNumberOfBedrooms": first.bedrooms_max,
        "description": first.interior,
        "rooms": [{"heading": room.name, "text": room.text} for room in first.room_list],
    }


def _texts(record: Estate) -> dict[str, Any]:
    said = {
        "sellPhrase": record.texts.phrase,
        "sellingHeading": record.texts.heading,
        "shortSellingDescription": record.texts.short,
        "longSellingDescription": record.texts.long,
        "other": record.texts.other,
    }
    if record.type != "foreign":
        return {"description": said}
    return {"descriptions": [{"language": "sv", **stated(said)}] if stated(said) else []}
