"""The agency's contacts: sellers with (test) personal numbers, speculators without.

Sellers are a small circle that sells again and again, because only so many test numbers are
used and a number must be one person's. Shapes: contract §3 and §10 and the person example.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from brygga.sandbox.content import people
from brygga.sandbox.content.ident import long_id, wall
from brygga.sandbox.content.places import PLACES, near, postcode, street
from brygga.sandbox.vitec.blank import Json, nothing
from brygga.sandbox.vitec.office import Agency

PERSONS: Final = len(people.TEST_NUMBERS)
COMPANIES: Final = 5
DECEASED: Final = 1
SELLERS: Final = PERSONS + COMPANIES + DECEASED
KINDS: Final = {"Person": "persons", "Company": "companies", "Estate": "deceasedEstates"}
"""Contact subtype → its name in lists. `Estate` is a deceased person's estate (contract §11)."""


class Contacts:
    """All contacts of an agency, built on demand; changed and merged ones are kept."""

    def __init__(self, agency: Agency, *, estates: int) -> None:
        self._agency = agency
        asked = agency.amounts.contacts
        others = max(10, min(estates // 2, 5_000)) if asked is None else max(10, asked - SELLERS)
        self.count = SELLERS + others
        self._index = {self.identifier(n): n for n in range(self.count)}
        self._kept: dict[str, Json] = {}
        self._once: dict[int, Json] = {}
        self._added: dict[int, tuple[int, str]] = {}
        self.merged: dict[str, str] = {}

    def identifier(self, number: int) -> str:
        """The id of a contact."""
        return long_id("ADR", self._agency.seed, "contact", number)

    def kind(self, number: int) -> str:
        """`Person`, `Company` or `Estate`."""
        if number in self._added:
            return self._added[number][1]
        if number < PERSONS or number >= SELLERS:
            return "Person"
        return "Company" if number < PERSONS + COMPANIES else "Estate"

    def office(self, number: int) -> int:
        """Which office keeps the contact."""
        if number in self._added:
            return self._added[number][0]
        return number % self._agency.offices

    def seller_of(self, estate: int) -> int:
        """Who sells an estate: a seller of the same office."""
        return estate % SELLERS

    def known(self, identifier: str) -> int | None:
        """The number behind an id; None for unknown and merged ones."""
        return None if identifier in self.merged else self._index.get(identifier)

    def stands_for(self, identifier: str) -> list[int]:
        """The numbers of a contact and of those merged into it."""
        ones = [identifier, *(source for source, kept in self.merged.items() if kept == identifier)]
        return [self._index[one] for one in ones if one in self._index]

    def of_office(self, office: int | None) -> list[int]:
        """All that are left, of one office or of all."""
        return [
            number
            for identifier, number in self._index.items()
            if identifier not in self.merged and (office is None or self.office(number) == office)
        ]

    def bodies(self, offices: Iterable[int]) -> list[Json]:
        """All contacts that are left, of these offices, in full."""
        kept = set(offices)
        found = [self.body(one) for one, number in self._index.items() if self.office(number) in kept]
        return [body for body in found if body is not None]

    def body(self, identifier: str) -> Json | None:
        """A contact in full, or None."""
        number = self.known(identifier)
        if number is None:
            return None
        if identifier not in self._kept and number not in self._once:
            self._once[number] = self._built(number)
        return self._kept.get(identifier) or self._once[number]

    def change(self, identifier: str, changes: dict[str, Any], *, changed_at: str) -> Json:
        """Keep a changed contact. Raises KeyError for an unknown one."""
        body = self.body(identifier)
        if body is None:
            raise KeyError(identifier)
        self._kept[identifier] = {**body, **changes, "changedAt": changed_at}
        return self._kept[identifier]

    def add(self, office: int, kind: str, members: Json, *, at: str) -> str:
        """A new contact with these members; gives its id."""
        number = self.count + len(self._added)
        identifier = self.identifier(number)
        self._added[number] = (office, kind)
        self._index[identifier] = number
        blank = _blank(kind, self._agency.customer(office), at)
        self._kept[identifier] = {**blank, **members, "id": identifier, "type": kind}
        return identifier

    def merge(self, sources: list[str], destination: str) -> None:
        """The sources cease to be; the destination stands for them, and takes over what it lacked."""
        for source in sources:
            left, gone = self.body(destination), self.body(source)
            if left is not None and gone is not None and source != destination:
                self._kept[destination] = taken_over(left, gone)
        for earlier, kept in self.merged.items():
            if kept in sources:
                self.merged[earlier] = destination
        for source in sources:
            self.merged[source] = destination
            self._kept.pop(source, None)

    def _built(self, number: int) -> Json:
        rng = random.Random(f"{self._agency.seed}:contact:{number}")  # noqa: S311 - content, not secrecy
        at = wall(self._agency.today - timedelta(days=rng.randint(3, 300), seconds=rng.randint(0, 80_000)))
        shared = self._shared(number, rng, at)
        kind = self.kind(number)
        if kind == "Company":
            return {**shared, "type": kind, **_company(number)}
        if kind == "Estate":
            first, last = people.full_name(number)
            name = f"Dödsboet efter {first} {last}"
            return {**shared, "type": kind, "name": name, "socialSecurityNumber": None,
                    "isForeignIdSocialSecurityNumber": False}  # fmt: skip  # one answer
        return {**shared, "type": kind, **_person(number, at)}

    def _shared(self, number: int, rng: random.Random, at: str) -> Json:
        office = self.office(number)
        place = PLACES[office % len(PLACES)]
        first, last = people.full_name(number)
        return {
            "id": self.identifier(number),
            "customerId": self._agency.customer(office),
            "agentId": self._agency.agent_id(office, number % 3),
            "address": {
                "streetAddress": street(rng, flat=True),
                "zipCode": postcode(rng, place),
                "city": place.town,
                "countryCode": "SE",
                "wgs84Coordinate": near(rng, place),
            },
            "telephone": {"home": None, "work": None, "cell": people.phone(number), "other": None},
            "email": {"emailAddress": people.email(first, last, number), "emailAddress2": None},
            "gdprApprovalDate": at,
            "advertisingEnabled": rng.random() < 0.5,
            "note": None,
            "categories": [
                {"id": "KAT1", "name": "Säljare" if number < SELLERS else "Spekulant", "readOnly": False}
            ],
            "createdAt": at,
            "changedAt": at,
        }


def _blank(kind: str, customer: str, at: str) -> Json:
    """A contact of which nothing is known."""
    phones = ("switch",) if kind == "Company" else ("home", "work", "cell", "other")
    own: Json = (
        {"name": None, "corporateNumber": None}
        if kind == "Company"
        else {
            **nothing("firstName", "lastName", "socialSecurityNumber", "dateOfBirth", "matchingChangedAt"),
            **dict.fromkeys(("isForeignSocialSecurityNumber", "isDeceased", "isCompanyPerson"), False),
            "leadScore": 0,
            "wantsToBeMatched": "No",
        }
    )
    return {
        "customerId": customer,
        "agentId": None,
        "address": nothing("streetAddress", "zipCode", "city", "countryCode", "wgs84Coordinate"),
        "telephone": nothing(*phones),
        "email": nothing("emailAddress", "emailAddress2"),
        "gdprApprovalDate": None,
        "advertisingEnabled": True,
        "note": None,
        "categories": [],
        "createdAt": at,
        "changedAt": at,
        **own,
    }


def taken_over(left: Json, gone: Json) -> Json:
    """What a merge keeps of the contact that goes, as far as there is room (this imitation's choice)."""
    merged = {**left, "email": dict(left["email"]), "telephone": dict(left["telephone"])}
    for name in ("socialSecurityNumber", "dateOfBirth"):
        merged[name] = left.get(name) or gone.get(name)
    for part, first in (("email", "emailAddress2"), ("telephone", "other")):
        held = merged[part]
        for value in gone[part].values():
            if value and value not in held.values() and held.get(first) is None and first in held:
                held[first] = value
    return merged


def _person(number: int, at: str) -> Json:
    first, last = people.full_name(number)
    pnr = people.TEST_NUMBERS[number] if number < PERSONS else None
    return {
        "firstName": first,
        "lastName": last,
        "socialSecurityNumber": f"{pnr[:8]}-{pnr[8:]}" if pnr else None,
        "isForeignSocialSecurityNumber": False,
        "dateOfBirth": f"{pnr[:4]}-{pnr[4:6]}-{pnr[6:8]}T00:00:00" if pnr else None,
        "leadScore": number % 5,
        "wantsToBeMatched": "Yes" if number % 2 else "No",
        "matchingChangedAt": at,
        "isDeceased": False,
        "isCompanyPerson": False,
    }


def _company(number: int) -> Json:
    return {
        "name": f"Exempelbolaget {number} AB",
        "corporateNumber": people.orgnr(number, association=False),
        "telephone": {"switch": people.phone(number)},
    }
