"""What a receiver should show of a home, from what the home is and what a person asked for."""

from __future__ import annotations

from brygga.model import Estate
from brygga.model.vocabulary import SOLD

FOR_SALE = "for_sale"
UPCOMING = "upcoming"
TEASED = "teased"
SOLD_WISH = "sold"
GONE = "gone"

_BY_STATUS = {
    "for_sale": FOR_SALE,
    "coming": UPCOMING,
    "soon_for_sale": UPCOMING,
    "advantage": TEASED,
    "booked": FOR_SALE,
}


def wish_for(estate: Estate, *, removed: bool, asked: str) -> str:
    """`for_sale`, `upcoming`, `teased`, `sold` or `gone`.

    A home that its source removed, that a person took down, or whose status is neither on sale
    nor sold is `gone`. An unknown status never publishes anything.
    """
    if asked != "published":
        return GONE
    if estate.status in SOLD:
        return SOLD_WISH
    if removed:
        return GONE
    return _BY_STATUS.get(estate.status, GONE)
