"""A question whose whole answer can be reached by paging, and how a larger one is split.

No text says how far `offset` may go, so a question that counts more than the cap is split until
each part is below it: by day of sale or publishing, and within one day by price. The parts meet
without a gap and the outer ones stay open, so that nothing falls between them.
"""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

Pair = tuple[str, str]

SOLD, LISTINGS = "sold", "listings"
_DAYS = {SOLD: ("minSoldDate", "maxSoldDate"), LISTINGS: ("minPublished", "maxPublished")}
_PRICES = {SOLD: ("minSoldPrice", "maxSoldPrice"), LISTINGS: ("minListPrice", "maxListPrice")}
_FIRST_DAY = date(2000, 1, 1)
_HIGHEST_KR = 200_000_000


class Slice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One question: what, where, and between which days and prices, both ends included.

    `offset` is where to go on. Written as JSON it is part of a listing's cursor.
    """

    what: str
    area: str = ""
    q: str = ""
    from_day: date | None = None
    to_day: date | None = None
    from_kr: int | None = None
    to_kr: int | None = None
    offset: int = 0

    def query(self, limit: int) -> tuple[Pair, ...]:
        """The official parameters (CONTRACT.md §1.3). `includeUnset` keeps rows without a price."""
        low_day, high_day = _DAYS[self.what]
        low_kr, high_kr = _PRICES[self.what]
        given = [
            ("areaId", self.area),
            ("q", self.q),
            (low_day, self.from_day.strftime("%Y%m%d") if self.from_day else ""),
            (high_day, self.to_day.strftime("%Y%m%d") if self.to_day else ""),
            (low_kr, "" if self.from_kr is None else str(self.from_kr)),
            (high_kr, "" if self.to_kr is None else str(self.to_kr)),
        ]
        pairs = tuple(pair for pair in given if pair[1])
        return (*pairs, ("includeUnset", "1"), ("limit", str(limit)), ("offset", str(self.offset)))


def split(whole: Slice, today: date) -> tuple[Slice, Slice] | None:
    """The two halves of a question; None when it cannot be made smaller."""
    return _by_day(whole, today) or _by_price(whole)


def _by_day(whole: Slice, today: date) -> tuple[Slice, Slice] | None:
    low = whole.from_day or min(_FIRST_DAY, whole.to_day or _FIRST_DAY)
    high = whole.to_day or max(today, low)
    if low >= high:
        return None
    middle = low + timedelta(days=(high - low).days // 2)
    return (
        msgspec.structs.replace(whole, to_day=middle, offset=0),
        msgspec.structs.replace(whole, from_day=middle + timedelta(days=1), offset=0),
    )


def _by_price(whole: Slice) -> tuple[Slice, Slice] | None:
    low = whole.from_kr or 0
    high = _HIGHEST_KR if whole.to_kr is None else whole.to_kr
    if low >= high:
        return None
    middle = low + (high - low) // 2
    return (
        msgspec.structs.replace(whole, to_kr=middle, offset=0),
        msgspec.structs.replace(whole, from_kr=middle + 1, offset=0),
    )
