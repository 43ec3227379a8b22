"""The object description (*objektsbeskrivning*): the one document every buyer is to be given.

Content: fastighetsmäklarlag (2021:516) 3 kap. 14–15 §§, see `facts`. The annual report and the
by-laws of an association are handed over beside it; we do not put them in.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from brygga.documents.pictures import Picture, named
from brygga.documents.sheet import sheet
from brygga.documents.typeset import WALL_S, typeset
from brygga.model import Agent, Association, Estate, Office, Viewing


def render(
    estate: Estate,
    *,
    agent: Agent | None = None,
    office: Office | None = None,
    association: Association | None = None,
    viewings: Iterable[Viewing] = (),
    pictures: Iterable[Picture] = (),
    made_at: datetime,
    source: str = "",
    wall_s: float = WALL_S,
) -> bytes:
    """PDF/A-2a and PDF/UA-1, in Swedish; the same input and `made_at` (zone-aware) give the same bytes.

    `source` names where the facts come from, as the reader should see it. Blocks for
    about half a second: call it in a thread. Raises NotTypeset, TookTooLong.
    """
    shown = list(pictures)
    data = sheet(
        estate,
        agent=agent,
        office=office,
        association=association,
        viewings=viewings,
        pictures=shown,
        made_at=made_at,
        source=source,
    )
    return typeset("description", data, named(shown), made_at=made_at, wall_s=wall_s)
