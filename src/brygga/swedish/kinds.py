"""Every kind of Swedish text by name: text in, plain value out, as JSON can hold it.

This is what `brygga normalize` and other machines see. Identifiers and phones come as their canonical
text, amounts and sizes as small objects. The parsers themselves give richer values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from brygga.swedish import (
    apartment,
    area,
    coordinates,
    dates,
    designation,
    energy,
    floor,
    identity,
    municipality,
    orgnr,
    personnummer,
    phone,
    postcode,
    price,
    rooms,
    share,
    size,
    sms,
    typkod,
)
from brygga.swedish.outcome import NotUnderstood

Plain = str | Mapping[str, object]
Reader = Callable[[str], Plain]


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read. `today` settles centuries and years left out; `single` refuses ranges and sums."""

    today: date | None = None
    single: bool = False


def reader(kind: str, how: Reading | None = None) -> Reader:
    """The reader of a kind; it raises NotUnderstood and nothing else. Raises KeyError for another kind."""
    how = how or Reading()
    special: dict[str, Reader] = {
        "personnummer": lambda text: personnummer.parse(text, today=how.today).digits,
        "identity": lambda text: _identity(text, how.today),
        "date": lambda text: dates.parse(text, near=how.today).isoformat(),
        "price": _one_price if how.single else _price,
        "area": _one_area if how.single else _area,
    }
    return special.get(kind) or _READERS[kind]


def _price(text: str) -> Plain:
    """`{"kr"}`, or `{"from_kr", "to_kr"}` for a range, where None is an open end."""
    try:
        return _one_price(text)
    except NotUnderstood as error:
        if error.code not in {"not_an_amount", "unknown_unit"}:  # `3 Mkr - 4 Mkr` stops at its first unit
            raise
        try:
            found = price.parse_range(text)
        except NotUnderstood as in_range:
            raise (in_range if in_range.code == "reversed" else error) from None
    return _with({"from_kr": found.from_kr, "to_kr": found.to_kr}, per=found.per)


def _one_price(text: str) -> Plain:
    found = price.parse(text)
    return _with({"kr": found.kr}, per=found.per, approximate=found.approximate or None)


def _area(text: str) -> Plain:
    """The three areas in m², None where it does not say. A bare number is living area, hectares plot."""
    try:
        return _one_area(text)
    except NotUnderstood as error:
        if error.code != "not_area":
            raise
        try:
            found = size.parse(text)
        except NotUnderstood as in_size:
            raise (error if in_size.code == "not_size" else in_size) from None
        if found.living_m2 is None and found.other_m2 is None and found.plot_m2 is None:
            raise
    return _areas(found.living_m2, found.other_m2, found.plot_m2, approximate=found.approximate)


def _one_area(text: str) -> Plain:
    found = area.parse(text)
    use = found.use or ("plot" if _HECTARES in text.lower() else "living")
    parts = (found.m2 if use == name else None for name in ("living", "other", "plot"))
    return _areas(*parts, approximate=found.approximate)


_HECTARES = "h"  # of a text that is one area, only `ha` and `hektar` hold the letter


def _areas(
    living: float | None, other: float | None, plot: float | None, *, approximate: bool
) -> dict[str, object]:
    parts: dict[str, object] = {
        "living_m2": _short(living),
        "other_m2": _short(other),
        "plot_m2": _short(plot),
    }
    return _with(parts, approximate=approximate or None)


def _rooms(text: str) -> Plain:
    found = rooms.parse(text)
    return _with({"rooms": _short(found.rooms)}, most=_short(found.most))


def _size(text: str) -> Plain:
    found = size.parse(text)
    areas = _areas(found.living_m2, found.other_m2, found.plot_m2, approximate=found.approximate)
    return {**areas, "rooms": _short(found.rooms)}


def _postcode(text: str) -> Plain:
    return postcode.parse(text).code


def _floor(text: str) -> Plain:
    found = floor.parse(text)
    return _with(
        {"floor": _short(found.floor)},
        word=found.word,
        upper=_short(found.upper),
        of=found.of,
        across_yard=found.across_yard or None,
    )


def _coordinates(text: str) -> Plain:
    found = coordinates.parse(text)
    latitude, longitude = (round(degrees, 8) for degrees in found.wgs84)
    return {
        "north": _short(found.north),
        "east": _short(found.east),
        "epsg": found.epsg,
        "latitude": latitude,
        "longitude": longitude,
    }


def _municipality(text: str) -> Plain:
    found = municipality.parse(text)
    return {"code": found.code, "name": found.name, "county": found.county.name}


def _identity(text: str, today: date | None) -> Plain:
    found = identity.parse(text, today=today)
    return str(found) if isinstance(found, orgnr.Orgnr) else found.digits


def _sms(text: str) -> Plain:
    found = sms.measure(text)
    return {"encoding": found.encoding, "units": found.units, "parts": found.parts}


def _with(facts: dict[str, object], **more: object) -> dict[str, object]:
    """`facts`, and of `more` what is known."""
    facts.update((name, value) for name, value in more.items() if value is not None)
    return facts


def _short(value: float | None) -> float | None:
    """An int when it is whole: 67, not 67.0."""
    return int(value) if value is not None and value.is_integer() else value


_READERS: Mapping[str, Reader] = MappingProxyType(
    {
        "orgnr": lambda text: str(orgnr.parse(text)),
        "designation": lambda text: designation.parse(text).text,
        "rooms": _rooms,
        "phone": lambda text: phone.parse(text).e164,
        "postcode": _postcode,
        "apartment": lambda text: apartment.parse(text).number,
        "share": lambda text: share.parse(text).text,
        "energy": lambda text: energy.parse(text).letter,
        "sms": _sms,
        "size": _size,
        "floor": _floor,
        "typkod": lambda text: typkod.parse(text).code,
        "coordinates": _coordinates,
        "municipality": _municipality,
    }
)

KINDS = (
    "personnummer", "orgnr", "designation", "price", "area", "rooms", "phone", "postcode", "apartment",
    "share", "energy", "sms", "floor", "date", "coordinates", "typkod", "municipality", "size", "identity",
)  # fmt: skip  # one list, the promised twelve first
