"""Vitec's answers become records: nothing is lost, nothing is invented."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from brygga.connectors.abilities import RawRecord
from brygga.connectors.vitec.mapping import status, to_model, words
from brygga.model import Agent, Bid, Contact, Estate, Invalid, Mapped, Office, Project, Viewing
from brygga.model.vocabulary import ESTATE_STATUSES, ESTATE_TYPES, ROLES, TENURES

KINDS = ["estate", "project", "office", "agent", "association", "area", "brand", "contact", "bid", "meeting"]
Fill = Callable[[str], dict[str, Any]]
Map = Callable[..., Mapped]


@pytest.mark.parametrize("kind", KINDS)
def test_each_leaf_of_a_full_answer_is_found_again(
    kind: str, filled: Fill, to_records: Map, leaves: Any, found_in: Any
) -> None:
    answer = filled(kind)
    mapped = to_records(kind, answer)
    lost = [
        path
        for path, value in leaves(answer).items()
        if not isinstance(value, bool) and value != "SEK" and not found_in(value, mapped)
    ]
    assert lost == []


@pytest.mark.parametrize("kind", KINDS)
def test_each_yes_or_no_makes_a_difference(kind: str, filled: Fill, to_records: Map, leaves: Any) -> None:
    answer = filled(kind)
    before = msgspec.json.encode(to_records(kind, answer).records)
    for path in [p for p, value in leaves(answer).items() if isinstance(value, bool)]:
        turned = copy.deepcopy(answer)
        place = turned
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = not place[path[-1]]
        assert msgspec.json.encode(to_records(kind, turned).records) != before, path


@pytest.mark.parametrize("kind", KINDS)
def test_a_full_answer_survives_its_own_encoding(kind: str, filled: Fill, to_records: Map) -> None:
    mapped = to_records(kind, filled(kind))
    for record in mapped.records:
        assert msgspec.json.decode(msgspec.json.encode(record), type=type(record)) == record
    assert mapped.records[0].id.startswith("v:")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "contact"])
def test_an_answer_of_nulls_is_a_record_without_findings(kind: str, filled: Fill, to_records: Map) -> None:
    empty = dict.fromkeys(filled(kind)) | {"id": "X1"}
    mapped = to_records(kind, empty)
    assert mapped.findings == []
    assert mapped.records[0].extra == {}
    assert mapped.complete_kinds == ()


def test_the_example_estate_maps_without_findings(shared_providers: Path, to_records: Map) -> None:
    answer = json.loads(
        (shared_providers / "vitec/examples/estate-housing-cooperative.json").read_text("utf-8")
    )
    mapped = to_records("estate", answer)
    home = mapped.records[0]
    assert isinstance(home, Estate)
    assert mapped.findings == []
    assert (home.type, home.status, home.tenure, home.subtype) == (
        "apartment",
        "for_sale",
        "tenant_ownership",
        "Apartment",
    )
    assert home.address.postcode == "111 22"
    assert home.areas.living_m2 == 55
    assert home.fee is not None
    assert home.fee.amount_kr == 3490
    assert home.share is not None
    assert home.share.association_id == "v:ORGBRF00000000000000000000000000000001"
    assert home.share.repair_fund_kr == 0
    assert home.price.final_kr is None
    assert home.buildings[0].heating == "Fjärrvärme"
    assert home.images[1].category == "layout"
    assert home.extra == {"office.customerId": "M90001"}
    assert [type(part) for part in mapped.records[1:]] == [Viewing, Bid]
    assert mapped.owner_id == home.id


def test_the_example_contact_maps_without_findings(shared_providers: Path, to_records: Map) -> None:
    answer = json.loads((shared_providers / "vitec/examples/person-contact.json").read_text("utf-8"))
    mapped = to_records("contact", answer)
    person = mapped.records[0]
    assert isinstance(person, Contact)
    assert mapped.findings == []
    assert person.kind == "person"
    assert len(person.personnummer) == 12
    assert person.mobile == "+46701740605"
    assert person.wants_advertising is True
    assert person.address is not None
    assert person.address.town == "Stockholm"


# ---------------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("vitec", "ours"),
    [
        ("ForSale", "for_sale"),
        ("Resting", "resting"),
        ("Paused", "resting"),
        ("Advantage", "advantage"),
        ("PreSale", "advantage"),
        ("Running", "running"),
        ("Ongoing", "running"),
        ("Soldout", "sold_out"),
        ("SoldOut", "sold_out"),
        ("Coming", "coming"),
        ("Upcoming", "coming"),
        ("ReservedNotForRental", "reserved_rental"),
        ("AppointedAdmission", "possession"),
        ("SomethingNew", "SomethingNew"),
    ],
)
def test_both_vocabularies_of_status_go_through_one_mapper(vitec: str, ours: str) -> None:
    assert status(vitec) == ours


def test_every_word_of_ours_is_in_the_vocabulary() -> None:
    assert set(words.STATUSES.values()) == set(ESTATE_STATUSES)
    assert set(words.TYPES.values()) == set(ESTATE_TYPES)
    assert set(words.TENURES.values()) == set(TENURES)
    assert set(words.ROLES.values()) == set(ROLES)


def test_an_unknown_word_is_kept_and_noted(filled: Fill, to_records: Map) -> None:
    answer = filled("estate") | {"status": {"id": "Teleported", "name": "Förflyttad"}}
    mapped = to_records("estate", answer)
    home = mapped.records[0]
    assert isinstance(home, Estate)
    assert home.status == "Teleported"
    assert home.extra["status.name"] == "Förflyttad"
    assert ("unknown_value", "status.id") in {(f.code, f.path) for f in mapped.findings}


@pytest.mark.parametrize(
    ("category", "name", "expected"),
    [
        ("Layout", "Plan", "layout"),
        ("Other", "Planritning övre plan", "layout"),
        ("Other", "Kök", "other"),
        ("Map", None, "map"),
    ],
)
def test_a_floor_plan_is_told_by_word_or_name(
    category: str, name: str | None, expected: str, filled: Fill, to_records: Map
) -> None:
    answer = filled("estate")
    answer["images"][0]["category"] = {"id": category, "name": name}
    home = to_records("estate", answer).records[0]
    assert isinstance(home, Estate)
    assert home.images[0].category == expected


# ---------------------------------------------------------------------- money, times, places


def test_another_currency_never_becomes_kronor(filled: Fill, to_records: Map) -> None:
    answer = filled("estate") | {"currency": "EUR"}
    mapped = to_records("estate", answer)
    home = mapped.records[0]
    assert isinstance(home, Estate)
    assert home.price.asking_kr is None
    assert home.fee is not None
    assert home.fee.amount_kr is None
    assert home.price.currency == "EUR"
    assert home.extra["price.startingPrice"] == answer["price"]["startingPrice"]
    assert "other_currency" in {f.code for f in mapped.findings}


def test_nought_is_not_missing(filled: Fill, to_records: Map) -> None:
    answer = filled("estate")
    answer["fees"]["recurring"]["value"] = 0
    answer["price"]["startingPrice"] = None
    home = to_records("estate", answer).records[0]
    assert isinstance(home, Estate)
    assert home.fee is not None
    assert home.fee.amount_kr == 0
    assert home.price.asking_kr is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-08-31T11:46:09.65", datetime(2026, 8, 31, 9, 46, 9, 650000, tzinfo=UTC)),
        ("2026-01-31T11:46:09", datetime(2026, 1, 31, 10, 46, 9, tzinfo=UTC)),
        ("2026-01-31T11:46:09+05:00", datetime(2026, 1, 31, 6, 46, 9, tzinfo=UTC)),
        ("0001-01-01T00:00:00", None),
    ],
)
def test_a_bare_time_is_swedish_wall_clock(
    text: str, expected: datetime | None, filled: Fill, to_records: Map
) -> None:
    home = to_records("estate", filled("estate") | {"changedAt": text}).records[0]
    assert home.changed_at == expected


@pytest.mark.parametrize("names", [("longitude", "latitude"), ("longitud", "latitud")])
def test_both_spellings_of_a_point_are_read(names: tuple[str, str], filled: Fill, to_records: Map) -> None:
    answer = filled("estate")
    answer["address"]["wgs84Coordinate"] = {names[0]: 18.05, names[1]: 59.33}
    home = to_records("estate", answer).records[0]
    assert isinstance(home, Estate)
    assert home.address.position is not None
    assert (home.address.position.longitude, home.address.position.latitude) == (18.05, 59.33)


def test_a_point_at_nought_nought_is_no_place(filled: Fill, to_records: Map) -> None:
    answer = filled("estate")
    answer["address"]["wgs84Coordinate"] = {"longitude": 0.0, "latitude": 0.0}
    mapped = to_records("estate", answer)
    home = mapped.records[0]
    assert isinstance(home, Estate)
    assert home.address.position is None
    assert "no_position" in {f.code for f in mapped.findings}


# ---------------------------------------------------------------------- viewings and bids


def bids_of(mapped: Mapped) -> list[Bid]:
    return [record for record in mapped.records if isinstance(record, Bid)]


def bid(amount: int, *, alias: str = "Budgivare 1", cancelled: bool = False) -> dict[str, Any]:
    return {"placedAt": "2026-05-11T18:02:00", "amount": amount, "isCanceled": cancelled, "alias": alias}


def with_bids(answer: dict[str, Any], *bids: dict[str, Any]) -> dict[str, Any]:
    return answer | {"bidding": {"isActive": True, "isVerified": False, "bids": list(bids)}}


def test_a_withdrawn_bid_is_the_same_bid(filled: Fill, to_records: Map) -> None:
    answer = filled("estate")
    before = bids_of(to_records("estate", with_bids(answer, bid(4_050_000))))
    after = bids_of(to_records("estate", with_bids(answer, bid(4_050_000, cancelled=True))))
    assert before[0].id == after[0].id
    assert (before[0].cancelled, after[0].cancelled) == (False, True)


def test_bids_keep_their_identity_when_others_come_and_the_order_changes(
    filled: Fill, to_records: Map
) -> None:
    answer = filled("estate")
    first = bids_of(to_records("estate", with_bids(answer, bid(1), bid(2, alias="B"))))
    later = bids_of(to_records("estate", with_bids(answer, bid(3), bid(2, alias="B"), bid(1))))
    assert {b.id for b in first} < {b.id for b in later}
    assert len({b.id for b in later}) == 3


def test_two_equal_bids_are_two_bids(filled: Fill, to_records: Map) -> None:
    read = bids_of(to_records("estate", with_bids(filled("estate"), bid(1), bid(1))))
    assert len({b.id for b in read}) == 2


@pytest.mark.parametrize(
    ("viewings", "bids", "complete"),
    [
        ([], [], ("viewing",)),
        (None, None, ()),
        ("broken", "broken", ()),
        ([{"id": "VIS1"}, {"no": "id"}], [bid(1), bid(2)], ("bid",)),
        ([{"id": "VIS1"}], [bid(1)], ("viewing",)),
        ([{"id": "VIS1"}], [bid(1), "broken"], ("viewing",)),
        ([{"id": "VIS1"}], [bid(1), bid(2)], ("viewing", "bid")),
    ],
)
def test_parts_are_called_complete_only_when_the_list_came_whole(
    viewings: Any, bids: Any, complete: tuple[str, ...], filled: Fill, to_records: Map
) -> None:
    answer = filled("estate") | {"viewings": viewings}
    answer["bidding"]["bids"] = bids
    assert to_records("estate", answer).complete_kinds == complete


def test_a_projects_viewing_shown_with_two_homes_belongs_to_each(filled: Fill, to_records: Map) -> None:
    row = {"id": "VIS1", "isProjectViewing": True}
    one = to_records("estate", filled("estate") | {"id": "OBJ1", "viewings": [row]}).records[1]
    two = to_records("estate", filled("estate") | {"id": "OBJ2", "viewings": [row]}).records[1]
    own = to_records("project", filled("project") | {"viewings": [row]}).records[1]
    assert len({one.id, two.id, own.id}) == 3
    assert own.id == "v:VIS1"
    assert isinstance(own, Viewing)
    assert own.project_id
    assert own.estate_id == ""


# ---------------------------------------------------------------------- answers that are no record


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not_json"),
        (b"<html>", "not_json"),
        (b'{"id": "OBJ1", "status"', "not_json"),
        (b"null", "not_an_object"),
        (b'"OBJ1"', "not_an_object"),
        (b"[]", "not_an_object"),
        (b"{}", "no_id"),
        (b'{"id": "OBJ2"}', "other_record"),
        (b'{"id": 1}', "other_record"),
        (b'{"id": "OBJ1", "status": null}', "half_answer"),
        (b"[" * 100_000, "not_json"),
    ],
)
def test_an_answer_that_is_no_record_is_invalid(body: bytes, code: str, to_records: Map) -> None:
    with pytest.raises(Invalid) as caught:
        to_records("estate", body, "OBJ1")
    assert caught.value.code == code
    assert caught.value.sv


def test_a_kind_without_a_mapping_is_invalid(to_records: Map) -> None:
    with pytest.raises(Invalid):
        to_records("spaceship", {"id": "X"})


def test_an_unknown_member_is_carried_and_noted_once(filled: Fill, to_records: Map) -> None:
    answer = filled("estate")
    answer["rocket"] = {"fuel": ["hydrogen"]}
    answer["images"] = [{"id": f"MED{n}", "mood": f"m{n}"} for n in range(3)]
    mapped = to_records("estate", answer)
    extra = mapped.records[0].extra
    assert extra["rocket"] == {"fuel": ["hydrogen"]}
    assert [extra[f"images[{n}].mood"] for n in range(3)] == ["m0", "m1", "m2"]
    noted = [f.path for f in mapped.findings if f.code == "unknown_member"]
    assert sorted(noted) == ["images[].mood", "rocket"]


# ---------------------------------------------------------------------- people


@pytest.mark.parametrize(
    ("member", "value", "personnummer", "foreign"),
    [
        ("isForeignSocialSecurityNumber", False, "191212121212", ""),
        ("isForeignSocialSecurityNumber", True, "", "19121212-1212"),
        ("isForeignIdSocialSecurityNumber", True, "", "19121212-1212"),
    ],
)
def test_a_personal_number_is_twelve_digits_unless_foreign(
    member: str, value: bool, personnummer: str, foreign: str, filled: Fill, to_records: Map
) -> None:
    person = to_records("contact", filled("contact") | {member: value}).records[0]
    assert isinstance(person, Contact)
    assert (person.personnummer, person.foreign_id) == (personnummer, foreign)


def test_a_personal_number_that_does_not_add_up_is_kept_aside_and_not_in_the_finding(
    filled: Fill, to_records: Map
) -> None:
    mapped = to_records("contact", filled("contact") | {"socialSecurityNumber": "19121212-9999"})
    person = mapped.records[0]
    assert isinstance(person, Contact)
    assert person.personnummer == ""
    assert person.extra["socialSecurityNumber"] == "19121212-9999"
    assert "9999" not in str(mapped.findings)
    assert "not_a_personnummer" in {f.code for f in mapped.findings}


def test_a_protected_person_is_marked(filled: Fill, to_records: Map) -> None:
    person = to_records("contact", filled("contact") | {"socialSecurityNumber": "Skyddad"}).records[0]
    assert isinstance(person, Contact)
    assert person.protected


def test_a_company_and_a_deceased_persons_estate_have_one_name(to_records: Map) -> None:
    company = {"id": "ADR1", "type": "Company", "name": "Exempel AB", "telephone": {"switch": "070-1740610"}}
    estate = {"id": "ADR2", "type": "DeceasedEstate", "name": "Dödsboet efter Test Testsson"}
    firm, dead = (to_records("contact", answer).records[0] for answer in (company, estate))
    assert isinstance(firm, Contact)
    assert isinstance(dead, Contact)
    assert (firm.kind, firm.company_name, firm.phone) == ("company", "Exempel AB", "+46701740610")
    assert (dead.kind, dead.last_name) == ("deceased_estate", "Dödsboet efter Test Testsson")


def test_an_agents_number_is_dialled_from_msisdn(to_records: Map) -> None:
    phones = {"cell": {"msisdn": "46701740611", "display": "070-174 06 11"}, "public": None}
    mapped = to_records("agent", {"id": "HAN1", "telephone": phones, "offices": [{"id": "FIR1"}]})
    agent = mapped.records[0]
    assert isinstance(agent, Agent)
    assert agent.mobile == "+46701740611"
    assert agent.office_ids == ["v:FIR1"]
    assert mapped.findings == []
    assert agent.extra == {}


def test_an_office_keeps_its_customer_id(to_records: Map) -> None:
    office = to_records("office", {"id": "FIR1", "customerId": "M90001"}).records[0]
    assert isinstance(office, Office)
    assert office.customer_id == "M90001"


@pytest.mark.parametrize("outline", ["x", 7, [[1]], [[[[200.0, 59.0]]]], [[[["a", "b"]]]], [[[[1.0]]]]])
def test_a_broken_outline_is_left_out_with_a_finding(outline: Any, to_records: Map) -> None:
    mapped = to_records("area", {"id": "STD1", "coordinates": outline})
    assert [f.code for f in mapped.findings] == ["not_an_outline"]


def test_a_projects_ranges_are_read(filled: Fill, to_records: Map) -> None:
    answer = filled("project")
    answer["estates"]["price"] = {"minValue": 2_000_000, "maxValue": 5_000_000}
    project = to_records("project", answer).records[0]
    assert isinstance(project, Project)
    assert (project.price_from_kr, project.price_to_kr) == (2_000_000, 5_000_000)


def test_the_same_bytes_give_the_same_records(filled: Fill) -> None:
    raw = RawRecord(
        kind="estate",
        source_id="T1",
        body=json.dumps(filled("estate") | {"id": "T1"}).encode(),
        fetched_at=datetime(2026, 5, 12, tzinfo=UTC),
    )
    assert msgspec.json.encode(to_model(raw, "v")) == msgspec.json.encode(to_model(raw, "v"))
