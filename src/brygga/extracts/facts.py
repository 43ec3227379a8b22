"""What was read, as typed facts: each value with its text, its place and whether we are sure.

Two things are never mixed up. A value that is not in the document is `None`; a value whose text
is there but could not be read is a Fact without value, with the reason as `remark`. A part of the
document (`Section`) is *absent*, *empty* (its heading is there and says none) or *there*.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

import msgspec

from brygga.extracts.fact import Address, Fact, Place, Position, Section, Share, State
from brygga.extracts.parts import (
    Acquisition,
    FormerDesignation,
    IdentityKind,
    JointFacility,
    Measure,
    Mortgage,
    Note,
    Origin,
    Owner,
    Plan,
    Right,
    Taxation,
    TaxOwner,
)

__all__ = [
    "Acquisition",
    "Address",
    "AnnualReport",
    "ApartmentList",
    "Document",
    "EnergyDeclaration",
    "Fact",
    "FormerDesignation",
    "Holder",
    "IdentityKind",
    "JointFacility",
    "Measure",
    "Mortgage",
    "Note",
    "Origin",
    "Outcome",
    "Owner",
    "Pair",
    "Place",
    "Plan",
    "Pledge",
    "Position",
    "Reading",
    "RegisterExtract",
    "Right",
    "Section",
    "Share",
    "State",
    "TaxOwner",
    "Taxation",
]


class _Document(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind"):
    """What every document says of itself.

    `pages_missing`: its own page count (*Sida 1 av 2*) promises more than the file holds.
    """

    layout: str
    layout_name: str = ""
    first_page: int = 1
    last_page: int = 1
    from_ocr: bool = False
    pages_missing: bool = False
    printed_on: Fact[date] | None = None


class RegisterExtract(_Document, frozen=True, kw_only=True, omit_defaults=True, tag="register_extract"):
    """An extract from the property register (*fastighetsutdrag*). Areas in square metres.

    `unread` holds the lines of parts whose headings are known and whose layout is not.
    """

    designation: Fact[str] | None = None
    general_changed_on: Fact[date] | None = None
    registration_changed_on: Fact[date] | None = None
    general_current_on: Fact[date] | None = None
    registration_current_on: Fact[date] | None = None
    district: Fact[str] | None = None
    district_code: Fact[str] | None = None
    municipality: Fact[str] | None = None
    municipality_code: Fact[str] | None = None
    address: Fact[Address] | None = None
    position: Fact[Position] | None = None
    total_area_m2: Fact[int] | None = None
    land_area_m2: Fact[int] | None = None
    water_area_m2: Fact[int] | None = None
    owners: Section[Owner] = Section()
    former_owners: Section[Owner] = Section()
    leaseholds: Section[Note] = Section()
    mortgages: Section[Mortgage] = Section()
    mortgage_total_kr: Fact[int] | None = None
    contract_rights: Section[Right] = Section()
    rights: Section[Right] = Section()
    plans: Section[Plan] = Section()
    remarks: Section[Note] = Section()
    entries: Section[Note] = Section()
    attributes: Section[Note] = Section()
    taxation: Section[Taxation] = Section()
    joint_facilities: Section[JointFacility] = Section()
    origins: Section[Origin] = Section()
    former_designations: Section[FormerDesignation] = Section()
    measures: Section[Measure] = Section()
    unread: Section[Note] = Section()


class Holder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A holder of a flat (*bostadsrättshavare*). `share_percent` of the flat, 0–100."""

    name: Fact[str] | None = None
    identity: Fact[str] | None = None
    identity_kind: IdentityKind = IdentityKind.NONE
    protected: bool = False
    share_percent: Fact[float] | None = None
    share: Fact[Share] | None = None


