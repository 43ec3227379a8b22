"""Every field of the model is marked."""

from __future__ import annotations

import typing

import msgspec
import pytest

from brygga.model import RECORD_TYPES, DataClass, Mark, marks_of
from brygga.model import parts as all_parts


def structs() -> list[type[msgspec.Struct]]:
    parts = [
        v
        for v in vars(all_parts).values()
        if isinstance(v, type) and issubclass(v, all_parts.Part) and v is not all_parts.Part
    ]
    return [*RECORD_TYPES.values(), *parts]


@pytest.mark.parametrize("cls", structs(), ids=lambda c: c.__name__)
def test_every_field_has_a_swedish_term_and_a_data_class(cls: type[msgspec.Struct]) -> None:
    for name, hint in typing.get_type_hints(cls, include_extras=True).items():
        marks = [m for m in getattr(hint, "__metadata__", ()) if isinstance(m, Mark)]
        assert len(marks) == 1, f"{cls.__name__}.{name} has no mark"
        assert marks[0].sv
        assert isinstance(marks[0].data, DataClass)


@pytest.mark.parametrize("cls", structs(), ids=lambda c: c.__name__)
def test_a_unit_in_a_name_is_the_unit_in_the_mark(cls: type[msgspec.Struct]) -> None:
    units = {"_kwh_m2": "kWh/m2", "_kr": "kr", "_m2": "m2", "_px": "px", "_percent": "%"}
    for name, found in marks_of(cls).items():
        ending = next((e for e in units if name.endswith(e)), "")
        assert not ending or found.unit.startswith(units[ending]), name


def test_what_identifies_a_person_is_marked_personal() -> None:
    marks = marks_of(RECORD_TYPES["contact"])
    for name in ("first_name", "last_name", "personnummer", "email", "mobile", "phone", "address", "note"):
        assert marks[name].personal, name


def test_nested_parts_are_found_with_their_paths() -> None:
    marks = marks_of(RECORD_TYPES["estate"])
    assert marks["price.asking_kr"].unit == "kr"
    assert marks["buildings[].energy.rating"].sv == "energiklass"
    assert marks["images[].id"].data is DataClass.PHOTO
