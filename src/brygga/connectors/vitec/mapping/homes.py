"""A home: Vitec's answer → Estate with its viewings and bids.

What has no home in the model goes to `extra` under its path; a test finds every leaf again.
Null is "not stated or not shown" (the office's display rules apply before Vitec answers), 0 is
nought.
"""

from __future__ import annotations

from typing import Any

import msgspec

from brygga.connectors.vitec import schema
from brygga.connectors.vitec.mapping import building as house
from brygga.connectors.vitec.mapping import words
from brygga.connectors.vitec.mapping.reading import Reading, address, documents, images, links, surroundings
from brygga.connectors.vitec.mapping.showings import bids, viewings
from brygga.model import Bid, Estate, Mapped, Record, Viewing
from brygga.model.parts import Areas, Fee, Marketing, Price, Sale, Share, Taxation, Texts
from brygga.model.vocabulary import ESTATE_STATUSES, ESTATE_TYPES, TENURES

_HOMELESS = ("condominium", "foreignProperty", "farm", "commercialProperty", "premises")


def estate(body: bytes, source_id: str, connection: str) -> Mapped:
    """The estate first, then its viewings and bids. Raises Invalid as `Reading.answer`."""
    r = Reading(connection)
    raw = r.answer(body, "estate", source_id)
    currency = r.currency(raw.get("currency"), "currency")
    home = _estate(raw, r)
    home.price.currency = currency
    bidding = r.section(raw.get("bidding"), "bidding")
    parts: list[Record] = [*viewings(raw.get("viewings"), r, estate_id=home.id)]
    parts += bids(bidding.get("bids"), r, home.id)
    r.unknown(raw, schema.Estate)
    home.extra = r.extra
    return Mapped(
        records=[home, *parts],
        findings=r.findings,
        owner_id=home.id,
        complete_kinds=_complete(raw, bidding, parts),
    )


def _complete(raw: dict[str, Any], bidding: dict[str, Any], parts: list[Record]) -> tuple[str, ...]:
    """Which parts are all there are: lists that came whole.

    Viewings are complete when each row could be used. Bids follow the office's display rules
    ("highest bid only" gives one, "no bids" none), so only a list of two or more is all of them.
    """
    shown, placed = raw.get("viewings"), bidding.get("bids")
    kinds = []
    if type(shown) is list and len(shown) == sum(type(part) is Viewing for part in parts):
        kinds.append("viewing")
    if type(placed) is list and 2 <= len(placed) == sum(type(part) is Bid for part in parts):
        kinds.append("bid")
    return tuple(kinds)


def _estate(raw: dict[str, Any], r: Reading) -> Estate:
    sale = r.section(raw.get("sale"), "sale")
    exterior = r.section(raw.get("exterior"), "exterior")
    plot = r.section(exterior.get("plot"), "exterior.plot")
    fees = r.section(raw.get("fees"), "fees")
    office = r.section(raw.get("office"), "office")
    enrollments = r.section(raw.get("enrollments"), "enrollments")
    extensions = r.section(raw.get("extensions"), "extensions")
    subtype, subtype_name = r.pair(raw.get("subtype"), "subtype")
    buildings = house.buildings(raw.get("buildings"), r)
    _keep_homeless(extensions, office, r)
    return Estate(
        id=r.ref(raw["id"], "id"),
        changed_at=r.moment(raw.get("changedAt"), "changedAt"),
        type=r.word(raw.get("type"), "type", words.TYPES, ESTATE_TYPES),
        subtype=subtype,
        subtype_name=subtype_name,
        tenure=r.word(raw.get("tenure"), "tenure", words.TENURES, TENURES),
        status=r.word(raw.get("status"), "status", words.STATUSES, ESTATE_STATUSES),
        reference=r.text(raw.get("referenceId"), "referenceId"),
        office_id=r.ref(office.get("id"), "office.id"),
        agent_id=r.ref(raw.get("primaryAgentId"), "primaryAgentId"),
        second_agent_id=r.ref(raw.get("secondaryAgentId"), "secondaryAgentId"),
        project_id=r.ref(raw.get("projectId"), "projectId"),
        address=address(raw.get("address"), "address", r),
        price=price(raw.get("price"), r),
        areas=_areas(buildings[0].areas if buildings else None, plot, r),
        rooms=buildings[0].rooms if buildings else None,
        fee=_fee(fees.get("recurring"), r),
        ground_rent=_rent(fees.get("leasehold"), "fees.leasehold", r),
        lease=_rent(fees.get("lease"), "fees.lease", r),
        texts=texts(sale, r),
        sale=_sale(sale, r),
        share=_share(extensions.get("housingCooperative"), r),
        buildings=buildings,
        features=house.exterior_entries(exterior.get("entries"), "exterior.entries", r),
        other_buildings=r.html(exterior.get("buildingsDescription"), "exterior.buildingsDescription"),
        building_permission=r.html(exterior.get("buildingPermission"), "exterior.buildingPermission"),
        plot_kind=r.text(plot.get("type"), "exterior.plot.type"),
        plot_text=r.html(plot.get("description"), "exterior.plot.description"),
        surroundings=surroundings(raw.get("surroundings"), r),
        taxation=_taxation(raw.get("taxation"), r),
        costs=house.costs(raw.get("expenses"), r),
        electricity=house.electricity(raw.get("electricity"), r),
        pledges_kr=_pledges(raw.get("pledges"), r),
        inspected=r.flag(
            r.section(raw.get("inspection"), "inspection").get("hasBeenPerformed"),
            "inspection.hasBeenPerformed",
        ),
        plan_text=r.html(enrollments.get("planRegulations"), "enrollments.planRegulations"),
        rights_text=r.html(
            enrollments.get("preferentialAndCommunity"), "enrollments.preferentialAndCommunity"
        ),
        marketing=marketing(raw, r),
        images=images(raw.get("images"), r),
        documents=documents(raw.get("files"), "files", r),
        links=links(raw.get("links"), r),
        tags=_tags(raw.get("tags"), r),
    )


