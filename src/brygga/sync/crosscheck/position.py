"""Where the home is on the map: in Sweden, the right way round, near the property."""

from __future__ import annotations

import math
from typing import Final

from brygga.extracts.facts import Position
from brygga.swedish import coordinates
from brygga.swedish.outcome import NotUnderstood
from brygga.sync.crosscheck.case import Case, Checking, Said, known

FAR_M: Final = 1_000.0
EARTH_M: Final = 6_371_008.8
"""Mean radius (IUGG)."""


def place(case: Case) -> Checking:
    """The broker system's position by itself and against the register's. Metres."""
    ours = case.estate.address.position
    if ours is None:
        return
    try:
        coordinates.from_wgs84(ours.latitude, ours.longitude)
    except NotUnderstood as error:
        swapped = error.code == "swapped_axes"
        yield Said(code="position_swapped" if swapped else "position_outside_sweden")
        return
    fact = case.extract.position if case.extract else None
    theirs = known(fact)
    point = _degrees(theirs) if theirs is not None else None
    if fact is None or point is None:
        return
    far_m = distance_m((ours.latitude, ours.longitude), point)
    if far_m > FAR_M:
        yield Said(code="position_far_off", words={"far": _said(far_m)}, place=fact.place)


def _degrees(position: Position) -> tuple[float, float] | None:
    if position.latitude is not None and position.longitude is not None:
        return position.latitude, position.longitude
    try:
        return coordinates.to_wgs84(position.north_m, position.east_m)
    except NotUnderstood:
        return None


def distance_m(first: tuple[float, float], second: tuple[float, float]) -> float:
    """Metres between two places in degrees, along the sphere (haversine)."""
    north_1, east_1, north_2, east_2 = (math.radians(v) for v in (*first, *second))
    half = (
        math.sin((north_2 - north_1) / 2) ** 2
        + math.cos(north_1) * math.cos(north_2) * math.sin((east_2 - east_1) / 2) ** 2
    )
    return 2 * EARTH_M * math.asin(math.sqrt(half))


def _said(far_m: float) -> str:
    return f"{far_m / 1000:.1f} km".replace(".", ",") if far_m < 100_000 else f"{far_m / 1000:.0f} km"
