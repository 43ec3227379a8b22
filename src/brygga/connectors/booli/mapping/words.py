"""Booli's words → the hub's own (`model/vocabulary.py`)."""

from __future__ import annotations

from typing import Final

EXACT_TYPES: Final = {
    "Lägenhet": "apartment",
    "Villa": "house",
    "Fritidshus": "cottage",
    "Gård": "farm",
    "Tomt/Mark": "plot",
}
"""Type → ours, where ours says as much."""

WIDER_TYPES: Final = {
    "Radhus": "house",
    "Kedjehus": "house",
    "Parhus": "house",
    "Kedjehus-Parhus-Radhus": "house",
    "Tomt-Mark": "plot",
}
"""Type → ours, where ours says less; the word itself is kept beside it."""

TENURES: Final = {
    "Bostadsrätt": "tenant_ownership",
    "Äganderätt": "freehold",
    "Hyresrätt": "tenancy",
    "Tomträtt": "leasehold",
    "Andel": "share",
}

PRICE_KINDS: Final = {
    "bid": "last_bid",
    "Slutpris": "final",
    "Sista bud": "last_bid",
    "Lagfart": "title",
}
"""`soldPriceSource` and `soldPriceType` → the price's kind. What `admin` means nobody could tell, so
it is kept as it came; that `bid` is the last bid is inferred."""

KEPT_KINDS: Final = frozenset({"admin"})
"""Words of the provider's that are known to occur and have no word of ours."""
