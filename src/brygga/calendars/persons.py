"""Organisers and guests in calendar files: read, checked and written (RFC 5545 §3.8.4)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import unquote

from brygga.calendars.event import Person
from brygga.calendars.lines import Line, plain, quoted
from brygga.calendars.trouble import unusable

MOST_GUESTS: Final = 1_000
_EMAIL: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[^\s@<>\"',;:\\()\[\]]{1,250}")
_ANSWERS: Final = {
    "needs_action": "NEEDS-ACTION",
    "accepted": "ACCEPTED",
    "declined": "DECLINED",
    "tentative": "TENTATIVE",
    "delegated": "DELEGATED",
}


def read(line: Line | None) -> Person | None:
    """The person of an ORGANIZER or ATTENDEE line."""
    if line is None:
        return None
    value = line.value.strip()
    if value[:7].lower() == "mailto:":
        value = unquote(value[7:])
    answer = line.params.get("PARTSTAT", "").lower().replace("-", "_")
    return Person(
        email=plain(value), name=plain(line.params.get("CN", "")), answer=plain(answer) or "needs_action"
    )


def read_all(lines: Iterable[Line]) -> tuple[Person, ...]:
    """The guests, a thousand at most."""
    return tuple(person for person in map(read, list(lines)[:MOST_GUESTS]) if person is not None)


def organiser(person: Person, *, by_client: bool = False) -> str:
    """The ORGANIZER line. `by_client`: a server that stores it is not to mail anybody (RFC 6638 §7.1)."""
    return _line("ORGANIZER" + (";SCHEDULE-AGENT=CLIENT" if by_client else ""), person)


def invited(person: Person, *, by_client: bool = False) -> str:
    """The ATTENDEE line of an invitation."""
    head = "ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=" + _answer(person.answer)
    return _line(head + ";RSVP=TRUE" + (";SCHEDULE-AGENT=CLIENT" if by_client else ""), person)


def answered(person: Person, answer: str) -> str:
    """The ATTENDEE line of an answer. Raises Invalid (`bad_answer`)."""
    return _line("ATTENDEE;PARTSTAT=" + _answer(answer), person)


def _answer(word: str) -> str:
    if word not in _ANSWERS:
        raise unusable("an answer that there is not", code="bad_answer")
    return _ANSWERS[word]


def _line(head: str, person: Person) -> str:
    name = f";CN={quoted(person.name)}" if plain(person.name) else ""
    return f"{head}{name}:mailto:{address(person.email)}"


def address(email: str) -> str:
    """The address as it may stand after `mailto:`; an international domain in its ASCII form.

    Raises Invalid (`bad_address`): line breaks, several addresses and the like.
    """
    if not _EMAIL.fullmatch(email):
        raise unusable("that is not one e-mail address", code="bad_address")
    local, _, domain = email.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise unusable("the domain of an e-mail address cannot be used", code="bad_address") from error
    return f"{local.replace('%', '%25')}@{ascii_domain}"
