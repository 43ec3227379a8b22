from __future__ import annotations

import pytest

from brygga.swedish import NotUnderstood, area, rooms, size
from brygga.swedish.area import Area
from brygga.swedish.rooms import Rooms
from brygga.swedish.size import Size


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("37 m²   1,5 rum", Size(living_m2=37, rooms=1.5)),
        ("99 + 9 m²   3 rum", Size(living_m2=99, other_m2=9, rooms=3)),
        ("67 + 12 m²", Size(living_m2=67, other_m2=12)),
        ("67 m² + 12 m²", Size(living_m2=67, other_m2=12)),
        ("3 rum", Size(rooms=3)),
        ("42 m²", Size(living_m2=42)),
        ("845 m² tomt", Size(plot_m2=845)),
        ("1,8 ha", Size(plot_m2=18_000)),
        ("3,2 ha totalarea", Size(plot_m2=32_000)),
        ("1773m² tomt 60m² biarea", Size(other_m2=60, plot_m2=1773)),
        ("3 rok, ca 67 kvm", Size(living_m2=67, rooms=3, approximate=True)),
        ("120 + 30 m², 1 845 m² tomt, 5 rum", Size(living_m2=120, other_m2=30, plot_m2=1845, rooms=5)),
        ("Boarea: 67 m² biarea: 12 m²", Size(living_m2=67, other_m2=12)),
    ],
)
def test_a_size_field_is_taken_apart(text: str, value: Size) -> None:
    assert size.parse(text) == value


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("67", "not_size", 0),
        ("67 m² 3 rum hiss", "not_size", 12),
        ("2 rum 3 rum", "repeated", 6),
        ("0 m² 2 rum", "out_of_range", None),
        ("2 391 kr/mån", "not_size", 0),
        ("", "empty", None),
    ],
)
def test_a_size_field_is_understood_wholly_or_not_at_all(text: str, code: str, position: int | None) -> None:
    with pytest.raises(NotUnderstood) as caught:
        size.parse(text)
    assert (caught.value.code, caught.value.position) == (code, position)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ca 85 kvm", Area(85, approximate=True)),
        ("67,5 m²", Area(67.5)),
        ("60,4 m2", Area(60.4)),
        ("1.200 m²", Area(1200)),
        ("1,8 ha", Area(18_000)),
        ("1.125 ha", Area(11_250)),
        ("845 m² tomt", Area(845, use="plot")),
        ("biarea 12 kvm", Area(12, use="other")),
        ("2 089", Area(2089)),
    ],
)
def test_a_written_area_becomes_square_metres(text: str, value: Area) -> None:
    assert area.parse(text) == value


@pytest.mark.parametrize(
    ("text", "code"), [("67 + 12 m²", "not_area"), ("-5 kvm", "negative"), ("0 m²", "out_of_range")]
)
def test_two_areas_or_none_are_not_one_area(text: str, code: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        area.parse(text)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2½", Rooms(2.5)),
        ("2 ½ rum", Rooms(2.5)),
        ("2,5 rok", Rooms(2.5)),
        ("3 rum och kök", Rooms(3)),
        ("1 rum o kokvrå", Rooms(1)),
        ("½ rum", Rooms(0.5)),
        ("2 – 4 rum", Rooms(2, most=4)),
    ],
)
def test_rooms_may_be_halves_and_ranges(text: str, value: Rooms) -> None:
    assert rooms.parse(text) == value


@pytest.mark.parametrize(
    ("text", "code"),
    [("0 rum", "out_of_range"), ("tre rum", "not_rooms"), ("5-4 rum", "reversed"), ("37 m²", "not_rooms")],
)
def test_what_is_not_a_number_of_rooms_is_refused(text: str, code: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        rooms.parse(text)
    assert caught.value.code == code
