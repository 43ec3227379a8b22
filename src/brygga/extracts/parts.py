"""The parts that a property register is made of: owners, mortgages, rights, plans, taxation and the rest."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Literal

import msgspec

from brygga.extracts.fact import Address, Fact, Section, Share


class Acquisition(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How an owner came by it (*fång*). `amount_kr` is absent for gifts and estates."""

    acquired_on: Fact[date] | None = None
    amount_kr: Fact[int] | None = None
    share: Fact[Share] | None = None
    kind: Fact[str] | None = None
    decision: Fact[str] | None = None
    registered_on: Fact[date] | None = None
    act: Fact[str] | None = None
    concerns_other_property: bool = False


class IdentityKind(StrEnum):
    """What an owner's number is."""

    PERSON = "person"
    ORGANISATION = "organisation"
    NONE = "none"


class Owner(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A registered owner (*lagfaren ägare*) or holder of a site leasehold (*tomträttsinnehavare*).

    `identity` is `YYYYMMDD-NNNN` or `NNNNNN-NNNN`; never there when `protected`. A number that
    fails its check has no value but keeps its text. `document_kind` is as printed (*Lagfart*).
    """

    title: Literal["ownership", "site_leasehold", ""] = ""
    document_kind: Fact[str] | None = None
    name: Fact[str] | None = None
    identity: Fact[str] | None = None
    identity_kind: IdentityKind = IdentityKind.NONE
    protected: bool = False
    address: Fact[Address] | None = None
    share: Fact[Share] | None = None
    registered_on: Fact[date] | None = None
    act: Fact[str] | None = None
    acquisitions: list[Acquisition] = []


class Mortgage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An entry that gives a mortgage deed (*inteckning*, *pantbrev*).

    `running_total_kr` is the sum so far (*inomläge*); `joint_with` names the other properties that
    it burdens (*samintecknad*), and `joint` is true even when they are not named.
    """

    number: Fact[int] | None = None
    equal_rank: Fact[str] | None = None
    amount_kr: Fact[int] | None = None
    running_total_kr: Fact[int] | None = None
    kind: Fact[str] | None = None
    remark: Fact[str] | None = None
    joint: bool = False
    joint_with: list[Fact[str]] = []
    registered_on: Fact[date] | None = None
    act: Fact[str] | None = None


class Right(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A right or easement (*rättighet*, *servitut*): for the property (*förmån*) or against it (*last*)."""

    number: Fact[int] | None = None
    kind: Fact[str] | None = None
    purpose: Fact[str] | None = None
    side: Literal["benefit", "burden", ""] = ""
    registered_on: Fact[date] | None = None
    act: Fact[str] | None = None


class Plan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A plan, provision or ancient monument (*plan*, *bestämmelse*, *fornlämning*)."""

    kind: Fact[str] | None = None
    name: Fact[str] | None = None
    decided_on: Fact[date] | None = None
    act: Fact[str] | None = None


class TaxOwner(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An owner as the tax register knows it (*taxerad ägare*)."""

    name: Fact[str] | None = None
    identity: Fact[str] | None = None
    identity_kind: IdentityKind = IdentityKind.NONE
    protected: bool = False
    share: Fact[Share] | None = None


class Taxation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A tax unit (*taxeringsenhet*). `type_code` is three digits (*typkod*), `value_year` *värdeår*."""

    unit: Fact[str] | None = None
    type_code: Fact[str] | None = None
    type_text: Fact[str] | None = None
    tax_year: Fact[int] | None = None
    value_year: Fact[int] | None = None
    total_kr: Fact[int] | None = None
    land_kr: Fact[int] | None = None
    building_kr: Fact[int] | None = None
    land_area_m2: Fact[int] | None = None
    living_area_m2: Fact[int] | None = None
    other_area_m2: Fact[int] | None = None
    standard_points: Fact[int] | None = None
    owners: Section[TaxOwner] = Section()


class JointFacility(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A share in a joint facility or joint land (*gemensamhetsanläggning*, *samfällighet*)."""

    designation: Fact[str] | None = None
    purpose: Fact[str] | None = None
    share: Fact[str] | None = None


class Origin(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the property was made from (*ursprung*)."""

    designation: Fact[str] | None = None


class FormerDesignation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What it was called before (*tidigare beteckning*), until when."""

    designation: Fact[str] | None = None
    until: Fact[date] | None = None
    act: Fact[str] | None = None


class Measure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A cadastral measure (*åtgärd*), such as *Avstyckning*."""

    kind: Fact[str] | None = None
    decided_on: Fact[date] | None = None
    act: Fact[str] | None = None


class Note(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A remark of the register (*anmärkning*, *anteckning*), in its own words."""

    text: Fact[str] | None = None
