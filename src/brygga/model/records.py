"""The records of the canonical model: what an agency knows, as plain typed data.

Every record has a canonical id `<connection>:<source id>`, the time its source last changed
it, and `extra`: members we do not know, by JSON path, carried through unharmed. Statuses and
types are texts from the vocabularies in `vocabulary.py`; an unknown word is kept as it came.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

import msgspec

from brygga.model.comparables import Comparable
from brygga.model.dealings import Meeting, SearchProfile
from brygga.model.marks import DataClass as D
from brygga.model.marks import mark
from brygga.model.parts import (
    Address,
    Areas,
    Building,
    Costs,
    Described,
    Document,
    Electricity,
    Fee,
    Image,
    Link,
    Marketing,
    Position,
    Price,
    Sale,
    Share,
    Surroundings,
    Taxation,
    Texts,
)
from brygga.model.record import Record


class Estate(Record):
    """A home or other property for sale (*objekt*), of any of the nine types."""

    type: Annotated[str, mark("objekttyp")] = ""
    subtype: Annotated[str, mark("undertyp")] = ""
    subtype_name: Annotated[str, mark("undertypens namn")] = ""
    tenure: Annotated[str, mark("upplåtelseform")] = ""
    status: Annotated[str, mark("läge")] = ""
    reference: Annotated[str, mark("objektnummer")] = ""
    office_id: Annotated[str, mark("kontor")] = ""
    agent_id: Annotated[str, mark("ansvarig mäklare", D.STAFF)] = ""
    second_agent_id: Annotated[str, mark("extra mäklare", D.STAFF)] = ""
    project_id: Annotated[str, mark("projekt")] = ""
    seller_ids: Annotated[list[str], mark("säljare", D.SELLER)] = []
    address: Annotated[Address, mark("adress")] = msgspec.field(default_factory=Address)
    price: Annotated[Price, mark("pris")] = msgspec.field(default_factory=Price)
    areas: Annotated[Areas, mark("areor")] = msgspec.field(default_factory=Areas)
    rooms: Annotated[float | None, mark("antal rum")] = None
    fee: Annotated[Fee | None, mark("månadsavgift")] = None
    ground_rent: Annotated[Fee | None, mark("tomträttsavgäld")] = None
    lease: Annotated[Fee | None, mark("arrende")] = None
    texts: Annotated[Texts, mark("texter")] = msgspec.field(default_factory=Texts)
    sale: Annotated[Sale | None, mark("uppdrag och affär")] = None
    share: Annotated[Share | None, mark("bostadsrätt")] = None
    buildings: Annotated[list[Building], mark("byggnader")] = []
    features: Annotated[list[Described], mark("egenskaper")] = []
    surroundings: Annotated[Surroundings | None, mark("omgivning")] = None
    taxation: Annotated[Taxation | None, mark("taxering")] = None
    costs: Annotated[Costs | None, mark("driftskostnader")] = None
    electricity: Annotated[Electricity | None, mark("el")] = None
    pledges_kr: Annotated[list[int], mark("pantbrev", unit="kr")] = []
    inspected: Annotated[bool | None, mark("förbesiktigad")] = None
    plan_text: Annotated[str, mark("planbestämmelser")] = ""
    rights_text: Annotated[str, mark("rättigheter och gemensamhetsanläggningar")] = ""
    other_buildings: Annotated[str, mark("övriga byggnader")] = ""
    building_permission: Annotated[str, mark("bygglov")] = ""
    plot_kind: Annotated[str, mark("tomttyp")] = ""
    plot_text: Annotated[str, mark("om tomten")] = ""
    marketing: Annotated[Marketing, mark("marknadsföring")] = msgspec.field(default_factory=Marketing)
    images: Annotated[list[Image], mark("bilder", D.PHOTO)] = []
    documents: Annotated[list[Document], mark("dokument")] = []
    links: Annotated[list[Link], mark("länkar")] = []
    tags: Annotated[list[str], mark("etiketter")] = []
    created_at: Annotated[datetime | None, mark("skapad i källan", D.TECHNICAL)] = None


class Project(Record):
    """A new-build project (*nyproduktionsprojekt*); ranges are over its homes."""

    name: Annotated[str, mark("projektnamn")] = ""
    status: Annotated[str, mark("läge")] = ""
    producer: Annotated[str, mark("byggherre", D.COMPANY)] = ""
    office_id: Annotated[str, mark("kontor")] = ""
    agent_id: Annotated[str, mark("ansvarig mäklare", D.STAFF)] = ""
    second_agent_id: Annotated[str, mark("extra mäklare", D.STAFF)] = ""
    address: Annotated[Address, mark("adress")] = msgspec.field(default_factory=Address)
    price_from_kr: Annotated[int | None, mark("pris från", unit="kr")] = None
    price_to_kr: Annotated[int | None, mark("pris till", unit="kr")] = None
    fee_from_kr: Annotated[int | None, mark("avgift från", unit="kr/month")] = None
    fee_to_kr: Annotated[int | None, mark("avgift till", unit="kr/month")] = None
    living_from_m2: Annotated[float | None, mark("boarea från", unit="m2")] = None
    living_to_m2: Annotated[float | None, mark("boarea till", unit="m2")] = None
    rooms_from: Annotated[float | None, mark("rum från")] = None
    rooms_to: Annotated[float | None, mark("rum till")] = None
    plot_from_m2: Annotated[float | None, mark("tomt från", unit="m2")] = None
    plot_to_m2: Annotated[float | None, mark("tomt till", unit="m2")] = None
    texts: Annotated[Texts, mark("texter")] = msgspec.field(default_factory=Texts)
    starts_at: Annotated[datetime | None, mark("säljstart")] = None
    possession_text: Annotated[str, mark("inflyttning")] = ""
    surroundings: Annotated[Surroundings | None, mark("omgivning")] = None
    marketing: Annotated[Marketing, mark("marknadsföring")] = msgspec.field(default_factory=Marketing)
    images: Annotated[list[Image], mark("bilder", D.PHOTO)] = []
    documents: Annotated[list[Document], mark("dokument")] = []
    links: Annotated[list[Link], mark("länkar")] = []


class Office(Record):
    """An office of the agency (*kontor*)."""

    name: Annotated[str, mark("kontorsnamn", D.COMPANY)] = ""
    customer_id: Annotated[str, mark("kundnummer", D.TECHNICAL)] = ""
    brand_id: Annotated[str, mark("varumärke", D.COMPANY)] = ""
    address: Annotated[Address, mark("adress", D.COMPANY)] = msgspec.field(default_factory=Address)
    phone: Annotated[str, mark("växel", D.COMPANY)] = ""
    email: Annotated[str, mark("kontorets e-post", D.COMPANY)] = ""
    seat: Annotated[str, mark("säte", D.COMPANY)] = ""
    description: Annotated[str, mark("om kontoret", D.COMPANY)] = ""


class Agent(Record):
    """An estate agent or other colleague (*mäklare*)."""

    name: Annotated[str, mark("namn", D.STAFF, personal=True)] = ""
    title: Annotated[str, mark("titel", D.STAFF)] = ""
    category: Annotated[str, mark("yrkesroll", D.STAFF)] = ""
    email: Annotated[str, mark("e-post", D.STAFF, personal=True)] = ""
    mobile: Annotated[str, mark("mobil", D.STAFF, personal=True)] = ""
    phone: Annotated[str, mark("telefon", D.STAFF, personal=True)] = ""
    description: Annotated[str, mark("presentation", D.STAFF)] = ""
    languages: Annotated[list[str], mark("språk", D.STAFF)] = []
    office_ids: Annotated[list[str], mark("kontor", D.STAFF)] = []
    image: Annotated[Image | None, mark("porträtt", D.STAFF)] = None
    visible: Annotated[bool | None, mark("visas i personallistan", D.STAFF)] = None


class Association(Record):
    """A housing association (*bostadsrättsförening*)."""

    name: Annotated[str, mark("föreningens namn", D.COMPANY)] = ""
    orgnr: Annotated[str, mark("organisationsnummer", D.COMPANY)] = ""
    form: Annotated[str, mark("föreningsform", D.COMPANY)] = ""
    genuine: Annotated[str, mark("äkta förening", D.COMPANY)] = ""
    email: Annotated[str, mark("föreningens e-post", D.COMPANY, personal=True)] = ""
    homepage: Annotated[str, mark("webbplats", D.COMPANY)] = ""
    apartments: Annotated[int | None, mark("antal lägenheter", D.COMPANY)] = None
    rentals: Annotated[int | None, mark("antal hyresrätter", D.COMPANY)] = None
    premises: Annotated[int | None, mark("antal lokaler", D.COMPANY)] = None
    texts: Annotated[list[Described], mark("om föreningen", D.COMPANY)] = []
    transfer_fee_kr: Annotated[int | None, mark("överlåtelseavgift", D.COMPANY, unit="kr")] = None
    transfer_fee_payer: Annotated[str, mark("överlåtelseavgift betalas av", D.COMPANY)] = ""
    pledge_fee_kr: Annotated[int | None, mark("pantsättningsavgift", D.COMPANY, unit="kr")] = None
    company_buyers: Annotated[str, mark("juridisk person får köpa", D.COMPANY)] = ""
    contact_name: Annotated[str, mark("kontaktperson", D.COMPANY, personal=True)] = ""
    contact_phone: Annotated[str, mark("kontaktpersonens telefon", D.COMPANY, personal=True)] = ""
    contact_email: Annotated[str, mark("kontaktpersonens e-post", D.COMPANY, personal=True)] = ""
    documents: Annotated[list[Document], mark("föreningens dokument", D.COMPANY)] = []


class Area(Record):
    """A named area on the map (*område*). `polygons` is GeoJSON MultiPolygon, longitude first."""

    name: Annotated[str, mark("områdesnamn")] = ""
    municipality_code: Annotated[str, mark("kommunkod")] = ""
    office_id: Annotated[str, mark("kontor")] = ""
    polygons: Annotated[list[list[list[list[float]]]], mark("gränser", unit="deg")] = []
    surroundings: Annotated[Surroundings | None, mark("omgivning")] = None
    images: Annotated[list[Image], mark("bilder", D.PHOTO)] = []


class Contact(Record):
    """A person, company or deceased person's estate (*kontakt*). Phones are E.164."""

    kind: Annotated[str, mark("kontaktslag", D.SELLER)] = "person"
    first_name: Annotated[str, mark("förnamn", D.SELLER, personal=True)] = ""
    last_name: Annotated[str, mark("efternamn", D.SELLER, personal=True)] = ""
    company_name: Annotated[str, mark("företagsnamn", D.SELLER)] = ""
    personnummer: Annotated[str, mark("personnummer", D.SELLER, personal=True)] = ""
    foreign_id: Annotated[str, mark("utländskt id-nummer", D.SELLER, personal=True)] = ""
    orgnr: Annotated[str, mark("organisationsnummer", D.SELLER, personal=True)] = ""
    born_at: Annotated[datetime | None, mark("född", D.SELLER, personal=True)] = None
    deceased: Annotated[bool | None, mark("avliden", D.SELLER, personal=True)] = None
    protected: Annotated[bool, mark("skyddade uppgifter", D.SELLER, personal=True)] = False
    email: Annotated[str, mark("e-post", D.SELLER, personal=True)] = ""
    email_other: Annotated[str, mark("annan e-post", D.SELLER, personal=True)] = ""
    mobile: Annotated[str, mark("mobil", D.SELLER, personal=True)] = ""
    phone: Annotated[str, mark("telefon", D.SELLER, personal=True)] = ""
    phone_work: Annotated[str, mark("telefon arbete", D.SELLER, personal=True)] = ""
    phone_other: Annotated[str, mark("annan telefon", D.SELLER, personal=True)] = ""
    address: Annotated[Address | None, mark("adress", D.SELLER, personal=True)] = None
    agent_id: Annotated[str, mark("mäklare", D.STAFF)] = ""
    categories: Annotated[list[str], mark("kategorier", D.SELLER)] = []
    wants_advertising: Annotated[bool | None, mark("vill ha utskick", D.MARKETING)] = None
    wants_matching: Annotated[str, mark("vill bli matchad", D.PROFILE)] = ""
    informed_at: Annotated[datetime | None, mark("informerad enligt GDPR", D.MARKETING)] = None
    note: Annotated[str, mark("anteckning", D.JOURNAL, personal=True)] = ""
    created_at: Annotated[datetime | None, mark("skapad i källan", D.TECHNICAL)] = None


