"""Vitec's words → the hub's (CONTRACT.md §5). Both vocabularies of status: the answers' and the notices'."""

from __future__ import annotations

from typing import Final

STATUSES: Final[dict[str, str]] = {
    "AssignmentAttempt": "attempt",
    "AssignmentAccepted": "accepted",
    "ForSale": "for_sale",
    "Sold": "sold",
    "Resting": "resting",
    "NoAssignment": "no_assignment",
    "AssignmentWithdrawn": "withdrawn",
    "ReservedNotForSale": "reserved",
    "NotForSale": "not_for_sale",
    "SoldReferenceObject": "sold_reference",
    "Coming": "coming",
    "Advantage": "advantage",
    "Booked": "booked",
    "SoonForSale": "soon_for_sale",
    "ReadyForRent": "for_rent",
    "TentativelyRented": "rent_tentative",
    "Rented": "rented",
    "AppointedAdmission": "possession",
    "ReservedNotForRental": "reserved_rental",
    "Undefined": "undefined",
    # projects
    "Running": "running",
    "Soldout": "sold_out",
    "SoldoutReferenceProject": "sold_out_reference",
    # what notices call the same things
    "Paused": "resting",
    "PreSale": "advantage",
    "Ongoing": "running",
    "SoldOut": "sold_out",
    "Upcoming": "coming",
}

TYPES: Final[dict[str, str]] = {
    "House": "house",
    "Cottage": "cottage",
    "HousingCooperative": "apartment",
    "Plot": "plot",
    "Condominium": "condominium",
    "Farm": "farm",
    "ForeignProperty": "foreign",
    "CommercialProperty": "commercial",
    "Premises": "premises",
}

TENURES: Final[dict[str, str]] = {
    "Freehold": "freehold",
    "Leasehold": "leasehold",
    "Lease": "lease",
    "TenantOwnership": "tenant_ownership",
    "Share": "share",
    "AssociationShare": "association_share",
    "Project": "project",
    "Company": "company",
    "Condominium": "condominium",
    "Tenancy": "tenancy",
    "UnrealAssociation": "unreal_association",
}

ROLES: Final[dict[str, str]] = {
    "Seller": "seller",
    "Buyer": "buyer",
    "Speculator": "speculator",
    "ExtraBuyer": "extra_buyer",
    "ExtraSeller": "extra_seller",
    "ViewingParticipant": "participant",
}

CONTACT_KINDS: Final[dict[str, str]] = {
    "Person": "person",
    "Company": "company",
    "DeceasedEstate": "deceased_estate",
    "Estate": "deceased_estate",  # what notices call it
    "Association": "association",
}

MEETING_KINDS: Final[dict[str, str]] = {
    "Intake": "intake",
    "Assignment": "assignment",
    "Comeback": "comeback",
    "Contract": "contract",
    "Possession": "possession",
    "Other": "other",
}
"""The contract names the kinds of meeting but not each word: a word that is not here is kept as it came."""

IMAGE_CATEGORIES: Final[dict[str, str]] = {
    "Layout": "layout",
    "Map": "map",
    "Other": "other",
    "Association": "association",
    "Area": "area",
}
"""Which pictures are floor plans matters to receivers; see `FLOOR_PLAN_NAMES` too."""

FLOOR_PLAN_NAMES: Final = ("planritning", "planlösning", "floor plan", "floorplan")
"""A floor plan may come as category `Other` with one of these in the office's own name for it."""

ENERGY_STATUSES: Final[dict[str, str]] = {"Performed": "utförd"}
"""Id → Swedish name, where it is known."""


def status(word: str) -> str:
    """The hub's word for a status from an answer or a notice; an unknown word as it came."""
    return STATUSES.get(word, word)
