"""A home, published or sold: Mspecs' answer → Estate with its viewings, bids, association and parties.

Both shapes are read by one function: the sold one lacks most members and has a final price.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from brygga.connectors.mspecs.mapping import economy as money
from brygga.connectors.mspecs.mapping import media, viewings
from brygga.connectors.mspecs.mapping.parties import parties
from brygga.connectors.mspecs.mapping.places import address, surroundings
from brygga.connectors.mspecs.mapping.reading import Part, Reading, constant
from brygga.model import Estate, Mapped, Record
from brygga.model.parts import Areas, Building, Described, Electricity, Marketing, Texts

_YEAR = re.compile(r"[12][0-9]{3}")
_FLOOR = re.compile(r"(-?[0-9]{1,2})(?:[.,]([0-9]))?(?: ?(?:tr|av [0-9]{1,2}))?\.?")


def estate(raw: dict[str, Any], r: Reading, *, deal: str, fetched_at: datetime) -> Mapped:
    """The estate first, then its parts. `raw` has been cut to what is granted."""
    root = Part(raw)
    publishing = r.part(root, "publishingInformation")
    sale = r.part(root, "saleInformation")
    currency = r.line(root, "currency", most=20) or r.line(sale, "currency", most=20)
    r.swedish_money = currency.upper() in {"", "SEK"}
    home = _estate(root, publishing, sale, r, deal=deal)
    home.price.currency = currency
    records = _parts(root, home, r, deal=deal, fetched_at=fetched_at)
    home.extra = r.left_over(root)
    complete = tuple(kind for kind, whole in records[1].items() if whole)
    return Mapped(records=[home, *records[0]], findings=r.findings, owner_id=home.id, complete_kinds=complete)


def _parts(
    root: Part, home: Estate, r: Reading, *, deal: str, fetched_at: datetime
) -> tuple[list[Record], dict[str, bool]]:
    """What comes and goes with the home, and of which kinds these are all there are."""
    bidding = r.part(root, "bidding")
    home.marketing.bidding_active = r.flag(bidding.read("isActive"), "bidding.isActive")
    home.marketing.bidding_verified = _verified(bidding, r)
    shown, all_shown = viewings.viewings(root, r, estate_id=home.id)
    placed, all_placed = viewings.bids(bidding, r, home.id)
    home.seller_ids, people = parties(root, r, deal=deal, fetched_at=fetched_at)
    association = money.association(r.part(root, "housingAssociation"), r)
    records: list[Record] = [*shown, *placed, *people]
    if association is not None:
        records.append(association)
        if home.share is not None:
            home.share.association_id = association.id
    return records, {"viewing": all_shown, "bid": all_placed}


def _verified(bidding: Part, r: Reading) -> bool | None:
    """Typed as an id in the specification and described as yes or no: any text but "false" is yes."""
    value = bidding.read("isVerifiedBidding")
    if type(value) is str:
        return value.strip().lower() not in {"", "false", "0"}
    return r.flag(value, bidding.at("isVerifiedBidding"))


def _estate(root: Part, publishing: Part, sale: Part, r: Reading, *, deal: str) -> Estate:
    location, facts = r.part(root, "location"), r.part(root, "estate")
    economy = r.part(root, "economy")
    costs = r.part(economy, "costs")
    kind = _kind(root, r)
    office, users = staff(root, r)
    rooms = r.part(root, "rooms")
    number = r.amount(rooms, "numberOfRooms", most=1_000)
    return Estate(
        id=r.ref(root.read("id"), "id"),
        changed_at=r.when(publishing, "updated"),
        type=kind,
        subtype=r.text(constant(root.read("objectSubType")), "objectSubType", most=100),
        subtype_name=r.line(root, "objectSubTypeText", most=100),
        tenure=_tenure(facts, r),
        status=_status(root, publishing, r),
        reference=r.line(root, "shortId", most=60),
        office_id=office,
        agent_id=users[0] if users else "",
        second_agent_id=users[1] if len(users) > 1 else "",
        project_id=r.ref(root.read("projectDealId"), "projectDealId"),
        images=media.images(root, r, deal),
        address=address(location, r, country=country_of(root, r)),
        surroundings=surroundings(location, r),
        price=money.price(sale, r),
        sale=money.sale(sale, r),
        areas=_areas(facts, r),
        rooms=number,
        fee=money.fee(economy, costs, r),
        ground_rent=money.ground_rent(costs, r),
        costs=money.running_costs(economy, costs, economy.look("costs"), r, monthly=kind == "apartment"),
        electricity=_electricity(economy, r),
        texts=texts_of(root, r),
        share=money.share(facts, r, "") if kind == "apartment" else None,
        buildings=_buildings(root, facts, rooms, number, r),
        taxation=money.taxation(r.part(root, "assessment"), facts, r),
        other_buildings=r.prose(facts, "otherBuildingsDescription"),
        plot_text=r.prose(facts, "plotDescription"),
        marketing=marketing(root, publishing, r),
        documents=media.documents(root, r, deal),
        links=media.links(root, publishing, r),
        tags=_tags(root, r),
    )


def _kind(root: Part, r: Reading) -> str:
    """The type; a home abroad is `foreign`, and its own type stays in `extra`."""
    if root.look("isInternational") is True:
        return "foreign"
    return r.word(root, "objectType", "object_types")


def country_of(root: Part, r: Reading) -> str:
    country = r.part(root, "country")
    country.read("name")
    return r.line(country, "isoCode", most=2).upper()


def _status(root: Part, publishing: Part, r: Reading) -> str:
    """How the home is published goes before the broker's own status, which is then kept in `extra`."""
    if constant(publishing.look("saleStatus")) not in (None, ""):
        return r.word(publishing, "saleStatus", "sale_statuses")
    return r.word(root, "status", "statuses")


