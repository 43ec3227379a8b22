"""How much there is of what surrounds the homes, when it is asked for; else chance decides."""

from __future__ import annotations

import msgspec


class Amounts(msgspec.Struct, frozen=True, kw_only=True):
    """Totals over all homes. None: as many as the seed gives.

    `contacts` counts sellers too, who are there always; `bids` counts all that the bid list shows.
    """

    contacts: int | None = None
    viewings: int | None = None
    bids: int | None = None


def share(total: int, index: int, homes: int) -> int:
    """What home `index` of `homes` gets of a total, so that all shares together are the total."""
    return total * (index + 1) // homes - total * index // homes