class Pledge(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A note of pledge in the association's register (*pantnotering*)."""

    text: Fact[str] | None = None
    amount_kr: Fact[int] | None = None
    noted_on: Fact[date] | None = None


class ApartmentList(_Document, frozen=True, kw_only=True, omit_defaults=True, tag="apartment_list"):
    """An extract from an association's register of flats (*lägenhetsförteckning*).

    Areas in square metres, percent 0–100.
    """

    association: Fact[str] | None = None
    association_number: Fact[str] | None = None
    property_designation: Fact[str] | None = None
    economic_plan_on: Fact[date] | None = None
    contact: Fact[str] | None = None
    contact_email: Fact[str] | None = None
    apartment_number: Fact[str] | None = None
    register_number: Fact[str] | None = None
    rooms: Fact[float] | None = None
    living_area_m2: Fact[float] | None = None
    floor: Fact[str] | None = None
    address: Fact[Address] | None = None
    acquired_on: Fact[date] | None = None
    monthly_fee_kr: Fact[int] | None = None
    deposit_kr: Fact[int] | None = None
    fund_deposit_kr: Fact[int] | None = None
    fund_balance_kr: Fact[int] | None = None
    allocation_percent: Fact[float] | None = None
    capital_percent: Fact[float] | None = None
    operation_percent: Fact[float] | None = None
    transfer_fee_kr: Fact[int] | None = None
    transfer_fee_payer: Fact[str] | None = None
    pledge_fee_kr: Fact[int] | None = None
    holders: Section[Holder] = Section()
    pledges: Section[Pledge] = Section()


class EnergyDeclaration(_Document, frozen=True, kw_only=True, omit_defaults=True, tag="energy_declaration"):
    """A summary of an energy declaration (*sammanfattning av energideklaration*).

    `primary_energy_kwh_m2` since 2019 (*primärenergital*), `specific_use_kwh_m2` before (*specifik
    energianvändning*): two scales that are never compared.
    """

    address: Fact[Address] | None = None
    designation: Fact[str] | None = None
    municipality: Fact[str] | None = None
    build_year: Fact[int] | None = None
    declaration_id: Fact[str] | None = None
    energy_class: Fact[str] | None = None
    primary_energy_kwh_m2: Fact[int] | None = None
    specific_use_kwh_m2: Fact[int] | None = None
    requirement_kwh_m2: Fact[int] | None = None
    heating: Fact[str] | None = None
    radon: Fact[str] | None = None
    ventilation_check: Fact[str] | None = None
    inspected_on: Fact[date] | None = None
    made_on: Fact[date] | None = None
    valid_to: Fact[date] | None = None


class AnnualReport(_Document, frozen=True, kw_only=True, omit_defaults=True, tag="annual_report"):
    """Key figures (*nyckeltal*) of an association's annual report, the report's own year only.

    Kronor per square metre and year; interest sensitivity in percent.
    """

    association: Fact[str] | None = None
    association_number: Fact[str] | None = None
    year: Fact[int] | None = None
    fee_per_m2_kr: Fact[int] | None = None
    loan_per_m2_kr: Fact[int] | None = None
    loan_per_flat_m2_kr: Fact[int] | None = None
    savings_per_m2_kr: Fact[int] | None = None
    interest_sensitivity_percent: Fact[float] | None = None
    energy_cost_per_m2_kr: Fact[int] | None = None
    energy_use_kwh_m2: Fact[int] | None = None
    fee_share_of_income_percent: Fact[float] | None = None


Document = RegisterExtract | ApartmentList | EnergyDeclaration | AnnualReport


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """A label and its value from a layout that we do not know; only what could not be otherwise."""

    label: str
    name: str
    fact: Fact[Any]


class Outcome(StrEnum):
    """What became of a file that could be opened. Three different repairs, never mixed.

    `no_text` needs OCR, `unknown_layout` a person (or a new layout), `unsupported_layout` another
    tier of the report, and `read` nothing.
    """

    READ = "read"
    NO_TEXT = "no_text"
    UNKNOWN_LAYOUT = "unknown_layout"
    UNSUPPORTED_LAYOUT = "unsupported_layout"


class Reading(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one file gave: one document per extract in it, in the file's order.

    `pairs` is filled only for an unknown layout; `sv` tells a person what came of it.
    """

    outcome: Outcome
    documents: list[Document] = []
    pairs: list[Pair] = []
    pages: int = 0
    from_ocr: bool = False
    layout_name: str = ""
    sv: str = ""