def _tenure(facts: Part, r: Reading) -> str:
    """How the home is held. "Owned" says less than how the land is held."""
    held = r.word(facts, "tenureType", "tenures")
    for name in ("landTenure", "freeholdTitle"):
        if constant(facts.look(name)):
            land = r.word(facts, name, "land_tenures")
            return land if held in {"", "freehold"} else held
    if held == "freehold" and facts.look("isSharedOwnership") is True:
        return "share"
    return held


def staff(root: Part, r: Reading) -> tuple[str, list[str]]:
    """The office's id and the colleagues', the main one first; their details come with their own records."""
    office = r.section(root.read("office"), "office")
    rows = r.rows(root.read("users"), "users")
    ordered = sorted(rows, key=lambda row: row.get("isMainUser") is not True)
    users = [found for row in ordered if (found := r.ref(row.get("id"), "users.id"))]
    return r.ref(office.get("id"), "office.id"), users


def _areas(facts: Part, r: Reading) -> Areas:
    """Square metres; *biarea* is `otherLivingArea`."""
    return Areas(
        living_m2=r.amount(facts, "livingArea", most=1_000_000),
        other_m2=r.amount(facts, "otherLivingArea", most=1_000_000),
        building_m2=r.amount(facts, "buildingArea", most=1_000_000),
        plot_m2=r.amount(facts, "plotArea", most=1e12),
        source=r.line(facts, "livingAreaAccuracy", most=150),
        description=r.prose(facts, "livingAreaDescription"),
    )


def _electricity(economy: Part, r: Reading) -> Electricity | None:
    used = r.amount(economy, "electricityConsumption")
    return None if used is None else Electricity(consumption_kwh_year=used)


def texts_of(root: Part, r: Reading) -> Texts:
    texts = r.part(root, "sellingTexts")
    return Texts(
        heading=r.line(texts, "sellingTextSubject", most=2_000),
        short=r.prose(texts, "sellingTextShort"),
        long=r.prose(texts, "sellingText"),
        other=r.prose(root, "description"),
    )


def _buildings(root: Part, facts: Part, rooms: Part, number: float | None, r: Reading) -> list[Building]:
    """The home itself as a building; None of it stated, no building. Farms' and offices' stay in `extra`."""
    year, numeric = r.line(facts, "buildYear", most=60), None
    if _YEAR.fullmatch(year):
        year, numeric = "", int(year)
    home = Building(
        name=r.line(facts, "buildingName", most=150),
        kind=r.line(facts, "buildingType", most=100),
        rooms=number,
        bedrooms=r.count(rooms, "numberOfBedrooms", most=1_000),
        year_built=numeric,
        year_text=year,
        floor=_floor(facts, r),
        floors_total=r.amount(facts, "floorsInTotal", most=200),
        elevator=r.yes(facts, "hasLift"),
        elevator_text=r.prose(facts, "liftDescription"),
        heating=r.line(r.part(facts, "heating"), "type", most=150),
        ventilation=r.line(r.part(facts, "ventilation"), "type", most=100),
        renovation=r.prose(facts, "renovationDescription"),
        description=r.prose(facts, "description"),
        other=r.prose(facts, "otherDescription"),
        rooms_text=r.prose(rooms, "description"),
        room_list=_rooms(rooms, r),
        energy=money.energy(r.part(root, "energyPerformance"), r),
    )
    return [] if home == Building() else [home]


def _floor(facts: Part, r: Reading) -> float | None:
    """Floors are text (`3`, `2,5 tr`, `2 av 5`); one that is no number stays in `extra`."""
    value = facts.look("floor")
    found = _FLOOR.fullmatch(value.strip().lower()) if type(value) is str else None
    if found is None:
        return None if type(value) is str else r.amount(facts, "floor", least=-20, most=200)
    facts.read("floor")
    return float(f"{found[1]}.{found[2] or 0}")


def _rooms(rooms: Part, r: Reading) -> list[Described]:
    return [
        Described(
            name=r.line(part, "name"), text=r.prose(part, "description"), kind=r.line(part, "floor", most=50)
        )
        for part in r.parts(rooms, "rooms")
    ]


def marketing(root: Part, publishing: Part, r: Reading) -> Marketing:
    """A deal that is answered with its publication is published; `status` there is our own report."""
    publishing.read("status")
    return Marketing(
        published=True,
        preview=r.flag(publishing.read("isPreview"), publishing.at("isPreview")),
        published_at=r.when(publishing, "published"),
        new_home=r.flag(root.read("isNewDevelopment"), "isNewDevelopment"),
    )


def _tags(root: Part, r: Reading) -> list[str]:
    """The broker's own word, else Mspecs' constant."""
    made = []
    for part in r.parts(root, "marketingTags"):
        word = r.text(constant(part.read("tag")), part.at("tag"), most=100)
        made.append(r.line(part, "name") or word)
    return [tag for tag in made if tag]
