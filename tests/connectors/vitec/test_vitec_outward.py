"""From the model to Vitec's write shapes: pure, and held against the vendor's specification of the forms."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brygga.connectors.manifest import load
from brygga.connectors.vitec.mapping.outward import alike, homes, limits, people, seen
from brygga.model import RECORD_TYPES, Bid, Contact, Estate, Invalid, Meeting, Relation, marks_of
from brygga.model.parts import Address

FULL: dict[str, Any] = {
    "id": "a:1",
    "first_name": "Tolvan",
    "last_name": "Prövander",
    "personnummer": "191212121212",
    "email": "a@example.test",
    "email_other": "b@example.test",
    "mobile": "+46701740605",
    "phone": "+46701740606",
    "phone_work": "+46701740607",
    "phone_other": "+46701740608",
    "address": Address(street="Provvägen 3", postcode="111 22", town="Stockholm"),
    "informed_at": datetime(2026, 5, 1, 7, 0, 0, 123, tzinfo=UTC),
    "wants_advertising": False,
}


@pytest.fixture(scope="module")
def definitions(shared_providers: Path) -> Any:
    text = (shared_providers / "vitec" / "advertising.openapi.json").read_text("utf-8")
    return json.loads(text)["definitions"]


def unknown(body: dict[str, Any], name: str, definitions: Any, at: str = "") -> list[str]:
    """Members of a body that the definition does not have, or has no room for."""
    found = []
    members = definitions[name]["properties"]
    for member, value in body.items():
        inner = members.get(member)
        if inner is None:
            found.append(f"{at}{member}")
        elif isinstance(value, dict):
            part = inner["$ref"].rpartition("/")[2]
            found += unknown(value, part, definitions, f"{at}{member}.")
        elif isinstance(value, str) and len(value) > inner.get("maxLength", 10_000):
            found.append(f"{at}{member} too long")
    return found


def test_the_forms_are_what_the_specification_says(definitions: Any) -> None:
    contact = Contact(**FULL)
    interest = people.interest(contact)
    assert unknown(interest, "Advertising.Models.AdvertisingInterestApplication", definitions) == []
    assert interest["socialSecurityNumber"] == "19121212-1212"
    booking = people.attendance(contact, "VIS1-1", confirm=False)
    assert unknown(booking, "Advertising.Services.ViewingAttendeeApplication", definitions) == []
    assert booking["confirmation"] == {"isEmailEnabled": False, "isSmsEnabled": False}
    assert booking["gdpr"] == {"hasApproved": True}


def test_the_limits_are_no_wider_than_those_of_the_specification(definitions: Any) -> None:
    form = definitions["Advertising.Models.AdvertisingInterestApplication"]["properties"]
    place = definitions["InterestApplication.Models.ContactAddress"]["properties"]
    phones = definitions["Models.Api.PersonTelephoneNumbers"]["properties"]
    mails = definitions["Models.Api.Email"]["properties"]
    assert limits.CONTACT["first_name"] <= form["firstName"]["maxLength"]
    assert limits.CONTACT["personnummer"] == form["socialSecurityNumber"]["maxLength"]
    assert limits.CONTACT["mobile"] == phones["cell"]["maxLength"]
    assert limits.CONTACT["email_other"] == mails["emailAddress2"]["maxLength"]
    assert limits.CONTACT["address.street"] == place["streetAddress"]["maxLength"]
    assert limits.CONTACT["address.postcode"] == place["zipCode"]["maxLength"]
    assert limits.CONTACT["address.town"] == place["city"]["maxLength"]


def test_an_upsert_holds_what_is_stated_and_nothing_else() -> None:
    how = {"customer": "M1", "id_member": "contactId"}
    body = people.upsert(Contact(**FULL), source_id="ADR1", form="nested", **how)
    assert body["contactId"] == "ADR1"
    assert body["wishAdvertising"] is False
    assert body["gdprApprovalDate"] == "2026-05-01T07:00:00Z"
    assert body["email"] == {"emailAddress": "a@example.test", "emailAddress2": "b@example.test"}
    flat = people.upsert(Contact(**FULL), source_id="", form="flat", **how)
    assert (flat["emailAddress"], flat["city"], "email" in flat) == ("a@example.test", "Stockholm", False)
    assert "contactId" not in flat
    bare = people.upsert(Contact(id="a:1", last_name="X"), source_id="", form="nested", **how)
    assert bare == {"customerId": "M1", "lastName": "X"}


def test_a_foreign_number_says_that_it_is_one() -> None:
    contact = Contact(id="a:1", foreign_id="AB-12")
    assert people.number(contact) == {"socialSecurityNumber": "AB-12", "isForeignSocialSecurityNumber": True}


@pytest.mark.parametrize("value", ["", "agency:K1", "../x", "a/b", "x:y:z"])
def test_a_reference_to_another_system_is_refused(value: str) -> None:
    with pytest.raises(Invalid):
        limits.bare(value, "vitec", "contact_id")


def test_a_reference_is_ours_with_or_without_our_name() -> None:
    assert limits.bare("vitec:ADR1", "vitec", "x") == limits.bare("ADR1", "vitec", "x") == "ADR1"


# ---------------------------------------------------------------------- one person, many spellings


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Anna-Karin", "Öberg"), ("ANNA KARIN", "OBERG")),
        (("Anna-Karin", "Öberg"), ("Annakarin", "Öberg")),
        (("Anna Karin", "Öberg"), ("Anna", "Öberg")),
        (("Jose\u0301", "Muñoz"), ("José", "Munoz")),
        (("Bjørn", "Æsop"), ("Björn", "Äsop")),
        (("Öberg", "Anna"), ("Anna", "Öberg")),
        (("", "Öberg"), ("Anna", "Öberg")),
        (("Anna", ""), ("Anna", "Öberg")),
    ],
)
def test_spellings_of_one_name_are_one(one: tuple[str, str], other: tuple[str, str]) -> None:
    first = Contact(id="a:1", first_name=one[0], last_name=one[1])
    second = Contact(id="b:1", first_name=other[0], last_name=other[1])
    assert alike.same_name(first, second)
    assert alike.same_name(second, first)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Anna", "Öberg"), ("Bo", "Öberg")),
        (("Anna", "Öberg"), ("Anna", "Berg")),
        (("Amy", "Stone"), ("Amy", "Notes")),
        (("Anna", "Karlsson"), ("Karl", "Annasson")),
    ],
)
def test_two_names_are_two(one: tuple[str, str], other: tuple[str, str]) -> None:
    first = Contact(id="a:1", first_name=one[0], last_name=one[1])
    second = Contact(id="b:1", first_name=other[0], last_name=other[1])
    assert not alike.same_name(first, second)


def test_a_company_is_the_same_with_and_without_its_form() -> None:
    firms = [Contact(id="a:1", kind="company", company_name=n) for n in ("Provbolaget AB", "PROVBOLAGET")]
    assert alike.same_name(*firms)
    other = Contact(id="a:1", kind="company", company_name="Annat AB")
    assert not alike.same_name(firms[0], other)


NAMES = st.text(max_size=12)


@given(a=NAMES, b=NAMES, c=NAMES, d=NAMES)
def test_likeness_goes_both_ways_and_never_breaks(a: str, b: str, c: str, d: str) -> None:
    one, other = Contact(id="a:1", first_name=a, last_name=b), Contact(id="b:1", first_name=c, last_name=d)
    assert alike.same_name(one, other) == alike.same_name(other, one)


def test_a_work_phone_tells_nobody() -> None:
    one = Contact(id="a:1", last_name="X", phone_work="+46701740605")
    assert not alike.agrees("phone", one, one)


def test_a_person_is_never_a_company() -> None:
    person = Contact(id="a:1", email="a@example.test")
    firm = Contact(id="a:2", kind="company", email="a@example.test")
    assert not alike.agrees("email", person, firm)


# ---------------------------------------------------------------------- what is said to be writable


@pytest.mark.parametrize("kind", sorted(seen.WRITABLE))
def test_every_path_that_is_said_to_be_writable_exists(kind: str) -> None:
    known = marks_of(RECORD_TYPES[kind])
    for path in (*seen.WRITABLE[kind].fields, *seen.WRITABLE[kind].losses):
        assert path.removesuffix(".*") in known, path


def test_as_seen_is_the_same_done_twice_and_drops_what_cannot_be_held() -> None:
    contact = Contact(**FULL, note="Viktig", categories=["VIP"], agent_id="v:H1")
    once = seen.as_seen(contact)
    assert isinstance(once, Contact)
    assert (once.note, once.categories, once.agent_id) == ("", [], "")
    assert once.address == FULL["address"]
    assert seen.as_seen(once) == once
    bid = Bid(id="a:1", amount_kr=5, alias="Budgivare 1", placed_at=FULL["informed_at"])
    assert seen.as_seen(bid) == Bid(id="a:1", amount_kr=5, hidden=False)
    part = Relation(id="a:1", role="speculator", viewing_id="v:V1")
    assert seen.as_seen(part) == Relation(id="a:1", role="speculator")
    meeting = Meeting(id="a:1", kind="assignment", contact_ids=["v:A"], estate_id="v:O")
    assert seen.as_seen(meeting) == Meeting(id="a:1", kind="assignment", estate_id="v:O")
    home = seen.as_seen(Estate(id="a:1", type="house", tags=["x"], reference="17"))
    assert home == Estate(id="a:1", type="house")


def test_statuses_are_written_in_the_answers_words_and_not_the_notices() -> None:
    home = Estate(id="a:1", type="house", status="resting", agent_id="H1")
    told = homes.body(home, agent="H1", sellers=[], seller_member="")
    assert told["baseInformation"]["status"] == "Resting"
    assert "sellers" not in told


def test_the_manifest_says_how_each_write_is_repeated() -> None:
    manifest = load("vitec")
    assert "write" in manifest.abilities
    assert {word.partition(".")[0] for word in manifest.repeat} == set(seen.WRITABLE)
    assert manifest.repeat["estate.create"] == "none"
    assert manifest.repeat["contact.create"] == manifest.repeat["bid.create"] == "readback"


@pytest.mark.parametrize(
    "name",
    [
        "contact_catchup", "contact_profiles", "profile_names", "read_bids", "meeting_types",
        "meeting_names", "write_kinds", "upsert_id_member", "upsert_form", "search_number_member",
        "search_text_member", "read_back_hours", "report_page_member", "estate_seller_member",
    ],
)  # fmt: skip  # one list
def test_every_guess_about_the_crm_is_a_setting_and_listed_as_unknown(name: str) -> None:
    manifest = load("vitec")
    assert name in {setting.name for setting in manifest.settings}
    assert name in {unknown.setting for unknown in manifest.unknown}


def test_what_is_not_known_to_be_allowed_is_off_from_the_start() -> None:
    defaults = {setting.name: setting.default for setting in load("vitec").settings}
    off = ("read_all_contacts", "read_bids", "read_meetings", "booking_confirms")
    assert all(defaults[name] is False for name in off)
    assert defaults["write_kinds"] == defaults["contact_profiles"] == ""