class Relation(Record):
    """A contact's part in an estate (*relation*): seller, buyer, speculator, participant."""

    estate_id: Annotated[str, mark("objekt")] = ""
    contact_id: Annotated[str, mark("kontakt", D.SELLER, personal=True)] = ""
    role: Annotated[str, mark("roll", D.SELLER)] = ""
    viewing_id: Annotated[str, mark("visning", D.VISITOR)] = ""


class Viewing(Record):
    """A showing of a home (*visning*)."""

    estate_id: Annotated[str, mark("objekt")] = ""
    project_id: Annotated[str, mark("projekt")] = ""
    starts_at: Annotated[datetime | None, mark("visningen börjar", D.CALENDAR)] = None
    ends_at: Annotated[datetime | None, mark("visningen slutar", D.CALENDAR)] = None
    comment: Annotated[str, mark("om visningen", D.CALENDAR)] = ""
    digital: Annotated[bool | None, mark("digital visning", D.CALENDAR)] = None
    self_registration: Annotated[bool | None, mark("egen anmälan", D.CALENDAR)] = None
    project_viewing: Annotated[bool | None, mark("projektvisning", D.CALENDAR)] = None


class Bid(Record):
    """A bid (*bud*). Append-only: a changed bid is a new version, never an overwrite.

    Source: fastighetsmäklarlag (2021:516) 3 kap., the bid list (*budgivningslista*).
    """

    estate_id: Annotated[str, mark("objekt")] = ""
    contact_id: Annotated[str, mark("budgivare", D.BIDDER, personal=True)] = ""
    alias: Annotated[str, mark("budgivarens alias", D.BIDDER)] = ""
    amount_kr: Annotated[int | None, mark("bud", D.BIDDER, unit="kr")] = None
    placed_at: Annotated[datetime | None, mark("budet lagt", D.BIDDER)] = None
    cancelled: Annotated[bool, mark("återtaget", D.BIDDER)] = False
    hidden: Annotated[bool | None, mark("dolt", D.BIDDER)] = None
    identified: Annotated[bool | None, mark("identifierad budgivare", D.BIDDER)] = None
    condition: Annotated[str, mark("villkor", D.BIDDER, personal=True)] = ""


