"""Names of places that people write in several ways, streets without numbers, and distances."""

from __future__ import annotations

import functools
import math
import re
import unicodedata

from brygga.model.parts import Position

EARTH_RADIUS_M = 6_371_008.8
"""Mean radius (IUGG)."""

_NUMBER = re.compile(r"[\s,]+\d.*$")
_MUNICIPALITY = re.compile(r"s? (?:kommun|stad)$")


@functools.lru_cache(maxsize=50_000)
def folded(name: str) -> str:
    """A name for comparison: lower case, no accents, dots or rings, one space: `Östermalm` as `ostermalm`."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def municipality(name: str) -> str:
    """A municipality for comparison: `Stockholms kommun` and `Stockholm` are the same."""
    return _MUNICIPALITY.sub("", folded(name))


def street(address: str) -> str:
    """The street of an address for comparison, without number and what follows: `Frejgatan 50, 2 tr`."""
    return folded(_NUMBER.sub("", address))


def distance_m(one: Position, other: Position) -> float:
    """Great-circle distance in metres by the haversine formula; within half a per cent of the truth."""
    lat_1, lat_2 = math.radians(one.latitude), math.radians(other.latitude)
    half_lat = (lat_2 - lat_1) / 2
    half_lon = math.radians(other.longitude - one.longitude) / 2
    share = math.sin(half_lat) ** 2 + math.cos(lat_1) * math.cos(lat_2) * math.sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, share)))
