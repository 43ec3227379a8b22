"""Coordinates (*koordinater*): SWEREF 99 TM, its twelve local zones, RT 90, and WGS 84.

SWEREF 99 and WGS 84 differ by less than a metre and count as one here, as they do at Lantmäteriet.
Every reading is checked against Sweden's bounds: swapped axes give a place that looks plausible and
is wrong, so they are refused by name and never put right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from brygga.swedish.outcome import NotUnderstood
from brygga.swedish.projection import BESSEL, Grid, from_sweref, to_sweref
from brygga.swedish.text import field

SWEREF99_TM = 3006
RT90_25_GON_V = 3021
WGS84 = 4326

_ZONES = {
    "12 00": 3007, "13 30": 3008, "15 00": 3009, "16 30": 3010, "18 00": 3011, "14 15": 3012,
    "15 45": 3013, "17 15": 3014, "18 45": 3015, "20 15": 3016, "21 45": 3017, "23 15": 3018,
}  # fmt: skip  # one table: the zone's middle meridian in degrees and minutes
_RT90_MERIDIAN = 15 + 48 / 60 + 29.8 / 3600

_GRIDS = {
    SWEREF99_TM: Grid(15.0, scale=0.9996, false_easting_m=500_000.0),
    RT90_25_GON_V: Grid(_RT90_MERIDIAN, BESSEL, false_easting_m=1_500_000.0),
    **{epsg: Grid(int(name[:2]) + int(name[3:]) / 60) for name, epsg in _ZONES.items()},
}

_NORTHINGS_M = (6_100_000.0, 7_700_000.0)
_EASTINGS_M = {
    SWEREF99_TM: (200_000.0, 1_000_000.0),
    RT90_25_GON_V: (1_200_000.0, 1_950_000.0),
    **dict.fromkeys(_ZONES.values(), (-100_000.0, 400_000.0)),
}
_LATITUDES, _LONGITUDES = (54.9, 69.2), (10.5, 24.5)
_KIND = "coordinates"


@dataclass(frozen=True, slots=True)
class Position:
    """A place as it was given: `north` and `east` in metres, or in degrees when `epsg` is 4326."""

    north: float
    east: float
    epsg: int = SWEREF99_TM

    @property
    def wgs84(self) -> tuple[float, float]:
        """Latitude and longitude in degrees."""
        return (
            (self.north, self.east) if self.epsg == WGS84 else to_wgs84(self.north, self.east, epsg=self.epsg)
        )

    def on(self, epsg: int) -> tuple[float, float]:
        """Northing and easting in metres on another grid (degrees for 4326)."""
        latitude, longitude = self.wgs84
        return (latitude, longitude) if epsg == WGS84 else from_wgs84(latitude, longitude, epsg=epsg)


def to_wgs84(northing_m: float, easting_m: float, *, epsg: int = SWEREF99_TM) -> tuple[float, float]:
    """Latitude and longitude in degrees. Exact to a millimetre on SWEREF, to RT 90's own 10 cm there.

    Raises NotUnderstood: `unknown_system`, `swapped_axes`, `outside_sweden`.
    """
    grid = _grid(epsg)
    _refuse_outside(northing_m, easting_m, epsg=epsg)
    latitude, longitude = grid.unproject(northing_m, easting_m)
    if epsg == RT90_25_GON_V:
        latitude, longitude = to_sweref(latitude, longitude)
    _refuse_outside(latitude, longitude, epsg=WGS84)
    return latitude, longitude


def from_wgs84(latitude: float, longitude: float, *, epsg: int = SWEREF99_TM) -> tuple[float, float]:
    """Northing and easting in metres. Raises as `to_wgs84`."""
    grid = _grid(epsg)
    _refuse_outside(latitude, longitude, epsg=WGS84)
    if epsg == RT90_25_GON_V:
        latitude, longitude = from_sweref(latitude, longitude)
    return grid.project(latitude, longitude)


def _grid(epsg: int) -> Grid:
    if epsg not in _GRIDS:
        raise NotUnderstood(_KIND, "unknown_system")
    return _GRIDS[epsg]


def _refuse_outside(north: float, east: float, *, epsg: int) -> None:
    norths = _LATITUDES if epsg == WGS84 else _NORTHINGS_M
    easts = _LONGITUDES if epsg == WGS84 else _EASTINGS_M[epsg]
    if norths[0] <= north <= norths[1] and easts[0] <= east <= easts[1]:
        return
    swapped = norths[0] <= east <= norths[1] and easts[0] <= north <= easts[1]
    raise NotUnderstood(_KIND, "swapped_axes" if swapped else "outside_sweden")


_SYSTEM = (
    r"(?:(?P<tm>sweref ?99 ?tm)|sweref ?99[ -]?(?P<zone>[12][0-9][ .]?(?:00|15|30|45))(?![0-9.,])|"
    r"(?P<rt>rt ?90(?: ?2[.,]5 ?gon ?v(?:äst)?)?)|(?P<wgs>wgs ?84)|epsg:? ?(?P<epsg>[0-9]{4,5}))"
)
_LEAD = re.compile(rf"(?:koordinat(?:er)?|läge|position)? ?:? ?(?:\(?{_SYSTEM}\)?)?[ :;,]*")
_TAIL = re.compile(rf"[ ;,]*\(?{_SYSTEM}\)?")
_METRES = r"-?(?:[0-9](?: [0-9]{3}){2}|[0-9]{3} [0-9]{3}|[0-9]{1,8})"
_NORTH = r"(?:n|x|nord|lat(?:itud)?|northing)"
_EAST = r"(?:e|ö|y|öst|lon(?:g|gitud)?|easting)"
_NUMBER = rf"{_METRES}(?:\.[0-9]{{1,15}}|,[0-9]{{1,15}})?"
_POINTED = r"-?[0-9]{1,8}(?:\.[0-9]{1,15})?"
_COMMAED = r"-?[0-9]{1,8}(?:,[0-9]{1,15})?"
_PLAIN = re.compile(
    rf"(?P<a>{_POINTED})°? ?(?P<an>n)?(?: ?[,;/] ?| )(?P<b>{_POINTED})°? ?(?P<be>[eö])?"
    rf"|(?P<c>{_COMMAED})°? ?(?P<cn>n)?(?:, | ?[;/] ?| )(?P<d>{_COMMAED})°? ?(?P<de>[eö])?"
)
_NORTH_FIRST = re.compile(
    rf"{_NORTH} ?[:=]? ?(?P<a>{_NUMBER})°?(?: m)?[ ,;/]*{_EAST} ?[:=]? ?(?P<b>{_NUMBER})°?(?: m)?"
)
_EAST_FIRST = re.compile(
    rf"{_EAST} ?[:=]? ?(?P<b>{_NUMBER})°?(?: m)?[ ,;/]*{_NORTH} ?[:=]? ?(?P<a>{_NUMBER})°?(?: m)?"
)


def parse(text: str) -> Position:
    """Two numbers, north first unless letters say otherwise; the system by its name or by their size.

    `6580743.008, 674571.866`, `N 6 580 743 E 674 571`, `59,3293; 18,0686`, `SWEREF 99 18 00: 6580000
    152000`. Without a name, metres are SWEREF 99 TM or RT 90 (told apart by the easting) and degrees
    are WGS 84; a local zone must be named. Raises NotUnderstood: `empty`, `too_long`,
    `not_coordinates`, `unknown_system`, `swapped_axes`, `outside_sweden`.
    """
    lowered = field(text, kind=_KIND).lower()
    start, end, epsg = _named_system(lowered)
    found = (
        _PLAIN.fullmatch(lowered, start, end)
        or _NORTH_FIRST.fullmatch(lowered, start, end)
        or _EAST_FIRST.fullmatch(lowered, start, end)
    )
    if found is None:
        raise NotUnderstood(_KIND, "not_coordinates", position=min(start, len(lowered)))
    north, east = (_read(token) for token in _pair(found))
    epsg = epsg or _by_size(north, east)
    _refuse_outside(north, east, epsg=epsg)
    return Position(north, east, epsg)


def _pair(found: re.Match[str]) -> tuple[str, str]:
    facts = found.groupdict()
    return (facts["a"], facts["b"]) if facts["a"] is not None else (facts["c"], facts["d"])


def _read(token: str) -> float:
    return float(token.replace(" ", "").replace(",", "."))


def _named_system(lowered: str) -> tuple[int, int, int | None]:
    """Where the numbers begin and end, and the system that is named before or after them."""
    start, end = 0, len(lowered)
    if lowered[0] in "-0123456789" and lowered[-1] in "0123456789":
        return start, end, None
    named: re.Match[str] | None = None
    if lead := _LEAD.match(lowered):
        start, named = lead.end(), lead if lead.lastgroup else None
    if named is None and (tail := _last_system(lowered, start)):
        end, named = tail.start(), tail
    return start, end, _epsg(named) if named else None


def _last_system(lowered: str, start: int) -> re.Match[str] | None:
    return next((m for m in _TAIL.finditer(lowered, start) if m.end() == len(lowered)), None)


def _epsg(named: re.Match[str]) -> int:
    if named["zone"]:
        zone = re.sub(r"[ .]", "", named["zone"])
        number = _ZONES.get(f"{zone[:2]} {zone[2:]}", 0)
    elif named["epsg"]:
        number = int(named["epsg"])
    else:
        number = SWEREF99_TM if named["tm"] else RT90_25_GON_V if named["rt"] else WGS84
    if number not in _GRIDS and number != WGS84:
        raise NotUnderstood(_KIND, "unknown_system", position=named.start())
    return number


def _by_size(north: float, east: float) -> int:
    """Degrees, SWEREF 99 TM or RT 90 by the easting; which of the two numbers it is does not matter here."""
    low, high = sorted((abs(north), abs(east)))
    if high <= 180:
        return WGS84
    if low >= _EASTINGS_M[RT90_25_GON_V][0]:
        return RT90_25_GON_V
    if low < _EASTINGS_M[SWEREF99_TM][0]:
        raise NotUnderstood(_KIND, "unknown_system")
    return SWEREF99_TM
