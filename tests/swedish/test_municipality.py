from __future__ import annotations

import csv
from pathlib import Path

import pytest

from brygga.swedish import NotUnderstood, municipality


def test_our_table_is_the_official_one(shared_providers: Path) -> None:
    path = shared_providers / "reference" / "kommunkoder.csv"
    with path.open(encoding="utf-8", newline="") as file:
        official = [tuple(row.values()) for row in csv.DictReader(file)]
    ours = [(m.code, m.name, m.county.code, m.county.name) for m in municipality.everyone()]
    assert ours == official


def test_there_are_290_in_21_counties_and_every_name_and_code_leads_back() -> None:
    everyone = municipality.everyone()
    assert (len(everyone), len({m.county for m in everyone})) == (290, 21)
    assert all(municipality.parse(m.name) is municipality.parse(m.code) is m for m in everyone)
    assert all(municipality.by_code(m.code) is m for m in everyone)
    assert all(municipality.leading(f"{m.upper} BERGA") == (m, len(m.upper)) for m in everyone)
    assert max(m.name.count(" ") for m in everyone) == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Stockholms stad", "0180"),
        ("stockholms kommun", "0180"),
        ("BORÅS STAD", "1490"),
        ("Falu kommun", "2080"),
        ("Malmo\u0308", "1280"),
        ("O\u0308stra  Go\u0308inge", "1256"),
        ("Habo", "0643"),
        ("Håbo", "0305"),
    ],
)
def test_a_name_is_found_in_the_forms_people_use(text: str, code: str) -> None:
    assert municipality.parse(text).code == code


@pytest.mark.parametrize("text", ["Paris", "9999", "Marka", "kommun", "Malmo"])
def test_what_is_not_a_municipality_is_refused(text: str) -> None:
    with pytest.raises(NotUnderstood, match="unknown_municipality"):
        municipality.parse(text)


def test_the_longest_name_on_a_word_border_wins() -> None:
    found = {
        text: municipality.leading(text) for text in ("MARKARYD BRÅNA", "MARK KINNA", "MARKA X", "UPPLANDS X")
    }
    names = {text: at and at[0].name for text, at in found.items()}
    assert names == {"MARKARYD BRÅNA": "Markaryd", "MARK KINNA": "Mark", "MARKA X": None, "UPPLANDS X": None}


def test_counties_are_known_by_name_and_code() -> None:
    assert municipality.county("Skåne").code == municipality.county("SKÅNE LÄN").code == "12"
    assert municipality.county("västra götaland").letters == "O"
    assert municipality.county("03").name == "Uppsala län"
    with pytest.raises(NotUnderstood, match="unknown_county"):
        municipality.county("Kristianstads län")
