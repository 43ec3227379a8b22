"""Contacts written to Vitec over a real line: found before, refused before, sent once, changed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from brygga.model import Contact, Invalid, Refused, Rejected, Unsupported
from brygga.model.parts import Address

UNUSED_NUMBER = "191212121212"  # from the published test series, and nobody's in the imitation


# ---------------------------------------------------------------------- a new one


async def test_a_new_person_is_made_and_read_back(line: Any, anybody: Any) -> None:
    at = await line()
    before = at.counts()["contacts"]
    wanted = anybody(
        personnummer=UNUSED_NUMBER,
        address=Address(street="Provvägen 3", postcode="111 22", town="Stockholm"),
        informed_at=datetime(2026, 5, 1, 7, 0, tzinfo=UTC),
        wants_advertising=False,
    )
    written = await at.written("create", wanted)
    assert written.matched_by == ""
    assert at.counts()["contacts"] == before + 1
    there = at.connector.as_seen(at.map(written))
    wanted.id = there.id
    assert there == at.connector.as_seen(wanted)


async def test_a_new_company_is_made_in_its_own_words(line: Any) -> None:
    at = await line()
    firm = Contact(
        id="agency:F1",
        kind="company",
        company_name="Provbolaget Ett AB",
        orgnr="556036-0793",
        email="info@example.test",
        phone="+46701740699",
    )
    written = await at.written("create", firm)
    body = at.body(written.source_id)
    assert (body["type"], body["name"], body["telephone"]["switch"]) == (
        "Company", "Provbolaget Ett AB", "+46701740699",
    )  # fmt: skip  # one claim
    assert at.map(written).orgnr == "556036-0793"
    again = await at.written("create", Contact(id="x:1", kind="company", company_name="Annat namn",
                                               orgnr="556036-0793", email="b@example.test"))  # fmt: skip
    assert (again.source_id, again.matched_by) == (written.source_id, "orgnr")


# ---------------------------------------------------------------------- one that is there


def as_held(at: Any, number: int, **facts: Any) -> Contact:
    """A seeded person as somebody else would know them."""
    body = at.body(at.person(number))
    return Contact(
        id="agency:K2",
        **{"first_name": body["firstName"], "last_name": body["lastName"], "mobile": "+46701740697", **facts},
    )


def number_of(at: Any, number: int) -> str:
    return str(at.body(at.person(number))["socialSecurityNumber"]).replace("-", "")


async def test_a_person_is_told_by_number_whatever_the_name_and_nothing_is_sent(line: Any) -> None:
    at = await line()
    wanted = as_held(at, 3, personnummer=number_of(at, 3), last_name="Nygift")
    written = await at.written("create", wanted)
    assert (written.source_id, written.matched_by) == (at.person(3), "personnummer")
    assert at.map(written).last_name != "Nygift"
    assert at.sent() == []


async def test_a_person_is_told_by_email_in_any_case_and_spelling(line: Any) -> None:
    at = await line()
    held = at.body(at.person(67))
    email = str(held["email"]["emailAddress"]).upper()
    name = str(held["lastName"]).upper().replace("Ö", "O").replace("Å", "A").replace("Ä", "A")
    written = await at.written("create", as_held(at, 67, email=email, last_name=name))
    assert (written.source_id, written.matched_by) == (at.person(67), "email")
    assert at.sent() == []


async def test_a_person_is_told_by_phone_and_name(line: Any) -> None:
    at = await line()
    digits = str(at.body(at.person(68))["telephone"]["cell"]).replace("-", "").replace(" ", "")
    written = await at.written("create", as_held(at, 68, mobile=f"+46{digits[1:]}"))
    assert (written.source_id, written.matched_by) == (at.person(68), "phone")
    assert at.sent() == []


async def test_a_shared_phone_under_another_name_is_another_person(line: Any, anybody: Any) -> None:
    at = await line()
    digits = str(at.body(at.person(68))["telephone"]["cell"]).replace("-", "").replace(" ", "")
    written = await at.written("create", anybody(mobile=f"+46{digits[1:]}"))
    assert written.matched_by == ""
    assert written.source_id != at.person(68)


async def test_a_shared_address_under_another_name_is_a_question_for_a_person(
    line: Any, anybody: Any
) -> None:
    at = await line()
    email = at.body(at.person(67))["email"]["emailAddress"]
    outcome = await at.write("create", anybody(email=email))
    assert isinstance(outcome, Rejected)
    assert outcome.code == "name_differs"
    assert at.sent() == []


async def test_two_numbers_that_differ_are_two_persons_even_with_one_address(line: Any, anybody: Any) -> None:
    at = await line()
    email = at.body(at.person(3))["email"]["emailAddress"]
    written = await at.written("create", anybody(email=email, personnummer=UNUSED_NUMBER))
    assert (written.matched_by, written.source_id == at.person(3)) == ("", False)


async def test_several_that_fit_are_a_question_for_a_person(line: Any, anybody: Any) -> None:
    at = await line()
    held = {"firstName": "Tolvan", "lastName": "Prövander", "emailAddress": "tolvan.provander@example.test"}
    for _ in range(2):
        at.vitec._desk._upserts.add("Person", held, 0)
    outcome = await at.write("create", anybody())
    assert isinstance(outcome, Rejected)
    assert outcome.code == "several_matches"
    assert "2 kontakter" in outcome.sv
    assert at.sent() == []


async def test_one_person_from_three_systems_in_three_spellings_is_one_contact(
    line: Any, anybody: Any
) -> None:
    at = await line()
    before = at.counts()["contacts"]
    spellings = [
        {"first_name": "Anna-Karin", "last_name": "Öberg", "email": "ak@example.test", "mobile": ""},
        {"first_name": "ANNA KARIN", "last_name": "OBERG", "email": "AK@example.test"},
        {"first_name": "Annakarin", "last_name": "Öberg", "email": "", "email_other": "ak@example.test"},
    ]
    written = [await at.written("create", anybody(**facts)) for facts in spellings]
    assert len({one.source_id for one in written}) == 1
    assert [one.matched_by for one in written] == ["", "email", "email"]
    assert at.counts()["contacts"] == before + 1


# ---------------------------------------------------------------------- refused before sending


@pytest.mark.parametrize(
    ("facts", "path"),
    [
        ({"first_name": "A" * 31}, "first_name"),
        ({"last_name": "Å" * 31}, "last_name"),
        ({"email": f"{'a' * 90}@example.test"}, "email"),
        ({"email_other": f"{'a' * 90}@example.test"}, "email_other"),
        ({"mobile": "+467017406050605060"}, "mobile"),
        ({"phone_work": "070-174 06 05 ankn 12"}, "phone_work"),
        ({"address": Address(street="G" * 69)}, "address.street"),
        ({"address": Address(town="S" * 26)}, "address.town"),
        ({"address": Address(postcode="1" * 16)}, "address.postcode"),
        ({"foreign_id": "X" * 21}, "foreign_id"),
    ],
)
async def test_what_vitec_has_no_room_for_is_named_and_never_cut(
    line: Any, anybody: Any, facts: dict[str, Any], path: str
) -> None:
    at = await line()
    outcome = await at.write("create", anybody(**facts))
    assert isinstance(outcome, Invalid)
    assert outcome.code == "too_long"
    assert path in outcome.message
    assert "högst" in outcome.sv
    assert at.vitec.arrivals.total == 0


@pytest.mark.parametrize("facts", [{"first_name": "A" * 30}, {"mobile": "+4670174060512345"}])
async def test_what_just_fits_is_sent_whole(line: Any, anybody: Any, facts: dict[str, Any]) -> None:
    at = await line()
    written = await at.written("create", anybody(**facts))
    body = at.body(written.source_id)
    assert next(iter(facts.values())) in (body["firstName"], body["telephone"]["cell"])


async def test_a_number_that_fails_its_check_digit_is_refused_and_not_shown(line: Any, anybody: Any) -> None:
    at = await line()
    outcome = await at.write("create", anybody(personnummer=UNUSED_NUMBER[:-1] + "3"))
    assert isinstance(outcome, Invalid)
    assert outcome.code == "bad_personnummer"
    assert "kontrollsiffran" in outcome.sv
    assert "1212" not in f"{outcome.message}{outcome.sv}"
    assert at.vitec.arrivals.total == 0


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"email": "", "mobile": "", "phone_work": "+46701740650"}, "only_work_phone"),
        ({"email": "", "mobile": "", "phone_other": "+46701740650"}, "no_way_of_contact"),
        ({"first_name": " ", "last_name": ""}, "no_name"),
    ],
)
async def test_a_person_who_could_not_be_found_again_is_not_sent(
    line: Any, anybody: Any, facts: dict[str, Any], code: str
) -> None:
    at = await line()
    outcome = await at.write("create", anybody(**facts))
    assert isinstance(outcome, Invalid)
    assert outcome.code == code
    assert at.vitec.arrivals.total == 0


async def test_a_work_phone_is_enough_beside_a_personal_number(line: Any, anybody: Any) -> None:
    at = await line()
    only = {"email": "", "mobile": "", "phone_work": "+46701740650", "personnummer": UNUSED_NUMBER}
    first, second = await at.written("create", anybody(**only)), await at.written("create", anybody(**only))
    assert first.source_id == second.source_id
    assert second.matched_by == "personnummer"


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"kind": "deceased_estate"}, Unsupported),
        ({"kind": "association"}, Unsupported),
        ({"protected": True}, Refused),
    ],
)
async def test_what_must_not_or_cannot_be_sent_is_not(
    line: Any, anybody: Any, facts: dict[str, Any], kind: type
) -> None:
    at = await line()
    assert isinstance(await at.write("create", anybody(**facts)), kind)
    assert at.vitec.arrivals.total == 0


async def test_a_contact_cannot_be_deleted(line: Any, anybody: Any) -> None:
    at = await line()
    outcome = await at.write("remove", anybody(), source_id=at.person(1))
    assert isinstance(outcome, Unsupported)
    assert "för hand" in outcome.sv
    assert at.vitec.arrivals.total == 0


# ---------------------------------------------------------------------- changed


async def test_a_change_goes_to_the_contact_by_its_id(line: Any) -> None:
    at = await line()
    record = at.held(70)
    record.email = "ny.adress@example.test"
    written = await at.written("update", record, source_id=at.person(70), fields=("email",))
    assert written.source_id == at.person(70)
    assert at.body(at.person(70))["email"]["emailAddress"] == "ny.adress@example.test"
    assert at.map(written).email == "ny.adress@example.test"
    assert at.counts()["writes"] == {"contact.update": 1}


async def test_a_change_of_what_was_changed_meanwhile_is_refused(line: Any) -> None:
    at = await line()
    before, record = at.held(70), at.held(70)
    at.vitec.mutate("contact", {"id": at.person(70), "changes": {"firstName": "Ändrad"}})
    record.first_name = "Vår"
    more = {"source_id": at.person(70), "fields": ("first_name",), "before": before}
    outcome = await at.write("update", record, **more)
    assert isinstance(outcome, Rejected)
    assert outcome.code == "changed_meanwhile"
    assert at.sent() == []


async def test_a_field_that_vitec_does_not_empty_is_said_and_not_believed(line: Any) -> None:
    at = await line()
    record = at.held(70)
    record.mobile = ""
    outcome = await at.write("update", record, source_id=at.person(70), fields=("mobile",))
    assert isinstance(outcome, Rejected)
    assert outcome.code == "not_taken"
    assert "mobil" in outcome.sv


@pytest.mark.parametrize("fields", [("note",), ("categories", "note"), ("kind", "company_name")])
async def test_a_change_that_no_upsert_carries_is_said_and_not_sent(
    line: Any, fields: tuple[str, ...]
) -> None:
    at = await line()
    outcome = await at.write("update", at.held(70), source_id=at.person(70), fields=fields)
    assert isinstance(outcome, Unsupported)
    assert "för hand" in outcome.sv
    assert at.vitec.arrivals.total == 0


async def test_a_part_may_be_named_as_a_whole(line: Any) -> None:
    at = await line()
    record = at.held(70)
    record.address = Address(street="Nya vägen 1", postcode="111 22", town="Stockholm")
    written = await at.written("update", record, source_id=at.person(70), fields=("address", "note"))
    assert at.map(written).address.street == "Nya vägen 1"


async def test_no_more_mailings_needs_nothing_but_the_id(line: Any) -> None:
    at = await line()
    at.vitec.mutate("contact", {"id": at.person(70), "changes": {"advertisingEnabled": True}})
    bare = Contact(id="agency:K4", wants_advertising=False)
    written = await at.written("update", bare, source_id=at.person(70), fields=("wants_advertising",))
    assert at.map(written).wants_advertising is False
    assert at.counts()["writes"] == {"contact.opt_out": 1}


async def test_a_lost_answer_to_an_opt_out_is_asked_again_by_itself(line: Any) -> None:
    at = await line()
    at.lose("*OptOut")
    bare = Contact(id="agency:K4", wants_advertising=False)
    await at.written("update", bare, source_id=at.person(70), fields=("wants_advertising",))
    assert at.body(at.person(70))["advertisingEnabled"] is False