def _keep_homeless(extensions: dict[str, Any], office: dict[str, Any], r: Reading) -> None:
    """Members without a home in the model, carried as they are."""
    for name in (*_HOMELESS, "primaryAgent", "secondaryAgent"):
        if extensions.get(name) is not None:
            r.keep(extensions[name], f"extensions.{name}")
    r.keep(office.get("customerId"), "office.customerId")


def price(value: Any, r: Reading) -> Price:
    """Prices in kronor, and the asking price in another currency where the office states one."""
    p = r.section(value, "price")
    other = r.section(p.get("startingPriceInOtherCurrency"), "price.startingPriceInOtherCurrency")
    return Price(
        asking_kr=r.kr(p.get("startingPrice"), "price.startingPrice"),
        final_kr=r.kr(p.get("finalPrice"), "price.finalPrice"),
        text=r.text(p.get("text"), "price.text"),
        asking_other=r.decimal(other.get("value"), "price.startingPriceInOtherCurrency.value"),
        other_currency=r.text(other.get("currency"), "price.startingPriceInOtherCurrency.currency", most=20),
    )


def _areas(of_home: Areas | None, plot: dict[str, Any], r: Reading) -> Areas:
    """The home's areas and its plot, square metres."""
    areas = msgspec.structs.replace(of_home) if of_home is not None else Areas()
    areas.plot_m2 = r.number(plot.get("size"), "exterior.plot.size", most=1e12)
    return areas


def _fee(value: Any, r: Reading) -> Fee | None:
    fee = r.section(value, "fees.recurring")
    read = Fee(
        amount_kr=r.kr(fee.get("value"), "fees.recurring.value"),
        frequency=r.text(fee.get("frequency"), "fees.recurring.frequency"),
        label=r.text(fee.get("type"), "fees.recurring.type"),
        description=r.html(fee.get("description"), "fees.recurring.description"),
    )
    return None if read == Fee() else read


def _rent(value: Any, path: str, r: Reading) -> Fee | None:
    """Ground rent or lease; the contract does not say for which period, so none is claimed."""
    rent = r.section(value, path)
    read = Fee(
        amount_kr=r.kr(rent.get("fee"), f"{path}.fee"),
        description=r.html(rent.get("description"), f"{path}.description"),
        term=r.text(rent.get("term"), f"{path}.term"),
        lessor=r.text(r.section(rent.get("owner"), f"{path}.owner").get("name"), f"{path}.owner.name"),
    )
    return None if read == Fee() else read


def texts(sale: dict[str, Any], r: Reading) -> Texts:
    """What the ad says."""
    return Texts(
        heading=r.text(sale.get("heading"), "sale.heading", most=2_000),
        phrase=r.text(sale.get("phrase"), "sale.phrase", most=2_000),
        short=r.html(sale.get("shortDescription"), "sale.shortDescription"),
        long=r.html(sale.get("description"), "sale.description"),
        other=r.html(sale.get("otherInformation"), "sale.otherInformation"),
    )


def _sale(sale: dict[str, Any], r: Reading) -> Sale | None:
    read = Sale(
        assignment_at=r.moment(sale.get("assignmentDate"), "sale.assignmentDate"),
        contract_at=r.moment(sale.get("contractDate"), "sale.contractDate"),
        possession_at=r.moment(sale.get("possessionAt"), "sale.possessionAt"),
        possession_text=r.text(sale.get("possessionEstimation"), "sale.possessionEstimation"),
    )
    return None if read == Sale() else read


