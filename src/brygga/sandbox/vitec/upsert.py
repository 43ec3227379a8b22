"""Persons and companies written from outside: the match order, the limits, and the answer's bare id.

Source: contract §4. Not idempotent by any key. The order: contact id → personal number → first and last
name plus one of phone, mobile, e-mail. A work phone satisfies the rule that a way of contact must be
given and is never matched, so such a person is doubled by each repeat. Blank members change nothing.
"""

from __future__ import annotations

import re
from typing import Any, Final

from aiohttp import web

from brygga.sandbox.content.ident import wall
from brygga.sandbox.vitec.blank import Json
from brygga.sandbox.vitec.state import World

LIMITS: Final = {
    "firstName": 30, "lastName": 30, "telePhone": 17, "workPhone": 17, "cellPhone": 17, "otherPhone": 17,
    "switchPhone": 17, "emailAddress": 100, "emailAddress2": 100, "streetAddress": 68, "zipCode": 15,
    "city": 25, "socialSecurityNumber": 20,
}  # fmt: skip  # one table
PHONES: Final = {
    "telePhone": "home",
    "workPhone": "work",
    "cellPhone": "cell",
    "otherPhone": "other",
    "switchPhone": "switch",
}
NESTED: Final = {"cell": "cellPhone", "home": "telePhone", "work": "workPhone", "other": "otherPhone"}
"""Member of a nested `telephone` → its name in an upsert."""
PLAIN: Final = {
    "firstName": "firstName",
    "lastName": "lastName",
    "companyName": "name",
    "corporateNumber": "corporateNumber",
    "socialSecurityNumber": "socialSecurityNumber",
    "isForeignSocialSecurityNumber": "isForeignSocialSecurityNumber",
    "wishAdvertising": "advertisingEnabled",
    "gdprApprovalDate": "gdprApprovalDate",
}
"""Written member → the member it comes back as."""


class Upserts:
    """Finds or makes contacts in a world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def write(self, kind: str, body: Json, offices: list[int]) -> tuple[str, bool]:
        """The contact's id, and whether it was made. Raises HTTPBadRequest as Vitec refuses."""
        given = checked(body)
        if not any(
            given.get(name) for name in ("emailAddress", "telePhone", "cellPhone", "workPhone", "switchPhone")
        ):
            raise web.HTTPBadRequest(reason="E-post, telefon eller mobil måste anges.")
        found = self.match(kind, given, offices)
        if found is None:
            return self.add(kind, given, offices[0]), True
        self.change(found, given)
        return found, False

    def match(self, kind: str, given: Json, offices: list[int]) -> str | None:
        """The contact that the given members mean, by the documented order."""
        contacts = self._world.contacts
        asked = given.get("contactId")
        if asked and (number := contacts.known(asked)) is not None and contacts.office(number) in offices:
            return str(asked)
        bodies = [body for body in self._world.contacts.bodies(offices) if body["type"] == kind]
        for rule in (_same_number, _same_person):
            hits = [body["id"] for body in bodies if rule(body, given)]
            if hits:
                return str(hits[0])
        return None

    def add(self, kind: str, given: Json, office: int) -> str:
        """A new contact."""
        at = wall(self._world.now())
        identifier = self._world.contacts.add(office, kind, {}, at=at)
        self.change(identifier, given)
        return identifier

    def change(self, identifier: str, given: Json) -> None:
        """What is given and not blank."""
        contacts = self._world.contacts
        body = contacts.body(identifier)
        assert body is not None  # noqa: S101 - it was just found or made
        phones = {PHONES[k]: v for k, v in given.items() if k in PHONES and v}
        parts: dict[str, Any] = {
            "telephone": {**body["telephone"], **phones},
            "email": {**body["email"], **_of(given, body["email"])},
            "address": {**body["address"], **_of(given, body["address"])},
        }
        plain = {PLAIN[k]: v for k, v in given.items() if k in PLAIN and v not in (None, "")}
        contacts.change(identifier, {**plain, **parts}, changed_at=wall(self._world.now()))


def checked(body: Any) -> Json:
    """The members, nested ones (`email`, `address`, `telephone`) beside the others. Raises HTTPBadRequest."""
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(reason="Ett objekt förväntades.")
    flat: Json = {}
    for name, value in body.items():
        if not isinstance(value, dict):
            flat[name] = value
        for inner, held in value.items() if isinstance(value, dict) else ():
            flat[NESTED.get(str(inner), str(inner)) if name == "telephone" else str(inner)] = held
    for name, most in LIMITS.items():
        if isinstance(flat.get(name), str) and len(flat[name]) > most:
            raise web.HTTPBadRequest(reason=f"{name} får vara högst {most} tecken.")
    return flat


def digits(text: Any) -> str:
    """The digits alone; a Swedish number with its country code becomes one with a nought."""
    found = re.sub(r"\D", "", str(text or ""))
    return f"0{found[2:]}" if found.startswith("46") else found


def number_digits(text: Any) -> str:
    """The digits of a personal or organisation number."""
    return re.sub(r"\D", "", str(text or ""))


def _of(given: Json, held: Json) -> Json:
    return {name: given[name] for name in held if given.get(name) not in (None, "")}


def _same_number(body: Json, given: Json) -> bool:
    numbers = [name for name in ("socialSecurityNumber", "corporateNumber") if given.get(name)]
    return any(number_digits(given[name]) == number_digits(body.get(name)) != "" for name in numbers)


def _same_person(body: Json, given: Json) -> bool:
    """The same name, and the same phone, mobile or e-mail; the work phone is not looked at."""
    names = ("name", "companyName") if body["type"] == "Company" else ("firstName", "lastName")
    pairs = [(body.get(PLAIN.get(name, name)), given.get(name)) for name in names if name in PLAIN]
    if not all(_text(held) == _text(said) != "" for held, said in pairs):
        return False
    held = {digits(body["telephone"].get(name)) for name in ("home", "cell", "switch")} - {""}
    said = {digits(given.get(name)) for name in ("telePhone", "cellPhone", "switchPhone")} - {""}
    mails = {_text(one) for one in body["email"].values()} - {""}
    return bool(held & said) or _text(given.get("emailAddress")) in mails


def _text(value: Any) -> str:
    return str(value or "").strip().casefold()
