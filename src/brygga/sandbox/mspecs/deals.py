"""The seeded homes and projects, of every object type, as facts; `answers` gives them their shapes."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Final

from brygga.sandbox.content import people, phrases, places
from brygga.sandbox.mspecs.idents import Json, Seed, day, ident, offset, word, zulu

TYPES: Final = (
    "TENANT_OWNERSHIP", "HOUSE", "TENANT_OWNERSHIP", "RECREATIONAL_HOUSE", "TENANT_OWNERSHIP", "LAND",
    "HOUSE", "CONDOMINIUM", "TENANT_OWNERSHIP", "FARMING", "PREMISE", "COMMERCIAL", "HOUSING_DEVELOPMENT",
)  # fmt: skip  # one list
SUBTYPES: Final = {
    "TENANT_OWNERSHIP": "OBJECTSUBTYPES_HOUSING_COOPERATIVE_APARTMENT",
    "HOUSE": "OBJECTSUBTYPES_HOUSE_VILLA",
    "RECREATIONAL_HOUSE": "OBJECTSUBTYPES_RECREATIONAL_HOUSE_ATRIUM",
    "CONDOMINIUM": "OBJECTSUBTYPES_CONDOMINIUM_APARTMENT",
    "FARMING": "OBJECTSUBTYPES_FARMING_FARM",
    "PREMISE": "OBJECTSUBTYPES_PREMISE_PREMISE_FOR_SALE",
    "COMMERCIAL": "OBJECTSUBTYPES_COMMERCIAL_OFFICE",
}
STATUSES: Final = ("FOR_SALE", "FOR_SALE", "FOR_SALE", "COMING", "SOLD", "FOR_SALE", "PRE_MARKET", "RESERVED")
VIEWINGS: Final = ("DATE_AND_TIME", "TIME_SLOTS", "DATE_ONLY", "CONTACT_BROKER", "COMMENT_ONLY")
PICTURES: Final = ("facade", "room", "kitchen", "plan")
INDOORS: Final = frozenset({"TENANT_OWNERSHIP", "HOUSE", "RECREATIONAL_HOUSE", "CONDOMINIUM"})


def facts(seed: Seed, index: int) -> Json:
    """All that is true of deal `index`, from 1: the members of the published shape but for publication."""
    rng = seed.rng("deal", index)
    kind = TYPES[(index - 1) % len(TYPES)]
    place = rng.choice(places.PLACES)
    flat, size = kind == "TENANT_OWNERSHIP", float(rng.randint(28, 180))
    rooms = float(max(1, round(size / 27)))
    price = round(size * (place.flat_kr_m2 if flat else place.house_kr_m2) / 25_000) * 25_000
    street = places.street(rng, flat=flat)
    words = phrases.words(
        rng, street=street, district=place.districts[0], town=place.town, rooms=rooms, size=size
    )
    made: Json = {
        "id": ident("deal", index),
        "shortId": f"DF{index % 10} HG{index % 7}",
        "objectType": word(f"OBJECT_TYPE_{kind}"),
        "isInternational": False,
        "isNewDevelopment": kind == "HOUSING_DEVELOPMENT",
        "country": {"name": "Sweden", "isoCode": "SE"},
        "currency": "SEK",
        "displayName": street,
        "location": _location(rng, place, street),
        "sellingTexts": _texts(rng, words, indoors=kind in INDOORS),
        "marketingTags": [{"tag": word("ENUMS_DEAL_MARKETING_TAGS_TAG_BALCONY", "Balkong")}] if flat else [],
        "urls": [{"category": "Film", "name": "Film", "url": f"https://film.example.com/{index}"}],
        "viewings": [viewing(seed, index, n) for n in range(index % 3)],
    }
    if kind == "HOUSING_DEVELOPMENT":
        return made | _project(rng, index, price, size)
    made |= {
        "objectSubType": word(SUBTYPES.get(kind, "OBJECTSUBTYPES_OTHER")),
        "objectSubTypeText": "" if kind in SUBTYPES else "Kolonilott",
        "status": word("ENUMS_OBJECTSTATUS_TYPE_FOR_SALE", "Till salu"),
        "saleInformation": {"price": price, "priceType": rng.choice(("Utgångspris", "Fast pris"))},
        "bidding": {"isActive": False, "bids": []},
        "estate": _estate(rng, kind, place, size),
        "rooms": {"numberOfRooms": rooms, "numberOfBedrooms": max(0, int(rooms) - 1)},
        "economy": _economy(rng, flat=flat),
        "energyPerformance": _energy(rng, seed),
        "burglarAlarm": {"isInstalled": bool(index % 2)},
    }
    if flat:
        made["housingAssociation"] = _association(rng, index, place)
    else:
        made["assessment"] = {
            "year": 2024,
            "buildingValue": 1_200_000,
            "landValue": 800_000,
            "totalValue": 2_000_000,
            "valueAccuracy": word("ENUMS_ASSESSMENTVALUEACCURACY_TYPE_DETERMINED"),
        }
    return made


def _location(rng: random.Random, place: places.Place, street: str) -> Json:
    point = places.near(rng, place)
    return {
        "district": place.town,
        "residentialArea": rng.choice(place.districts),
        "streetAddress": street,
        "postalCode": places.postcode(rng, place),
        "city": place.town,
        "latitude": str(point["latitude"]),
        "longitude": str(point["longitude"]),
        "county": {"name": "Län", "identifier": place.code[:2]},
        "municipality": {"name": place.name, "identifier": place.code},
        "servicesAndCommunications": rng.choice(phrases.SERVICE),
        "description": rng.choice(phrases.AREAS),
    }


def _texts(rng: random.Random, words: dict[str, str], *, indoors: bool) -> Json:
    openings = phrases.FLAT_OPENINGS if indoors else phrases.PLOT_OPENINGS
    text = phrases.long_text(rng, openings, words, indoors=indoors)
    return {
        "sellingTextSubject": phrases.one(rng, phrases.HEADINGS, words),
        "sellingTextShort": text.partition(".")[0] + ".",
        "sellingText": text,
        "sellingTextMultiLang": {"sv": text},
    }


def _estate(rng: random.Random, kind: str, place: places.Place, size: float) -> Json:
    if kind == "LAND":
        return {
            "plotArea": size * 12,
            "tenureType": word("FORM_OF_TENURE_OWNED", "Äganderätt"),
            "propertyDesignation": f"{place.name} Kullen 1:{rng.randint(2, 90)}",
        }
    made: Json = {
        "livingArea": size,
        "otherLivingArea": float(rng.choice((0, 12, 25))),
        "buildYear": str(rng.choice((1908, 1938, 1964, 1987, 2019))),
        "standardPoints": rng.randint(20, 34),
    }
    if kind == "TENANT_OWNERSHIP":
        return made | {
            "tenureType": word("FORM_OF_TENURE_TENANT_OWNERSHIP", "Bostadsrätt"),
            "apartmentNumber": str(rng.randint(1, 60)),
            "governmentApartmentNumber": f"1{rng.randint(0, 5)}0{rng.randint(1, 4)}",
            "floor": str(rng.randint(0, 6)),
            "floorsInTotal": 6,
            "hasLift": word("ENUM_HAS_LIFT_SETTING_YES", "Ja"),
            "shareInHousingAssociation": f"{rng.uniform(0.5, 4):.4f}".replace(".", ","),
        }
    held = rng.choice(("FREEHOLD", "FREEHOLD", "LEASEHOLD"))
    return made | {
        "tenureType": word("FORM_OF_TENURE_OWNED", "Äganderätt"),
        "landTenure": word(f"ENUMS_LAND_TENURE_TITLE_{held}"),
        "plotArea": float(rng.randint(300, 2_500)),
        "propertyDesignation": f"{place.name} Kullen 1:{rng.randint(2, 90)}",
        "heating": {"type": "Bergvärme"},
        "ventilation": {"type": "Frånluft"},
    }


def _economy(rng: random.Random, *, flat: bool) -> Json:
    """A flat's costs are by the month, all others' by the year."""
    costs: Json = {"householdElectricity": rng.randint(200, 900) * (1 if flat else 12), "insurance": 250}
    if flat:
        costs |= {"rent": rng.randint(1_900, 6_400), "rentDescription": "Värme och vatten ingår."}
    return {"personsInHousehold": rng.randint(1, 4), "electricityConsumption": 4_200, "costs": costs}


def _energy(rng: random.Random, seed: Seed) -> Json:
    return {
        "class": word(f"ENUMS_ENERGYCLASS_TYPE_{rng.choice('BCDEF')}"),
        "primaryPerformance": rng.randint(60, 140),
        "status": word("ENUMS_EnergyStatus_TYPE_ENERGY_USE_IS_MADE", "Energideklaration är utförd"),
        "date": day(seed.day(-900)),
    }


def _association(rng: random.Random, index: int, place: places.Place) -> Json:
    return {
        "name": f"Brf {rng.choice(places.FIRST_PARTS)} {place.town}",
        "identifier": people.orgnr(index % 9, association=True),
        "numberOfApartments": 60,
        "generalInformation": "Föreningen har god ekonomi.",
        "housingAssociationTaxationType": word("ENUMS_HOUSING_ASSOCIATION_TAXATION_TYPE_PRIVATE", "Äkta"),
    }


def _project(rng: random.Random, index: int, price: int, size: float) -> Json:
    return {
        "status": word("ENUM_DEAL_NEW_DEVELOPMENT_STATUS_ACTIVE", "Försäljning pågår"),
        "project": {
            "name": f"Kvarteret {rng.choice(places.FIRST_PARTS)}",
            "builder": "Byggsällskapet AB",
            "minPrice": price,
            "maxPrice": price * 2,
            "minLivingArea": size,
            "maxLivingArea": size * 2,
            "minNumberOfRooms": 1,
            "maxNumberOfRooms": 5,
            "numberOfHomes": 24 + index,
            "preliminaryOccupancy": "Inflyttning nästa höst.",
        },
    }


def viewing(seed: Seed, index: int, number: int) -> Json:
    """Viewing `number` of a deal: all five types come round."""
    kind = VIEWINGS[(index + number) % len(VIEWINGS)]
    starts = seed.day(3 + (index + number) % 9, hour=12 + number % 4)
    made: Json = {"id": ident("viewing", index * 1_000 + number), "type": f"ENUMS_VIEWINGS_TYPE_{kind}"}
    if kind == "DATE_AND_TIME":
        made |= {"startDate": offset(starts), "endDate": offset(starts + timedelta(minutes=45)),
                 "allowExternalBooking": True}  # fmt: skip  # one group
    elif kind == "DATE_ONLY":
        made |= {"startDate": day(starts), "description": "Tid enligt överenskommelse."}
    elif kind == "COMMENT_ONLY":
        made |= {"description": "Visning efter anmälan."}
    elif kind == "TIME_SLOTS":
        made |= _slots(starts, index * 1_000 + number)
    return made


def _slots(starts: datetime, number: int) -> Json:
    return {
        "startDate": offset(starts),
        "slotLength": 15,
        "slotCapacity": 2,
        "allowExternalBooking": True,
        "slots": [
            {
                "id": ident("slot", number * 10 + n),
                "startTime": zulu(starts + timedelta(minutes=15 * n)),
                "freeSpots": 2 - n % 2,
            }
            for n in range(4)
        ],
    }
