"""The little that is known of each imitated estate before anybody asks for it.

Twenty thousand of these are made at start; the rest of an estate is built when it is fetched.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from brygga.sandbox.content.ident import short_id
from brygga.sandbox.vitec.office import Agency
from brygga.sandbox.vitec.words import SOLD

TYPE_SHARES: Final = {
    "HousingCooperative": 55,
    "House": 24,
    "Cottage": 6,
    "Plot": 4,
    "Condominium": 3,
    "Farm": 3,
    "ForeignProperty": 2,
    "CommercialProperty": 1.5,
    "Premises": 1.5,
}
STATUS_SHARES: Final = {
    "ForSale": 58,
    "Coming": 11,
    "Sold": 16,
    "AssignmentWithdrawn": 3,
    "Resting": 2,
    "Booked": 2,
    "Advantage": 2,
    "SoonForSale": 2,
    "ReservedNotForSale": 1,
    "SoldReferenceObject": 3,
}
FIRST_TYPES: Final = ("HousingCooperative", "House", *TYPE_SHARES)
"""The first estates, so that even a small sandbox has all nine types."""

WITHOUT_PICTURES: Final = 2
"""This estate has no picture: nobody may publish it."""

BIDS_SHOWN: Final = ("all", "highest", "in_progress", "none")


class Row(msgspec.Struct, kw_only=True):
    """One estate. `body` is set once somebody changed it; until then it is built anew each time.

    `hidden` holds the broker's display rules `price` and `address`; `bids_shown` is one of
    BIDS_SHOWN (contract §2, display rules).
    """

    index: int
    id: str
    office: int
    place: int
    type: str
    status: str
    changed_at: datetime
    published: bool = True
    removed: bool = False
    hidden: frozenset[str] = frozenset()
    bids_shown: str = "all"
    body: dict[str, Any] | None = None


def rows(agency: Agency, count: int) -> list[Row]:
    """The first `count` estates of a seed. Fewer estates are a beginning of more."""
    return [_row(agency, index) for index in range(count)]


def _row(agency: Agency, index: int) -> Row:
    rng = random.Random(agency.seed * 1_000_003 + index)  # noqa: S311 - content, not secrecy
    kind = FIRST_TYPES[index] if index < len(FIRST_TYPES) else pick(rng, TYPE_SHARES)
    status = "ForSale" if index < len(FIRST_TYPES) else pick(rng, STATUS_SHARES)
    office = index % agency.offices
    back = timedelta(days=rng.randint(1, 90), seconds=rng.randint(0, 86_000))
    return Row(
        index=index,
        id=identifier(agency, index, office),
        office=office,
        place=rng.choice(agency.places(office))[0],
        type=kind,
        status=status,
        changed_at=agency.today - back + timedelta(milliseconds=rng.choice((0, 650, 70, 123))),
        hidden=frozenset(
            what for what, share in (("price", 0.02), ("address", 0.02)) if rng.random() < share
        ),
        bids_shown=rng.choices(BIDS_SHOWN, (80, 10, 5, 5))[0] if status not in SOLD else "all",
    )


def identifier(agency: Agency, index: int, office: int) -> str:
    """An id of the old generation for even estates, of the new for odd ones."""
    if index % 2 == 0:
        return f"OBJ{90001 + office}_{1_900_000_000 + agency.seed % 1000 * 1_000_000 + index}"
    return short_id("OBJ", agency.seed, index)


def pick(rng: random.Random, shares: Mapping[str, float]) -> str:
    """One of the names, by share."""
    return rng.choices(list(shares), list(shares.values()))[0]
