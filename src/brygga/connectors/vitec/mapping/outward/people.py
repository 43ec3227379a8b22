"""A contact as Vitec takes one: the upserts, and the forms where a person books or shows interest.

Checked before sending: kind, protected persons, lengths, check digits, and that the contact can be
found again (CONTRACT.md §4 and *Further details* 5).
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any, Final

from brygga.connectors.vitec.mapping.outward import limits
from brygga.connectors.vitec.mapping.outward.limits import stated
from brygga.model import Contact, Invalid, Refused, Unsupported
from brygga.model.parts import Address
from brygga.swedish import orgnr, personnummer
from brygga.swedish.outcome import NotUnderstood

PATHS: Final = {"person": "/Contacts/UpdatePerson", "company": "/Contacts/UpdateCompany"}
"""Kind of contact → where it is written; the others have no page."""
_FLAT: Final = {"telephone", "email", "address"}


def check(contact: Contact, *, source_id: str, today: date | None = None) -> None:
    """Raises Unsupported (`contact_kind`), Refused (`protected`) or Invalid naming the field.

    `source_id`: Vitec's id for the contact, empty for one that is to be made.
    """
    if contact.kind not in PATHS:
        raise Unsupported(
            f"Vitec takes no contact of the kind {contact.kind}.",
            code="contact_kind",
            sv="Vitec tar bara emot personer och företag. Dödsbon och föreningar läggs in för hand i Vitec.",
        )
    if contact.protected:
        raise Refused(
            "A protected person's data are not sent outwards.",
            code="protected",
            sv="Personen har skyddade uppgifter. De skickas inte till något annat system.",
        )
    limits.check_lengths(contact)
    _check_numbers(contact, today)
    _check_name(contact)
    _check_ways(contact, source_id)


def _check_numbers(contact: Contact, today: date | None) -> None:
    try:
        if contact.kind == "person" and contact.personnummer:
            personnummer.parse(contact.personnummer, today=today)
        if contact.kind == "company" and contact.orgnr:
            orgnr.parse(contact.orgnr)
    except NotUnderstood as error:
        path = "personnummer" if contact.kind == "person" else "orgnr"
        raise Invalid(
            f"{path}: {error.code}",
            code=f"bad_{path}",
            sv=f"{error.sv} Inget skickades till Vitec. Rätta numret och försök igen.",
        ) from error


def _check_name(contact: Contact) -> None:
    named = contact.company_name if contact.kind == "company" else contact.first_name + contact.last_name
    if not named.strip():
        path = "company_name" if contact.kind == "company" else "last_name"
        raise Invalid(
            f"{path}: a contact without a name.",
            code="no_name",
            sv="Kontakten har inget namn. Inget skickades till Vitec. Skriv ett namn och försök igen.",
        )


def _check_ways(contact: Contact, source_id: str) -> None:
    """One way of contact must be given; a work phone alone would be doubled by every repeat."""
    if any(value.strip() for value in (contact.email, contact.mobile, contact.phone)):
        return
    if not contact.phone_work.strip():
        raise Invalid(
            "email, mobile, phone: one of them must be given.",
            code="no_way_of_contact",
            sv="Vitec kräver e-post, mobil eller telefon. Inget skickades. Fyll i något av dem.",
        )
    if not (source_id or contact.personnummer or contact.foreign_id):
        raise Invalid(
            "phone_work: alone it is not matched, and each repeat would make another contact.",
            code="only_work_phone",
            sv="Bara arbetstelefon räcker inte: Vitec känner inte igen personen på den och skulle lägga upp "
            "en ny varje gång. Inget skickades. Fyll i e-post, mobil eller personnummer.",
        )


def upsert(contact: Contact, *, customer: str, source_id: str, id_member: str, form: str) -> dict[str, Any]:
    """The body of UpdatePerson or UpdateCompany; only members that say something.

    The whole contact goes, not only what changed, as nobody knows whether a missing member empties.
    `form`: `nested` as in the forms, or `flat`.
    """
    body: dict[str, Any] = {
        "customerId": customer,
        id_member: source_id,
        **(_company(contact) if contact.kind == "company" else _person(contact)),
        "email": _emails(contact),
        "address": address(contact.address),
        "wishAdvertising": contact.wants_advertising,
        "gdprApprovalDate": _moment(contact.informed_at),
    }
    if form == "flat":
        body = {k: v for k, v in body.items() if k not in _FLAT} | body["email"] | body["address"]
    return stated(body)


def _person(contact: Contact) -> dict[str, Any]:
    return {
        "firstName": contact.first_name,
        "lastName": contact.last_name,
        "telePhone": contact.phone,
        "workPhone": contact.phone_work,
        "cellPhone": contact.mobile,
        "otherPhone": contact.phone_other,
        **number(contact),
    }


def _company(contact: Contact) -> dict[str, Any]:
    return {
        "companyName": contact.company_name,
        "corporateNumber": contact.orgnr,
        "switchPhone": contact.phone,
        "cellPhone": contact.mobile,
    }


def number(contact: Contact) -> dict[str, Any]:
    """The personal number as registers write it, or the foreign one with its mark."""
    if contact.personnummer:
        digits = personnummer.parse(contact.personnummer)
        return {"socialSecurityNumber": digits.written, "isForeignSocialSecurityNumber": False}
    if contact.foreign_id:
        return {"socialSecurityNumber": contact.foreign_id, "isForeignSocialSecurityNumber": True}
    return {}


def _emails(contact: Contact) -> dict[str, Any]:
    return {"emailAddress": contact.email, "emailAddress2": contact.email_other}


def address(place: Address | None) -> dict[str, Any]:
    """Street, postcode (a plain text when written, §11) and town."""
    if place is None:
        return {}
    return {"streetAddress": place.street, "zipCode": place.postcode, "city": place.town}


def _moment(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment is not None else ""


def interest(contact: Contact) -> dict[str, Any]:
    """The body of an interest registration (`AdvertisingInterestApplication`). Raises Invalid as `check`."""
    phones = {
        "home": contact.phone,
        "work": contact.phone_work,
        "cell": contact.mobile,
        "other": contact.phone_other,
    }
    return stated(
        {
            "firstName": contact.first_name,
            "lastName": contact.last_name,
            "telephone": phones,
            "email": _emails(contact),
            "address": address(contact.address),
            "gdprApprovalDate": _moment(contact.informed_at),
            "status": "Interested",
            **number(contact),
        }
    )


def attendance(contact: Contact, slot: str, *, confirm: bool) -> dict[str, Any]:
    """The body that books a slot of a viewing (`ViewingAttendeeApplication`).

    `confirm`: whether Vitec may send the person an e-mail and an SMS about it.
    """
    told = stated(
        {
            "timeSlotId": slot,
            "firstName": contact.first_name,
            "lastName": contact.last_name,
            "email": contact.email,
            "cellPhone": contact.mobile or contact.phone,
            "address": address(contact.address),
        }
    )
    return told | {
        "gdpr": {"hasApproved": contact.informed_at is not None},
        "confirmation": {"isEmailEnabled": confirm, "isSmsEnabled": confirm},
    }
