"""What is known of the present site's nodes (CONTRACT.md §2). Undocumented; captured answers only."""

from __future__ import annotations

from typing import Final

import msgspec

NODES: Final = frozenset({"Listing", "SoldProperty", "Project"})
"""`__typename` of what a result mixes: a home for sale, a sold one, new homes of a builder."""


class KnownNode(msgspec.Struct, frozen=True):
    """Names of members by what they hold; a member with arguments is written `name({…})`."""

    money: tuple[str, ...] = ("listPrice", "soldPrice", "rent")
    areas: tuple[str, ...] = ("livingArea", "additionalArea", "plotArea")
    number_forms: tuple[str, ...] = ("raw", "value", "formatted")
    """Where a FormattedValue may keep its number, the surest first; `raw` can be missing."""
