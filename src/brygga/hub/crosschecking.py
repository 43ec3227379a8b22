"""The cross-check of a home: its record, its sellers and its newest extract, held against each other.

What is found is kept beside the mapping's findings under paths that begin with `register/`, so
neither replaces the other's. Nothing is changed by it.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from brygga.connectors.abilities import Remark as PublishRemark
from brygga.extracts.facts import Place, Reading
from brygga.hub.extract_shelf import ExtractShelf, register_extract
from brygga.hub.register_text import built
from brygga.hub.services import Services
from brygga.model import Contact, Estate, Finding, Invalid, Severity
from brygga.store.writing import BESIDE as PREFIX
from brygga.swedish.dates import STOCKHOLM
from brygga.sync.crosscheck import Case, Remark, Weight, check

WEIGHTS: Final = "crosscheck:weights"
"""Setting: rule → stop, warn, note or off, for the whole office."""
SELLERS: Final = frozenset({"seller", "extra_seller"})


async def remarks(s: Services, estate_id: str, *, reading: Reading | None = None) -> list[Remark]:
    """What disagrees now, worked out anew; with `reading`, against that extract. Raises Invalid.

    Without an extract the home and its sellers are still looked at.
    """
    if reading is None:
        newest = await ExtractShelf(s.archive).newest(estate_id)
        reading = newest[1] if newest else None
    case = await asyncio.to_thread(case_of, s, estate_id, reading)
    weights = await asyncio.to_thread(s.store.setting_get, WEIGHTS)
    return check(case, weights=weights or {})


async def check_and_keep(s: Services, estate_id: str) -> list[Remark]:
    """The same, kept as findings of the home."""
    found = await remarks(s, estate_id)
    await asyncio.to_thread(_keep, s, estate_id, found)
    return found


def case_of(s: Services, estate_id: str, reading: Reading | None) -> Case:
    """All that the rules look at. Raises Invalid when there is no such home."""
    estate = s.store.get("estate", estate_id)
    if not isinstance(estate, Estate):
        raise Invalid(
            f"There is no object {estate_id}.", code="no_object", sv=f"Det finns inget objekt {estate_id}."
        )
    extract = register_extract(reading)
    return Case(
        estate=estate,
        today=s.now().astimezone(STOCKHOLM).date(),
        contacts=sellers(s, estate_id),
        extract=extract,
        built=built(extract) if extract else None,
    )


def sellers(s: Services, estate_id: str) -> list[Contact]:
    """The home's sellers by their relations, in a fixed order."""
    relations = [row.record for row in s.store.owned("relation", estate_id) if row.deleted_at is None]
    ids = [str(getattr(r, "contact_id", "")) for r in relations if getattr(r, "role", "") in SELLERS]
    found = s.store.get_many("contact", sorted(set(ids)))
    return [contact for _, contact in sorted(found.items()) if isinstance(contact, Contact)]


def for_preflight(found: list[Remark]) -> list[PublishRemark]:
    """Remarks for the check before publishing: only the weight `stop` stops, notes are left out."""
    return [
        PublishRemark(
            code=f"register_{one.code}",
            sv=one.sv,
            en=one.en,
            stops=one.weight is Weight.STOP,
            field=one.field,
        )
        for one in found
        if one.weight is not Weight.NOTE
    ]


def told(one: Remark) -> dict[str, Any]:
    """A remark as plain values, for a page or a command."""
    return {
        "code": one.code,
        "weight": str(one.weight),
        "sv": one.sv,
        "en": one.en,
        "field": one.field,
        "source": one.source,
        "old": one.old,
        "new": one.new,
        "proposal": one.proposal,
        "place": _place(one.place),
    }


def _place(place: Place | None) -> dict[str, float] | None:
    if place is None:
        return None
    return {
        "page": place.page,
        "line": place.line,
        "x0": place.x0,
        "y0": place.y0,
        "x1": place.x1,
        "y1": place.y1,
    }


def _keep(s: Services, estate_id: str, found: list[Remark]) -> None:
    """Replace our own findings of the home in one transaction."""
    kept = [
        Finding(path=f"{PREFIX}{one.field}", code=one.code, severity=Severity.NOTED, sv=one.sv)
        for one in found
    ]
    s.store.findings_put("estate", estate_id, kept, under=PREFIX, now=s.now())
