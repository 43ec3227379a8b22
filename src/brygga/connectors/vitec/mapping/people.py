"""Offices, agents, associations, areas and brands: Vitec → the model."""

from __future__ import annotations

from typing import Any

from brygga.connectors.vitec import schema
from brygga.connectors.vitec.mapping.reading import (
    Reading,
    documents,
    image,
    images,
    position,
    postcode,
    surroundings,
)
from brygga.model import Agent, Area, Association, Brand, Mapped, Office, Record
from brygga.model.parts import Address, Described
from brygga.swedish import orgnr
from brygga.swedish.outcome import NotUnderstood

_ABOUT = (
    "generalAboutAssociation", "renovations", "parking", "tvAndBroadband", "courtyard", "sharedSpaces",
    "insurance", "other",
)  # fmt: skip  # Vitec's order
_ECONOMY = (
    "monthlyFeeInformation", "finances", "sublettingPolicy", "theAssociationOwnTheGround",
    "allowsSharedOwnershipInfo",
)  # fmt: skip  # the same


def mapped(record: Record, raw: dict[str, Any], r: Reading, kind: str) -> Mapped:
    """The record as the one asked for, with what is unknown of its answer carried through."""
    r.unknown(raw, schema.SHAPES[kind])
    record.extra = r.extra
    return Mapped(records=[record], findings=r.findings, owner_id=record.id)


def office(body: bytes, source_id: str, connection: str) -> Mapped:
    """An office. Raises Invalid as `Reading.answer`."""
    r = Reading(connection)
    raw = r.answer(body, "office", source_id)
    switch = r.section(r.section(raw.get("telephone"), "telephone").get("switch"), "telephone.switch")
    record = Office(
        id=r.ref(raw["id"], "id"),
        changed_at=r.moment(raw.get("changedAt"), "changedAt"),
        name=r.text(raw.get("name"), "name"),
        customer_id=r.text(raw.get("customerId"), "customerId"),
        brand_id=r.ref(raw.get("brandId"), "brandId"),
        address=Address(
            street=r.text(raw.get("streetAddress"), "streetAddress"),
            postcode=postcode(raw.get("zipCode"), "zipCode", r, swedish=True),
            town=r.text(raw.get("postalTown"), "postalTown"),
            position=position(raw.get("coordinate"), "coordinate", r),
        ),
        phone=_phone(switch, "telephone.switch", r),
        email=r.email(raw.get("emailAddress"), "emailAddress"),
        seat=r.text(raw.get("seat"), "seat"),
        description=r.html(raw.get("description"), "description"),
    )
    return mapped(record, raw, r, "office")


def _phone(value: Any, path: str, r: Reading) -> str:
    """The number to dial from `{msisdn, display}`; a display that says another number is kept."""
    number = r.section(value, path)
    msisdn, display = number.get("msisdn"), number.get("display")
    if not msisdn:
        return r.phone(display, f"{path}.display")
    international = type(msisdn) is str and msisdn.isdigit() and not msisdn.startswith("0")
    read = r.phone(f"+{msisdn}" if international else msisdn, f"{path}.msisdn")
    if display is not None and Reading(r.connection).phone(display, "") != read:
        r.keep(display, f"{path}.display")
    return read


def agent(body: bytes, source_id: str, connection: str) -> Mapped:
    """An estate agent or colleague. Raises Invalid as `Reading.answer`."""
    r = Reading(connection)
    raw = r.answer(body, "agent", source_id)
    phones = r.section(raw.get("telephone"), "telephone")
    portrait = r.section(raw.get("image"), "image")
    record = Agent(
        id=r.ref(raw["id"], "id"),
        changed_at=r.moment(raw.get("changedAt"), "changedAt"),
        name=r.text(raw.get("name"), "name"),
        title=r.text(raw.get("title"), "title"),
        category=r.text(raw.get("category"), "category"),
        email=r.email(raw.get("emailAddress"), "emailAddress"),
        mobile=_phone(phones.get("cell"), "telephone.cell", r),
        phone=_phone(phones.get("public"), "telephone.public", r),
        description=r.html(raw.get("description"), "description"),
        languages=r.texts(raw.get("spokenLanguages"), "spokenLanguages"),
        office_ids=_offices(raw.get("offices"), r),
        image=image(portrait, r.inside("image")) if portrait else None,
        visible=r.flag(raw.get("isVisibleInStaffList"), "isVisibleInStaffList"),
    )
    r.keep(raw.get("reviews"), "reviews")
    return mapped(record, raw, r, "agent")


def _offices(value: Any, r: Reading) -> list[str]:
    """Ids of the agent's offices; what else is said of the place there is kept."""
    read = []
    for number, row in enumerate(r.rows(value, "offices")):
        inner = r.inside("offices", number)
        read.append(inner.ref(row.get("id"), "id"))
        for name in ("customerId", "orderNumber", "isVisibleInStaffList", "telephone"):
            inner.keep(row.get(name), name)
    return [one for one in read if one]


