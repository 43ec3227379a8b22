"""The home itself: buildings, rooms, energy, what lies outside, taxation, running costs."""

from __future__ import annotations

from typing import Final

from brygga.sandbox.vitec.blank import Json, building, nothing
from brygga.sandbox.vitec.draft import FLATS, Draft
from brygga.sandbox.vitec.words import word

WITHOUT_BUILDING: Final = frozenset({"Plot"})
WITH_PLOT: Final = frozenset({"House", "Cottage", "Plot", "Farm", "ForeignProperty"})
ROOM_TEXTS: Final = (
    ("Hall", "Hall med plats för kläder och skor."),
    ("Kök", "Kök med fönster och plats för sex."),
    ("Vardagsrum", "Stort vardagsrum med utgång."),
    ("Sovrum", "Sovrum med garderober längs ena väggen."),
    ("Badrum", "Helkaklat med dusch och tvättmaskin."),
)
COSTS: Final = (("Electricity", "El", 45), ("WaterAndSewage", "VA", 30), ("Heating", "Uppvärmning", 70),
                ("Insurance", "Försäkring", 22), ("Sanitation", "Renhållning", 14))  # fmt: skip  # one list
HEATING: Final = (
    "Fjärrvärme",
    "Bergvärme",
    "Frånluftsvärmepump",
    "Luft/vatten-värmepump",
    "Direktverkande el",
)


def home(d: Draft) -> None:
    """Fill in what stands on the place."""
    if d.row.type not in WITHOUT_BUILDING:
        d.body["buildings"] = [_building(d)]
    if d.row.type in {"House", "Cottage", "Farm"} and d.rng.random() < 0.3:
        d.body["buildings"].append(_outbuilding(d))
    _outside(d)
    if d.row.type in {"House", "Cottage", "Plot", "Farm", "CommercialProperty"}:
        _taxation(d)
    if d.row.type not in WITHOUT_BUILDING:
        _running_costs(d)
    d.body["inspection"]["hasBeenPerformed"] = d.row.type == "House" and d.rng.random() < 0.6


def _building(d: Draft) -> Json:
    flat = d.row.type in FLATS
    year = d.rng.choice(
        (1890, 1908, 1929, 1936, 1948, 1957, 1966, 1974, 1988, 2004, 2016, 2022)
    ) + d.rng.randint(0, 3)
    total = d.rng.randint(2, 8) if flat else d.rng.randint(1, 2)
    bedrooms = max(0, int(d.rooms) - 1)
    return {
        **building(),
        "type": "Flerbostadshus" if flat else d.subtype[1],
        "numberOfRooms": d.rooms,
        "bedrooms": {"count": bedrooms, "max": bedrooms + 1 if d.rng.random() < 0.2 else None},
        "numberOfBathRooms": 1 if d.size < 90 else 2,
        "yearBuilt": {
            "numeric": year,
            "text": str(year) if d.rng.random() < 0.85 else f"c:a {year}",
            "description": None,
        },
        "ventilation": {"type": d.rng.choice(("Självdrag", "FTX", "Mekanisk frånluft")), "inspection": None},
        "architecture": [{"type": word("Heating", "Uppvärmning"), "description": d.rng.choice(HEATING)}],
        "renovation": {"description": f"Kök {d.rng.randint(2008, 2025)}." if d.rng.random() < 0.5 else None},
        "elevator": {
            "description": None,
            "isAvailable": d.rng.choice((True, True, False, None)) if flat else None,
        },
        "floor": {
            "number": float(d.rng.randint(0, total)) if flat else None,
            "total": float(total),
            "description": "Nedre botten" if flat and d.rng.random() < 0.05 else None,
        },
        "rooms": [{"name": name, "description": text} for name, text in ROOM_TEXTS[: 2 + int(d.rooms)]],
        "energyDeclaration": _energy(d),
        "area": {
            "grossFloor": float(d.rng.randint(4, 60)) if not flat and d.rng.random() < 0.5 else None,
            "living": d.size,
            "building": None,
            "description": None,
            "source": d.rng.choice(("Föreningens information", "Säljaren", "Taxeringsinformation")),
        },
    }


def _energy(d: Draft) -> Json:
    if d.rng.random() < 0.25:
        return {**nothing("consumption", "class", "performedAt"), "status": word("NotPerformed", "Ej utförd")}
    rating = d.rng.choice("ABCDDEEFG")
    return {
        "consumption": float(40 + 22 * "ABCDEFG".index(rating) + d.rng.randint(0, 15)),
        "class": rating,
        "status": word("Performed", "Utförd"),
        "performedAt": d.day(-3000, -200),
    }


def _outbuilding(d: Draft) -> Json:
    kind = d.rng.choice(("Garage", "Gäststuga", "Förråd"))
    size = float(d.rng.randint(8, 48))
    return {**building(), "name": kind, "type": kind, "area": {**building()["area"], "building": size}}


def _outside(d: Draft) -> None:
    if d.row.type in FLATS:
        d.body["exterior"]["entries"] = [
            exterior(kind, name, size=round(d.rng.uniform(2, 9), 1))
            for kind, name, share in (("Balcony", "Balkong", 0.6), ("Patio", "Uteplats", 0.12))
            if d.rng.random() < share
        ]
    if d.row.type in WITH_PLOT:
        size = d.size if d.row.type == "Plot" else float(d.rng.randint(280, 2400))
        size = float(d.rng.randint(20_000, 900_000)) if d.row.type == "Farm" else size
        d.body["exterior"]["plot"] = {"size": size, "description": "Uppvuxen trädgård.", "type": None}


def exterior(kind: str, name: str, *, size: float | None) -> Json:
    """A balcony, patio or the like; size in m²."""
    return {"type": word(kind, name), "isAvailable": True, "size": size, "description": None}


def _taxation(d: Draft) -> None:
    land = round(d.price * d.rng.uniform(0.25, 0.4), -3)
    house = 0 if d.row.type == "Plot" else round(d.price * d.rng.uniform(0.3, 0.42), -3)
    quarter = d.place.districts[d.district].split()[0]
    unit = f"{d.place.name} {quarter} {d.rng.randint(1, 9)}:{d.rng.randint(1, 190)}"
    d.body["taxation"] |= {
        "isPreliminary": False,
        "propertyDesignations": [unit],
        "buildingValue": house,
        "landValue": land,
        "totalValue": house + land,
        "taxFee": None if d.row.type == "Plot" else 9_525,
    }
    if d.row.type != "Plot":
        d.body["pledges"] = [{"amount": d.rng.randint(2, 30) * 100_000} for _ in range(d.rng.randint(0, 3))]


def _running_costs(d: Draft) -> None:
    chosen = COSTS[:2] if d.row.type in FLATS else COSTS
    entries: list[Json] = [
        {"type": word(kind, name), "value": int(per_m2 * d.size * d.rng.uniform(0.7, 1.3))}
        for kind, name, per_m2 in chosen
    ]
    costs = {
        "sum": sum(entry["value"] for entry in entries),
        "householdSize": d.rng.randint(1, 4),
        "entries": entries,
        "description": None,
    }
    d.body["expenses"]["operation"] = costs
