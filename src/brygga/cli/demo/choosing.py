"""Which of the broker system's homes a receiver would take as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

KINDS = frozenset({"HousingCooperative", "House"})
NEEDED = (
    "address.streetAddress",
    "address.zipCode.value",
    "price.startingPrice",
    "buildings[0].area.living",
    "primaryAgentId",
)


def publishable(truth: Mapping[str, Any]) -> list[str]:
    """Source ids of homes for sale with address, price, area, agent, seller, fee and a picture."""
    return [one for one, facts in truth["estates"].items() if _complete(facts, truth["sellers"].get(one))]


def _complete(facts: Mapping[str, Any], sellers: Any) -> bool:
    if facts["status.id"] != "ForSale" or facts["type.id"] not in KINDS or not sellers:
        return False
    fee = facts["type.id"] == "House" or facts.get("fees.recurring.value")
    pictures = any(member.startswith("images[") for member in facts)
    return bool(fee) and pictures and all(facts.get(member) for member in NEEDED)
