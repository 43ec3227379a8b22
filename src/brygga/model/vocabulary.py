"""The hub's own words for status, type, tenure and role, with their Swedish names.

A connector's mapping turns a provider's word into one of these; a word that is not here is
kept as it came and counted as drift, never refused (decision 10).
"""

from __future__ import annotations

from typing import Final

ESTATE_TYPES: Final[dict[str, str]] = {
    "house": "villa",
    "cottage": "fritidshus",
    "apartment": "bostadsrätt",
    "plot": "tomt",
    "condominium": "ägarlägenhet",
    "farm": "lantbruk",
    "foreign": "utlandsbostad",
    "commercial": "kommersiellt objekt",
    "premises": "lokal",
}

ESTATE_STATUSES: Final[dict[str, str]] = {
    "attempt": "intagsförsök",
    "accepted": "uppdrag",
    "coming": "kommande",
    "advantage": "försprång",
    "soon_for_sale": "snart till salu",
    "for_sale": "till salu",
    "booked": "bokad",
    "sold": "såld",
    "sold_reference": "såld, referensobjekt",
    "possession": "tillträdd",
    "resting": "vilande",
    "withdrawn": "återtagen",
    "no_assignment": "inget uppdrag",
    "reserved": "reserverad",
    "not_for_sale": "ej till salu",
    "for_rent": "hyresledig",
    "rent_tentative": "uthyrd preliminärt",
    "rented": "uthyrd",
    "reserved_rental": "reserverad, uthyres ej",
    "undefined": "obestämd",
    "running": "pågående",
    "sold_out": "slutsålt",
    "sold_out_reference": "slutsålt, referensprojekt",
}

TENURES: Final[dict[str, str]] = {
    "freehold": "äganderätt",
    "leasehold": "tomträtt",
    "lease": "arrende",
    "tenant_ownership": "bostadsrätt",
    "share": "andel",
    "association_share": "andel i förening",
    "project": "projekt",
    "company": "bolag",
    "condominium": "äganderätt (ägarlägenhet)",
    "tenancy": "hyresrätt",
    "unreal_association": "oäkta förening",
}

ROLES: Final[dict[str, str]] = {
    "seller": "säljare",
    "buyer": "köpare",
    "speculator": "spekulant",
    "extra_buyer": "extra köpare",
    "extra_seller": "extra säljare",
    "participant": "visningsdeltagare",
}

ON_SALE: Final = frozenset({"for_sale", "coming", "advantage", "soon_for_sale"})
"""Statuses under which a home may be shown to the public as for sale or coming."""

GONE: Final = frozenset({"withdrawn", "no_assignment", "not_for_sale", "resting"})
"""Statuses under which an ad is taken down without being a sale."""

SOLD: Final = frozenset({"sold", "sold_reference", "possession"})