class Journal(Record):
    """An entry in an assignment's journal (*journal*): what was done, how and when. Append-only.

    A corrected entry is a new version; the original is kept. Source: fastighetsmäklarlag
    (2021:516) 3 kap., the journal and the keeping of documents in their original and later form.
    """

    estate_id: Annotated[str, mark("objekt")] = ""
    happened_at: Annotated[datetime | None, mark("när", D.JOURNAL)] = None
    what: Annotated[str, mark("åtgärd", D.JOURNAL, personal=True)] = ""
    how: Annotated[str, mark("hur", D.JOURNAL, personal=True)] = ""
    agent_id: Annotated[str, mark("av", D.STAFF)] = ""


class Brand(Record):
    """A brand of the chain (*varumärke*)."""

    name: Annotated[str, mark("varumärke", D.COMPANY)] = ""


RECORD_TYPES: dict[str, type[Record]] = {
    "estate": Estate,
    "project": Project,
    "office": Office,
    "agent": Agent,
    "association": Association,
    "area": Area,
    "contact": Contact,
    "relation": Relation,
    "viewing": Viewing,
    "bid": Bid,
    "journal": Journal,
    "brand": Brand,
    "meeting": Meeting,
    "searchprofile": SearchProfile,
    "comparable": Comparable,
}
"""Kind → type. The kinds are the names used in tables, cursors, the feed and the command line."""

