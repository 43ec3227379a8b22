"""What the imitated Hemnet keeps, and its rules: market states, demands before publishing, sales.

Pure state, no network. Rules: BostadsAPI changelogs 010, 034, 036, 043, 044; where they are
silent the imitation chooses the stricter reading.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

STATES: Final = ("FOR_SALE", "UPCOMING", "TEASED")
SALE_KEPT_SAFE: Final = timedelta(days=183)
"""Publishing a listing whose sale is younger deletes the sale; an older one is refused."""

DEMANDED: Final = ("streetAddress", "postalCode")


class Problem(msgspec.Struct, frozen=True):
    """One row of the error envelope."""

    type: str
    message: str


class Picture(msgspec.Struct, kw_only=True):
    """An image of a listing: the address that it is fetched from, and what came of it."""

    id: str
    reference: str
    url: str
    facts: dict[str, Any]
    state: str = "in_progress"
    detail: str = ""
    size_bytes: int = 0
    width_px: int = 0
    height_px: int = 0

    def shown(self) -> dict[str, Any]:
        """As the interface gives it."""
        told = {**self.facts, "id": self.id, "state": self.state}
        return {**told, "detail": self.detail} if self.detail else told


class Sale(msgspec.Struct, kw_only=True):
    """A reported sale."""

    id: str
    listing_id: str
    facts: dict[str, Any]
    reported_at: datetime


class Listing(msgspec.Struct, kw_only=True):
    """A listing and its history. `turn` counts how often it was taken down, so that publishing anew
    after that is not a repeat."""

    id: str
    reference: str
    facts: dict[str, Any]
    market_state: str = "FOR_SALE"
    published: bool = False
    approved: bool = False
    been: list[str] = []
    pictures: dict[str, Picture] = {}
    sale: Sale | None = None
    seller_digest: str = ""
    billing_digest: str = ""
    turn: int = 0

    @property
    def visible(self) -> bool:
        """Whether a visitor sees it: both flags (changelog 044)."""
        return self.published and self.approved

    def allowed(self) -> list[str]:
        """The market states that may be set now, by history (changelogs 034, 036)."""
        if "FOR_SALE" in self.been:
            return ["FOR_SALE"]
        if "UPCOMING" in self.been:
            return ["FOR_SALE", "UPCOMING"]
        return [s for s in STATES if s != "TEASED" or not self.facts.get("newConstruction")]

    def shown(self) -> dict[str, Any]:
        """As the interface gives it. Seller and billing information never come out."""
        return {
            **self.facts,
            "id": self.id,
            "publicationStatus": {
                "marketState": self.market_state,
                "allowedMarketStates": self.allowed(),
                "isPublished": self.published,
                "isApproved": self.approved,
            },
        }

    def merge(self, changes: Mapping[str, Any]) -> None:
        """A partial update: objects are merged, null takes a member away, lists are replaced."""
        _merge(self.facts, changes)

    def move(self, state: str) -> list[Problem]:
        """Set a market state, or say why not."""
        if state not in STATES:
            return [Problem("ValidationError", f"marketState {state} is unknown")]
        if state not in self.allowed():
            return [Problem("TransitionError", f"{state} is not allowed now")]
        self.market_state = state
        if self.published:
            self._note()
        return []

    def lacks(self, *, auto_approve: bool) -> list[Problem]:
        """What must be there before it can be published."""
        found = [
            Problem("MissingField", f"{name} is missing") for name in DEMANDED if not self.facts.get(name)
        ]
        if self.facts.get("askingPrice") is None and not self.facts.get("priceText"):
            found.append(Problem("MissingField", "askingPrice is missing"))
        if not any(p.state == "completed" for p in self.pictures.values()):
            found.append(Problem("ImageMissing", "at least one completed image is needed"))
        if auto_approve and self.market_state != "TEASED":
            found.append(Problem("AutoApproveError", "only teased listings can be approved automatically"))
        if auto_approve and not (self.seller_digest and self.billing_digest):
            found.append(Problem("AutoApproveError", "seller and billing information are needed"))
        return found

    def publish(self, *, now: datetime, auto_approve: bool) -> list[Problem]:
        """Publish, or say what is missing. A young sale is deleted without a word (changelog 010)."""
        if self.sale is not None and now - self.sale.reported_at >= SALE_KEPT_SAFE:
            return [Problem("TransitionError", "the listing was sold too long ago")]
        if problems := self.lacks(auto_approve=auto_approve):
            return problems
        self.sale = None
        self.published = True
        self.approved = self.approved or auto_approve
        self._note()
        return []

    def unpublish(self) -> None:
        """Take it down; approval is needed anew after that."""
        if self.published:
            self.turn += 1
        self.published = self.approved = False

    def sell(self, sale: Sale) -> list[Problem]:
        """Keep a sale, or say why not."""
        price, day = sale.facts.get("price"), sale.facts.get("contractDate")
        if not self.been:
            return [Problem("TransitionError", "the listing has never been published")]
        if not (
            isinstance(price, int) and price > 0 and isinstance(day, str) and len(day) == len("2026-01-31")
        ):
            return [Problem("ValidationError", "price and contractDate are needed")]
        self.sale = sale
        return []

    def _note(self) -> None:
        if self.market_state not in self.been:
            self.been.append(self.market_state)


def _merge(into: dict[str, Any], changes: Mapping[str, Any]) -> None:
    for member, value in changes.items():
        old = into.get(member)
        if value is None:
            into.pop(member, None)
        elif isinstance(value, dict):
            into[member] = old if isinstance(old, dict) else {}
            _merge(into[member], value)
        else:
            into[member] = value


def digest(body: bytes) -> str:
    """What is left of a write-only body: enough to see whether it changed."""
    return hashlib.sha256(body).hexdigest()[:16]


def outside(listing: Listing) -> dict[str, Any]:
    """What a visitor, and a test that compares, can say of a listing: flat facts."""
    states = [picture.state for picture in listing.pictures.values()]
    sale = listing.sale.facts if listing.sale else {}
    return {
        "reference": listing.reference,
        "visible": listing.visible,
        "published": listing.published,
        "approved": listing.approved,
        "market_state": listing.market_state,
        "price_kr": listing.facts.get("askingPrice"),
        "street": listing.facts.get("streetAddress", ""),
        "postcode": listing.facts.get("postalCode", ""),
        "living_m2": listing.facts.get("livingArea"),
        "rooms": listing.facts.get("numberOfRooms"),
        "viewings": len(listing.facts.get("openHouses") or []),
        "images": len(states),
        "images_completed": states.count("completed"),
        "images_failed": states.count("failed"),
        "seller_digest": listing.seller_digest,
        "billing_digest": listing.billing_digest,
        "final_price_kr": sale.get("price"),
        "contract_date": sale.get("contractDate", ""),
    }
