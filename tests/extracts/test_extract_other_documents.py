"""Energy declarations and key figures of annual reports, and our own layout with every part."""

from __future__ import annotations

from datetime import date

import pytest

from brygga.extracts.facts import AnnualReport, EnergyDeclaration, State
from brygga.extracts.generating.truth import values_of
from brygga.extracts.reading import read_bytes

ENERGY = """Sammanfattning av
ENERGIDEKLARATION
Adress: Provgatan 7, 411 01 Göteborg
Fastighetsbeteckning: ÅKERN 2:14
Nybyggnadsår: 1965
Energideklarations-ID: 1234567
Energiklass D
Energiprestanda, primärenergital: 92 kWh/m² och år
Krav vid uppförande av ny byggnad: Energiklass C, 75 kWh/m² och år
Uppvärmningssystem: Fjärrvärme (vattenburen)
Radonmätning: Inte utförd
Ventilationskontroll (OVK): Utförd
Energideklarationen är giltig till: 2031-05-04
"""

FIGURES = """Årsredovisning
Förening: Brf Prov
Organisationsnummer: 769000-0018
Flerårsöversikt
                                              2024     2023     2022
Årsavgift per kvm upplåten med bostadsrätt     785      750      720
Skuldsättning per kvm                        5 120    5 240    5 300
Sparande per kvm 210 205 190
Räntekänslighet (%)                            6,5      6,9      7,1
Energikostnad per kvm                          198      190        -
"""


def test_an_energy_declarations_summary_is_read() -> None:
    [document] = read_bytes(ENERGY.encode()).documents
    assert isinstance(document, EnergyDeclaration)
    values = {path: value for path, (value, sure) in values_of(document).items() if sure}
    assert values == {
        "address": {"street": "Provgatan 7", "postcode": "41101", "town": "Göteborg"},
        "designation": "ÅKERN 2:14",
        "build_year": 1965,
        "declaration_id": "1234567",
        "energy_class": "D",
        "primary_energy_kwh_m2": 92,
        "requirement_kwh_m2": 75,
        "heating": "Fjärrvärme (vattenburen)",
        "radon": "Inte utförd",
        "ventilation_check": "Utförd",
        "valid_to": "2031-05-04",
    }


def test_specific_use_is_never_taken_for_primary_energy() -> None:
    old = ENERGY.replace("Energiprestanda, primärenergital", "Specifik energianvändning")
    [document] = read_bytes(old.encode()).documents
    assert isinstance(document, EnergyDeclaration)
    assert document.primary_energy_kwh_m2 is None
    assert document.specific_use_kwh_m2 is not None
    assert document.specific_use_kwh_m2.value == 92


def test_key_figures_are_those_of_the_latest_year() -> None:
    [document] = read_bytes(FIGURES.encode()).documents
    assert isinstance(document, AnnualReport)
    values = {path: value for path, (value, sure) in values_of(document).items() if sure}
    assert values == {
        "association": "Brf Prov",
        "association_number": "769000-0018",
        "year": 2024,
        "fee_per_m2_kr": 785,
        "loan_per_m2_kr": 5120,
        "savings_per_m2_kr": 210,
        "interest_sensitivity_percent": 6.5,
        "energy_cost_per_m2_kr": 198,
    }


def test_years_in_rising_order_still_give_the_latest() -> None:
    turned = FIGURES.replace("2024     2023     2022", "2022     2023     2024")
    [document] = read_bytes(turned.encode()).documents
    assert isinstance(document, AnnualReport)
    assert document.fee_per_m2_kr is not None
    assert document.fee_per_m2_kr.value == 720


def test_a_row_with_too_few_figures_gives_nothing() -> None:
    short = FIGURES.replace("785      750      720", "785      720")
    [document] = read_bytes(short.encode()).documents
    assert isinstance(document, AnnualReport)
    assert document.fee_per_m2_kr is None


OWN = """Fastighetsutdrag brygga
Allmänna uppgifter
Beteckning: Testkommun EKLUNDA 1:76
Kommunkod: 0000
Läge, karta: N 6580743, E 674571
Totalareal: 1 440
Anteckningar
-
Rättigheter
1 Last Officialservitut Väg 1963-11-06 63/2584
2 Förmån Ledningsrätt Vatten och avlopp 1963-11-06 63/2585
Taxeringsuppgifter
Taxeringsenhet: 047618-2
Typkod: 220 Småhusenhet, bebyggd
Värdeår: 1965
Taxeringsvärde: 2 436 tkr
Standardpoäng: 31
Taxerade ägare
Testa Exempelsson, 19921021-2396 1/1
Tidigare beteckning
Testkommun EKLUNDA 1:75 1985-01-01 85/1234
"""


def test_rights_taxation_and_position_are_read() -> None:
    [document] = read_bytes(OWN.encode()).documents
    assert document.layout == "brygga_extract"
    burden, benefit = document.rights.items  # type: ignore[union-attr]
    assert (burden.side, benefit.side) == ("burden", "benefit")
    [unit] = document.taxation.items  # type: ignore[union-attr]
    assert (unit.type_code.value, unit.type_text.value) == ("220", "Småhusenhet, bebyggd")
    assert (unit.total_kr.value, unit.value_year.value, unit.standard_points.value) == (2_436_000, 1965, 31)
    assert unit.owners.items[0].identity.value == "19921021-2396"
    position = document.position.value  # type: ignore[union-attr]
    assert position.latitude == pytest.approx(59.3293, abs=1e-4)
    assert position.longitude == pytest.approx(18.0686, abs=1e-4)
    [former] = document.former_designations.items  # type: ignore[union-attr]
    assert former.until.value == date(1985, 1, 1)
    assert document.entries.state is State.EMPTY  # type: ignore[union-attr]


def test_a_position_outside_sweden_is_no_value() -> None:
    [document] = read_bytes(OWN.replace("N 6580743, E 674571", "N 1580743, E 674571").encode()).documents
    position = document.position  # type: ignore[union-attr]
    assert position is not None
    assert position.value is None
    assert not position.sure
