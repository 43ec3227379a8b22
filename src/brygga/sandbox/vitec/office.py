"""The agency around the homes: offices, colleagues, areas, associations, projects, brand.

Everything is a pure function of seed and index, so nothing is kept until somebody changes it.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Final

from brygga.sandbox.content import people, phrases
from brygga.sandbox.content.ident import long_id, wall
from brygga.sandbox.content.places import PLACES, Place, near, postcode, street
from brygga.sandbox.vitec.amounts import Amounts
from brygga.sandbox.vitec.blank import (
    Json,
    between,
    image,
    marketing,
    nothing,
    number,
    surroundings,
    zip_code,
)
from brygga.sandbox.vitec.words import status, word

AGENTS_PER_OFFICE: Final = 4
GROUP: Final = "G90000"
BRAND: Final = "VAR00000000000000000000000000000001"
TITLES: Final = ("Fastighetsmäklare", "Fastighetsmäklare/Kontorschef", "Fastighetsmäklare", "Mäklarassistent")
ASSOCIATION_NAMES: Final = (
    "Kvarnen", "Blåklinten", "Månstenen", "Lotsen", "Vinkelhaken", "Rönnen", "Fyrbåken", "Stenhuggaren",
    "Sparven", "Klöverbladet", "Ankaret", "Kardemumman",
)  # fmt: skip  # one list


class Agency:
    """Builds the records around the homes. `today` is the Swedish midnight the seed counts from."""

    def __init__(
        self, *, seed: int, today: datetime, offices: int, estates: int, amounts: Amounts | None = None
    ) -> None:
        self.seed, self.estates, self.amounts = seed, estates, amounts or Amounts()
        self.today = today
        self.offices = offices
        self.associations = max(3, min(9_000, estates // 8))
        self.projects = max(offices, estates // 60)

    def _rng(self, *parts: object) -> random.Random:
        return random.Random(f"{self.seed}:{':'.join(map(str, parts))}")  # noqa: S311 - content, not secrecy

    def _changed(self, rng: random.Random) -> str:
        return wall(self.today - timedelta(days=rng.randint(5, 400), seconds=rng.uniform(0, 86_000)))

    def customer(self, office: int) -> str:
        """The customer id of an office: one office is one customer (contract §1)."""
        return f"M{90001 + office}"

    def office_ref(self, office: int) -> Json:
        """An office as other records name it."""
        return {"id": f"FIR{90001 + office}", "customerId": self.customer(office)}

    def places(self, office: int) -> list[tuple[int, Place]]:
        """The municipalities where an office works."""
        return [(n, place) for n, place in enumerate(PLACES) if n % self.offices == office]

    def office(self, office: int) -> Json:
        """One office in full."""
        rng = self._rng("office", office)
        place = PLACES[office % len(PLACES)]
        name = f"Bryggmäklarna {place.name}"
        return {
            **self.office_ref(office),
            "changedAt": self._changed(rng),
            "brandId": BRAND,
            "name": name,
            "streetAddress": street(rng, flat=True),
            "zipCode": zip_code(postcode(rng, place)),
            "postalTown": place.town,
            "telephone": {"switch": number(80 + office)},
            "emailAddress": f"{people.plain(place.name)}@example.com",
            "seat": place.name,
            "description": f"{name} förmedlar bostäder i {place.name} med omnejd.",
            "coordinate": near(rng, place),
        }

    def agent_id(self, office: int, agent: int) -> str:
        """The id of an office's colleague."""
        return long_id("HAN", self.seed, "agent", office, agent)

    def agent(self, office: int, agent: int) -> Json:
        """One colleague in full. The first of each office but the first also sits at the first."""
        rng = self._rng("agent", office, agent)
        index = 200 + office * AGENTS_PER_OFFICE + agent
        first, last = people.full_name(index)
        at = [office, 0] if agent == 0 and office else [office]
        return {
            "id": self.agent_id(office, agent),
            "name": f"{first} {last}",
            "title": TITLES[agent],
            "category": "Mäklare" if agent < 3 else "Assistent",
            "emailAddress": people.email(first, last, index),
            "description": f"{first} har arbetat som mäklare i {rng.randint(2, 25)} år.",
            "spokenLanguages": ["Svenska", *rng.sample(["Engelska", "Finska", "Arabiska", "Spanska"], 1)],
            "changedAt": self._changed(rng),
            "telephone": {"cell": number(index), "public": None},
            "image": image(
                picture_id("agent", office, agent, seed=self.seed),
                changed=self._changed(rng),
                category=word("Other", "Porträtt"),
            ),
            "isVisibleInStaffList": agent < 3,
            "offices": [
                {
                    **self.office_ref(place),
                    "orderNumber": agent + 1,
                    "isVisibleInStaffList": agent < 3,
                    "telephone": {"personal": number(index)},
                }
                for place in at
            ],
            "reviews": [],
        }

    def agents_at(self, office: int) -> list[tuple[int, int]]:
        """Which colleagues an office lists: its own, and heads of others who sit there too."""
        own = [(office, agent) for agent in range(AGENTS_PER_OFFICE)]
        return own + ([(other, 0) for other in range(1, self.offices)] if office == 0 else [])

    def area_id(self, place: int, district: int) -> str:
        """The id of a district."""
        return long_id("SOM" if district % 2 else "STD", self.seed, "area", place, district)

    def area(self, place: int, district: int) -> Json:
        """One area with its border as GeoJSON MultiPolygon, longitude first."""
        rng = self._rng("area", place, district)
        spot = near(rng, PLACES[place])
        west, south = spot["longitude"] - 0.01, spot["latitude"] - 0.006
        east, north = west + 0.02, south + 0.012
        ring = [[west, south], [east, south], [east + 0.003, north], [west, north], [west, south]]
        return {
            "id": self.area_id(place, district),
            "name": PLACES[place].districts[district],
            "countyMunicipalityCode": PLACES[place].code,
            "coordinates": [[[[round(x, 5), round(y, 5)] for x, y in ring]]],
            "changedAt": self._changed(rng),
            "office": self.office_ref(place % self.offices),
            "surroundings": self.around(rng),
            "images": [],
        }

    def around(self, rng: random.Random) -> Json:
        """A neighbourhood in words."""
        return {
            **surroundings(),
            "service": rng.choice(phrases.SERVICE),
            "communication": rng.choice(phrases.TRAVEL),
            "area": rng.choice(phrases.AREAS).format(minuter=rng.randint(3, 12)),
            "parking": rng.choice(phrases.PARKING),
        }

    def association_id(self, association: int) -> str:
        """The id of a housing association."""
        return long_id("ORGBRF", self.seed, association)

    def association(self, association: int) -> Json:
        """One housing association (*bostadsrättsförening*) in full."""
        rng = self._rng("association", association)
        first, last = people.full_name(300 + association)
        homes = rng.randint(12, 240)
        name = f"Brf {ASSOCIATION_NAMES[association % len(ASSOCIATION_NAMES)]} {association + 1}"
        return {
            "id": self.association_id(association),
            "changedAt": self._changed(rng),
            "name": name,
            "corporateNumber": people.orgnr(association, association=True),
            "organizationalForm": "TenantOwnedAssociation",
            "email": f"{people.plain(name)}@example.com",
            "homePage": None,
            "genuineAssociation": rng.choices(
                ["PrivateHousingCompany", "NotPrivateHousingCompany", "Undetermined"], [90, 4, 6]
            )[0],
            "numberOfApartments": homes,
            "numberOfRentalApartments": rng.randint(0, 3),
            "numberOfPremises": rng.randint(0, 4),
            "descriptions": {
                "generalAboutAssociation": f"Bildad {rng.randint(1930, 2015)}, {homes} lägenheter.",
                "renovations": f"Stambyte {rng.randint(1995, 2022)}, fönster {rng.randint(2005, 2025)}.",
                "parking": rng.choice(phrases.PARKING),
                "tvAndBroadband": "Bredband ingår i avgiften.",
                "courtyard": "Gård med grill och odlingslådor.",
                "sharedSpaces": "Tvättstuga, cykelrum och övernattningslägenhet.",
                **nothing("insurance", "other"),
            },
            "economy": {
                "monthlyFeeInformation": "Värme och vatten ingår.",
                "finances": "Inga beslutade avgiftshöjningar.",
                "sublettingPolicy": "Enligt bostadsrättslagen.",
                "theAssociationOwnTheGround": rng.choice(("Ja", "Nej, tomträtt")),
                "transferFee": rng.choice((1312, 1470, None)),
                "transferFeePaidBy": rng.choice(("Buyer", "Seller")),
                "pledgeFee": rng.choice((525, 588)),
                "allowLegalPersonAsBuyer": rng.choice(("No", "Yes", "Undetermined")),
                "allowsSharedOwnershipInfo": None,
            },
            "publicContact": {
                "name": f"{first} {last}",
                "cellPhone": people.phone(40 + association),
                "otherPhone": None,
                "email": people.email(first, last, 300 + association),
            },
            "documents": [],
        }

    def project_id(self, project: int) -> str:
        """The id of a new-build project."""
        return long_id("PRO", self.seed, "project", project)

    def project(self, project: int) -> Json:
        """One new-build project (*nyproduktionsprojekt*)."""
        rng = self._rng("project", project)
        office = project % self.offices
        place_number, place = rng.choice(self.places(office))
        district = rng.randrange(len(place.districts))
        low, high = rng.randint(28, 45), rng.randint(70, 110)
        price = place.flat_kr_m2 * 1.1
        return {
            "id": self.project_id(project),
            "name": f"{rng.choice(ASSOCIATION_NAMES)} i {place.districts[district]}",
            "status": status(rng.choice(("Running", "Coming", "Running", "Soldout"))),
            "office": self.office_ref(office),
            "primaryAgentId": self.agent_id(office, 0),
            "secondaryAgentId": None,
            "address": {
                "streetAddress": street(rng, flat=True),
                "zipCode": zip_code(postcode(rng, place)),
                "postalTown": place.town,
                "area": word(self.area_id(place_number, district), place.districts[district]),
                "municipality": place.name,
                "countryCode": "SE",
                "countyMunicipalityCode": place.code,
                "wgs84Coordinate": near(rng, place),
                "directions": None,
            },
            "surroundings": self.around(rng),
            "changedAt": self._changed(rng),
            "files": [],
            "viewings": [],
            "images": [
                image(
                    picture_id("project", project, n, seed=self.seed),
                    changed=self._changed(rng),
                    category=word("Other", "Exteriör"),
                )
                for n in range(2)
            ],
            "links": [],
            "marketing": {**marketing(), "publishedAt": self._changed(rng), "isNewHome": True},
            "extensions": nothing("primaryAgent", "secondaryAgent"),
            "currency": "SEK",
            "estates": {
                "price": between(int(round(price * low, -4)), int(round(price * high, -4))),
                "monthlyFee": between(low * 55, high * 50),
                "livingSpace": between(low, high),
                "numberOfRooms": between(1, 4),
                "plot": between(None, None),
            },
            "sale": {
                **nothing("shortDescription", "phrase", "otherInformation"),
                "heading": f"Nya bostäder i {place.districts[district]}",
                "description": "Ett mindre hus med gård, byggt med omsorg om ljus och material.",
                "startsAt": wall(self.today - timedelta(days=rng.randint(-30, 200))),
                "possessionEstimation": f"Våren {self.today.year + rng.randint(1, 2)}",
            },
            "producer": {"name": "Exempelbyggarna AB"},
        }

    def brand(self) -> Json:
        """The chain's brand."""
        at = wall(self.today - timedelta(days=900))
        return {"id": BRAND, "name": "Bryggmäklarna", "createdAt": at, "changedAt": at, "segments": []}


OWNERS: Final = ("estate", "agent", "project", "area")


def picture_id(owner: str, first: int, second: int, *, seed: int) -> str:
    """A media id from which this imitation can tell whose it is; to others it is opaque."""
    head = f"{OWNERS.index(owner)}{first:07X}{second:04X}"
    return f"MED{head}{long_id('', seed, head)[:20]}"


def picture_owner(identifier: str, *, seed: int) -> tuple[str, int, int] | None:
    """Owner kind and its two numbers, or None for an id that this imitation did not give."""
    try:
        owner, first, second = int(identifier[3], 16), int(identifier[4:11], 16), int(identifier[11:15], 16)
    except ValueError:
        return None
    if owner >= len(OWNERS) or picture_id(OWNERS[owner], first, second, seed=seed) != identifier:
        return None
    return OWNERS[owner], first, second
