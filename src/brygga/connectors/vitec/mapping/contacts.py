"""Contacts: Vitec's persons, companies and deceased persons' estates → the model."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from brygga.connectors.vitec.mapping import words
from brygga.connectors.vitec.mapping.people import mapped, orgnr_of
from brygga.connectors.vitec.mapping.reading import Reading, position, postcode
from brygga.model import Contact, Mapped
from brygga.model.parts import Address
from brygga.swedish import personnummer
from brygga.swedish.outcome import NotUnderstood


def contact(body: bytes, source_id: str, connection: str, *, fetched_at: datetime) -> Mapped:
    """A person, company or deceased person's estate. Raises Invalid as `Reading.answer`."""
    r = Reading(connection)
    raw = r.answer(body, "contact", source_id)
    phones = r.section(raw.get("telephone"), "telephone")
    emails = r.section(raw.get("email"), "email")
    kind = r.choice(raw.get("type"), "type", words.CONTACT_KINDS) or "person"
    record = Contact(
        id=r.ref(raw["id"], "id"),
        changed_at=r.moment(raw.get("changedAt"), "changedAt"),
        created_at=r.moment(raw.get("createdAt"), "createdAt"),
        kind=kind,
        first_name=r.text(raw.get("firstName"), "firstName"),
        last_name=r.text(raw.get("lastName"), "lastName"),
        orgnr=orgnr_of(raw.get("corporateNumber"), "corporateNumber", r),
        born_at=r.moment(raw.get("dateOfBirth"), "dateOfBirth"),
        deceased=r.flag(raw.get("isDeceased"), "isDeceased"),
        email=r.email(emails.get("emailAddress"), "email.emailAddress"),
        email_other=r.email(emails.get("emailAddress2"), "email.emailAddress2"),
        mobile=r.phone(phones.get("cell"), "telephone.cell"),
        phone=r.phone(phones.get("home"), "telephone.home"),
        phone_work=r.phone(phones.get("work"), "telephone.work"),
        phone_other=r.phone(phones.get("other"), "telephone.other"),
        address=_contact_address(raw.get("address"), r),
        agent_id=r.ref(raw.get("agentId"), "agentId"),
        categories=_categories(raw.get("categories"), r),
        wants_advertising=r.flag(raw.get("advertisingEnabled"), "advertisingEnabled"),
        wants_matching=r.text(raw.get("wantsToBeMatched"), "wantsToBeMatched"),
        informed_at=r.moment(raw.get("gdprApprovalDate"), "gdprApprovalDate"),
        note=r.html(raw.get("note"), "note"),
    )
    _identity(record, raw, r, fetched_at)
    _single_name(record, raw, r)
    _switchboard(record, phones, r)
    for member in ("customerId", "leadScore", "matchingChangedAt", "isCompanyPerson"):
        r.keep(raw.get(member), member)
    return mapped(record, raw, r, "contact")


def _identity(record: Contact, raw: dict[str, Any], r: Reading, fetched_at: datetime) -> None:
    """The personal number as twelve digits, or the foreign one; one that cannot be read is kept aside."""
    path = "socialSecurityNumber"
    text = r.text(raw.get(path), path, most=100)
    foreign = [
        r.flag(raw.get(name), name)
        for name in ("isForeignSocialSecurityNumber", "isForeignIdSocialSecurityNumber")
    ]
    if not text:
        return
    if any(foreign):
        record.foreign_id = text
        return
    try:
        record.personnummer = personnummer.parse(text, today=fetched_at.date()).digits
    except NotUnderstood as error:
        record.protected = error.code == "protected"
        r.note("not_a_personnummer", path, sv=error.sv)
        r.keep(text, path)


def _single_name(record: Contact, raw: dict[str, Any], r: Reading) -> None:
    """A company and a deceased person's estate have one name; the latter's is a person's."""
    name = r.text(raw.get("name"), "name")
    if record.kind == "company":
        record.company_name = name
    elif not record.last_name:
        record.last_name = name
    else:
        r.keep(name, "name")


def _switchboard(record: Contact, phones: dict[str, Any], r: Reading) -> None:
    number = r.phone(phones.get("switch"), "telephone.switch")
    if record.phone:
        r.keep(number, "telephone.switch")
    else:
        record.phone = number


def _contact_address(value: Any, r: Reading) -> Address | None:
    a = r.section(value, "address")
    country = r.text(a.get("countryCode"), "address.countryCode")
    read = Address(
        street=r.text(a.get("streetAddress"), "address.streetAddress"),
        postcode=postcode(a.get("zipCode"), "address.zipCode", r, swedish=country in {"", "SE"}),
        town=r.text(a.get("city"), "address.city"),
        country_code=country,
        position=position(a.get("wgs84Coordinate"), "address.wgs84Coordinate", r),
    )
    return None if read == Address() else read


def _categories(value: Any, r: Reading) -> list[str]:
    names = []
    for number, row in enumerate(r.rows(value, "categories")):
        inner = r.inside("categories", number)
        names.append(inner.text(row.get("name"), "name"))
        inner.keep(row.get("id"), "id")
        inner.keep(row.get("readOnly"), "readOnly")
    return [name for name in names if name]
