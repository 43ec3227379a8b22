"""Homes and projects (*affär*): the published shape, the sold shape and the lists of them.

The vendor has one shape for each of nine object types. They share most members, so here is one
shape with all of them; what only land, farms and business premises have is not spelt out below
the first level and is carried through as it comes.
"""

from __future__ import annotations

from typing import Any

import msgspec

from brygga.connectors.mspecs.schema import parts, people
from brygga.connectors.mspecs.schema.parts import Languages, Shape, Word

Loose = dict[str, Any]
"""An object whose members are not spelt out here: carried through as it comes."""


class Publishing(Shape):
    """How the home stands at us, as Mspecs sees it. `updated`: when it was last published."""

    status: str | None = None
    published: str | None = None
    updated: str | None = None
    sale_status: str | None = None
    is_preview: bool | None = None
    web_page_url: str | None = None
    web_page_images_url: str | None = None
    market_as_object_types: list[str] | None = None


class Tag(Shape):
    """A word for the ad: predefined, or the broker's own in `name`."""

    tag: Word | None = None
    name: str | None = None


class SaleInformation(Shape):
    """Price and terms; `finalPrice` and `contractDate` only of a home that was published as sold."""

    price: float | None = None
    price_type: str | None = None
    price_in_other_currency: float | None = None
    other_currency: str | None = None
    marketing_method_description: str | None = None
    earliest_access_date_description: str | None = None
    quotation_due_date: str | None = None
    quotation_description: str | None = None
    starting_price: float | None = None
    currency: str | None = None
    final_price: float | None = None
    contract_date: str | None = None


class Room(Shape):
    """One room in words."""

    name: str | None = None
    name_multi_lang: Languages | None = None
    floor: str | None = None
    description: str | None = None
    description_multi_lang: Languages | None = None


class Rooms(Shape):
    """The number of rooms, and the rooms in words."""

    number_of_rooms: float | None = None
    number_of_bedrooms: int | None = None
    convert_number_of_bed_rooms: int | None = None
    description: str | None = None
    description_multi_lang: Languages | None = None
    rooms: list[Room] | None = None


class Energy(Shape):
    """The energy declaration; `performanceNumber` is used in those made from 2026-10-01 on."""

    energy_class: Word | None = msgspec.field(name="class", default=None)
    performance: int | None = None
    primary_performance: int | None = None
    performance_number: int | None = None
    status: Word | None = None
    surveyor: str | None = None
    date: str | None = None
    description: str | None = None
    description_multi_lang: Languages | None = None


class EstateFacts(Shape):
    """Areas, tenure and building. Areas are square metres; the year of building is text."""

    living_area: float | None = None
    other_living_area: float | None = None
    total_living_area: float | None = None
    living_area_is_approximate: bool | None = None
    living_area_accuracy: str | None = None
    living_area_description: str | None = None
    living_area_description_multi_lang: Languages | None = None
    building_area: float | None = None
    plot_area: float | None = None
    plot_area_accuracy: str | None = None
    plot_description: str | None = None
    plot_description_multi_lang: Languages | None = None
    total_area: float | None = None
    water_area: float | None = None
    tenure_type: Word | None = None
    land_tenure: Word | None = None
    freehold_title: Word | None = None
    property_designation: str | None = None
    part_of_estate: bool | None = None
    is_all_year: bool | None = None
    is_property_association: bool | None = None
    is_shared_ownership: bool | None = None
    shared_ownership: Loose | None = None
    standard_points: int | None = None
    build_year: str | None = None
    building_type: str | None = None
    building_name: str | None = None
    renovation_year: str | None = None
    renovation_description: str | None = None
    floor: str | None = None
    floors_in_total: int | None = None
    has_lift: Word | None = None
    lift_description: str | None = None
    apartment_number: str | None = None
    government_apartment_number: str | None = None
    share_in_housing_association: str | None = None
    share_in_housing_association_contribution: str | None = None
    share_in_housing_association_fee: str | None = None
    share_in_housing_association_description: str | None = None
    share_of_housing_association_net_debt: float | None = None
    share_of_housing_association_net_debt_description: str | None = None
    has_repair_fund: Word | None = None
    repair_fund: float | None = None
    repair_fund_description: str | None = None
    repair_fund_check_date: str | None = None
    legal_entity_acceptable: Word | None = None
    premise_type: Word | None = None
    premise_type_text: str | None = None
    description: str | None = None
    other_description: str | None = None
    other_buildings_description: str | None = None
    faults_and_defects_description: str | None = None
    parking_description: str | None = None
    parking_description_multi_lang: Languages | None = None
    patio_description: str | None = None
    patio_description_multi_lang: Languages | None = None
    storage_description: str | None = None
    tv_internet_description: str | None = None
    building_rights: str | None = None
    plumbing: Loose | None = None
    water_and_drain_type: Loose | None = None
    construction: Loose | None = None
    heating: Loose | None = None
    electricity: Loose | None = None
    chimney: Loose | None = None
    ventilation: Loose | None = None
    radon: Loose | None = None


