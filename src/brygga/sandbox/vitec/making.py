"""New homes from outside. Source: contract §3, *Estate create*: four types, parts that are required.

A new home is not published, so it is in no list and its id is all that the caller gets.
"""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web

from brygga.sandbox.vitec.blank import Json, zip_code
from brygga.sandbox.vitec.row import Row, rows
from brygga.sandbox.vitec.state import World
from brygga.sandbox.vitec.words import STATUS_NAMES, TYPE_NAMES, status, word

PAGES: Final = ("House", "Cottage", "Condominium", "ForeignProperty")
REQUIRED: Final = ("livingSpace", "otherSpace", "propertyUnitDesignation", "status", "address")
PLACE: Final = ("municipality", "coordinate", "streetAddress", "zipCode", "city", "countryCode")


def make(world: World, page: str, body: Any, offices: list[int]) -> Row:
    """A home of a type in the first of the offices. Raises HTTPBadRequest naming what is missing."""
    base = _checked(body)
    index = max(world.by_index, default=-1) + 1
    row = rows(world.agency, index + 1)[-1]
    row.office, row.type, row.status, row.published = offices[0], page, base["status"], False
    row.hidden, row.bids_shown = frozenset(), "all"
    world.rows[row.id] = world.by_index[index] = row
    _fill(world.edit(row), page, base, body)
    return row


def _checked(body: Any) -> Json:
    base = body.get("baseInformation") if isinstance(body, dict) else None
    if not isinstance(base, dict) or not body.get("userId"):
        raise web.HTTPBadRequest(reason="baseInformation och userId måste anges.")
    missing = [name for name in REQUIRED if base.get(name) in (None, "", {})]
    place = base.get("address") or {}
    missing += [name for name in PLACE if place.get(name) in (None, "", {})]
    if missing:
        raise web.HTTPBadRequest(reason=f"Saknas: {', '.join(missing)}.")
    if base["status"] not in STATUS_NAMES:
        raise web.HTTPBadRequest(reason="Okänd status.")
    return dict(base)


def _fill(home: Json, page: str, base: Json, body: Json) -> None:
    """The written members into those that are read: they are not the same (contract §11)."""
    place, spot = base["address"], base["address"]["coordinate"]
    home["type"], home["status"] = word(page, TYPE_NAMES[page]), status(base["status"])
    home["primaryAgentId"] = body["userId"]
    home["marketing"]["isPublished"] = False
    home["address"] |= {
        "streetAddress": place["streetAddress"],
        "zipCode": zip_code(place["zipCode"]),
        "postalTown": place["city"],
        "municipality": place["municipality"],
        "countryCode": place["countryCode"],
        "wgs84Coordinate": {"longitude": spot["longitud"], "latitude": spot["latitud"]},
    }
    home["taxation"]["propertyDesignations"] = [base["propertyUnitDesignation"]]
    home["price"]["startingPrice"] = (body.get("price") or {}).get("startingPrice")
    home["bidding"] = {"isActive": False, "isVerified": False, "bids": []}
    home["viewings"], home["images"] = [], []
    if home["buildings"]:
        home["buildings"][0]["area"] |= {"living": base["livingSpace"], "grossFloor": base["otherSpace"]}
