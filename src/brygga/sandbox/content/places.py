"""Where the imitated homes lie: municipalities with district names, prices and invented streets.

Municipality names and codes (*LKF*) are public facts; coordinates are of the town, rounded.
Price levels are rough, so that price, area and place belong together. Street names are
common words put together, and house numbers are drawn.
"""

from __future__ import annotations

import random
from typing import Final

import msgspec


class Place(msgspec.Struct, frozen=True):
    """A municipality (*kommun*) as the seed sees it. Prices are kronor per m² living area."""

    name: str
    code: str
    town: str
    postcode: str
    latitude: float
    longitude: float
    flat_kr_m2: int
    house_kr_m2: int
    districts: tuple[str, ...]


PLACES: Final = (
    Place("Stockholm", "0180", "Stockholm", "112", 59.33, 18.05, 92000, 71000,
          ("Norra staden", "Hamnkvarteren", "Klippbacken", "Rosenlundsparken", "Västra kajen")),
    Place("Solna", "0184", "Solna", "171", 59.36, 18.0, 70000, 66000,
          ("Lindhagen", "Slottsskogen", "Bergslaget", "Nya torget")),
    Place("Nacka", "0182", "Nacka", "131", 59.31, 18.16, 62000, 60000,
          ("Sjöängen", "Fyrudden", "Ekhöjden", "Kvarnviken")),
    Place("Uppsala", "0380", "Uppsala", "753", 59.86, 17.64, 46000, 42000,
          ("Årummet", "Lärkbacken", "Östra Vreten", "Kungsparken")),
    Place("Göteborg", "1480", "Göteborg", "413", 57.7, 11.97, 58000, 50000,
          ("Älvstranden", "Majbacken", "Linnéhöjd", "Västra Varvet")),
    Place("Mölndal", "1481", "Mölndal", "431", 57.66, 12.01, 43000, 44000,
          ("Kvarnfallen", "Åkersdal", "Toltorp Norra")),
    Place("Malmö", "1280", "Malmö", "211", 55.6, 13.0, 36000, 40000,
          ("Sundshamnen", "Gamla gården", "Slottsvången", "Ribbans strand")),
    Place("Lund", "1281", "Lund", "222", 55.7, 13.19, 40000, 41000,
          ("Klosterparken", "Norra Fäladen Öst", "Tuna gärde")),
    Place("Västerås", "1980", "Västerås", "722", 59.61, 16.55, 29000, 30000,
          ("Öster Mälarstaden", "Skiljehagen", "Viksängsparken")),
    Place("Örebro", "1880", "Örebro", "702", 59.27, 15.21, 28000, 30000,
          ("Sörbyängen", "Ekersparken", "Ladugårdsbacken")),
    Place("Umeå", "2480", "Umeå", "903", 63.83, 20.26, 31000, 30000,
          ("Björkstaden", "Älvbrinken", "Haga strand")),
    Place("Norrtälje", "0188", "Norrtälje", "761", 59.76, 18.7, 33000, 31000,
          ("Hamnängen", "Kvisthöjden", "Svanbergaviken")),
    Place("Åre", "2321", "Åre", "837", 63.4, 13.08, 52000, 38000,
          ("Fjällbyn", "Sjöstranden", "Tottliden")),
    Place("Borgholm", "0885", "Borgholm", "387", 56.88, 16.65, 30000, 24000,
          ("Alvarvägen", "Kalkbacken", "Sandviken Norra")),
)  # fmt: skip  # one place a paragraph

CITIES: Final = PLACES[:11]
LEISURE: Final = PLACES[11:]

FIRST_PARTS: Final = (
    "Björk", "Lind", "Ek", "Rönn", "Sjö", "Berg", "Skogs", "Ängs", "Kvarn", "Smed", "Kyrk", "Skol", "Hamn",
    "Fiskar", "Trädgårds", "Lärk", "Svan", "Hassel", "Vinter", "Sommar", "Park", "Åker", "Brunns", "Slotts",
    "Jungfru", "Repslagar", "Klock", "Norr", "Söder", "Väster", "Öster", "Myr", "Lok", "Segel",
)  # fmt: skip  # one list
LAST_PARTS: Final = ("gatan", "vägen", "stigen", "backen", "gränd", "allén", "torget", "kroken")

ABROAD: Final = (
    ("ES", "Costa Blanca", "Alicante", 38.0, -0.75, ("Calle del Mar", "Avenida de la Luz", "Camino Alto")),
    ("FR", "Azurkusten", "Alpes-Maritimes", 43.6, 7.1, ("Chemin des Oliviers", "Rue du Port")),
    ("IT", "Gardasjön", "Verona", 45.6, 10.7, ("Via del Sole", "Via Lago")),
)


def street(rng: random.Random, *, flat: bool) -> str:
    """An invented street with number, `Lindgatan 14B` or `Kvarnstigen 7`."""
    name = rng.choice(FIRST_PARTS) + rng.choice(LAST_PARTS[:6] if flat else LAST_PARTS[1:])
    letter = rng.choice("ABC") if flat and rng.random() < 0.3 else ""
    return f"{name} {rng.randint(1, 90)}{letter}"


def postcode(rng: random.Random, place: Place) -> str:
    """Five digits as `NNN NN` within the place's series."""
    return f"{place.postcode} {rng.randint(10, 69)}"


def near(rng: random.Random, place: Place) -> dict[str, float]:
    """A point within about two kilometres of the town, WGS 84 degrees, five decimals."""
    return {
        "longitude": round(place.longitude + rng.uniform(-0.03, 0.03), 5),
        "latitude": round(place.latitude + rng.uniform(-0.018, 0.018), 5),
    }
