from __future__ import annotations

import pytest

from brygga.swedish import NotUnderstood, energy
from brygga.swedish.energy import EnergyClass


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("A", EnergyClass("A")),
        ("energiklass: c", EnergyClass("C")),
        ("Energiklass G", EnergyClass("G")),
        ("klass d", EnergyClass("D")),
        ("Energiklass D, 112 kWh/m² och år", EnergyClass("D", 112)),
        ("E (98 kWh/m2/år)", EnergyClass("E", 98)),
    ],
)
def test_a_class_is_one_letter(text: str, value: EnergyClass) -> None:
    assert energy.parse(text) == value


@pytest.mark.parametrize("text", ["H", "", " ", "112 kWh/m²", "A+", "AB", "ej utförd"])
def test_what_is_not_a_class_is_refused_and_so_is_nothing(text: str) -> None:
    with pytest.raises(NotUnderstood, match="not_class"):
        energy.parse(text)