class Economy(Shape):
    """Costs: a month for a tenant-owned flat, a year for all others."""

    living_cost_analysis: str | None = None
    persons_in_household: int | None = None
    electricity_consumption: float | None = None
    costs: Loose | None = None
    rent: float | None = None
    included_in_rent: Loose | None = None
    included_in_rent_description: str | None = None
    transfer_fee_paid_by: Word | None = None
    transfer_fee: str | None = None
    pledging_fee: str | None = None
    contribution_fee: float | None = None
    granting_fee: float | None = None
    booking_fee: float | None = None
    monthly_rent: float | None = None
    rent_period: Word | None = None
    rent_description: str | None = None
    rent_is_negotiable: bool | None = None
    vat_setting: str | None = None
    cost_description: str | None = None
    revenues: Loose | None = None


class HousingAssociation(Shape):
    """A housing association (*bostadsrättsförening*). It has no id."""

    name: str | None = None
    identifier: str | None = None
    founded: int | None = None
    energy_performance: Energy | None = None
    general_information: str | None = None
    building_description: str | None = None
    heating_description: str | None = None
    other_areas_description: str | None = None
    internet_description: str | None = None
    renovate_description: str | None = None
    upcoming_renovations_description: str | None = None
    legal_entity_acceptable: Word | None = None
    housing_association_taxation_type: Word | None = None
    plot_ownership: Word | None = None
    number_of_premises: int | None = None
    number_of_rent_apartments: int | None = None
    number_of_apartments: int | None = None
    yearly_rent: float | None = None
    loans: float | None = None
    loans_per_area_unit: float | None = None


class Assessment(Shape):
    """Property taxation (*taxering*)."""

    year: int | None = None
    value_year: int | None = None
    value_accuracy: Word | None = None
    building_value: float | None = None
    land_value: float | None = None
    total_value: float | None = None
    description: str | None = None


class SellingTexts(Shape):
    """What the ad says."""

    selling_text_subject: str | None = None
    selling_text_subject_multi_lang: Languages | None = None
    selling_text_short: str | None = None
    selling_text_short_multi_lang: Languages | None = None
    selling_text: str | None = None
    selling_text_multi_lang: Languages | None = None


class ProjectFacts(Shape):
    """What only a new-build project has; ranges are over its homes."""

    name: str | None = None
    builder: str | None = None
    min_number_of_rooms: float | None = None
    max_number_of_rooms: float | None = None
    min_number_of_bed_rooms: int | None = None
    max_number_of_bed_rooms: int | None = None
    min_living_area: float | None = None
    max_living_area: float | None = None
    min_other_living_area: float | None = None
    max_other_living_area: float | None = None
    min_price: float | None = None
    max_price: float | None = None
    min_monthly_rent: float | None = None
    max_monthly_rent: float | None = None
    min_plot_area: float | None = None
    max_plot_area: float | None = None
    plot_area: float | None = None
    plot_description: str | None = None
    plot_description_multi_lang: Languages | None = None
    number_of_homes: int | None = None
    building_started: str | None = None
    preliminary_occupancy: str | None = None
    development_phase: str | None = None
    property_type: str | None = None
    habitat: str | None = None
    sales_start_date: str | None = None
    sales_start_description: str | None = None
    new_development_status: Word | None = None
    new_development_properties: list[Loose] | None = None


class PublishedDeal(Shape):
    """What every deal has, and all that a list of published deals is sure to give."""

    id: str | None = None
    project_deal_id: str | None = None
    short_id: str | None = None
    object_type: Word | None = None
    is_international: bool | None = None
    is_new_development: bool | None = None
    country: parts.Country | None = None
    publishing_information: Publishing | None = None
    custom_fields: list[parts.CustomField] | None = None
    marketing_tags: list[Tag] | None = None


class Deal(PublishedDeal):
    """A home or project, published or sold, of any object type."""

    display_name: str | None = None
    currency: str | None = None
    status: Word | None = None
    object_sub_type: Word | None = None
    object_sub_type_text: str | None = None
    sale_information: SaleInformation | None = None
    location: parts.Location | None = None
    rooms: Rooms | None = None
    estate: EstateFacts | None = None
    economy: Economy | None = None
    energy_performance: Energy | None = None
    housing_association: HousingAssociation | None = None
    assessment: Assessment | None = None
    mortgage: Loose | None = None
    easement: Loose | None = None
    economic_type_code: Loose | None = None
    selling_texts: SellingTexts | None = None
    description: str | None = None
    images: list[parts.Picture] | None = None
    files: list[parts.File] | None = None
    urls: list[parts.Address] | None = None
    viewings: list[parts.ViewingTimes] | None = None
    bidding: parts.Bidding | None = None
    office: people.Office | None = None
    users: list[people.User] | None = None
    sellers: list[people.Party] | None = None
    buyers: list[people.Party] | None = None
    parking: Loose | None = None
    patio: Loose | None = None
    patios: list[Loose] | None = None
    burglar_alarm: Loose | None = None
    international: Loose | None = None
    project: ProjectFacts | None = None
    tenant: Loose | None = None
    tenant_summary: Loose | None = None
    cash_flow: Loose | None = None
    areas: list[Loose] | None = None
    buildings: list[Loose] | None = None
    valuation_units: list[Loose] | None = None


class SoldPage(Shape):
    """A page of deals published as sold; without `next` it is the last."""

    next: str | None = None
    deals: list[Deal] | None = None
