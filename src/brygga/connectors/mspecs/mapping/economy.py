"""Price, fees, running costs, taxation and the association: Mspecs → the model. Whole kronor."""

from __future__ import annotations

import re
from typing import Any, Final

from brygga.connectors.mspecs.mapping.reading import Part, Reading, constant
from brygga.model import Association
from brygga.model.parts import Cost, Costs, Described, Energy, Fee, Price, Sale, Share, Taxation
from brygga.swedish import orgnr
from brygga.swedish.outcome import NotUnderstood

_PERCENT = re.compile(r"([0-9]{1,3}(?:[.,][0-9]{1,6})?) ?%?")
_NOT_RUNNING: Final = frozenset(
    {"rent", "groundRent", "condominiumSupplement", "sum", "total", "electricityConsumption"}
)
_ABOUT: Final = (
    "generalInformation", "buildingDescription", "heatingDescription", "otherAreasDescription",
    "internetDescription", "renovateDescription", "upcomingRenovationsDescription",
)  # fmt: skip  # the vendor's order
_MONTHS: Final = 12


def price(sale: Part, r: Reading) -> Price:
    """The asking price of a home for sale (`price`), or both prices of a sold one."""
    asking = r.kr(sale, "price") if sale.look("price") is not None else r.kr(sale, "startingPrice")
    return Price(
        asking_kr=asking,
        final_kr=r.kr(sale, "finalPrice"),
        text=r.line(sale, "priceType"),
        asking_other=r.decimal(sale.read("priceInOtherCurrency"), sale.at("priceInOtherCurrency")),
        other_currency=r.line(sale, "otherCurrency", most=20),
    )


def sale(part: Part, r: Reading) -> Sale | None:
    """Contract day (*kontraktsdag*) and what is said of taking possession."""
    read = Sale(
        contract_at=r.when(part, "contractDate"),
        possession_text=r.line(part, "earliestAccessDateDescription"),
    )
    return None if read == Sale() else read


def fee(economy: Part, costs: Part, r: Reading) -> Fee | None:
    """The monthly fee (*månadsavgift*) of a flat; of a sold one it stands beside the costs."""
    holder = costs if costs.look("rent") is not None else economy
    amount = r.kr(holder, "rent")
    if amount is None:
        return None
    return Fee(
        amount_kr=amount,
        frequency="Monthly",
        description=r.prose(costs, "rentDescription") or r.prose(economy, "includedInRentDescription"),
    )


def ground_rent(costs: Part, r: Reading) -> Fee | None:
    """Ground rent or lease (*tomträttsavgäld, arrende*), kronor a year."""
    read = Fee(
        amount_kr=r.kr(costs, "groundRent"),
        frequency="Yearly",
        term=r.line(costs, "groundRentPeriod"),
        lessor=r.line(costs, "groundRentLandlord"),
        description=r.line(costs, "groundRentTerminationDescription"),
    )
    return None if read == Fee(frequency="Yearly") else read


def running_costs(economy: Part, costs: Part, raw: Any, r: Reading, *, monthly: bool) -> Costs | None:
    """Every amount among the costs, as kronor a year; those of a flat come by the month."""
    rows = []
    for name, value in raw.items() if type(raw) is dict else ():
        if name in _NOT_RUNNING or type(value) not in {int, float}:
            continue
        amount = r.kr(costs, name)
        if amount is not None:
            rows.append(Cost(kind=name, year_kr=amount * (_MONTHS if monthly else 1)))
    read = Costs(
        household=r.count(economy, "personsInHousehold", most=1_000),
        rows=rows,
        sum_year_kr=sum(row.year_kr or 0 for row in rows) if rows else None,
        description=r.prose(economy, "livingCostAnalysis"),
    )
    return None if read == Costs() else read


def taxation(assessment: Part, estate: Part, r: Reading) -> Taxation | None:
    """Taxation values, and the property's designation (*fastighetsbeteckning*)."""
    accuracy = constant(assessment.look("valueAccuracy"))
    name = r.line(estate, "propertyDesignation", most=150)
    read = Taxation(
        preliminary=accuracy.endswith("_PRELIMINARY") if type(accuracy) is str else None,
        designations=[name] if name else [],
        building_kr=r.kr(assessment, "buildingValue"),
        land_kr=r.kr(assessment, "landValue"),
        total_kr=r.kr(assessment, "totalValue"),
    )
    return None if read == Taxation() else read


def share(estate: Part, r: Reading, association_id: str) -> Share | None:
    """The flat's place in its association. A share that is no plain percentage stays in `extra`."""
    read = Share(
        association_id=association_id,
        apartment_number=r.line(estate, "apartmentNumber"),
        registration_number=r.line(estate, "governmentApartmentNumber"),
        share_percent=_percent(estate, "shareInHousingAssociation", r),
        fee_share_percent=_percent(estate, "shareInHousingAssociationFee", r),
        net_debt_kr=r.kr(estate, "shareOfHousingAssociationNetDebt"),
        repair_fund_kr=r.kr(estate, "repairFund"),
        share_comment=r.prose(estate, "shareInHousingAssociationDescription"),
        net_debt_comment=r.prose(estate, "shareOfHousingAssociationNetDebtDescription"),
    )
    return None if read == Share() else read


def _percent(part: Part, name: str, r: Reading) -> float | None:
    found = _PERCENT.fullmatch(value.strip()) if type(value := part.look(name)) is str else None
    if found is None:
        return None
    part.read(name)
    return r.number(float(found[1].replace(",", ".")), part.at(name), most=100)


def association(part: Part, r: Reading) -> Association | None:
    """The housing association, known by its organisation number; None when that is missing."""
    number = part.look("identifier")
    try:
        orgnr_text = str(orgnr.parse(number if type(number) is str else ""))
    except NotUnderstood:
        return None
    part.read("identifier")
    texts = [Described(kind=name, text=text) for name in _ABOUT if (text := r.prose(part, name))]
    return Association(
        id=f"{r.connection}:orgnr.{orgnr_text.replace('-', '')}",
        name=r.line(part, "name"),
        orgnr=orgnr_text,
        apartments=r.count(part, "numberOfApartments"),
        rentals=r.count(part, "numberOfRentApartments"),
        premises=r.count(part, "numberOfPremises"),
        genuine=r.text(
            constant(part.read("housingAssociationTaxationType")), part.at("housingAssociationTaxationType")
        ),
        company_buyers=r.text(constant(part.read("legalEntityAcceptable")), part.at("legalEntityAcceptable")),
        texts=texts,
    )


def energy(part: Part, r: Reading) -> Energy | None:
    """The energy declaration: the newest of three measures that it states, kWh per m² and year."""
    newest = next(
        (n for n in ("performanceNumber", "primaryPerformance", "performance") if part.look(n) is not None),
        "performance",
    )
    read = Energy(
        rating=r.word(part, "class", "energy_classes"),
        consumption_kwh_m2=r.amount(part, newest, most=100_000),
        status=r.text(constant(part.read("status")), part.at("status"), most=100),
        performed_at=r.when(part, "date"),
    )
    return None if read == Energy() else read
