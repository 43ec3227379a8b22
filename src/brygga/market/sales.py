"""A home of the market as a sale that can be compared, or the reason why it cannot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Final

import msgspec

from brygga.market import places
from brygga.model import Comparable
from brygga.model.parts import Position

MARKET_KINDS: Final = frozenset({"final", "last_bid", ""})
"""Kinds of price that are counted: reported prices, last bids, and prices whose kind nobody stated."""

LEFT_OUT: Final = {
    "not_sold": "är till salu eller kommande",
    "title": "är lagfarter (priset kan gälla en gåva eller en del)",
    "unknown_kind": "har ett pris av okänt slag",
    "no_price": "saknar pris",
    "no_area": "saknar boarea",
    "no_day": "saknar försäljningsdag",
    "repeated": "är samma försäljning från en annan källa",
}
"""Reason → how it is said of a number of homes."""


class Sale(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One sale. `kr_m2`: price over living area. `area`: the one it is said to lie in; `areas`: others."""

    id: str
    connection: str
    day: date
    kr: int
    m2: float
    kr_m2: float
    kind: str
    address: str
    street: str
    area: str
    areas: tuple[str, ...]
    municipality: str
    postcode: str
    type: str
    rooms: float | None
    position: Position | None
    source: str


class Usable(msgspec.Struct, kw_only=True):
    """The sales that can be compared; how many were left out, by reason; prices by kind."""

    sales: list[Sale]
    left_out: Counter[str]
    kinds: Counter[str]


def usable(homes: Iterable[Comparable]) -> Usable:
    """Every home is either a sale or counted under a reason of `LEFT_OUT`."""
    found = Usable(sales=[], left_out=Counter(), kinds=Counter())
    seen: dict[tuple[object, ...], str] = {}
    for home in homes:
        if home.state == "sold":
            found.kinds[home.price_kind] += 1
        reason = why_not(home)
        made = None if reason else sale_of(home)
        if made is not None and not _is_first(made, seen):
            made, reason = None, "repeated"
        if made is None:
            found.left_out[reason] += 1
        else:
            found.sales.append(made)
    return found


def _is_first(sale: Sale, seen: dict[tuple[object, ...], str]) -> bool:
    """False for the same address, day, price and area from another connection than the first."""
    key = (places.folded(sale.address), sale.day, sale.kr, sale.m2)
    return seen.setdefault(key, sale.connection) == sale.connection


def why_not(home: Comparable) -> str:
    """The reason why a home is no sale to compare with; `""` when it is one."""
    if home.state != "sold":
        return "not_sold"
    if home.price_kind == "title":
        return "title"
    if home.price_kind not in MARKET_KINDS:
        return "unknown_kind"
    if not home.price_kr or home.price_kr < 0:
        return "no_price"
    if not home.areas.living_m2 or home.areas.living_m2 <= 0:
        return "no_area"
    return "" if home.sold_on is not None else "no_day"


def sale_of(home: Comparable) -> Sale:
    """A home that has price, area and day as a sale. Raises ValueError for one that lacks any."""
    if home.price_kr is None or home.areas.living_m2 is None or home.sold_on is None:
        raise ValueError(f"{home.id} is no sale")
    address = home.address
    own = places.folded(address.area)
    return Sale(
        id=home.id,
        connection=home.id.partition(":")[0],
        day=home.sold_on,
        kr=home.price_kr,
        m2=home.areas.living_m2,
        kr_m2=home.price_kr / home.areas.living_m2,
        kind=home.price_kind,
        address=address.street,
        street=places.street(address.street),
        area=own,
        areas=tuple(name for name in map(places.folded, home.area_names) if name and name != own),
        municipality=places.municipality(address.municipality or address.town),
        postcode=address.postcode.replace(" ", ""),
        type=home.type,
        rooms=home.rooms,
        position=address.position,
        source=home.gathered_by or home.id.partition(":")[0],
    )
