"""Homes and areas of the signed interface → `Comparable` and `Area` (CONTRACT.md §1.5)."""

from __future__ import annotations

from typing import Any

import msgspec

from brygga.connectors.booli.mapping import words
from brygga.connectors.booli.mapping.reading import Reading, plain_name
from brygga.connectors.booli.schema import rest as shapes
from brygga.model import Area, Comparable, Invalid, unknown_members
from brygga.model.parts import Address, Areas

ARRAYS = ("sold", "listings", "areas")
"""Where the rows of an answer stand; a single record comes in the same array."""
GATHERED_BY = "Booli"


def unwrapped(document: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The one record of an answer and the array it came in; `""` for a bare record."""
    for name in ARRAYS:
        rows = document.get(name)
        if isinstance(rows, list) and len(rows) == 1 and isinstance(rows[0], dict):
            return rows[0], name
    return document, ""


def source_id_of(row: dict[str, Any]) -> str:
    """A row's own number as text; `""` when it has none that can be used."""
    found = row.get("booliId")
    if type(found) is int and 0 < found < 10**15:
        return str(found)
    return found if isinstance(found, str) and found.isascii() and found.isdigit() else ""


def no_id(connection: str) -> Invalid:
    """A row that cannot be told from others."""
    return Invalid(
        "The row has no booliId.",
        code="no_id",
        sv="Raden saknar Boolis nummer och kan inte skiljas från andra. Den är sparad och kan läsas om.",
        connection=connection,
    )


def comparable(document: dict[str, Any], reading: Reading, connection: str) -> Comparable:
    """A listing or a sale. Raises Invalid when the row has no number."""
    row, array = unwrapped(document)
    reading.begin(row)
    source_id = source_id_of({"booliId": reading.take("booliId")})
    if not source_id:
        raise no_id(connection)
    made = Comparable(
        id=f"{connection}:{source_id}",
        state="sold" if array == "sold" or "soldPrice" in row or "soldDate" in row else "for_sale",
        type=home_type(reading),
        address=_address(reading),
        county=reading.of(reading.text, "location", "region", "countyName"),
        area_names=reading.of(reading.texts, "location", "namedAreas"),
        approximate=reading.of(reading.switch, "location", "position", "isApproximate"),
        sea_m=reading.of(reading.number, "location", "distance", "ocean"),
        areas=Areas(
            living_m2=reading.of(reading.square_metres, "livingArea"),
            other_m2=reading.of(reading.square_metres, "additionalArea"),
            plot_m2=reading.of(reading.square_metres, "plotArea"),
        ),
        gathered_by=GATHERED_BY,
    )
    _facts(made, reading)
    _note_news(row, shapes.Home, reading)
    made.extra = reading.rest()
    return made


def _facts(made: Comparable, reading: Reading) -> None:
    """The plain members: numbers, prices, dates, who advertises."""
    made.rooms = reading.of(reading.number, "rooms")
    made.floor = reading.number(reading.take("floor"), "floor", least=-20, most=300)
    made.year_built = reading.of(reading.year, "constructionYear")
    made.fee_kr = reading.of(reading.money, "rent")
    made.apartment_number = reading.of(reading.text, "apartmentNumber")
    made.new_home = reading.of(reading.switch, "isNewConstruction")
    made.asking_kr = reading.of(reading.money, "listPrice")
    change = reading.take("listPriceChange")
    made.asking_change_kr = reading.money(change, "listPriceChange", least=-(10**11))
    made.price_kr = reading.of(reading.money, "soldPrice")
    made.price_kind = price_kind(reading, "soldPriceSource")
    made.sold_on = reading.of(reading.day, "soldDate")
    made.published_at = reading.of(reading.moment, "published")
    made.firm = reading.of(reading.text, "source", "name")
    made.url = reading.of(reading.url, "url")


def _address(reading: Reading) -> Address:
    named = reading.look("location", "namedAreas")
    only = named[0] if isinstance(named, list) and len(named) == 1 else None
    at = ("location", "position")
    return Address(
        street=reading.of(reading.text, "location", "address", "streetAddress"),
        town=reading.of(reading.text, "location", "address", "city"),
        area=only.strip() if isinstance(only, str) and only.isprintable() and len(only) < 200 else "",
        municipality=reading.of(reading.text, "location", "region", "municipalityName"),
        position=reading.position(
            reading.take(*at, "latitude"), reading.take(*at, "longitude"), "location.position"
        ),
    )


def home_type(reading: Reading) -> str:
    """Our word for the type; where it says less than Booli's, theirs is left to be carried."""
    word = reading.look("objectType")
    if isinstance(word, str) and word in words.WIDER_TYPES:
        return words.WIDER_TYPES[word]
    return reading.choice(reading.take("objectType"), "objectType", words.EXACT_TYPES)


def price_kind(reading: Reading, member: str) -> str:
    """What kind of price it is; an unknown word is kept as it came."""
    word = reading.take(member)
    if isinstance(word, str) and word in words.KEPT_KINDS:
        return word
    return reading.choice(word, member, words.PRICE_KINDS)


def area(document: dict[str, Any], reading: Reading, connection: str) -> Area:
    """A named area; its parent and other names are carried. Raises Invalid when it has no number."""
    row, _ = unwrapped(document)
    reading.begin(row)
    source_id = source_id_of({"booliId": reading.take("booliId")})
    if not source_id:
        raise no_id(connection)
    made = Area(id=f"{connection}:{source_id}", name=reading.of(reading.text, "name"))
    _note_news(row, shapes.Area, reading)
    made.extra = reading.rest()
    return made


def _note_news(row: dict[str, Any], shape: type[msgspec.Struct], reading: Reading) -> None:
    """One remark for each kind of member that no saved answer had."""
    for name in sorted({plain_name(path) for path in unknown_members(row, shape)})[:100]:
        reading.note("unknown_member", name)
