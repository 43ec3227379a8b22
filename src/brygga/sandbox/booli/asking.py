"""Which homes a question means: areas, days, prices (CONTRACT.md §1.3). Other filters are refused.

Being strict here shows when a client asks for something that the contract does not name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from aiohttp import web

Json = dict[str, Any]
_SIGNING: Final = frozenset({"callerId", "time", "unique", "hash"})
_RANGES: Final[dict[str, tuple[str, Callable[[Json], Any], bool]]] = {
    "ListPrice": ("listings sold", lambda home: home.get("listPrice"), False),
    "SoldPrice": ("sold", lambda home: home.get("soldPrice"), False),
    "SoldDate": ("sold", lambda home: home.get("soldDate", "").replace("-", ""), True),
    "Published": ("listings sold", lambda home: home["published"][:10].replace("-", ""), True),
}
"""Name after min and max → the lists it fits, the value it means, and whether that is a day."""
_OTHERS: Final = frozenset({"q", "areaId", "limit", "offset", "includeUnset", "listings", "transactions"})


def known_names(what: str) -> frozenset[str]:
    """Every parameter that a list of `what` takes here."""
    ranges = {
        f"{end}{name}" for name, (lists, _, _) in _RANGES.items() if what in lists for end in ("min", "max")
    }
    return _SIGNING | _OTHERS | ranges


def interpreted(query: Mapping[str, str], areas: Sequence[Json]) -> Json:
    """The question as it was understood: words that are an area become its number, without the words."""
    found: Json = {name: value for name, value in query.items() if name not in _SIGNING | {"limit", "offset"}}
    words = found.get("q", "").strip().lower()
    match = next((area for area in areas if area["name"].lower() == words), None)
    if match is not None and "areaId" not in found:
        del found["q"]
        found["areaId"] = str(match["booliId"])
    return found


def chosen(what: str, homes: Sequence[Json], asked: Json, areas: Sequence[Json]) -> list[Json]:
    """The homes that a question means. Raises HTTPBadRequest for one without a place or with odd names."""
    odd = sorted(asked.keys() - known_names(what))
    if odd:
        raise web.HTTPBadRequest(reason=f"Okänd parameter: {', '.join(odd)}")
    if not asked.get("areaId") and not asked.get("q"):
        raise web.HTTPBadRequest(reason="Ange q eller areaId.")
    names = _names(asked, areas)
    return [home for home in homes if _lies_in(home, names) and _within(what, home, asked)]


def _names(asked: Json, areas: Sequence[Json]) -> set[str]:
    """The names that a home's place must have one of; none for words that are no area."""
    ids = {one for one in asked.get("areaId", "").split(",") if one}
    return {area["fullName"] for area in areas if str(area["booliId"]) in ids}


def _lies_in(home: Json, names: set[str]) -> bool:
    location = home["location"]
    town = location["region"]["municipalityName"]
    mine = {f"{town}, Länet", *(f"{name}, {town}" for name in location["namedAreas"])}
    return not mine.isdisjoint(names)


def _within(what: str, home: Json, asked: Json) -> bool:
    unset = asked.get("includeUnset", "1") == "1"
    for name, (lists, value_of, is_day) in _RANGES.items():
        low, high = asked.get(f"min{name}"), asked.get(f"max{name}")
        if what not in lists or (low is None and high is None):
            continue
        value = value_of(home)
        if value is None or value == "":
            if not unset:
                return False
            continue
        number = int(value) if is_day else value
        if (low is not None and number < int(low)) or (high is not None and number > int(high)):
            return False
    return True
