from __future__ import annotations

import pytest

from brygga.swedish import NotUnderstood, floor
from brygga.swedish.floor import Floor


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("vån 4½", Floor(4.5, "vån")),
        ("BV", Floor(0, "bv")),
        ("entréplan", Floor(0, "bv")),
        ("2tr", Floor(2, "tr")),
        ("2 ½ tr", Floor(2.5, "tr")),
        ("1,5 tr.", Floor(1.5, "tr")),
        ("halv tr", Floor(0.5, "tr")),
        ("2 trappor upp", Floor(2, "tr")),
        ("plan -1", Floor(-1, "plan")),
        ("våning 4!", Floor(4, "vån")),
        ("2:a våningen", Floor(2, "vån")),
        ("4", Floor(4)),
        ("vån 3 / 5", Floor(3, "vån", of=5)),
        ("3 av 5 tr", Floor(3, "tr", of=5)),
        ("5tr av 5tr", Floor(5, "tr", of=5)),
        ("4+5tr", Floor(4, "tr", upper=5)),
        ("2 tr ög", Floor(2, "tr", across_yard=True)),
        ("bv ö.g.", Floor(0, "bv", across_yard=True)),
        ("4 tr (högst upp)", Floor(4, "tr")),
    ],
)
def test_a_written_floor_keeps_its_word(text: str, value: Floor) -> None:
    assert floor.parse(text) == value
    assert floor.parse(text.upper()) == value


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("vindsvåning", "not_floor"),
        ("vån NaN", "not_floor"),
        ("3 tr (vån 4)", "not_floor"),
        ("2 tr mot gård", "not_floor"),
        ("1/2 tr", "ambiguous"),
        ("vån 1 / 2", "ambiguous"),
        ("200 tr", "out_of_range"),
        ("10 / 3 tr", "out_of_range"),
        ("5+4 tr", "reversed"),
        ("", "empty"),
    ],
)
def test_what_is_not_one_floor_is_refused_by_name(text: str, code: str) -> None:
    with pytest.raises(NotUnderstood) as caught:
        floor.parse(text)
    assert caught.value.code == code
