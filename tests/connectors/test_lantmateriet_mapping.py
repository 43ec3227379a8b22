"""Answers of the register's products → plain values: the samples, the published XML, odd and hostile ones."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brygga.connectors.lantmateriet.api.gathering import READERS, _properties
from brygga.connectors.lantmateriet.api.line import fault_of
from brygga.connectors.lantmateriet.mapping import searching, xml
from brygga.connectors.lantmateriet.mapping.reading import Ledger, Members
from brygga.connectors.lantmateriet.schema.register import Identity, Share
from brygga.model import Invalid, Rejected
from brygga.wire.call import Answer

OURS = "00000000-0000-4000-8000-000000000100"
Read = Callable[..., tuple[dict[str, Any], Ledger, dict[str, object]]]


@pytest.fixture
def samples(shared_providers: Path) -> Path:
    return shared_providers / "lantmateriet" / "samples"


@pytest.fixture
def read() -> Read:
    """A decoded answer of a product → what it gives, the ledger, and what nobody read."""

    def run(product: str, document: Any, own: str = OURS) -> Any:
        ledger = Ledger(product)
        rows = list(_properties(document, ledger))
        made = READERS[product](rows, own)
        return made, ledger, {at: v for row in rows for at, v in ledger.unread(row.raw, row.path).items()}

    return run


# ---------------------------------------------------------------------- the samples


def test_the_sample_of_ownership_is_read(samples: Path, read: Read) -> None:
    answer = json.loads((samples / "synthetic/inskrivning-v3-total.json").read_text())
    made, ledger, unknown = read("inskrivning", answer)
    first, second = made["owners"]
    assert (first.name, first.identity.kind, first.share) == ("Testa Exempelsson", "person", Share(1, 2))
    assert first.identity.number == "19921021-2396"
    assert (first.address.street, first.address.postcode, first.address.town) == (
        "Testvägen 3",
        "11418",
        "Stockholm",
    )
    (came_by,) = first.acquisitions
    assert (came_by.on, came_by.kind, came_by.price_kr) == (date(2022, 4, 28), "Köp", 2_150_000)
    assert (second.protected, second.name, second.identity) == (True, "", Identity())
    (former,) = made["former_owners"]
    assert (former.name, former.act, former.registered_on) == (
        "Exempelbolaget AB",
        "91/10269",
        date(1991, 6, 10),
    )
    (entry,) = made["entries"]
    assert (entry.kind, entry.order, entry.amount_kr, entry.form, entry.act) == (
        "Inteckning",
        1,
        510_000,
        "Digitalt",
        "D-2022-00000001:6",
    )
    assert ledger.odd == []
    assert "inskrivning:features[0].properties.fastighetsreferens.beteckning" in unknown


def test_the_sample_of_land_is_read(samples: Path, read: Read) -> None:
    made, ledger, unknown = read(
        "fastighet", json.loads((samples / "synthetic/fastighetsamfallighet-v3.1-total.json").read_text())
    )
    land = made["property"]
    assert (land.designation, land.total_m2, land.land_m2, land.water_m2) == (
        "TESTKOMMUN EKLUNDA 1:76",
        1440,
        1440,
        0,
    )
    assert (land.north_m, land.east_m) == (6_580_822.0, 674_032.0)
    (measure,) = land.measures
    assert (measure.kind, measure.on) == ("Fastighetsrättslig åtgärd, Avstyckning", date(1963, 11, 6))
    assert ledger.odd == []
    assert list(unknown.values()) == ["Point"]


def test_the_samples_of_taxation_are_read(samples: Path, read: Read) -> None:
    folder = samples / "synthetic"
    made, _, _ = read("taxering", json.loads((folder / "taxering-v3-total.json").read_text()))
    (unit,) = made["taxation"]
    assert (unit.unit, unit.kind, unit.type_code, unit.year) == ("000001-1", "smahus", "220", 2024)
    assert (unit.total_kr, unit.land_kr, unit.building_kr, unit.area_m2) == (
        2_436_000,
        1_159_000,
        1_277_000,
        1440,
    )
    assert unit.owners[0].share == Share(1, 1)
    from brygga.connectors.lantmateriet.mapping.taxes import unit_numbers

    named = json.loads((folder / "taxering-v3-referens-beror.json").read_text())
    assert unit_numbers(Members(named, "", Ledger("taxering"))) == ["000001-1"]


def test_a_tax_unit_of_another_property_is_not_ours(samples: Path, read: Read) -> None:
    answer = json.loads((samples / "synthetic/taxering-v3-total.json").read_text())
    assert read("taxering", answer, own="f" * 36)[0]["taxation"] == []


def test_the_recorded_search_answer_is_read(samples: Path) -> None:
    rows = json.loads((samples / "registerbeteckning-v5-referens-fritext.json").read_text())
    hit = searching.exact(rows, "Sundsvall Balder 2")
    assert (hit.object_id, hit.designation) == (
        "e19981ad-34b2-4e14-88f5-133f61ca85aa",
        "SUNDSVALL BALDER 2",
    )


def test_the_published_xml_of_taxation_gives_what_the_json_does(samples: Path, read: Read) -> None:
    document = xml.read((samples / "taxering-v3-response.fragment.xml").read_bytes(), torn=True)
    made, ledger, _ = read("taxering", document, own="0bdeebba-d8f9-4040-a026-35c42f40f2d0")
    (unit,) = made["taxation"]
    assert (unit.unit, unit.kind, unit.type_code, unit.year) == ("047618-2", "smahus", "220", 2021)
    assert (unit.total_kr, unit.land_kr, unit.building_kr, unit.area_m2) == (436_000, 159_000, 277_000, 1440)
    (owner,) = unit.owners
    assert owner.share == Share(1, 1)
    assert owner.identity.number == ""
    assert owner.identity.error
    assert [odd.path for odd in ledger.odd] == ["taxering:member[0].skvFastighet.taxeradAgare.idnummer"]


def test_the_published_xml_of_buildings_is_read(samples: Path, read: Read) -> None:
    document = xml.read((samples / "byggnad-v3-response.fragment.xml").read_bytes(), torn=True)
    made, _, unknown = read("byggnad", document)
    (one,) = made["buildings"]
    assert (one.number, one.built, one.extended, one.main, one.on_foreign_ground) == ("3", 3, 3, True, True)
    assert unknown["byggnad:member[0].byggnadsattribut.byggnadsservitut"] == "true"


def test_the_published_xml_of_addresses_is_read(samples: Path, read: Read) -> None:
    document = xml.read((samples / "belagenhetsadress-v4.2-response.fragment.xml").read_bytes(), torn=True)
    made, _, unknown = read("belagenhetsadress", document)
    assert made["addresses"][0].street == "tsnummer4g4 UH"
    assert unknown["belagenhetsadress:member[0].adressplatsattribut.adressplatstyp"] == "Byadressplats"


def test_the_published_xml_of_holdings_is_read_as_members(samples: Path) -> None:
    document = xml.read((samples / "uppslag-organisation-v3-response.fragment.xml").read_bytes(), torn=True)
    holdings = document["innehavResponse"]["innehav"]
    assert holdings["id"] == "736208-0002"
    assert [row["beslut"] for row in holdings["lagfarenAgare"]] == ["Beviljad", "Okänd"]
    assert holdings["tomtrattsinnehavare"]["fastighetsreferens"]["status"] == "levande"


# ---------------------------------------------------------------------- XML that means harm


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b"<a>&b;</a>"
)
OUTSIDE = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'


@pytest.mark.parametrize("body", [BOMB, OUTSIDE, b"<!DOCTYPE a><a/>"])
@pytest.mark.parametrize("torn", [True, False])
def test_a_document_type_is_refused(body: bytes, torn: bool) -> None:
    with pytest.raises(Invalid) as raised:
        xml.read(body, torn=torn)
    assert raised.value.code == "document_type"


@pytest.mark.parametrize(
    "body", [b"<a>" * 100 + b"</a>" * 100, b"<a><b></a>", b"<a>&nbsp;</a>", b"", b"<a>\xff</a>", b"text"]
)
def test_xml_that_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        xml.read(body)


def test_a_torn_document_is_refused_unless_asked_for() -> None:
    body = b"<a><b>1</b><c><d>2</d>"
    with pytest.raises(Invalid):
        xml.read(body)
    assert xml.read(body, torn=True) == {"a": {"b": "1", "c": {"d": "2"}}}


# ---------------------------------------------------------------------- which hit


def row(name: str, found: str = OURS, own: str = "ny-1") -> dict[str, str]:
    return {"beteckning": name, "registerenhet": found, "objektidentitet": own}


def test_case_and_spaces_do_not_matter_for_the_right_hit() -> None:
    rows = [row("UPPSALA EKLUNDA 1:2", "1" * 8 + OURS[8:]), row("Uppsala  Eklunda 1:23")]
    assert searching.exact(rows, "UPPSALA EKLUNDA 1:23").object_id == OURS


def test_a_single_hit_that_is_not_a_list_is_accepted() -> None:
    assert searching.exact(row("UPPSALA EKLUNDA 1:23"), "UPPSALA EKLUNDA 1:23").object_id == OURS


def test_the_same_property_named_twice_is_one() -> None:
    assert searching.exact([row("A B 1:2"), row("A B 1:2", own="ny-2")], "A B 1:2").object_id == OURS


def test_two_properties_with_the_same_name_are_said() -> None:
    with pytest.raises(Rejected) as raised:
        searching.exact([row("A B 1:2"), row("A B 1:2", "f" * 8 + OURS[8:])], "A B 1:2")
    assert raised.value.code == "several_exact"


@pytest.mark.parametrize("answer", [[], {}, None, "x", [None, 3, "x"], [row("A B 1:2", "not-an-id", "ny-1")]])
def test_an_answer_without_the_property_is_not_found(answer: Any) -> None:
    with pytest.raises(Rejected) as raised:
        searching.exact(answer, "A B 1:2")
    assert raised.value.code == "designation_not_found"


def test_an_own_id_that_is_a_real_one_stands_in_for_a_missing_reference() -> None:
    assert searching.exact([{"beteckning": "A B 1:2", "objektidentitet": OURS}], "A B 1:2").object_id == OURS


# ---------------------------------------------------------------------- persons


def owner(read: Read, **agare: Any) -> Any:
    return read("inskrivning", {"properties": {"agande": {"agare": agare}}})[0]["owners"][0]


@pytest.mark.parametrize("word", ["SKYDDAD PERSONUPPGIFT", "Skyddad uppgift"])
def test_nothing_of_a_protected_person_is_taken_over(read: Read, word: str) -> None:
    hidden = {
        "idnummer": "19121212-1212",
        "efternamn": word,
        "fornamn": "Tolvan",
        "person": {"adress": {"utdelningsadress2": "Gömda vägen 1", "postort": "Ort"}},
    }
    made, ledger, unknown = read("inskrivning", {"properties": {"agande": [{"agare": hidden}]}})
    one = made["owners"][0]
    assert one.protected
    assert "1212" not in str(one)
    assert "Gömda" not in f"{one}{unknown}"
    assert "Tolvan" not in f"{one}{unknown}{ledger.odd}"


def test_a_protected_person_inside_the_persons_own_object_is_protected_too(read: Read) -> None:
    assert owner(read, person={"efternamn": "SKYDDAD PERSONUPPGIFT"}).protected


@pytest.mark.parametrize("zeros", ["000000-0000", "00000000-0000", "0000000000", "", None])
def test_zeros_are_no_number_and_no_protection(read: Read, zeros: Any) -> None:
    one = owner(read, idnummer=zeros, efternamn="Exempelsson")
    assert (one.identity, one.protected, one.name) == (Identity(), False, "Exempelsson")


def test_an_organisation_is_told_from_a_person(read: Read) -> None:
    one = owner(read, idnummer="202100-5489", organisationsnamn="Skatteverket")
    assert (one.identity.kind, one.identity.number) == ("organisation", "202100-5489")


def test_a_bad_number_keeps_its_text_and_does_not_stop_the_rest(read: Read) -> None:
    made, ledger, _ = read(
        "inskrivning",
        {"properties": {"agande": [{"agare": {"idnummer": "19121212-1213", "efternamn": "X"}}, {}]}},
    )
    one = made["owners"][0]
    assert (one.identity.number, one.identity.text, one.identity.error) == (
        "",
        "19121212-1213",
        "checksum",
    )
    assert len(made["owners"]) == 2
    assert ledger.odd[0].code == "checksum"
    assert "1213" not in repr(one.identity)


# ---------------------------------------------------------------------- odd shapes


def test_a_single_object_is_a_list_of_one_everywhere(read: Read) -> None:
    answer = {
        "features": {
            "properties": {
                "agande": {"objektidentitet": "o1", "agare": {"efternamn": "X"}},
                "belastar": {"inskrivenBelastning": {"typ": "Inteckning", "belopp": {"summa": "1 000"}}},
                "fastighetsagandeforandring": {
                    "fang": {"inskrivetAgande": {"objektidentitet": "o1"}, "fangesart": "Gåva"}
                },
            }
        }
    }
    made, ledger, _ = read("inskrivning", answer)
    assert [a.kind for a in made["owners"][0].acquisitions] == ["Gåva"]
    assert made["entries"][0].amount_kr == 1000
    assert ledger.odd == []


def test_several_diary_numbers_of_a_mortgage_are_kept(read: Read) -> None:
    what = {"typ": "Inteckning", "dagboksnummer": ["91/1", "91/2"]}
    made, _, _ = read("inskrivning", {"properties": {"belastar": [{"inskrivenBelastning": what}]}})
    assert made["entries"][0].act == "91/1, 91/2"


def test_another_currency_is_not_kronor(read: Read) -> None:
    what = {"typ": "Inteckning", "belopp": {"valuta": "EUR", "summa": 5}}
    made, _, _ = read("inskrivning", {"properties": {"belastar": [{"inskrivenBelastning": what}]}})
    assert (made["entries"][0].amount_kr, made["entries"][0].currency) == (None, "EUR")


def test_a_nought_is_not_missing_and_missing_is_not_nought(read: Read) -> None:
    made, _, _ = read("fastighet", {"properties": {"fastighetsattribut": {"totalVattenareal": 0}}})
    assert (made["property"].water_m2, made["property"].total_m2) == (0, None)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"totalareal": "stor"}, "not_a_number"),
        ({"totalareal": True}, "not_a_number"),
        ({"totalareal": 1.5}, "not_a_number"),
    ],
)
def test_a_value_that_is_none_is_left_out_and_named(read: Read, facts: dict[str, Any], code: str) -> None:
    made, ledger, _ = read("fastighet", {"properties": {"fastighetsattribut": facts}})
    assert made["property"].total_m2 is None
    assert [(o.path, o.code) for o in ledger.odd] == [
        ("fastighet:properties.fastighetsattribut.totalareal", code)
    ]


def test_a_day_that_there_is_not_is_named(read: Read) -> None:
    made, ledger, _ = read("inskrivning", {"properties": {"agande": [{"inskrivningsdag": "2023-02-30"}]}})
    assert made["owners"][0].registered_on is None
    assert ledger.odd[0].code == "not_a_date"


def test_unknown_members_are_carried_through_by_path(read: Read) -> None:
    answer = {"properties": {"typ": "fastighet", "nytt": {"a": 1, "b": [True, {"c": "x"}]}}}
    _, _, unknown = read("fastighet", answer)
    assert unknown == {
        "fastighet:properties.nytt.a": 1,
        "fastighet:properties.nytt.b[0]": True,
        "fastighet:properties.nytt.b[1].c": "x",
    }


@pytest.mark.parametrize("product", sorted(READERS))
@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        {},
        "",
        7,
        [None],
        {"features": None},
        {"features": [{}]},
        {"features": [{"properties": None}]},
        {"properties": {}},
    ],
)
def test_an_empty_or_odd_answer_breaks_nothing(read: Read, product: str, answer: Any) -> None:
    read(product, answer)


@pytest.mark.parametrize("product", sorted(READERS))
def test_a_member_of_the_wrong_kind_breaks_nothing(read: Read, samples: Path, product: str) -> None:
    names = {
        "inskrivning": "inskrivning-v3-total",
        "fastighet": "fastighetsamfallighet-v3.1-total",
        "taxering": "taxering-v3-total",
    }
    if product not in names:
        return
    whole = json.loads((samples / f"synthetic/{names[product]}.json").read_text())
    for wrong in (None, "x", 3, [], [["x"]], {"a": {"b": []}}):
        for document in _with_each_member(whole, wrong):
            read(product, document)


def _with_each_member(value: Any, wrong: Any) -> list[Any]:
    found: list[Any] = []
    if isinstance(value, dict):
        for name, inner in value.items():
            found.append({**value, name: wrong})
            found += [{**value, name: one} for one in _with_each_member(inner, wrong)]
    if isinstance(value, list):
        for n, inner in enumerate(value):
            found += [[*value[:n], one, *value[n + 1 :]] for one in _with_each_member(inner, wrong)]
    return found


NAMES = st.sampled_from(
    [
        "features",
        "properties",
        "agande",
        "agare",
        "person",
        "adress",
        "taljare",
        "namnare",
        "belopp",
        "summa",
        "id",
        "objektidentitet",
        "fang",
        "enhet",
        "skvFastighet",
        "registerbeteckning",
        "delagare",
        "inskrivetAgande",
    ]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=25,
)


@given(answer=ANYTHING)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_answer_whatever_breaks_a_mapping(read: Read, answer: Any) -> None:
    for product in READERS:
        read(product, answer)


@given(body=st.binary(max_size=200) | st.text(alphabet='<>/ab&;![]"= ', max_size=80).map(str.encode))
@settings(max_examples=300, deadline=None)
def test_no_bytes_whatever_break_the_reading_of_xml(body: bytes) -> None:
    for torn in (True, False):
        with contextlib.suppress(Invalid):
            assert isinstance(xml.read(body, torn=torn), dict)


# ---------------------------------------------------------------------- faults


@pytest.mark.parametrize(
    ("body", "code", "text"),
    [
        (b'{"fault": {"code": 900901, "message": "Invalid Credentials"}}', "900901", "Invalid Credentials"),
        (b'{"kod": "LM1", "text": "finns inte"}', "LM1", "finns inte"),
        (b"<Fault><code>7</code><text>nej</text></Fault>", "7", "nej"),
        (b"<!DOCTYPE a><a/>", "", ""),
        (b"\xff\xfe", "", ""),
        (b"", "", ""),
    ],
)
def test_a_fault_keeps_its_body_and_tells_code_and_text_where_it_can(
    body: bytes, code: str, text: str
) -> None:
    fault = fault_of(Answer(status=400, headers={}, body=body))
    assert (fault.status, fault.code, fault.text, fault.raw) == (400, code, text, body)


def test_a_faults_text_does_not_show_a_person() -> None:
    fault = fault_of(Answer(status=400, headers={}, body=b'{"text": "19121212-1212 finns inte"}'))
    assert "1212-1212" not in fault.text
