"""The invented market: areas, and homes for sale and sold in them, in the provider's own form.

Source of the form: CONTRACT.md §1.5, with its absences: what is not known is left out, never null.
"""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import Any, Final

from brygga.sandbox.content.places import CITIES, Place, near, street

Json = dict[str, Any]

_TYPES: Final = (("Lägenhet", 70), ("Villa", 15), ("Radhus", 6), ("Kedjehus", 4), ("Tomt/Mark", 5))
_FIRMS: Final = (("Bryggmäklarna", 9001), ("Kajens Fastighetsbyrå", 9002), ("Hamnmäkleriet", 9003))
FIRST_AREA, FIRST_HOME = 100, 700_001


def areas() -> list[Json]:
    """Municipalities and the districts in them."""
    found: list[Json] = []
    for number, place in enumerate(CITIES):
        own = FIRST_AREA + number * 20
        county = {"parentBooliId": 2, "parentName": "Länet", "parentTypes": ["Län"]}
        found.append(_area(own, place.name, f"{place.name}, Länet", "Kommun") | county)
        above = {"parentBooliId": own, "parentName": place.name, "parentTypes": ["Kommun"]}
        for step, name in enumerate(place.districts, start=1):
            found.append(_area(own + step, name, f"{name}, {place.name}", "undefined") | above)
    return found


def _area(number: int, name: str, full: str, kind: str) -> Json:
    slug = name.lower().replace(" ", "+")
    return {"booliId": number, "name": name, "types": [kind], "fullName": full, "urlFriendlyName": slug}


def homes(count: int, *, seed: int, today: date) -> tuple[list[Json], list[Json]]:
    """`count` homes: about a third for sale, the rest sold in the last three years. Newest first."""
    rng = random.Random(f"booli:{seed}")  # noqa: S311 - invented content, not secrecy
    made = [_home(rng, FIRST_HOME + n, today) for n in range(count)]
    listings = [home for home in made if "soldDate" not in home]
    sold = [home for home in made if "soldDate" in home]
    listings.sort(key=lambda home: (home["published"], home["booliId"]), reverse=True)
    sold.sort(key=lambda home: (home["soldDate"], home["booliId"]), reverse=True)
    return listings, sold


def _home(rng: random.Random, number: int, today: date) -> Json:
    index = rng.randrange(len(CITIES))
    place = CITIES[index]
    kind = rng.choices([name for name, _ in _TYPES], [share for _, share in _TYPES])[0]
    home: Json = {"booliId": number, "objectType": kind}
    home |= _where(rng, place, flat=kind == "Lägenhet")
    home |= _size(rng, kind)
    home |= _money(rng, place, home, today)
    firm, firm_id = rng.choice(_FIRMS)
    address = {"name": firm, "id": firm_id, "type": "Broker", "url": "https://maklare.example.test/"}
    return home | {"source": address, "url": f"https://www.booli.se/annons/{number}"}


def _where(rng: random.Random, place: Place, *, flat: bool) -> Json:
    district = rng.choice(place.districts)
    position: Json = dict(near(rng, place))
    if rng.random() < 0.05:
        position["isApproximate"] = True
    location: Json = {
        "address": {"streetAddress": street(rng, flat=flat)},
        "position": position,
        "namedAreas": [district],
        "region": {"municipalityName": place.name, "countyName": "Länet"},
    }
    if rng.random() < 0.3:
        location["address"]["city"] = place.town
    return {"location": location}


def _size(rng: random.Random, kind: str) -> Json:
    """Whole numbers mostly, halves sometimes; a plot has only its plot."""
    if kind == "Tomt/Mark":
        return {"plotArea": rng.randint(600, 3_000)}
    flat = kind == "Lägenhet"
    area = rng.randint(18, 130) if flat else rng.randint(90, 220)
    found: Json = {"livingArea": area + 0.5 if rng.random() < 0.15 else area}
    found["rooms"] = max(1, round(area / 26)) + (0.5 if rng.random() < 0.1 else 0)
    if flat:
        found |= {"floor": rng.randint(0, 8), "rent": rng.randint(1_200, 7_000)}
    else:
        found |= {"plotArea": rng.randint(0, 1_500), "additionalArea": rng.choice((0, 12, 40))}
    if rng.random() < 0.8:
        found["constructionYear"] = rng.randint(1890, 2025)
    if rng.random() < 0.04:
        found["isNewConstruction"] = 1
    return found


def _money(rng: random.Random, place: Place, home: Json, today: date) -> Json:
    """Asking price, publishing, and for two of three the sale; prices rise by four per cent a year."""
    level = place.flat_kr_m2 if home["objectType"] == "Lägenhet" else place.house_kr_m2
    area = float(home.get("livingArea") or home["plotArea"] / 10)
    days = rng.randint(0, 1_095)
    asked = round(area * level * rng.uniform(0.8, 1.2) * 0.96 ** (days / 365) / 5_000) * 5_000
    day = today - timedelta(days=days)
    clock = datetime(day.year, day.month, day.day, rng.randint(0, 23), rng.randint(0, 59), rng.randint(0, 59))  # noqa: DTZ001 - the provider's own times have no zone
    found: Json = {"published": f"{clock:%Y-%m-%d %H:%M:%S}"}
    if rng.random() < 0.9:
        found["listPrice"] = asked
    if rng.random() < 0.66 and day + timedelta(days=20) <= today:
        found["soldDate"] = (day + timedelta(days=rng.randint(5, 20))).isoformat()
        found["soldPrice"] = round(asked * rng.uniform(0.93, 1.15) / 5_000) * 5_000
        if (kind := rng.choices(("bid", "admin", ""), (75, 8, 17))[0]) != "":
            found["soldPriceSource"] = kind
    return found
