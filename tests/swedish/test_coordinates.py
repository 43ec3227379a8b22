from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brygga.swedish import NotUnderstood, coordinates
from brygga.swedish.coordinates import Position

PUBLISHED = [
    (59.3293, 18.0686, 6580743.008, 674571.866),
    (57.7089, 11.9746, 6400326.036, 319758.020),
    (55.6050, 13.0038, 6163926.553, 374243.759),
    (67.8558, 20.2253, 7536069.970, 719583.123),
    (65.0, 15.0, 7208454.582, 500000.000),
]
"""Latitude, longitude, northing, easting on SWEREF 99 TM as PROJ gives them."""

EPSG = [3006, *range(3007, 3019), 3021]


@pytest.mark.parametrize(("latitude", "longitude", "northing", "easting"), PUBLISHED)
def test_sweref_99_tm_agrees_with_proj_to_a_millimetre(
    latitude: float, longitude: float, northing: float, easting: float
) -> None:
    assert coordinates.from_wgs84(latitude, longitude) == pytest.approx((northing, easting), rel=0, abs=0.001)
    back = coordinates.to_wgs84(northing, easting)
    assert back == pytest.approx((latitude, longitude), rel=0, abs=2e-8)


def test_the_step_back_and_rt_90_agree_with_proj() -> None:
    assert coordinates.to_wgs84(6580822, 674032) == pytest.approx((59.3302312, 18.0591897), rel=0, abs=5e-8)
    on_sweref = Position(6580994, 1628298, 3021).on(3006)
    assert on_sweref == pytest.approx((6580821.908, 674036.427), rel=0, abs=0.001)


@pytest.mark.parametrize("epsg", EPSG)
@given(st.floats(55.2, 69.0), st.floats(11.0, 24.1))
def test_there_and_back_is_the_same_place(epsg: int, latitude: float, longitude: float) -> None:
    low, high = {3006: (11.0, 22.5), 3021: (11.4, 22.0)}.get(epsg, (14.0, 19.0))
    longitude = min(max(longitude, low), high)
    northing, easting = coordinates.from_wgs84(latitude, longitude, epsg=epsg)
    if epsg not in {3006, 3021} and not -100_000 <= easting <= 400_000:
        return  # far outside that zone
    assert coordinates.to_wgs84(northing, easting, epsg=epsg) == pytest.approx(
        (latitude, longitude), rel=0, abs=1e-8
    )


def test_a_local_zone_has_its_middle_meridian_at_150_km() -> None:
    for epsg, meridian in [(3007, 12), (3008, 13.5), (3011, 18), (3012, 14.25), (3018, 23.25)]:
        assert coordinates.from_wgs84(60, meridian, epsg=epsg)[1] == pytest.approx(150_000, abs=1e-6)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("6580743.008, 674571.866", Position(6580743.008, 674571.866)),
        ("6580743,008 674571,866", Position(6580743.008, 674571.866)),
        ("6580743,674571", Position(6580743, 674571)),
        ("N 6 580 743 E 674 571", Position(6580743, 674571)),
        ("E: 674571 N: 6580743", Position(6580743, 674571)),
        ("6580743 674571 (SWEREF 99 TM)", Position(6580743, 674571)),
        ("SWEREF 99 18 00: 6580000 152000", Position(6580000, 152000, 3011)),
        ("6580994 1628298", Position(6580994, 1628298, 3021)),
        ("X: 6580994 Y: 1628298 RT90 2,5 gon V", Position(6580994, 1628298, 3021)),
        ("59.3293, 18.0686", Position(59.3293, 18.0686, 4326)),
        ("59,3293; 18,0686", Position(59.3293, 18.0686, 4326)),
        ("lat 59.3293 lon 18.0686", Position(59.3293, 18.0686, 4326)),
    ],
)
def test_a_written_position_is_read_on_its_own_system(text: str, value: Position) -> None:
    assert coordinates.parse(text) == value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("674571 6580743", "swapped_axes"),
        ("18.0686, 59.3293", "swapped_axes"),
        ("48.1, 11.2", "outside_sweden"),
        ("6580000 152000", "unknown_system"),
        ("epsg:9999 1 2", "unknown_system"),
        ("6580743", "not_coordinates"),
        ("hej", "not_coordinates"),
    ],
)
def test_swapped_axes_and_other_places_are_refused_and_never_put_right(text: str, code: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        coordinates.parse(text)
    assert caught.value.code == code


def test_the_arithmetic_refuses_the_same() -> None:
    for call in (
        lambda: coordinates.to_wgs84(674571, 6580743),
        lambda: coordinates.from_wgs84(18.07, 59.33),
    ):
        with pytest.raises(NotUnderstood, match="swapped_axes"):
            call()
    with pytest.raises(NotUnderstood, match="outside_sweden"):
        coordinates.to_wgs84(6580743, 210_000)
    with pytest.raises(NotUnderstood, match="unknown_system"):
        coordinates.to_wgs84(6580743, 674571, epsg=25833)
