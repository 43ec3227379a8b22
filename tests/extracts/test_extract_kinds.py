"""Text of an extract to one value, or a named error."""

from __future__ import annotations

import pytest

from brygga.extracts import kinds
from brygga.extracts.facts import Address, Share
from brygga.swedish import NotUnderstood


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("money", "2 150 000", 2_150_000),
        ("money", "2 000,00 kr", 2000),
        ("money", "0 kr", 0),
        ("thousands", "2 436 tkr", 2_436_000),
        ("area", "1 440 kvm", 1440),
        ("decimal_area", "58.5 kvm", 58.5),
        ("decimal_area", "58,5 m²", 58.5),
        ("percent", "0,6123 %", 0.6123),
        ("rooms", "2,5 rok", 2.5),
        ("share", "2/4", Share(2, 4)),
        ("act", "D-2022-00000001:3", "D-2022-00000001:3"),
        ("act", "91/10269", "91/10269"),
        ("designation", "Testkommun EKLUNDA 1:76>2", "Testkommun EKLUNDA 1:76>2"),
        ("designation", "Testkommun KVARNEN 3", "Testkommun KVARNEN 3"),
        ("designation", "Testkommun EKLUNDA GA:3", "Testkommun EKLUNDA GA:3"),
        ("address", "Box 1, 114 18 Stockholm", Address(street="Box 1", postcode="11418", town="Stockholm")),
    ],
)
def test_a_value_is_read(kind: str, text: str, value: object) -> None:
    read = kinds.KINDS[kind](text)
    assert read.value == value
    assert read.sure


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("money", "2 000,50 kr"),
        ("money", "012 000"),
        ("money", "12 00"),
        ("date", "2022-02-30"),
        ("date", "05-23"),
        ("area", "0000"),
        ("share", "3/2"),
        ("share", "0/1"),
        ("municipality_code", "148"),
        ("percent", "101 %"),
        ("percent", "0,5"),
        ("designation", "Socken: testsocken"),
        ("full_designation", "EKLUNDA 1:76"),
        ("address", "Socken: testsocken"),
        ("address", "Fastighetens andelar i samfälligheter kan vara ofullständiga."),
        ("association_number", "7690000001"),
        ("energy_class", "H"),
        ("year", "19655"),
    ],
)
def test_what_is_not_of_the_kind_is_refused(kind: str, text: str) -> None:
    with pytest.raises(NotUnderstood):
        kinds.KINDS[kind](text)


@pytest.mark.parametrize("text", ["TestkommunEKLUNDA1:76", "Testkommun EKLUNDA1:76"])
def test_blanks_put_back_are_not_sure(text: str) -> None:
    read = kinds.designation(text)
    assert (read.value, read.sure, read.remark) == ("Testkommun EKLUNDA 1:76", False, "spaces_restored")


def test_a_known_phrase_gets_its_blanks_back() -> None:
    assert kinds.text("Köp,avserhelafastigheten") == kinds.Read("Köp, avser hela fastigheten")
