"""Which fact of which document belongs in which field of a home."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from typing import Any, Final

import msgspec

from brygga.extracts.facts import (
    ApartmentList,
    Document,
    EnergyDeclaration,
    Fact,
    RegisterExtract,
    Section,
    State,
)
from brygga.model import Estate
from brygga.swedish import coordinates, designation, municipality
from brygga.swedish.dates import STOCKHOLM
from brygga.swedish.outcome import NotUnderstood
from brygga.sync.crosscheck import Case, check

WITH_PLOT: Final = frozenset({"house", "cottage", "plot", "farm"})


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A value for a field, and the fact that it comes from. `term`: a name where the model's is too terse."""

    field: str
    value: Any
    fact: Fact[Any]
    sure: bool
    term: str = ""


def offers(document: Document, estate: Estate) -> Iterator[Offer]:
    """Every value that the document has for a field of this home, each field once."""
    if isinstance(document, RegisterExtract):
        yield from _from_register(document, estate)
    elif isinstance(document, ApartmentList):
        yield from _from_flat(document)
    elif isinstance(document, EnergyDeclaration):
        yield from _from_energy(document)


def _offer(
    field: str,
    fact: Fact[Any] | None,
    made: Callable[[Any], Any] = lambda v: v,
    *,
    sure: bool = True,
    term: str = "",
) -> Iterator[Offer]:
    """An offer, when the fact has a value that can be made one of the field's."""
    if fact is None or fact.value is None:
        return
    try:
        value = made(fact.value)
    except (NotUnderstood, ValueError):
        return
    if value not in (None, ""):
        yield Offer(field=field, value=value, fact=fact, sure=fact.sure and sure, term=term)


ANOTHER: Final = "Utdraget kan gälla en annan fastighet: namnet eller adressen stämmer inte."
ELSEWHERE: Final = frozenset(
    {
        "address_in_other_municipality",
        "designation_differs",
        "designation_in_other_municipality",
        "street_differs",
    }
)
"""Rules of the cross-check that say that this may not be the home's property at all."""


def another_property(document: Document, estate: Estate, now: datetime) -> str:
    """A Swedish warning when the extract seems to be of another property; then nothing in it is sure."""
    if not isinstance(document, RegisterExtract):
        return ""
    case = Case(estate=estate, today=now.astimezone(STOCKHOLM).date(), extract=document)
    return ANOTHER if any(remark.code in ELSEWHERE for remark in check(case)) else ""


def _from_register(found: RegisterExtract, estate: Estate) -> Iterator[Offer]:
    """A tenant-owned flat's property belongs to its association: of its extract only the name is used."""
    own = estate.type != "apartment" and estate.tenure != "tenant_ownership"
    one_name = len(estate.taxation.designations if estate.taxation else []) <= 1
    yield from _offer("taxation.designations", found.designation, _designations, sure=one_name)
    yield from _address(found.address)
    yield from _offer("address.municipality", found.municipality, lambda v: municipality.parse(v).name)
    if found.municipality is None:
        yield from _offer("address.municipality", found.designation, _municipality)
    yield from _offer("address.municipality_code", found.municipality_code, _code)
    if not own:
        return
    yield from _offer(
        "address.position", found.position, _position, sure=estate.address.position is None, term="läge"
    )
    if estate.type in WITH_PLOT:
        yield from _offer("areas.plot_m2", found.total_area_m2, float)
    yield from _mortgages(found)
    yield from _taxation(found)


def _taxation(found: RegisterExtract) -> Iterator[Offer]:
    """Of several tax units nobody knows which is the home's."""
    units = found.taxation.items if found.taxation.state is State.THERE else []
    if len(units) != 1:
        return
    (unit,) = units
    yield from _offer("taxation.total_kr", unit.total_kr, sure=found.taxation.whole)
    yield from _offer("taxation.land_kr", unit.land_kr, sure=found.taxation.whole)
    yield from _offer("taxation.building_kr", unit.building_kr, sure=found.taxation.whole)


def _mortgages(found: RegisterExtract) -> Iterator[Offer]:
    """All deeds as one list, at the place of the first; sure only when the whole part was read."""
    rows = found.mortgages.items if found.mortgages.state is State.THERE else []
    amounts = [row.amount_kr for row in rows]
    if not amounts or any(one is None or one.value is None for one in amounts):
        return
    facts = [one for one in amounts if one is not None]
    sure = _whole(found.mortgages) and all(one.sure for one in facts)
    first = facts[0]
    text = "; ".join(one.text for one in facts)
    fact: Fact[Any] = Fact(value=[one.value for one in facts], text=text, place=first.place, sure=sure)
    yield from _offer("pledges_kr", fact)


def _whole(section: Section[Any]) -> bool:
    return section.state is State.THERE and section.whole


def _address(fact: Fact[Any] | None) -> Iterator[Offer]:
    yield from _offer("address.street", fact, lambda v: v.street)
    yield from _offer("address.postcode", fact, lambda v: _postcode(v.postcode))
    yield from _offer("address.town", fact, lambda v: _town(v.town))


def _from_flat(found: ApartmentList) -> Iterator[Offer]:
    yield from _offer("areas.living_m2", found.living_area_m2, float)
    yield from _offer("rooms", found.rooms, float)
    yield from _address(found.address)
    yield from _offer("share.apartment_number", found.apartment_number)
    yield from _offer("share.registration_number", found.register_number)
    yield from _offer("share.share_percent", found.allocation_percent)
    yield from _offer("share.repair_fund_kr", found.fund_balance_kr)
    yield from _offer("fee.amount_kr", found.monthly_fee_kr)


def _from_energy(found: EnergyDeclaration) -> Iterator[Offer]:
    """The two measures of use are different scales; the newer one is taken where both stand."""
    yield from _offer("buildings[0].energy.rating", found.energy_class)
    used = found.primary_energy_kwh_m2 or found.specific_use_kwh_m2
    yield from _offer("buildings[0].energy.consumption_kwh_m2", used, float)
    yield from _offer("buildings[0].energy.performed_at", found.made_on, _noon)
    yield from _offer("buildings[0].year_built", found.build_year)


def _designations(text: str) -> list[str]:
    return [designation.parse(text).text]


def _municipality(text: str) -> str:
    return municipality.parse(designation.parse(text).municipality).name


def _code(text: str) -> str:
    """Four digits that are some municipality's; invented extracts carry noughts."""
    found = municipality.by_code(text)
    return found.code if found else ""


def _position(value: Any) -> dict[str, float]:
    latitude, longitude = value.latitude, value.longitude
    if latitude is None or longitude is None:
        latitude, longitude = coordinates.to_wgs84(value.north_m, value.east_m)
    return {"latitude": round(latitude, 6), "longitude": round(longitude, 6)}


def _postcode(text: str) -> str:
    digits = text.replace(" ", "")
    return f"{digits[:3]} {digits[3:]}" if len(digits) == 5 else ""


def _town(text: str) -> str:
    """Registers print towns in capitals; the record writes them as people do."""
    return text.title() if text.isupper() else text


def _noon(day: date) -> datetime:
    """A day without a time is its noon in Sweden, so that no zone makes it another day."""
    return datetime.combine(day, time(12), tzinfo=STOCKHOLM).astimezone(UTC)