APPEND_ONLY = frozenset({"bid", "journal"})
"""Kinds whose every version is kept."""

OWNED_BY_ESTATE = frozenset({"viewing", "bid", "journal"})
"""Kinds that come and go with an estate's own answer and are compared with it."""


def kind_of(record: Record) -> str:
    """The kind of a record: its type's name in lower case."""
    return type(record).__name__.lower()


def money(value: Decimal | float) -> int:
    """Whole kronor from a provider's number; half a krona goes up, as on a receipt."""
    return int(Decimal(str(value)).quantize(Decimal(1), rounding="ROUND_HALF_UP"))


__all__ = [
    "APPEND_ONLY",
    "OWNED_BY_ESTATE",
    "RECORD_TYPES",
    "Agent",
    "Area",
    "Association",
    "Bid",
    "Brand",
    "Contact",
    "Estate",
    "Journal",
    "Office",
    "Position",
    "Project",
    "Record",
    "Relation",
    "Viewing",
    "kind_of",
    "money",
]

__all__ = [
    "APPEND_ONLY",
    "OWNED_BY_ESTATE",
    "RECORD_TYPES",
    "Agent",
    "Area",
    "Association",
    "Bid",
    "Brand",
    "Comparable",
    "Contact",
    "Estate",
    "Journal",
    "Meeting",
    "Office",
    "Project",
    "Record",
    "Relation",
    "SearchProfile",
    "Viewing",
    "kind_of",
]
