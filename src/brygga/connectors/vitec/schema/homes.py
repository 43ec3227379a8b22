"""The shapes of Vitec's answers for homes: one shape for all nine types.

Members and spelling follow `advertising.openapi.json`.
"""

from __future__ import annotations

from brygga.connectors.vitec.schema.kinds import (
    CommercialProperty,
    Condominium,
    Farm,
    ForeignProperty,
    HousingCooperative,
    Premises,
)
from brygga.connectors.vitec.schema.parts import (
    Address,
    Building,
    Electricity,
    Expenses,
    Exterior,
    File,
    Image,
    Link,
    OfficeReference,
    Shape,
    Surroundings,
    Tag,
    Viewing,
    Word,
)
from brygga.connectors.vitec.schema.people import User


class Sale(Shape):
    """The assignment, the ad's texts and the dates of the deal."""

    short_description: str | None = None
    description: str | None = None
    phrase: str | None = None
    heading: str | None = None
    other_information: str | None = None
    possession_estimation: str | None = None
    possession_at: str | None = None
    contract_date: str | None = None
    assignment_date: str | None = None


class ValuationUnit(Shape):
    """A unit of valuation within a taxation unit (*värderingsenhet*)."""

    unit: Word | None = None
    value: float | None = None
    year: int | None = None


class TaxationUnit(Shape):
    """A taxation unit (*taxeringsenhet*)."""

    code: Word | None = None
    tax_fee: float | None = None
    year: int | None = None
    description: str | None = None
    valuation_units: list[ValuationUnit] | None = None


class Taxation(Shape):
    """Property taxation."""

    is_preliminary: bool | None = None
    property_designations: list[str] | None = None
    building_value: float | None = None
    land_value: float | None = None
    total_value: float | None = None
    tax_fee: float | None = None
    units: list[TaxationUnit] | None = None


class RecurringFee(Shape):
    """The fee; value null is not stated, 0 is nought. Frequency `Monthly` or `Yearly`."""

    value: float | None = None
    frequency: str | None = None
    type: str | None = None
    description: str | None = None


class Leasehold(Shape):
    """Ground rent (*tomträttsavgäld*)."""

    fee: float | None = None
    term: str | None = None


class LeaseOwner(Shape):
    """Who lets the ground."""

    name: str | None = None


class Lease(Shape):
    """Ground lease (*arrende*)."""

    fee: float | None = None
    description: str | None = None
    term: str | None = None
    owner: LeaseOwner | None = None


class Fees(Shape):
    """What the owner pays."""

    recurring: RecurringFee | None = None
    leasehold: Leasehold | None = None
    lease: Lease | None = None


class MoneyValue(Shape):
    """An amount with its currency."""

    value: float | None = None
    currency: str | None = None


class Price(Shape):
    """Prices in the estate's currency; empty when the office hides the price."""

    starting_price: float | None = None
    final_price: float | None = None
    starting_price_in_other_currency: MoneyValue | None = None
    text: str | None = None


class Bid(Shape):
    """A bid as the website may show it: no id; the amount is a number here."""

    placed_at: str | None = None
    amount: int | None = None
    is_canceled: bool | None = None
    alias: str | None = None


class Bidding(Shape):
    """The bidding, as far as the office shows it."""

    is_active: bool | None = None
    is_verified: bool | None = None
    bids: list[Bid] | None = None


class MarketingViewing(Shape):
    """How viewings are shown."""

    visible_limit: int | None = None
    empty_text: str | None = None


class Marketing(Shape):
    """Where the home is shown."""

    is_published: bool | None = None
    is_preview: bool | None = None
    published_at: str | None = None
    is_new_home: bool | None = None
    viewing: MarketingViewing | None = None


class Pledge(Shape):
    """A mortgage deed (*pantbrev*)."""

    amount: float | None = None


class Enrollments(Shape):
    """Plan regulations and rights from the register (*inskrivningar*)."""

    plan_regulations: str | None = None
    preferential_and_community: str | None = None


class EstateExtensions(Shape):
    """What only some types have; the others are null. Agents come only when asked for."""

    housing_cooperative: HousingCooperative | None = None
    condominium: Condominium | None = None
    foreign_property: ForeignProperty | None = None
    farm: Farm | None = None
    commercial_property: CommercialProperty | None = None
    premises: Premises | None = None
    primary_agent: User | None = None
    secondary_agent: User | None = None


class Inspection(Shape):
    """Whether the home was inspected before the sale."""

    has_been_performed: bool | None = None


class Estate(Shape):
    """A home or other property, of any of the nine types."""

    id: str | None = None
    reference_id: str | None = None
    status: Word | None = None
    office: OfficeReference | None = None
    primary_agent_id: str | None = None
    secondary_agent_id: str | None = None
    project_id: str | None = None
    address: Address | None = None
    sale: Sale | None = None
    surroundings: Surroundings | None = None
    changed_at: str | None = None
    files: list[File] | None = None
    viewings: list[Viewing] | None = None
    images: list[Image] | None = None
    links: list[Link] | None = None
    type: Word | None = None
    subtype: Word | None = None
    tenure: Word | None = None
    tags: list[Tag] | None = None
    buildings: list[Building] | None = None
    exterior: Exterior | None = None
    taxation: Taxation | None = None
    fees: Fees | None = None
    price: Price | None = None
    electricity: Electricity | None = None
    bidding: Bidding | None = None
    marketing: Marketing | None = None
    pledges: list[Pledge] | None = None
    enrollments: Enrollments | None = None
    extensions: EstateExtensions | None = None
    currency: str | None = None
    inspection: Inspection | None = None
    expenses: Expenses | None = None
