"""Contacts that seem to be the same: a score that says what it is made of.

Two different valid numbers are two persons, whatever else agrees. Points are added up to 100;
from `SAME_FROM` on the two are named. Nothing is merged by this.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from brygga.model import Contact
from brygga.sync.crosscheck.case import Case, Checking, Said
from brygga.sync.crosscheck.owners import folded

SAME_FROM: Final = 60
MOST_COMPARED: Final = 500
POINTS: Final = {
    "number": (100, "samma nummer"),
    "email": (45, "samma e-post"),
    "phone": (40, "samma telefon"),
    "name": (35, "samma namn"),
    "some_of_name": (15, "liknande namn"),
    "address": (20, "samma adress"),
}
"""What agrees → points and the words for it."""


class Twins(msgspec.Struct, frozen=True, kw_only=True):
    """Two contacts and why they are thought the same. `score` 0–100."""

    first_id: str
    second_id: str
    score: int
    reasons: list[str]


def among_contacts(case: Case) -> Checking:
    """Twins among the home's own contacts."""
    for found in twins(case.contacts):
        words = {"reasons": ", ".join(found.reasons), "score": found.score}
        yield Said(code="contact_twice", words=words, field=f"contact.{found.first_id}+{found.second_id}")


def twins(contacts: Sequence[Contact]) -> Iterator[Twins]:
    """Every pair that scores enough, in the order given. At most 500 contacts are compared."""
    for first, second in itertools.combinations(contacts[:MOST_COMPARED], 2):
        if first.id == second.id or first.protected or second.protected:
            continue
        agreed = _agreed(first, second)
        score = min(100, sum(POINTS[name][0] for name in agreed))
        if score >= SAME_FROM:
            reasons = [f"{POINTS[name][1]} {POINTS[name][0]}" for name in agreed]
            yield Twins(first_id=first.id, second_id=second.id, score=score, reasons=reasons)


def _agreed(first: Contact, second: Contact) -> list[str]:
    mine, theirs = _number(first), _number(second)
    if mine and theirs:
        return ["number"] if mine == theirs else []
    found = []
    if _emails(first) & _emails(second):
        found.append("email")
    if _phones(first) & _phones(second):
        found.append("phone")
    if name := _name(folded(_whole(first)), folded(_whole(second))):
        found.append(name)
    if (home := _home(first)) and home == _home(second):
        found.append("address")
    return found


def _number(contact: Contact) -> str:
    digits = re.sub(r"\D", "", contact.personnummer or contact.orgnr)
    return digits[-10:] if len(digits) >= 10 else ""


def _emails(contact: Contact) -> set[str]:
    return {one.strip().casefold() for one in (contact.email, contact.email_other)} - {""}


def _phones(contact: Contact) -> set[str]:
    every = (contact.mobile, contact.phone, contact.phone_work, contact.phone_other)
    return {digits for one in every if len(digits := re.sub(r"\D", "", one)[-9:]) == 9}


def _whole(contact: Contact) -> str:
    return f"{contact.first_name} {contact.last_name} {contact.company_name}"


def _name(mine: frozenset[str], theirs: frozenset[str]) -> str:
    """All words, or at least two of them where one side has more (a second first name)."""
    if not mine or not theirs:
        return ""
    if mine == theirs:
        return "name"
    both = mine & theirs
    return "some_of_name" if len(both) >= 2 and both in (mine, theirs) else ""


def _home(contact: Contact) -> tuple[str, str] | None:
    if contact.address is None or not contact.address.street:
        return None
    return contact.address.street.casefold().strip(), contact.address.postcode.replace(" ", "")
