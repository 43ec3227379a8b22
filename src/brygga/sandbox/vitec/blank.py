"""The empty shapes of the advertising section: every member there, nothing known.

Source: `advertising.openapi.json` (Swagger 2.0), definitions `AdvertisingEstate` and below.
"""

from __future__ import annotations

from typing import Any

from brygga.sandbox.content import people

Json = dict[str, Any]

EXTENSIONS = (
    "housingCooperative",
    "condominium",
    "foreignProperty",
    "farm",
    "commercialProperty",
    "premises",
    "primaryAgent",
    "secondaryAgent",
)


def nothing(*names: str) -> Json:
    """An object whose members are all null."""
    return dict.fromkeys(names)


def estate() -> Json:
    """An estate of which nothing is known, members in the specification's order."""
    return {
        **nothing("id", "referenceId", "status", "office", "primaryAgentId", "secondaryAgentId", "projectId"),
        "address": address(),
        "sale": nothing(
            "shortDescription",
            "description",
            "phrase",
            "heading",
            "otherInformation",
            "possessionEstimation",
            "possessionAt",
            "contractDate",
            "assignmentDate",
        ),
        "surroundings": surroundings(),
        "changedAt": None,
        **{name: [] for name in ("files", "viewings", "images", "links")},
        **nothing("type", "subtype", "tenure"),
        "tags": [],
        "buildings": [],
        "exterior": {
            "buildingsDescription": None,
            "buildingPermission": None,
            "entries": [],
            "plot": nothing("size", "description", "type"),
        },
        "taxation": {
            **nothing("isPreliminary", "buildingValue", "landValue", "totalValue", "taxFee", "units"),
            "propertyDesignations": [],
        },
        "fees": nothing("recurring", "leasehold", "lease"),
        "price": nothing("startingPrice", "finalPrice", "startingPriceInOtherCurrency", "text"),
        "electricity": nothing("company", "distributor", "consumption"),
        "bidding": {"isActive": False, "isVerified": False, "bids": []},
        "marketing": marketing(),
        "pledges": [],
        "enrollments": None,
        "extensions": nothing(*EXTENSIONS),
        "currency": "SEK",
        "inspection": {"hasBeenPerformed": False},
        "expenses": {"operation": None},
    }


def address() -> Json:
    """An address of which nothing is known."""
    return nothing(
        "streetAddress",
        "zipCode",
        "postalTown",
        "area",
        "municipality",
        "countryCode",
        "countyMunicipalityCode",
        "wgs84Coordinate",
        "directions",
    )


def surroundings() -> Json:
    """A neighbourhood without words."""
    return nothing("service", "communication", "area", "parking", "other")


def marketing() -> Json:
    """Published, since an unknown time."""
    return {
        "isPublished": True,
        "isPreview": False,
        "publishedAt": None,
        "isNewHome": False,
        "viewing": {"visibleLimit": None, "emptyText": None},
    }


def building() -> Json:
    """A building of which nothing is known."""
    return {
        **nothing("name", "type", "numberOfRooms"),
        "bedrooms": nothing("count", "max"),
        **nothing("numberOfBathRooms", "description", "interior", "otherInformation"),
        "yearBuilt": nothing("numeric", "text", "description"),
        "ventilation": nothing("type", "inspection"),
        "architecture": [],
        "renovation": {"description": None},
        "elevator": nothing("description", "isAvailable"),
        "floor": nothing("number", "total", "description"),
        "services": [],
        "rooms": [],
        "energyDeclaration": nothing("consumption", "class", "status", "performedAt"),
        "plot": None,
        "exterior": [],
        "expenses": None,
        "area": nothing("grossFloor", "living", "building", "description", "source"),
        "electricity": None,
        "compiledRoomList": None,
    }


def zip_code(text: str) -> Json:
    """`111 22` as the number and the text that the API gives."""
    return {"numerical": int(text.replace(" ", "")), "value": text}


def image(identifier: str, *, changed: str, category: Json, name: str | None = None) -> Json:
    """A picture's entry. `category` is a coded value."""
    return {
        "id": identifier,
        "dataChangedAt": changed,
        "description": None,
        "name": name,
        "category": category,
        "extension": "jpg",
        "cdnReferences": [],
    }


def number(index: int) -> Json:
    """A phone number for people and for machines."""
    return {"msisdn": people.msisdn(index), "display": people.phone(index)}


def between(low: float | None, high: float | None) -> Json:
    """A range as projects give it."""
    return {"minValue": low, "maxValue": high}
