"""Sellers and buyers, as far as they are granted: contacts, and their part in the home.

Mspecs gives them no id. So the id is made of the deal and the name; a corrected name is a new
contact, and `Estate.seller_ids` says who sells now.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, Final

import msgspec

from brygga.connectors.mspecs.mapping.media import OWNER
from brygga.connectors.mspecs.mapping.reading import Part, Reading
from brygga.model import Contact, Record, Relation
from brygga.model.parts import Address
from brygga.swedish import orgnr, personnummer
from brygga.swedish.outcome import NotUnderstood

ROLES: Final = {"sellers": "seller", "buyers": "buyer"}


def parties(root: Part, r: Reading, *, deal: str, fetched_at: datetime) -> tuple[list[str], list[Record]]:
    """Ids of the sellers, and a contact and a relation for each seller and buyer that has a name.

    `root` must have been cut to what is granted (`grants.cut`).
    """
    sellers: list[str] = []
    made: list[Record] = []
    for member, role in ROLES.items():
        for part in r.parts(root, member):
            contact = _contact(part, r, deal=deal, fetched_at=fetched_at)
            if contact is None or any(one.id == contact.id for one in made):
                continue
            sellers += [contact.id] if role == "seller" else []
            relation = Relation(
                id=f"{contact.id}{OWNER}{role}",
                estate_id=f"{r.connection}:{deal}",
                contact_id=contact.id,
                role=role,
            )
            share = part.read("share")
            if share:
                relation.extra = {"share": r.text(share, part.at("share"), most=20)}
            made += [contact, relation]
    return sellers, made


def _contact(part: Part, r: Reading, *, deal: str, fetched_at: datetime) -> Contact | None:
    names = [r.line(part, name) for name in ("firstName", "lastName", "name")]
    if not any(names):
        return None
    kind = r.word(part, "type", "party_kinds") or "person"
    contact = Contact(
        id=f"{r.connection}:{deal}{OWNER}{_digest(kind, *names)}",
        kind=kind,
        first_name=names[0],
        last_name=names[1],
        company_name=names[2],
        email=r.email(part.read("email"), part.at("email")),
        mobile=r.phone(part.read("phoneNumber"), part.at("phoneNumber")),
        address=_address(part, r),
    )
    _identity(contact, part, r, fetched_at)
    return contact


def _digest(*facts: Any) -> str:
    return hashlib.blake2b(msgspec.json.encode(facts), digest_size=8).hexdigest()


def _address(part: Part, r: Reading) -> Address | None:
    read = Address(
        street=r.line(part, "streetAddress"),
        postcode=r.postcode(part.read("postalCode"), part.at("postalCode"), swedish=False),
        town=r.line(part, "city"),
    )
    return None if read == Address() else read


def _identity(contact: Contact, part: Part, r: Reading, fetched_at: datetime) -> None:
    """A personal number as twelve digits, or an organisation number; one that cannot be read is dropped.

    It is not carried in `extra`: a half-read identity helps nobody and is personal all the same.
    """
    text = r.line(part, "identifier", most=60)
    if not text:
        return
    try:
        if contact.kind == "company":
            contact.orgnr = str(orgnr.parse(text))
        else:
            contact.personnummer = personnummer.parse(text, today=fetched_at.date()).digits
    except NotUnderstood as error:
        contact.protected = error.code == "protected"
        code = "not_an_orgnr" if contact.kind == "company" else "not_a_personnummer"
        r.note(code, part.at("identifier"), sv=error.sv)
