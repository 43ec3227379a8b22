"""Whether two contacts are one person: by number, by address, by phone, and never by the name alone."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from brygga.model import Contact

RULES: Final = ("personnummer", "foreign_id", "orgnr", "email", "phone")
"""In this order: the first that finds somebody decides."""
_WORD = re.compile(r"[^\W_]+")
_SPELLED: Final = str.maketrans({"æ": "ä", "ø": "ö", "ß": "ss"})
_COMPANY_FORMS: Final = frozenset({"ab", "aktiebolag", "publ", "hb", "kb"})


def agrees(rule: str, wanted: Contact, other: Contact) -> bool:
    """Whether a rule finds `other` when `wanted` is looked for. The name is judged by `same_name`.

    A work phone is no sign of a person: Vitec does not match it, and colleagues share it.
    """
    if wanted.kind != other.kind or (rule in {"email", "phone"} and contradict(wanted, other)):
        return False
    if rule == "email":
        return bool(emails(wanted) & emails(other))
    if rule == "phone":
        return bool(phones(wanted) & phones(other))
    mine = getattr(wanted, rule)
    return bool(mine) and mine == getattr(other, rule)


def contradict(one: Contact, other: Contact) -> bool:
    """Two numbers that differ are two persons, whatever address they share."""
    for name in ("personnummer", "foreign_id", "orgnr"):
        mine, theirs = getattr(one, name), getattr(other, name)
        if mine and theirs and mine != theirs:
            return True
    return False


def emails(contact: Contact) -> set[str]:
    """The addresses, in lower case."""
    return {one.strip().lower() for one in (contact.email, contact.email_other) if one.strip()}


def phones(contact: Contact) -> set[str]:
    """The numbers by which a person may be told: not the one at work."""
    return {one for one in (contact.mobile, contact.phone, contact.phone_other) if one}


def same_name(one: Contact, other: Contact) -> bool:
    """Whether two spellings may be one name: *Anna-Karin Öberg*, *ANNA KARIN OBERG*, *Öberg, Anna*.

    A missing name agrees with any.
    """
    if one.kind == "company":
        return _equal(_company(one.company_name), _company(other.company_name))
    if _equal(_words(one.last_name), _words(other.last_name)):
        return _within(_words(one.first_name), _words(other.first_name))
    return _all(one) == _all(other) != set()


def _all(contact: Contact) -> set[str]:
    return set(_words(f"{contact.first_name} {contact.last_name}"))


def _company(name: str) -> list[str]:
    return [word for word in _words(name) if word not in _COMPANY_FORMS]


def _equal(one: list[str], other: list[str]) -> bool:
    """The same words, also where only one of the spellings has a hyphen or a space."""
    return not one or not other or one == other or "".join(one) == "".join(other)


def _within(one: list[str], other: list[str]) -> bool:
    return _equal(one, other) or set(one) <= set(other) or set(other) <= set(one)


def _words(text: str) -> list[str]:
    """Lower-case words without accents."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_SPELLED))
    return _WORD.findall("".join(c for c in plain if not unicodedata.combining(c)))
