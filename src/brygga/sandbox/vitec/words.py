"""Vitec's own words as the imitation speaks them. Source: contract §5 and §8.

Where the contract names a family of values but not each one (farms, premises), the words here
are invented members of it: a client must keep words that it does not know.
"""

from __future__ import annotations

from typing import Final

STATUS_NAMES: Final = {
    "AssignmentAttempt": "Intagsförsök",
    "AssignmentAccepted": "Uppdrag",
    "ForSale": "Till salu",
    "Sold": "Såld",
    "Resting": "Vilande",
    "NoAssignment": "Inget uppdrag",
    "AssignmentWithdrawn": "Återtagen",
    "ReservedNotForSale": "Reserverad/Ej till salu",
    "NotForSale": "Ej till salu",
    "SoldReferenceObject": "Såld/Referensobjekt",
    "Coming": "Kommande",
    "Advantage": "Försprång",
    "Booked": "Bokad",
    "SoonForSale": "Snart till salu",
    "ReadyForRent": "Hyresledig",
    "TentativelyRented": "Uthyrd preliminärt",
    "Rented": "Uthyrd",
    "AppointedAdmission": "Tillträdd",
    "ReservedNotForRental": "Reserverad/Uthyres ej",
    "Undefined": "",
    "Running": "Pågående",
    "Soldout": "Slutsålt",
    "SoldoutReferenceProject": "Slutsålt/Referensprojekt",
}

NOTICE_STATUSES: Final = {"Resting": "Paused", "Advantage": "PreSale"}
"""Where a notification says another word than the API."""

PROJECT_NOTICE_STATUSES: Final = {
    "Resting": "Paused",
    "Running": "Ongoing",
    "Soldout": "SoldOut",
    "Coming": "Upcoming",
}

TYPE_NAMES: Final = {
    "House": "Villa",
    "Cottage": "Fritidshus",
    "HousingCooperative": "Bostadsrätt",
    "Plot": "Tomt",
    "Condominium": "Ägarlägenhet",
    "Farm": "Lantbruk",
    "ForeignProperty": "Utlandsbostad",
    "CommercialProperty": "Kommersiellt objekt",
    "Premises": "Lokal",
}

EXTENSION_OF: Final = {
    "HousingCooperative": "housingCooperative",
    "Condominium": "condominium",
    "ForeignProperty": "foreignProperty",
    "Farm": "farm",
    "CommercialProperty": "commercialProperty",
    "Premises": "premises",
}
"""Estate type → the extension that is its own."""

SUBTYPES: Final = {
    "House": (
        ("DetachedHouse", "Friliggande villa"),
        ("DetachedHouse", "Friliggande villa"),
        ("TownHouse", "Radhus"),
        ("LinkedHouse", "Kedjehus"),
        ("DuplexHouse", "Parhus"),
    ),
    "Cottage": (("Cottage", "Fritidshus"),),
    "HousingCooperative": (("Apartment", "Lägenhet"), ("Apartment", "Lägenhet"), ("Apartment", "Lägenhet"),
                           ("TownHouse", "Radhus")),
    "Plot": (("Plot", "Tomt"),),
    "Condominium": (("Apartment", "Lägenhet"),),
    "Farm": (("FarmAgriculture", "Jordbruksfastighet"), ("FarmForestry", "Skogsfastighet")),
    "ForeignProperty": (("Apartment", "Lägenhet"), ("DetachedHouse", "Villa")),
    "CommercialProperty": (
        ("CommercialPropertyResidental", "Hyreshus"),
        ("CommercialPropertyLand", "Mark"),
    ),
    "Premises": (("PremisesOffice", "Kontor"), ("PremisesStore", "Butik")),
}  # fmt: skip  # one type a paragraph

TENURE_NAMES: Final = {
    "Freehold": "Äganderätt",
    "Leasehold": "Tomträtt",
    "Lease": "Arrende",
    "TenantOwnership": "Bostadsrätt",
    "Condominium": "Ägarlägenhet",
    "Tenancy": "Hyresrätt",
}

SOLD: Final = frozenset({"Sold", "SoldReferenceObject", "AppointedAdmission"})


def word(identifier: str, name: str) -> dict[str, str]:
    """The pair in which the API gives every coded value."""
    return {"id": identifier, "name": name}


def status(identifier: str) -> dict[str, str]:
    """A status with its Swedish name."""
    return word(identifier, STATUS_NAMES[identifier])
