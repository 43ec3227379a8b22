"""Nodes of the present site → `Comparable` (CONTRACT.md §2). For captured answers; nothing is called.

A number is a FormattedValue whose `raw` may be missing; then `value` and `formatted` are read as
text. List views keep size, rooms, floor and fee only as texts of data points. Members that were
asked for with arguments are written `name({…})`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from brygga.connectors.booli.mapping import rest, words
from brygga.connectors.booli.mapping.reading import Path, Reading, dotted
from brygga.connectors.booli.schema.graphql import NODES, KnownNode
from brygga.model import Comparable
from brygga.model.parts import Address, Areas
from brygga.swedish import NotUnderstood, price, rooms, size

T = TypeVar("T")
SITE = "https://www.booli.se"
_FORMS = KnownNode().number_forms
_ISO_DAY = re.compile(r"\*\*([0-9]{4}-[0-9]{2}-[0-9]{2})\*\*")
_FLOOR = re.compile(r"vån(?:ing)?\.? ?(-?[0-9]{1,3}(?:[.,][0-9])?)( ?½)?", re.IGNORECASE)
_DAY_POINTS = ("soldDate", "soldOrRemovedDate")


def is_node(document: dict[str, Any]) -> bool:
    """Whether a JSON object is a home or project of the present site, with or without its type's name.

    The street stands at its top, where the signed interface has it inside `location`.
    """
    named = document.get("__typename")
    if isinstance(named, str):
        return named in NODES
    return "streetAddress" in document and ("booliId" in document or "residenceId" in document)


def node_id(node: dict[str, Any]) -> str:
    """The number that the home has in the signed interface too; `""` when there is none."""
    return rest.source_id_of({"booliId": node.get("booliId")}) or rest.source_id_of(
        {"booliId": _whole(node.get("id"))}
    )


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value


def comparable(node: dict[str, Any], reading: Reading, connection: str) -> Comparable:
    """A node as a home of the market. Raises Invalid when it has no number."""
    reading.begin(node)
    source_id = node_id(node)
    if not source_id:
        raise rest.no_id(connection)
    reading.take("booliId" if rest.source_id_of(node) else "id")
    names = {name.partition("(")[0]: name for name in reversed(list(node))}
    made = Comparable(
        id=f"{connection}:{source_id}",
        state=_state(reading),
        type=rest.home_type(reading),
        tenure=reading.choice(reading.take("tenureForm"), "tenureForm", words.TENURES),
        address=_address(reading),
        area_names=reading.of(reading.texts, "location", "namedAreas"),
        county=reading.of(reading.text, "location", "region", "countyName"),
        areas=Areas(
            living_m2=_number(reading, _metres, "livingArea"),
            other_m2=_number(reading, _metres, "additionalArea"),
            plot_m2=_number(reading, _metres, "plotArea"),
        ),
        gathered_by=rest.GATHERED_BY,
    )
    _facts(made, reading)
    _data_points(made, reading, names.get("displayAttributes", "displayAttributes"))
    made.extra = reading.rest()
    return made


def _state(reading: Reading) -> str:
    kind = reading.take("__typename")
    if kind == "SoldProperty" or (kind is None and reading.look("soldPrice") is not None):
        return "sold"
    upcoming = reading.switch(reading.take("upcomingSale"), "upcomingSale")
    return "upcoming" if upcoming else "for_sale"


def _address(reading: Reading) -> Address:
    area = reading.of(reading.text, "descriptiveAreaName")
    latitude, longitude = reading.take("latitude"), reading.take("longitude")
    return Address(
        street=reading.of(reading.text, "streetAddress"),
        area=area,
        municipality=reading.of(reading.text, "location", "region", "municipalityName"),
        position=reading.position(latitude, longitude, "latitude"),
    )


def _facts(made: Comparable, reading: Reading) -> None:
    made.rooms = _number(reading, _rooms, "rooms")
    made.floor = _number(reading, _storey, "floor")
    made.year_built = reading.of(reading.year, "constructionYear")
    made.fee_kr = _kronor(reading, "rent")
    made.asking_kr = _kronor(reading, "listPrice")
    made.price_kr = _kronor(reading, "soldPrice")
    made.price_kind = rest.price_kind(reading, "soldPriceType")
    made.published_at = reading.of(reading.moment, "published")
    made.bidding_active = reading.of(reading.switch, "biddingOpen")
    made.new_home = reading.of(reading.switch, "isNewConstruction")
    made.apartment_number = reading.of(reading.text, "apartmentNumber")
    if made.state == "sold":
        _sold_on(made, reading)
    made.firm = reading.of(reading.text, *_firm(reading))
    link = reading.take("url")
    made.url = reading.url(f"{SITE}{link}" if isinstance(link, str) and link[:1] == "/" else link, "url")


def _firm(reading: Reading) -> tuple[str, str]:
    return ("source", "name") if isinstance(reading.look("source", "name"), str) else ("agency", "name")


def _sold_on(made: Comparable, reading: Reading) -> None:
    """The day of sale: its own member, else what the page says in words (the same day twice)."""
    if reading.look("soldDate") is not None:
        made.sold_on = reading.of(reading.day, "soldDate")
        return
    for wanted in _DAY_POINTS:
        for path, point in _points_of(reading):
            text = point.get("displayText")
            words_of = text.get("markdown") if isinstance(text, dict) else None
            said = _ISO_DAY.search(words_of) if isinstance(words_of, str) else None
            if point.get("key") == wanted and said is not None:
                made.sold_on = reading.day(said[1], dotted(path))
                return


def _points_of(reading: Reading) -> list[tuple[Path, dict[str, Any]]]:
    sections = reading.look("infoSections")
    found: list[tuple[Path, dict[str, Any]]] = []
    for n, _ in enumerate(sections if isinstance(sections, list) else []):
        at: Path = ("infoSections", n, "content", "infoPoints")
        points = reading.look(*at)
        for m, point in enumerate(points if isinstance(points, list) else []):
            if isinstance(point, dict):
                found.append(((*at, m), point))
    return found


# ---------------------------------------------------------------------- numbers


def _number(reading: Reading, words_of: Callable[[str], float | None], member: str) -> float | None:
    """A plain number, or a FormattedValue: `raw`, else the first of its texts that can be read."""
    value = reading.look(member)
    if not isinstance(value, dict):
        return _plain(reading, value, words_of, member)
    for form in _FORMS:
        inner = value.get(form)
        if inner is None or isinstance(inner, dict | list):
            continue
        found = _plain(reading, inner, words_of, member, form)
        if found is not None:
            return found
    return None


def _plain(reading: Reading, value: Any, words_of: Callable[[str], float | None], *path: str) -> float | None:
    if isinstance(value, str):
        found = _tried(words_of, value)
        if found is not None:
            reading.take(*path)
        elif value:
            reading.note("unknown_value", dotted(path))
        return found
    return reading.number(reading.take(*path), dotted(path), least=-20, most=1e12)


def _kronor(reading: Reading, member: str) -> int | None:
    found = _number(reading, _amount, member)
    return None if found is None else reading.money(found, member)


def _tried(words_of: Callable[[str], T], text: str) -> T | None:
    try:
        return words_of(text)
    except NotUnderstood:
        return None


def _amount(text: str) -> float | None:
    return float(price.parse(text).kr)


def _rooms(text: str) -> float | None:
    return rooms.parse(text).rooms


def _metres(text: str) -> float | None:
    """`120 m²`; a bare number is square metres too."""
    found = size.parse(text if any(c.isalpha() for c in text) else f"{text} m²")
    return found.living_m2 if found.living_m2 is not None else found.plot_m2


def _storey(text: str) -> float | None:
    """`vån 2`, `vån 4½`, `BV` (ground floor)."""
    if text.strip().lower() in {"bv", "bottenvåning"}:
        return 0.0
    found = _FLOOR.fullmatch(text.strip())
    return float(found[1].replace(",", ".")) + (0.5 if found[2] else 0.0) if found else None


# ---------------------------------------------------------------------- texts of list views


def _data_points(made: Comparable, reading: Reading, member: str) -> None:
    """Facts that stand only as texts (`51 m²`, `vån 2`, `2 953 kr/mån`), read by what they say."""
    points = reading.look(member, "dataPoints")
    for n, _ in enumerate(points if isinstance(points, list) else []):
        path: Path = (member, "dataPoints", n, "value", "plainText")
        text = reading.look(*path)
        if isinstance(text, str) and _fill(made, text):
            reading.take(*path)


def _fill(made: Comparable, text: str) -> bool:
    """Put a text's fact where it is still missing; whether it was put anywhere."""
    facts = _said(text)
    lacking = {name: value for name, value in facts.items() if _get(made, name) is None}
    if not facts or len(lacking) != len(facts):
        return False
    for name, value in lacking.items():
        setattr(made.areas if name.endswith("_m2") else made, name, value)
    return True


def _get(made: Comparable, name: str) -> Any:
    return getattr(made.areas if name.endswith("_m2") else made, name)


def _said(text: str) -> dict[str, Any]:
    """What a text says of itself; nothing when it is a range, a price per m² or something else."""
    storey = _tried(_storey, text)
    if storey is not None:
        return {"floor": storey}
    amount = _tried(price.parse, text)
    if amount is not None and amount.per is not None:
        return {"fee_kr": amount.kr} if amount.per == "month" else {}
    found = _tried(size.parse, text)
    if found is None:
        return {}
    named = {n: getattr(found, n) for n in ("living_m2", "other_m2", "plot_m2", "rooms")}
    return {name: value for name, value in named.items() if value is not None}