def _share(value: Any, r: Reading) -> Share | None:
    path = "extensions.housingCooperative"
    if value is None:
        return None
    flat = r.section(value, path)
    association = r.section(flat.get("association"), f"{path}.association")
    money = r.section(flat.get("finances"), f"{path}.finances")
    land = r.section(flat.get("includedLand"), f"{path}.includedLand")
    for name in ("overrideDescription", "overrideEconomy"):
        r.keep(association.get(name), f"{path}.association.{name}")
    return Share(
        association_id=r.ref(association.get("id"), f"{path}.association.id"),
        apartment_number=r.text(flat.get("apartmentNumber"), f"{path}.apartmentNumber"),
        registration_number=r.text(
            flat.get("apartmentRegistrationNumber"), f"{path}.apartmentRegistrationNumber"
        ),
        share_percent=r.number(money.get("shares"), f"{path}.finances.shares"),
        fee_share_percent=r.number(money.get("annualFeeShare"), f"{path}.finances.annualFeeShare"),
        net_debt_kr=r.kr(money.get("indirectNetDebt"), f"{path}.finances.indirectNetDebt", least=-(10**11)),
        repair_fund_kr=r.kr(
            money.get("repairFundBalance"), f"{path}.finances.repairFundBalance", least=-(10**11)
        ),
        pledged=r.flag(money.get("isPledged"), f"{path}.finances.isPledged"),
        description=r.html(flat.get("description"), f"{path}.description"),
        share_comment=r.html(money.get("sharesComment"), f"{path}.finances.sharesComment"),
        net_debt_comment=r.html(
            money.get("indirectNetDebtComment"), f"{path}.finances.indirectNetDebtComment"
        ),
        land_m2=r.number(land.get("size"), f"{path}.includedLand.size", most=1e12),
        land_text=r.html(land.get("description"), f"{path}.includedLand.description"),
    )


def _taxation(value: Any, r: Reading) -> Taxation | None:
    tax = r.section(value, "taxation")
    r.keep(tax.get("units"), "taxation.units")
    read = Taxation(
        preliminary=r.flag(tax.get("isPreliminary"), "taxation.isPreliminary"),
        designations=r.texts(tax.get("propertyDesignations"), "taxation.propertyDesignations"),
        building_kr=r.kr(tax.get("buildingValue"), "taxation.buildingValue"),
        land_kr=r.kr(tax.get("landValue"), "taxation.landValue"),
        total_kr=r.kr(tax.get("totalValue"), "taxation.totalValue"),
        fee_kr=r.kr(tax.get("taxFee"), "taxation.taxFee"),
    )
    return None if read == Taxation() else read


def _pledges(value: Any, r: Reading) -> list[int]:
    read = [r.kr(row.get("amount"), "pledges.amount") for row in r.rows(value, "pledges")]
    return [amount for amount in read if amount is not None]


def marketing(raw: dict[str, Any], r: Reading) -> Marketing:
    """Where the home is shown, and whether bidding is."""
    m = r.section(raw.get("marketing"), "marketing")
    bidding = r.section(raw.get("bidding"), "bidding")
    viewing = r.section(m.get("viewing"), "marketing.viewing")
    r.keep(viewing.get("visibleLimit"), "marketing.viewing.visibleLimit")
    r.keep(viewing.get("emptyText"), "marketing.viewing.emptyText")
    return Marketing(
        published=r.flag(m.get("isPublished"), "marketing.isPublished"),
        preview=r.flag(m.get("isPreview"), "marketing.isPreview"),
        published_at=r.moment(m.get("publishedAt"), "marketing.publishedAt"),
        new_home=r.flag(m.get("isNewHome"), "marketing.isNewHome"),
        bidding_active=r.flag(bidding.get("isActive"), "bidding.isActive"),
        bidding_verified=r.flag(bidding.get("isVerified"), "bidding.isVerified"),
    )


_IMPORT_REMARK = "ImportRemark"
"""A tag under which an import into the broker system left its own remarks on the object."""


def _word_id(value: Any) -> Any:
    return value.get("id") if isinstance(value, dict) else None


def _tags(value: Any, r: Reading) -> list[str]:
    names: list[str] = []
    for number, row in enumerate(r.rows(value, "tags")):
        inner = r.inside("tags", number)
        inner.keep(row.get("type"), "type")
        read = inner.texts(row.get("names"), "names")
        names += read
        if _word_id(row.get("type")) == _IMPORT_REMARK:
            for remark, text in enumerate(read):
                inner.note("source_remark", f"names[{remark}]", sv=text)
    return names
