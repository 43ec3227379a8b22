"""Booked viewings, interest and new homes, written to Vitec over a real line."""

from __future__ import annotations

from typing import Any

import pytest

from brygga.connectors.abilities import Ref, Written
from brygga.model import Estate, Invalid, OutcomeUnknown, Rejected, Relation, Unsupported
from brygga.model.parts import Address, Areas, Building, Described, Position, Price, Taxation, Texts


def home(at: Any, *, viewing: str = "") -> str:
    """A home of the office, with a viewing that can be booked if one is asked for."""
    row = at.vitec.world.by_index[1]
    if viewing:
        body = at.vitec.world.edit(row)
        body["viewings"] = [
            {
                "id": viewing,
                "startsAt": "2026-05-10T13:00:00",
                "endsAt": "2026-05-10T13:45:00",
                "comment": None,
                "isDigital": False,
                "isSelfRegistrationEnabled": True,
                "isProjectViewing": False,
            }
        ]
    return str(row.id)


# ---------------------------------------------------------------------- parts in homes


def a_part(at: Any, role: str = "participant", **facts: Any) -> Relation:
    told: dict[str, Any] = {
        "id": "agency:R1",
        "estate_id": home(at, viewing="VIS1" if role == "participant" else ""),
        "contact_id": at.person(70),
        "role": role,
        "viewing_id": "VIS1" if role == "participant" else "",
    }
    return Relation(**(told | facts))


async def test_a_viewing_is_booked_and_the_person_gets_no_message_for_it(line: Any) -> None:
    at = await line()
    written = await at.written("create", a_part(at))
    assert written.source_id == f"{home(at)}|{at.person(70)}|ViewingParticipant|VIS1"
    assert at.map(written).role == "participant"
    assert at.vitec.world.parties == {(home(at), at.person(70), "ViewingParticipant", "VIS1")}
    again = await at.written("create", a_part(at))
    assert (again.source_id, again.matched_by) == (written.source_id, "key")
    assert at.counts()["writes"] == {"attend": 1}


async def test_a_booking_without_an_answer_is_found_in_the_report(line: Any, wish: Any) -> None:
    at = await line()
    at.lose("*Attend")
    assert isinstance(await at.write("create", a_part(at)), OutcomeUnknown)
    found = await at.connector.read_back(wish("create", a_part(at)))
    assert isinstance(found, Written)
    assert at.connector.map(found.raw).records[0].viewing_id == "vitec:VIS1"
    assert await at.connector.read_back(wish("create", a_part(at, contact_id=at.person(71)))) is None


async def test_a_booking_is_cancelled(line: Any, wish: Any) -> None:
    at = await line()
    made = await at.written("create", a_part(at))
    at.lose("*OptOut")
    await at.written("remove", a_part(at), source_id=made.source_id)
    assert at.vitec.world.parties == set()
    gone = wish("remove", a_part(at), source_id=made.source_id)
    assert isinstance(await at.connector.read_back(gone), Written)


async def test_a_viewing_that_takes_no_bookings_is_said(line: Any) -> None:
    at = await line()
    part = a_part(at, viewing_id="VIS2")
    outcome = await at.write("create", part)
    assert isinstance(outcome, Rejected)
    assert outcome.code == "no_slot"
    assert at.sent() == []


async def test_interest_answers_nothing_and_is_seen_among_the_speculators(line: Any, wish: Any) -> None:
    at = await line()
    written = await at.written("create", a_part(at, "speculator"))
    assert written.source_id == f"{home(at)}|{at.person(70)}|Speculator"
    assert at.map(written).role == "speculator"
    again = await at.written("create", a_part(at, "speculator"))
    assert again.matched_by == "key"
    assert isinstance(await at.connector.read_back(wish("create", a_part(at, "speculator"))), Written)


