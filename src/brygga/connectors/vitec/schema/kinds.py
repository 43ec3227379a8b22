"""Shapes of what only some types of property have: flats, farms, commercial, premises, foreign."""

from __future__ import annotations

from brygga.connectors.vitec.schema.parts import Noted, Shape, Word
from brygga.connectors.vitec.schema.people import AssociationDescriptions, AssociationEconomy


class AssociationReference(Shape):
    """The flat's association, and texts that replace the association's own."""

    id: str | None = None
    override_description: AssociationDescriptions | None = None
    override_economy: AssociationEconomy | None = None


class HousingCooperativeFinances(Shape):
    """The flat's part in the association; shares in per cent, amounts in kronor."""

    is_pledged: bool | None = None
    indirect_net_debt: float | None = None
    repair_fund_balance: float | None = None
    annual_fee_share: float | None = None
    indirect_net_debt_comment: str | None = None
    shares_comment: str | None = None
    shares: float | None = None


class IncludedLand(Shape):
    """Land that goes with the flat, square metres."""

    size: float | None = None
    description: str | None = None


class HousingCooperative(Shape):
    """What only a tenant-owned flat has."""

    description: str | None = None
    apartment_number: str | None = None
    apartment_registration_number: str | None = None
    association: AssociationReference | None = None
    finances: HousingCooperativeFinances | None = None
    included_land: IncludedLand | None = None


class Condominium(Shape):
    """An owner-occupied flat (*ägarlägenhet*)."""

    apartment_registration_number: str | None = None


class ForeignAddress(Shape):
    """Where abroad."""

    city: str | None = None
    province: str | None = None


class Distance(Shape):
    """How far to something, metres."""

    type: Word | None = None
    meters: int | None = None


class Localization(Shape):
    """The ad's texts in another language."""

    language: str | None = None
    short_sale_description: str | None = None
    sale_description: str | None = None
    sale_phrase: str | None = None
    sale_heading: str | None = None
    interior: str | None = None
    service: str | None = None
    communication: str | None = None
    area: str | None = None
    parking: str | None = None
    other_surroundings: str | None = None


class ForeignProperty(Shape):
    """A home abroad (*utlandsbostad*)."""

    external_reference_number: str | None = None
    address: ForeignAddress | None = None
    distances: list[Distance] | None = None
    localizations: list[Localization] | None = None


class AcreageEntry(Shape):
    """One kind of land, hectares."""

    type: Word | None = None
    size: float | None = None


class Acreage(Shape):
    """The farm's land, hectares."""

    source: str | None = None
    entries: list[AcreageEntry] | None = None
    total: float | None = None
    sum: float | None = None


class NamedNote(Shape):
    """A name and a text: a farm building, a piece of land."""

    name: str | None = None
    description: str | None = None


class OtherData(Shape):
    """A heading and a text."""

    heading: str | None = None
    text: str | None = None


class Farm(Shape):
    """A farm (*lantbruk*)."""

    number_of_partitions: int | None = None
    jointly_taxed_properties: str | None = None
    agricultural_focus: list[Word] | None = None
    acreage: Acreage | None = None
    economy_buildings: list[NamedNote] | None = None
    lands: list[NamedNote] | None = None
    other_data: list[OtherData] | None = None


class PerArea(Shape):
    """Kronor per year, and per square metre."""

    value: float | None = None
    per_square_meter: float | None = None


class CommercialAreaEntry(Shape):
    """One kind of space in a commercial property."""

    type: Word | None = None
    size: float | None = None
    number: float | None = None
    rental_income: PerArea | None = None
    other_income: PerArea | None = None
    flat_operating_cost: PerArea | None = None


class CommercialIncome(Shape):
    """Income of a commercial property, kronor per year."""

    rental: float | None = None
    other: float | None = None
    source: str | None = None


class CommercialArea(Shape):
    """Space, income and cost of a commercial property."""

    size: float | None = None
    source: str | None = None
    income: CommercialIncome | None = None
    flat_operating_cost: float | None = None
    vacancies: str | None = None
    entries: list[CommercialAreaEntry] | None = None


class Business(Shape):
    """A business that is sold."""

    type: Word | None = None
    description: str | None = None
    equipment: str | None = None
    starting_year: int | None = None
    number_of_employees: int | None = None
    profit: Word | None = None
    revenue: float | None = None


class SharedSpaces(Shape):
    """What is shared."""

    courtyard: str | None = None
    description: str | None = None


class RenovationPlan(Shape):
    """What will be renovated, and for how much."""

    amount: float | None = None
    description: str | None = None


class Offer(Shape):
    """Until when offers are received."""

    is_receiving: bool | None = None
    deadline_at: str | None = None


class CommercialProperty(Shape):
    """A commercial property (*kommersiellt objekt*)."""

    compilation_area: CommercialArea | None = None
    business: Business | None = None
    technical_data: Noted | None = None
    shared_spaces: SharedSpaces | None = None
    renovation_plan: RenovationPlan | None = None
    offer: Offer | None = None


class PremisesAreaEntry(Shape):
    """One space of the premises; rent and cost in kronor per year."""

    name: str | None = None
    size: int | None = None
    rent: float | None = None
    operating_cost: float | None = None


class PremisesArea(Shape):
    """The premises' spaces and sums."""

    entries: list[PremisesAreaEntry] | None = None
    area_size: float | None = None
    rent: float | None = None
    operating_cost: float | None = None


class Premises(Shape):
    """Premises to let or sell (*lokal*)."""

    technical_data: Noted | None = None
    focus_on: list[Word] | None = None
    compilation_area: PremisesArea | None = None
