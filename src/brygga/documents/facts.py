"""The facts of a home as Swedish rows: what the law wants is always there, the rest where known.

A row that must be there and is not known says *Uppgift saknas*, so that nobody takes silence for
"no". Source: fastighetsmäklarlag (2021:516) 3 kap. 14 § (real property) and 15 § (bostadsrätt).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from brygga.documents.wording import MISSING, line, lines
from brygga.model import Association, Estate
from brygga.model.parts import Areas, Building, Energy, Fee, Share, Taxation
from brygga.model.vocabulary import ESTATE_TYPES, SOLD, TENURES
from brygga.swedish import format as sv

Row = tuple[str, str]
Group = dict[str, Any]

LONGEST_KEY = 40  # characters of a fact on the cover
_PER = {"monthly": "/mån", "yearly": "/år"}


def is_flat(estate: Estate) -> bool:
    """Whether the rules for a tenant-owned flat (*bostadsrätt*) hold, not those for real property."""
    return estate.tenure == "tenant_ownership" or (not estate.tenure and estate.type == "apartment")


def groups(estate: Estate, association: Association | None) -> list[Group]:
    """Tables in the order a buyer asks: `{"title", "rows": [[label, value], …]}`, none empty."""
    building = estate.buildings[0] if estate.buildings else Building()
    found = [
        ("Pris och avgifter", _money(estate)),
        ("Bostaden", _home(estate, building)),
        ("Bostadsrätten", _share(estate.share or Share())) if is_flat(estate) else _none,
        ("Föreningen", _association(association)) if is_flat(estate) else _none,
        _none if is_flat(estate) else ("Fastigheten", _property(estate)),
        ("Byggnaden", _building(estate, building)),
        ("Energi", _energy(building.energy or Energy(), estate)),
    ]
    tables = ((title, [[label, value] for label, value in rows if value]) for title, rows in found)
    return [{"title": title, "rows": rows} for title, rows in tables if rows]


_none: tuple[str, list[Row]] = ("", [])


def price(estate: Estate) -> Row:
    """What it is called and what it is: the final price once sold, else the asking price."""
    if estate.status in SOLD and estate.price.final_kr is not None:
        return "Slutpris", sv.kr(estate.price.final_kr)
    if estate.price.asking_kr is not None:
        return "Utgångspris", sv.kr(estate.price.asking_kr)
    if estate.price.asking_other is not None:
        currency = line(estate.price.other_currency)
        return "Utgångspris", f"{sv.number(estate.price.asking_other, decimals=2)}{sv.NBSP}{currency}".strip()
    return "Utgångspris", line(estate.price.text) or MISSING


def key_facts(estate: Estate) -> list[Row]:
    """The four or five that stand on the cover; only what is known, and short."""
    areas = estate.areas
    rows = [
        price(estate),
        ("Rum", sv.number(estate.rooms, decimals=1) if estate.rooms is not None else ""),
        ("Boarea", square(areas.living_m2)),
        ("Månadsavgift" if _monthly(estate.fee) else "Avgift", fee(estate.fee)),
        ("Tomtarea", "" if is_flat(estate) else square(areas.plot_m2)),
    ]
    return [(label, value[:LONGEST_KEY]) for label, value in rows if value not in {"", MISSING}]


def square(area_m2: float | None) -> str:
    """`76 m²`, or nothing."""
    return "" if area_m2 is None else sv.m2(area_m2)


def fee(asked: Fee | None) -> str:
    """`4 250 kr/mån`, or nothing."""
    if asked is None or asked.amount_kr is None:
        return ""
    return sv.kr(asked.amount_kr) + _PER.get(asked.frequency.lower(), "")


def _monthly(asked: Fee | None) -> bool:
    return asked is not None and asked.frequency.lower() in {"", "monthly"}


def _kr(amount_kr: int | None) -> str:
    return "" if amount_kr is None else sv.kr(amount_kr)


def _yes(flag: bool | None) -> str:
    return "" if flag is None else ("Ja" if flag else "Nej")


def _percent(value: float | None) -> str:
    return "" if value is None else sv.percent(value, decimals=5)


def _with(value: str, note: str) -> str:
    """A value and its comment, the comment on a line of its own."""
    return "\n".join(part for part in (value, lines(note)) if part)


def _money(estate: Estate) -> Iterable[Row]:
    yield price(estate)
    if is_flat(estate):
        yield "Månadsavgift", fee(estate.fee) or MISSING
        yield "Beslutade ändringar av avgiften", MISSING
    else:
        yield "Avgift", fee(estate.fee)
    if estate.fee is not None:
        yield "Avgiften avser", lines(estate.fee.description)
    for label, rent in (("Tomträttsavgäld", estate.ground_rent), ("Arrende", estate.lease)):
        if rent is not None:
            yield label, _with(fee(rent), rent.description)
            yield f"{label}, löptid", line(rent.term)
    if estate.sale is not None:
        yield "Tillträde", line(estate.sale.possession_text)


def _home(estate: Estate, building: Building) -> Iterable[Row]:
    yield "Objekttyp", _type(estate)
    yield "Upplåtelseform", _capital(TENURES.get(estate.tenure, line(estate.tenure)))
    yield "Antal rum", sv.rooms(estate.rooms) if estate.rooms is not None else ""
    yield "Varav sovrum", _bedrooms(building)
    yield from _areas(estate.areas)
    yield "Våning", _with(_floor(building), building.floor_text)
    yield "Hiss", _with(_yes(building.elevator), building.elevator_text)
    for feature in (*estate.features, *building.exterior):
        if feature.available is not False and line(feature.name):
            yield line(feature.name), _with(square(feature.size_m2), feature.text) or "Ja"
    yield "Objektnummer", line(estate.reference)


def _type(estate: Estate) -> str:
    return line(estate.subtype_name) or _capital(ESTATE_TYPES.get(estate.type, line(estate.type)))


def _areas(areas: Areas) -> Iterable[Row]:
    yield "Boarea", square(areas.living_m2) or MISSING
    yield "Biarea", square(areas.other_m2)
    yield "Byggnadsarea", square(areas.building_m2)
    yield "Areauppgifternas källa", _with(line(areas.source) or MISSING, areas.description)


def _bedrooms(building: Building) -> str:
    least, most = building.bedrooms, building.bedrooms_max
    if least is not None and most is not None and most > least:
        return f"{least}–{most}"
    known = least if least is not None else most
    return "" if known is None else str(known)


def _floor(building: Building) -> str:
    if building.floor is None:
        return ""
    floor = sv.number(building.floor, decimals=1)
    total = building.floors_total
    return floor if total is None else f"{floor} av {sv.number(total, decimals=1)}"


def _share(share: Share) -> Iterable[Row]:
    yield "Lägenhetsnummer", line(share.apartment_number) or MISSING
    yield "Lägenhetsnummer hos Lantmäteriet", line(share.registration_number)
    yield "Andelstal", _with(_percent(share.share_percent) or MISSING, share.share_comment)
    yield "Andel av årsavgiften", _percent(share.fee_share_percent)
    yield "Indirekt nettoskuldsättning", _with(_kr(share.net_debt_kr) or MISSING, share.net_debt_comment)
    yield "Pantsatt", _yes(share.pledged) or MISSING
    yield "Mark och utrymmen som ingår", _with(square(share.land_m2), share.land_text) or MISSING
    yield "Inre reparationsfond", _kr(share.repair_fund_kr)
    yield "Om bostadsrätten", lines(share.description)


def _association(association: Association | None) -> Iterable[Row]:
    known = association or Association(id="")
    yield "Bostadsrättsförening", line(known.name) or MISSING
    yield "Organisationsnummer", line(known.orgnr)
    yield "Antal lägenheter", _count(known.apartments)
    yield "Varav hyresrätter", _count(known.rentals)
    yield "Antal lokaler", _count(known.premises)
    yield "Överlåtelseavgift", _kr(known.transfer_fee_kr)
    yield "Överlåtelseavgiften betalas av", line(known.transfer_fee_payer)
    yield "Pantsättningsavgift", _kr(known.pledge_fee_kr)
    yield "Juridisk person som köpare", line(known.company_buyers)


def _count(number: int | None) -> str:
    return "" if number is None else sv.number(number)


def _property(estate: Estate) -> Iterable[Row]:
    tax = estate.taxation or Taxation()
    yield "Fastighetsbeteckning", "\n".join(map(line, tax.designations)) or MISSING
    yield "Tomtarea", _with(square(estate.areas.plot_m2) or MISSING, estate.plot_text)
    yield "Tomttyp", line(estate.plot_kind)
    yield "Taxeringsvärde", _tax(tax)
    yield "Fastighetsavgift", _kr(tax.fee_kr)
    yield "Pantbrev", _pledges(estate.pledges_kr)
    yield "Servitut, rättigheter och gemensamhetsanläggningar", lines(estate.rights_text) or MISSING
    yield "Planbestämmelser", lines(estate.plan_text)
    yield "Bygglov", lines(estate.building_permission)
    yield "Övriga byggnader", lines(estate.other_buildings)
    yield "Förbesiktigad", _yes(estate.inspected)


def _tax(tax: Taxation) -> str:
    if tax.total_kr is None:
        return MISSING
    parts = [("byggnad", tax.building_kr), ("mark", tax.land_kr)]
    whole = sv.kr(tax.total_kr) + (" (preliminärt)" if tax.preliminary else "")
    return "\n".join([whole, *(f"varav {name} {sv.kr(value)}" for name, value in parts if value is not None)])


def _pledges(pledges_kr: list[int]) -> str:
    """An empty list is not "none": the source has no way to say that."""
    if not pledges_kr:
        return MISSING
    return f"{len(pledges_kr)}{sv.NBSP}st, sammanlagt {sv.kr(sum(pledges_kr))}"


def _building(estate: Estate, building: Building) -> Iterable[Row]:
    year = line(building.year_text) or (str(building.year_built) if building.year_built else "")
    yield "Byggår", _with(year, building.year_description) or MISSING
    yield "Byggnadstyp", line(building.kind)
    for part in (*building.construction, *building.services):
        if line(part.name) and lines(part.text):
            yield line(part.name), lines(part.text)
    if not building.construction and not is_flat(estate):
        yield "Byggnadssätt", MISSING
    yield "Uppvärmning", lines(building.heating)
    yield "Ventilation", _with(lines(building.ventilation), building.ventilation_check)


def _energy(energy: Energy, estate: Estate) -> Iterable[Row]:
    yield "Energiklass", line(energy.rating) or MISSING
    if energy.consumption_kwh_m2 is not None:
        used = sv.number(energy.consumption_kwh_m2, decimals=1)
        yield "Energiprestanda", f"{used}{sv.NBSP}kWh per m² och år"
    if energy.performed_at is not None:
        yield "Energideklaration utförd", sv.day(energy.performed_at)
    else:
        yield "Energideklaration", _capital(line(energy.status))
    if estate.electricity is not None:
        yield "Nätbolag", line(estate.electricity.grid)
        yield "Elleverantör", line(estate.electricity.supplier)
        used_kwh = estate.electricity.consumption_kwh_year
        yield "Elförbrukning", "" if used_kwh is None else f"{sv.number(used_kwh)}{sv.NBSP}kWh per år"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
