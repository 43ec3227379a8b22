"""What can be written of each kind, and how a record would come back if it were written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from brygga.connectors.abilities import Writable
from brygga.connectors.vitec.mapping.outward.homes import PAGES
from brygga.model import Bid, Contact, Estate, Meeting, Record, Relation
from brygga.model.parts import Address, Areas, Building, Price, Taxation
from brygga.swedish import phone
from brygga.swedish.outcome import NotUnderstood
from brygga.wire.call import Repeat

_OWN_HAND = "Läggs in för hand i Vitec."

WRITABLE: Final[Mapping[str, Writable]] = {
    "contact": Writable(
        create=True,
        update=True,
        fields=frozenset(
            {
                "kind", "first_name", "last_name", "company_name", "personnummer", "foreign_id", "orgnr",
                "email", "email_other", "mobile", "phone", "phone_work", "phone_other", "address.street",
                "address.postcode", "address.town", "wants_advertising", "informed_at",
            }
        ),
        losses={
            "categories": f"Kategorier går inte att skicka. {_OWN_HAND}",
            "note": f"Anteckningar om kontakten går inte att skicka. {_OWN_HAND}",
            "agent_id": f"Kontaktens mäklare går inte att skicka. {_OWN_HAND}",
        },
    ),
    "bid": Writable(
        create=True,
        remove=True,
        fields=frozenset(
            {"estate_id", "contact_id", "amount_kr", "condition", "hidden", "identified", "cancelled"}
        ),
        losses={
            "alias": "Vitec väljer själv vad budgivaren kallas.",
            "placed_at": "Vitec sätter själv budets tid till när det togs emot.",
        },
    ),
    "relation": Writable(
        create=True,
        remove=True,
        fields=frozenset({"estate_id", "contact_id", "role", "viewing_id"}),
        losses={
            "role": "Bara spekulanter och visningsdeltagare går att skicka, och bara deltagare att ta bort. "
            f"Säljare och köpare: {_OWN_HAND.lower()}"
        },
    ),
    "meeting": Writable(
        create=True,
        fields=frozenset(
            {
                "kind", "subject", "estate_id", "contact_ids", "agent_id", "starts_at", "ends_at", "place",
                "note",
            }
        ),
        losses={
            "contact_ids": "Ett återbesök har en kontakt i Vitec: den första. Ett uppdragsmöte har ingen."
        },
    ),
    "estate": Writable(
        create=True,
        repeat=Repeat.NONE,
        fields=frozenset(
            {
                "type", "status", "agent_id", "seller_ids", "address.*", "areas.living_m2", "areas.other_m2",
                "areas.plot_m2", "rooms", "price.asking_kr", "price.currency", "texts.*",
                "taxation.designations", "buildings",
            }
        ),
        losses={
            "type": f"Bara {', '.join(sorted(PAGES))} går att lägga upp utifrån.",
            "buildings": "Bara sovrum, interiör och rumsbeskrivningar av den första byggnaden följer med.",
            "taxation.designations": "Bara den första fastighetsbeteckningen följer med.",
        },
    ),
}  # fmt: skip  # one table
"""Kind → what Vitec's pages can do. Nothing is updated but contacts, and no contact is deleted."""


def can_carry(kind: str, path: str) -> bool:
    """Whether a write of this kind carries the value at a model path, or a part of it (`address`)."""
    fields = WRITABLE[kind].fields
    inside = any(one.startswith(f"{path}.") for one in fields)
    return path in fields or inside or f"{path.partition('.')[0]}.*" in fields


def as_seen(record: Record) -> Record:
    """The record without what Vitec would not hold. Kinds that cannot be written come back as they are."""
    if isinstance(record, Contact):
        return _contact(record)
    if isinstance(record, Bid):
        return Bid(
            id=record.id,
            estate_id=record.estate_id,
            contact_id=record.contact_id,
            amount_kr=record.amount_kr,
            cancelled=record.cancelled,
            hidden=bool(record.hidden),
            identified=record.identified,
            condition=record.condition,
        )
    if isinstance(record, Relation):
        return Relation(
            id=record.id,
            estate_id=record.estate_id,
            contact_id=record.contact_id,
            role=record.role,
            viewing_id=record.viewing_id if record.role == "participant" else "",
        )
    if isinstance(record, Meeting):
        return _meeting(record)
    return _estate(record) if isinstance(record, Estate) else record


def _contact(record: Contact) -> Contact:
    person = record.kind != "company"
    return Contact(
        id=record.id,
        kind=record.kind,
        first_name=record.first_name.strip() if person else "",
        last_name=record.last_name.strip() if person else "",
        company_name="" if person else record.company_name.strip(),
        personnummer=record.personnummer if person else "",
        foreign_id="" if record.personnummer or not person else record.foreign_id,
        orgnr="" if person else record.orgnr,
        email=record.email.strip(),
        email_other=record.email_other.strip(),
        mobile=_dialled(record.mobile),
        phone=_dialled(record.phone),
        phone_work=_dialled(record.phone_work) if person else "",
        phone_other=_dialled(record.phone_other) if person else "",
        address=_place(record.address),
        wants_advertising=record.wants_advertising,
        informed_at=record.informed_at.replace(microsecond=0) if record.informed_at else None,
    )


def _dialled(number: str) -> str:
    """As the reader makes of it: E.164 where it can be dialled."""
    try:
        return phone.parse(number).e164 if number.strip() else ""
    except NotUnderstood:
        return number.strip()


def _place(place: Address | None) -> Address | None:
    if place is None:
        return None
    held = Address(street=place.street, postcode=place.postcode, town=place.town)
    return None if held == Address() else held


def _meeting(record: Meeting) -> Meeting:
    back = record.kind == "comeback"
    return Meeting(
        id=record.id,
        kind=record.kind,
        subject=record.subject,
        estate_id="" if back else record.estate_id,
        contact_ids=record.contact_ids[:1] if back else [],
        agent_id=record.agent_id,
        starts_at=record.starts_at.replace(microsecond=0) if record.starts_at else None,
        ends_at=record.ends_at.replace(microsecond=0) if record.ends_at else None,
        place=record.place,
        note=record.note,
    )


def _estate(record: Estate) -> Estate:
    first = record.buildings[:1]
    return Estate(
        id=record.id,
        type=record.type,
        status=record.status,
        agent_id=record.agent_id,
        seller_ids=record.seller_ids,
        address=record.address,
        price=Price(asking_kr=record.price.asking_kr, currency=record.price.currency),
        areas=Areas(
            living_m2=record.areas.living_m2,
            other_m2=record.areas.other_m2,
            plot_m2=record.areas.plot_m2,
        ),
        rooms=record.rooms,
        texts=record.texts,
        taxation=Taxation(designations=record.taxation.designations[:1]) if record.taxation else None,
        buildings=[
            Building(
                bedrooms=one.bedrooms,
                bedrooms_max=one.bedrooms_max,
                interior=one.interior,
                room_list=one.room_list,
            )
            for one in first
        ],
    )