async def test_an_interest_that_landed_on_another_is_not_believed(
    line: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = await line()
    monkeypatch.setattr(at.vitec._desk._upserts, "match", lambda *_: at.person(71))
    assert isinstance(await at.write("create", a_part(at, "speculator")), OutcomeUnknown)


@pytest.mark.parametrize(
    ("op", "role"),
    [
        ("create", "seller"),
        ("create", "buyer"),
        ("remove", "seller"),
        ("remove", "speculator"),
        ("update", "participant"),
    ],
)
async def test_other_parts_are_made_by_hand(line: Any, op: str, role: str) -> None:
    at = await line()
    outcome = await at.write(op, a_part(at, role), source_id="OBJ1|ADR1|Seller")
    assert isinstance(outcome, Unsupported)
    assert "för hand" in outcome.sv
    assert at.vitec.arrivals.total == 0


# ---------------------------------------------------------------------- new homes


def a_home(at: Any, kind: str = "house", **facts: Any) -> Estate:
    told: dict[str, Any] = {
        "id": "agency:O1",
        "type": kind,
        "status": "attempt",
        "agent_id": at.vitec.world.agency.agent_id(0, 1),
        "seller_ids": [at.person(70)],
        "address": Address(
            street="Provvägen 3",
            postcode="111 22",
            town="Stockholm",
            municipality="Stockholm",
            country_code="SE",
            position=Position(latitude=59.33, longitude=18.05),
        ),
        "areas": Areas(living_m2=120.0, other_m2=0.0, plot_m2=800.0),
        "taxation": Taxation(designations=["Provet 1:2"]),
        "price": Price(asking_kr=5_000_000),
        "rooms": 2.5,
        "texts": Texts(heading="Ljust", long="Ett ljust hus."),
        "buildings": [Building(bedrooms=2, room_list=[Described(name="Kök", text="Stort")])],
    }
    return Estate(**(told | facts))


@pytest.mark.parametrize(
    ("kind", "page"),
    [
        ("house", "House"),
        ("cottage", "Cottage"),
        ("condominium", "Condominium"),
        ("foreign", "ForeignProperty"),
    ],
)
async def test_a_new_home_of_four_types_is_made(line: Any, kind: str, page: str) -> None:
    at = await line()
    written = await at.written("create", a_home(at, kind))
    assert at.sent() == [f"POST /{page}/M90001"]
    raw = await at.connector.fetch(Ref(kind="estate", source_id=written.source_id))
    record = at.connector.map(raw).records[0]
    assert (record.type, record.status, record.address.street) == (kind, "attempt", "Provvägen 3")
    assert record.marketing.published is False


@pytest.mark.parametrize("kind", ["apartment", "plot", "farm", "commercial", "premises", ""])
async def test_other_homes_are_made_by_hand(line: Any, kind: str) -> None:
    at = await line()
    outcome = await at.write("create", a_home(at, kind))
    assert isinstance(outcome, Unsupported)
    assert "för hand" in outcome.sv
    assert at.vitec.arrivals.total == 0


@pytest.mark.parametrize("op", ["update", "remove"])
async def test_a_home_is_not_changed_from_outside(line: Any, op: str) -> None:
    at = await line()
    outcome = await at.write(op, a_home(at), source_id="OBJ1", fields=("price.asking_kr",))
    assert isinstance(outcome, Unsupported)
    assert at.vitec.arrivals.total == 0


async def test_every_part_that_is_missing_of_a_home_is_named_and_nothing_is_sent(line: Any) -> None:
    at = await line()
    bare = Estate(id="agency:O2", type="house", areas=Areas(living_m2=100.0, other_m2=0.0))
    outcome = await at.write("create", bare)
    assert isinstance(outcome, Invalid)
    assert outcome.code == "missing_parts"
    for path in ("taxation.designations", "status", "address.municipality", "address.position", "agent_id"):
        assert path in outcome.message
    assert "living_m2" not in outcome.message
    assert "other_m2" not in outcome.message
    assert at.vitec.arrivals.total == 0


async def test_a_home_without_an_answer_is_always_a_question(line: Any, wish: Any) -> None:
    at = await line()
    at.lose("/House/*")
    assert isinstance(await at.write("create", a_home(at)), OutcomeUnknown)
    with pytest.raises(OutcomeUnknown) as caught:
        await at.connector.read_back(wish("create", a_home(at)))
    assert "Titta i Vitec" in caught.value.sv
    assert at.counts()["writes"] == {"estate.create": 1}