def association(body: bytes, source_id: str, connection: str) -> Mapped:
    """A housing association. Raises Invalid as `Reading.answer`."""
    r = Reading(connection)
    raw = r.answer(body, "association", source_id)
    about = r.section(raw.get("descriptions"), "descriptions")
    economy = r.section(raw.get("economy"), "economy")
    asked = r.section(raw.get("publicContact"), "publicContact")
    record = Association(
        id=r.ref(raw["id"], "id"),
        changed_at=r.moment(raw.get("changedAt"), "changedAt"),
        name=r.text(raw.get("name"), "name"),
        orgnr=orgnr_of(raw.get("corporateNumber"), "corporateNumber", r),
        form=r.text(raw.get("organizationalForm"), "organizationalForm"),
        genuine=r.text(raw.get("genuineAssociation"), "genuineAssociation"),
        email=r.email(raw.get("email"), "email"),
        homepage=r.url(raw.get("homePage"), "homePage"),
        apartments=r.integer(raw.get("numberOfApartments"), "numberOfApartments"),
        rentals=r.integer(raw.get("numberOfRentalApartments"), "numberOfRentalApartments"),
        premises=r.integer(raw.get("numberOfPremises"), "numberOfPremises"),
        texts=[
            *_texts(about, _ABOUT, "descriptions", r),
            *_texts(economy, _ECONOMY, "economy", r),
        ],
        transfer_fee_kr=r.money(economy.get("transferFee"), "economy.transferFee"),
        transfer_fee_payer=r.text(economy.get("transferFeePaidBy"), "economy.transferFeePaidBy"),
        pledge_fee_kr=r.money(economy.get("pledgeFee"), "economy.pledgeFee"),
        company_buyers=r.text(economy.get("allowLegalPersonAsBuyer"), "economy.allowLegalPersonAsBuyer"),
        contact_name=r.text(asked.get("name"), "publicContact.name"),
        contact_phone=r.phone(asked.get("cellPhone"), "publicContact.cellPhone"),
        contact_email=r.email(asked.get("email"), "publicContact.email"),
        documents=documents(raw.get("documents"), "documents", r),
    )
    r.keep(asked.get("otherPhone"), "publicContact.otherPhone")
    return mapped(record, raw, r, "association")


def _texts(part: dict[str, Any], names: tuple[str, ...], path: str, r: Reading) -> list[Described]:
    read = [Described(kind=name, text=r.html(part.get(name), f"{path}.{name}")) for name in names]
    return [one for one in read if one.text]


def orgnr_of(value: Any, path: str, r: Reading) -> str:
    """An organisation number as `NNNNNN-NNNN`; one that is none is kept as text, with a finding."""
    text = r.text(value, path, most=100)
    if not text:
        return ""
    try:
        return str(orgnr.parse(text))
    except NotUnderstood as error:
        r.note("not_an_orgnr", path, sv=error.sv)
        return text


def area(body: bytes, source_id: str, connection: str) -> Mapped:
    """An area on the map. Raises Invalid as `Reading.answer`."""
    r = Reading(connection)
    raw = r.answer(body, "area", source_id)
    belongs = r.section(raw.get("office"), "office")
    r.keep(belongs.get("customerId"), "office.customerId")
    record = Area(
        id=r.ref(raw["id"], "id"),
        changed_at=r.moment(raw.get("changedAt"), "changedAt"),
        name=r.text(raw.get("name"), "name"),
        municipality_code=r.text(raw.get("countyMunicipalityCode"), "countyMunicipalityCode"),
        office_id=r.ref(belongs.get("id"), "office.id"),
        polygons=_polygons(raw.get("coordinates"), r),
        surroundings=surroundings(raw.get("surroundings"), r),
        images=images(raw.get("images"), r),
    )
    return mapped(record, raw, r, "area")


def _polygons(value: Any, r: Reading) -> list[list[list[list[float]]]]:
    """A MultiPolygon of [longitude, latitude]; one bad point and the whole outline is left out."""
    if value is None:
        return []
    try:
        read = [[[_point(point) for point in ring] for ring in polygon] for polygon in value]
    except (TypeError, ValueError, OverflowError):
        r.note("not_an_outline", "coordinates")
        return []
    return read


def _point(point: Any) -> list[float]:
    longitude, latitude = point
    if type(longitude) not in {int, float} or type(latitude) not in {int, float}:
        raise TypeError
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise ValueError
    return [float(longitude), float(latitude)]


def brand(body: bytes, source_id: str, connection: str) -> Mapped:
    """A brand of the chain. Raises Invalid as `Reading.answer`."""
    r = Reading(connection)
    raw = r.answer(body, "brand", source_id)
    record = Brand(
        id=r.ref(raw["id"], "id"),
        changed_at=r.moment(raw.get("changedAt"), "changedAt"),
        name=r.text(raw.get("name"), "name"),
    )
    r.keep(raw.get("createdAt"), "createdAt")
    r.keep(raw.get("segments"), "segments")
    return mapped(record, raw, r, "brand")
