"""Kinds of value by name, as layouts call them.

Each takes text as printed and gives `Read`. Blanks that the layout dropped are put back where
the text leaves no choice; where it does, the value is not sure.
"""

from __future__ import annotations

from collections.abc import Callable

from brygga.extracts.naming import (
    PROTECTED,
    address,
    association_number,
    designation,
    district,
    district_code,
    find_identity,
    full_designation,
    identity,
    loose_designation,
    position,
)
from brygga.extracts.values import (
    ACT,
    DATE,
    MONEY,
    SHARE,
    Read,
    act,
    area,
    day,
    decimal_area,
    digits,
    email,
    energy_class,
    floor,
    is_phrase,
    joint_share,
    measure,
    money,
    own_number,
    percent,
    percent_or_plain,
    rooms,
    share,
    spaced,
    tax_unit,
    text,
    thousands,
    whole,
    year,
)
from brygga.swedish import NotUnderstood

__all__ = [
    "ACT",
    "DATE",
    "KINDS",
    "MONEY",
    "PROTECTED",
    "SHARE",
    "Read",
    "address",
    "day",
    "designation",
    "find_identity",
    "identity",
    "is_phrase",
    "spaced",
    "text",
    "understood",
]

KINDS: dict[str, Callable[[str], Read]] = {
    "text": text,
    "date": day,
    "money": money,
    "thousands": thousands,
    "area": area,
    "decimal_area": decimal_area,
    "percent": percent,
    "percent_or_plain": percent_or_plain,
    "whole": whole,
    "measure": measure,
    "rooms": rooms,
    "year": year,
    "municipality_code": lambda raw: digits(raw, least=4, most=4),
    "declaration_id": lambda raw: digits(raw, least=4, most=9),
    "type_code": lambda raw: digits(raw, least=3, most=3),
    "flat_number": lambda raw: digits(raw, least=4, most=4),
    "own_number": own_number,
    "tax_unit": tax_unit,
    "floor": floor,
    "share": share,
    "act": act,
    "designation": designation,
    "loose_designation": loose_designation,
    "full_designation": full_designation,
    "address": address,
    "position": position,
    "joint_share": joint_share,
    "association_number": association_number,
    "district": district,
    "district_code": district_code,
    "energy_class": energy_class,
    "email": email,
}


def understood(kind: str, raw: str) -> bool:
    """Whether a text can be of that kind."""
    try:
        KINDS[kind](raw)
    except NotUnderstood:
        return False
    return True
