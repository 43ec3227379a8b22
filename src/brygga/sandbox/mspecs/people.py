"""The brokerage, its offices and colleagues, and the sellers of its homes. All invented."""

from __future__ import annotations

import random

from brygga.sandbox.content import people, places
from brygga.sandbox.mspecs.idents import Json, Seed, ident, offset, word

COLLEAGUES = 5
"""Colleagues an office."""


def organization() -> Json:
    """The brokerage itself."""
    return {
        "id": ident("organization", 1),
        "name": "Bryggan Mäkleri",
        "legalName": "Bryggan Mäkleri AB",
        "identifier": people.orgnr(41, association=False),
        "phoneNumber": people.phone(40),
        "email": "info@example.com",
        "webPageUrl": "https://makleri.example.com",
    }


def office(seed: Seed, number: int) -> Json:
    """Office `number`, from 0."""
    place, rng = places.PLACES[number % len(places.PLACES)], seed.rng("office", number)
    point = places.near(rng, place)
    return {
        "id": ident("office", number + 1),
        "parentId": ident("organization", 1),
        "name": f"Bryggan {place.town}",
        "legalName": "Bryggan Mäkleri AB",
        "identifier": f"K{number + 1:03d}",
        "status": "ENUMS_ORGANIZATION_UNIT_PROVIDER_SERVICE_SUBSCRIBER_STATUS_ACTIVE",
        "phoneNumber": people.phone(number),
        "email": f"kontor{number + 1}@example.com",
        "streetAddress": places.street(rng, flat=True),
        "postalCode": places.postcode(rng, place),
        "city": place.town,
        "latitude": str(point["latitude"]),
        "longitude": str(point["longitude"]),
        "websiteUrl": f"https://makleri.example.com/{number + 1}",
        "presentation": f"Vi känner {place.town}.",
        "isPublished": True,
        "updatedDate": offset(seed.day(-200 + number)),
    }


def user(seed: Seed, number: int, root: str) -> Json:
    """Colleague `number`, from 0, with a portrait below the address `root`."""
    first, last = people.full_name(number + 3)
    home = number // COLLEAGUES
    return {
        "id": ident("user", number + 1),
        "firstName": first,
        "lastName": last,
        "title": "Fastighetsmäklare" if number % COLLEAGUES < 4 else "Koordinator",
        "phoneNumber": people.phone(number),
        "homePhoneNumber": people.phone(50 + home),
        "email": people.email(first, last, number),
        "presentation": f"{first} har arbetat länge i branschen.",
        "image": {
            "originalUrl": f"{root}/files/portrait/{number + 1}.jpg",
            "extension": "jpg",
            "originalResolution": "1600x1067",
        },
        "offices": [
            {
                "id": ident("office", home + 1),
                "name": office(seed, home)["name"],
                "isDirectMember": True,
                "displayOrder": number % COLLEAGUES,
            }
        ],
        "isRegisteredBroker": number % COLLEAGUES < 4,
        "roles": ["BROKER"] if number % COLLEAGUES < 4 else ["ASSISTANT"],
        "updatedDate": offset(seed.day(-100 + number)),
    }


def broker(seed: Seed, number: int, root: str, *, main: bool) -> Json:
    """A colleague as a deal names them."""
    whole = user(seed, number, root)
    kept = ("id", "firstName", "lastName", "phoneNumber", "email", "title", "presentation", "image")
    return {name: whole[name] for name in kept} | {"isMainUser": main}


def sellers(rng: random.Random, index: int) -> list[Json]:
    """One or two owners; now and then a company. Every member, whatever has been granted."""
    if index % 11 == 7:
        return [
            {
                "type": "COMPANY",
                "share": "1/1",
                "name": f"Fastigheten {index} AB",
                "identifier": people.orgnr(200 + index, association=False),
                "email": f"bolag{index}@example.com",
                "phoneNumber": people.phone(index),
                **_home(rng),
            }
        ]
    count = 1 + index % 2
    return [_person(rng, index * 2 + n, f"1/{count}") for n in range(count)]


def _person(rng: random.Random, number: int, share: str) -> Json:
    first, last = people.full_name(number)
    return {
        "type": "PERSON",
        "share": share,
        "firstName": first,
        "lastName": last,
        "identifier": people.TEST_NUMBERS[number % len(people.TEST_NUMBERS)],
        "email": people.email(first, last, number),
        "phoneNumber": people.phone(number),
        **_home(rng),
    }


def _home(rng: random.Random) -> Json:
    place = rng.choice(places.PLACES)
    return {
        "streetAddress": places.street(rng, flat=False),
        "postalCode": places.postcode(rng, place),
        "city": place.town,
    }


def subscribed_office(whole: Json) -> Json:
    """An office as the organisation answers tell of it."""
    return {name: value for name, value in whole.items() if name != "status"} | {
        "businessRelationType": word("ENUMS_ORGANIZATION_UNIT_BUSINESS_RELATION_TYPE_CONTRACTOR", "Konsult")
    }
