"""Register extracts and lists of flats from text and PDF."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from brygga.extracts.facts import Address, ApartmentList, Outcome, RegisterExtract, Share, State
from brygga.extracts.generating.truth import values_of
from brygga.extracts.reading import read_bytes

SYNTHETIC = "lantmateriet/samples/synthetic"


def only(data: bytes) -> Any:
    reading = read_bytes(data)
    assert reading.outcome is Outcome.READ
    [document] = reading.documents
    return document


def test_a_report_is_read_whole(report: str) -> None:
    document: RegisterExtract = only(report.encode())
    assert document.layout == "uc_plus_r"
    values = {path: value for path, (value, sure) in values_of(document).items() if sure}
    assert values["designation"] == "Provköping LILLA ÅKERN 2:14"
    assert (values["total_area_m2"], values["land_area_m2"], values["water_area_m2"]) == (2310, 2300, 10)
    assert (values["district"], values["district_code"], values["municipality_code"]) == (
        "Provdistrikt",
        "111111",
        "0001",
    )
    assert values["general_changed_on"] == "2018-04-05"
    assert values["registration_changed_on"] == "2021-01-02"
    assert values["registration_current_on"] == "2026-05-30"
    assert values["printed_on"] == "2026-05-31"
    assert values["remarks.0.text"] == "Socken: provsocken"
    assert document.address is not None
    assert document.address.value == Address(street="Provgatan 7", postcode="41101", town="Göteborg")


def test_an_owner_has_share_address_and_acquisition(report: str) -> None:
    owner = only(report.encode()).owners.items[0]
    assert owner.name.value == "Prov Provsson"
    assert owner.identity.value == "19821224-2393"
    assert owner.address.value.town == "Göteborg"
    assert owner.share.value == Share(1, 2)
    assert owner.registered_on.value == date(2021, 1, 2)
    assert owner.act.value == "D-2021-00000009:1"
    [acquired] = owner.acquisitions
    assert acquired.acquired_on.value == date(2020, 12, 1)
    assert acquired.amount_kr.value == 1_100_000
    assert acquired.kind.value == "Köp, avser även annan fastighet"
    assert acquired.concerns_other_property


def test_a_protected_person_stays_protected(report: str) -> None:
    owner = only(report.encode()).owners.items[1]
    assert owner.protected
    assert owner.identity is None
    assert owner.address is None
    assert owner.name.value is None
    assert owner.share.value == Share(1, 2)
    assert owner.acquisitions[0].amount_kr is None


def test_a_joint_mortgage_names_the_other_property(report: str) -> None:
    first, second = only(report.encode()).mortgages.items
    assert (first.amount_kr.value, first.running_total_kr.value, first.joint) == (400_000, 400_000, False)
    assert (second.amount_kr.value, second.running_total_kr.value) == (1_250_000, 1_650_000)
    assert second.joint
    assert [fact.value for fact in second.joint_with] == ["Provköping LILLA ÅKERN 2:15"]


def test_absent_empty_and_nought_are_three_answers(report: str) -> None:
    document = only(report.replace("\n10\nFastighetsattribut", "\n0\nFastighetsattribut").encode())
    assert document.former_owners.state is State.EMPTY
    assert document.attributes.state is State.EMPTY
    assert document.contract_rights.state is State.ABSENT
    assert document.water_area_m2.value == 0
    without = only(report.replace("\n10\nFastighetsattribut", "\nFastighetsattribut").encode())
    assert without.water_area_m2 is None
    assert without.land_area_m2.value == 2300


def test_a_list_of_flats_is_read_whole(flat: str) -> None:
    document: ApartmentList = only(flat.encode())
    values = {path: value for path, (value, sure) in values_of(document).items() if sure}
    expected = {
        "apartment_number": "7",
        "register_number": "1103",
        "rooms": 3.0,
        "living_area_m2": 71.5,
        "floor": "1",
        "address": {"street": "Provgatan 2", "postcode": "41101", "town": "GÖTEBORG"},
        "acquired_on": "2020-10-01",
        "association": "Brf Prov",
        "property_designation": "Provtomten 3 2",
        "association_number": "769000-0018",
        "economic_plan_on": "1999-12-01",
        "holders": "there",
        "holders.0.name": "Prov Provsson",
        "holders.0.identity": "19821224-2393",
        "holders.0.share_percent": 60.0,
        "holders.1.name": "Testa Exempelsson",
        "holders.1.identity": "19921021-2396",
        "holders.1.share_percent": 40.0,
        "fund_deposit_kr": 0,
        "fund_balance_kr": 1250,
        "allocation_percent": 1.25,
        "capital_percent": 0.0,
        "operation_percent": 1.25,
        "transfer_fee_kr": 1433,
        "transfer_fee_payer": "köparen",
        "pledge_fee_kr": 573,
        "pledges": "empty",
        "printed_on": "2026-05-31",
    }
    assert values == expected


@pytest.mark.parametrize("name", ["report", "flat"])
def test_a_pdf_of_the_text_gives_the_same_facts(
    name: str, request: pytest.FixtureRequest, printed: Callable[[str], bytes]
) -> None:
    text = request.getfixturevalue(name)
    assert values_of(only(printed(text))) == values_of(only(text.encode()))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_a_text_file_may_have_any_usual_encoding(flat: str, encoding: str) -> None:
    assert values_of(only(flat.encode(encoding))) == values_of(only(flat.encode()))


def test_each_value_knows_its_page_and_place(report: str, printed: Callable[[str], bytes]) -> None:
    in_pdf = only(printed(report)).designation.place
    assert in_pdf.page == 1
    assert 0 < in_pdf.x0 < in_pdf.x1 < 595
    assert 0 < in_pdf.y0 < in_pdf.y1 < 842
    in_text = only(report.encode()).designation
    assert (in_text.place.line, in_text.place.x1) == (7, 0.0)
    assert in_text.text == "Provköping LILLA ÅKERN 2:14"


def test_the_providers_report_is_read_right(shared_providers: Path, printed: Callable[[str], bytes]) -> None:
    data = (shared_providers / SYNTHETIC / "fastighetsrapport_plus_r.linear.txt").read_bytes()
    document = only(data)
    assert document.designation.value == "Testkommun EKLUNDA 1:76"
    assert document.district_code.value == "000000"
    assert document.water_area_m2 is None
    [owner] = document.owners.items
    assert (owner.name.value, owner.identity.value) == ("Testa Exempelsson", "19921021-2396")
    assert owner.acquisitions[0].amount_kr.value == 2_150_000
    [former] = document.former_owners.items
    assert former.registered_on.value == date(1991, 6, 10)
    assert former.acquisitions[0].acquired_on.value == date(1991, 5, 31)
    assert document.leaseholds.state is State.EMPTY
    assert [m.amount_kr.value for m in document.mortgages.items] == [510_000, 1_317_000]
    assert [fact.value for fact in document.mortgages.items[1].joint_with] == ["Testkommun EKLUNDA 1:11"]
    [right] = document.contract_rights.items
    assert (right.kind.value, right.purpose.value, right.act.value) == (
        "Avtalsservitut",
        "Ledning mm.",
        "63/2584",
    )
    assert not document.pages_missing
    assert all(sure for _, sure in values_of(document).values())
    assert values_of(only(printed(data.decode()))) == values_of(document)


def test_the_providers_list_of_flats_is_read_right(
    shared_providers: Path, printed: Callable[[str], bytes]
) -> None:
    data = (shared_providers / SYNTHETIC / "lagenhetsforteckning_hsb.linear.txt").read_bytes()
    document = only(data)
    assert document.association.value == "Brf Exempel i Testkommun"
    assert document.property_designation.value == "Exempeltomten 1 1"
    assert document.allocation_percent.value == 0.6123
    assert document.holders.items[0].share_percent.value == 100.0
    assert document.pages_missing  # it says "Sida 1 av 2" and there is no second
    assert document.pledges.state is State.EMPTY
    assert not document.pledges.whole
    assert values_of(only(printed(data.decode()))) == values_of(document)
