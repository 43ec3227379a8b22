"""Bids and meetings written to Vitec over a real line, and what may be written at all."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from brygga.connectors.abilities import Written
from brygga.model import (
    Bid,
    Contact,
    Invalid,
    Meeting,
    OutcomeUnknown,
    Unsupported,
)

START = datetime(2026, 5, 12, 15, 0, tzinfo=UTC)
SEEDS = range(100) if os.environ.get("BRYGGA_CHAOS") else range(8)


def home(at: Any) -> str:
    """A home of the office."""
    return str(at.vitec.world.by_index[1].id)


def a_bid(at: Any, **facts: Any) -> Bid:
    told: dict[str, Any] = {
        "id": "agency:B1",
        "estate_id": f"vitec:{home(at)}",
        "contact_id": f"vitec:{at.person(70)}",
        "amount_kr": 4_321_000,
        "identified": True,
    }
    return Bid(**(told | facts))


# ---------------------------------------------------------------------- bids


@pytest.mark.parametrize("hidden", [False, True])
async def test_a_bid_is_made_and_read_back(line: Any, hidden: bool) -> None:
    at = await line()
    wanted = a_bid(at, hidden=hidden, condition="Lånelöfte")
    written = await at.written("create", wanted)
    there = at.connector.as_seen(at.map(written))
    assert there.id == f"vitec:{written.source_id}"
    wanted.id = there.id
    assert there == at.connector.as_seen(wanted)


async def test_the_same_bid_again_is_the_one_that_stands(line: Any) -> None:
    at = await line()
    first = await at.written("create", a_bid(at))
    again = await at.written("create", a_bid(at))
    assert (again.source_id, again.matched_by) == (first.source_id, "amount")
    assert at.counts()["writes"] == {"bid.create": 1}


@pytest.mark.parametrize("hidden", [False, True])
async def test_a_bid_is_annulled_and_stays_marked(line: Any, hidden: bool) -> None:
    at = await line()
    made = await at.written("create", a_bid(at, hidden=hidden))
    written = await at.written("remove", a_bid(at), source_id=made.source_id)
    assert at.map(written).cancelled is True
    by_change = await at.written(
        "update", a_bid(at, cancelled=True), source_id=made.source_id, fields=("cancelled",)
    )
    assert at.map(by_change).cancelled is True


async def test_a_bid_is_never_changed(line: Any) -> None:
    at = await line()
    for fields in (("amount_kr",), ("cancelled", "amount_kr"), ()):
        outcome = await at.write("update", a_bid(at, cancelled=True), source_id="BUD1", fields=fields)
        assert isinstance(outcome, Unsupported)
        assert "Ta tillbaka" in outcome.sv
    assert at.vitec.arrivals.total == 0


@pytest.mark.parametrize(
    "facts", [{"amount_kr": None}, {"amount_kr": 0}, {"contact_id": "agency:K1"}, {"estate_id": ""}]
)
async def test_half_a_bid_is_not_sent(line: Any, facts: dict[str, Any]) -> None:
    at = await line()
    assert isinstance(await at.write("create", a_bid(at, **facts)), Invalid)
    assert at.vitec.arrivals.total == 0


async def test_a_bid_without_an_answer_is_found_by_home_contact_and_amount(line: Any, wish: Any) -> None:
    at = await line()
    at.lose("/CRM/Bid/*")
    assert isinstance(await at.write("create", a_bid(at)), OutcomeUnknown)
    found = await at.connector.read_back(wish("create", a_bid(at)))
    assert isinstance(found, Written)
    assert at.counts()["writes"] == {"bid.create": 1}
    assert await at.connector.read_back(wish("create", a_bid(at, amount_kr=1))) is None


async def test_a_bid_that_was_annulled_meanwhile_is_a_question(line: Any, wish: Any) -> None:
    at = await line()
    made = await at.written("create", a_bid(at))
    await at.written("remove", a_bid(at), source_id=made.source_id)
    with pytest.raises(OutcomeUnknown):
        await at.connector.read_back(wish("create", a_bid(at)))


async def test_hidden_bids_that_cannot_be_seen_leave_the_doubt(line: Any, wish: Any) -> None:
    at = await line()
    at.lose("/CRM/Bid/*", fault="refused")
    assert isinstance(await at.write("create", a_bid(at)), OutcomeUnknown)
    from brygga.sandbox.faults import OneShot

    at.vitec.next_faults(OneShot(fault="forbidden", route="*HiddenBids*"))
    with pytest.raises(OutcomeUnknown):
        await at.connector.read_back(wish("create", a_bid(at)))
    assert await at.connector.read_back(wish("create", a_bid(at))) is None


@pytest.mark.parametrize("seed", SEEDS)
async def test_no_bid_is_made_twice_whatever_answers_are_lost(line: Any, wish: Any, seed: int) -> None:
    at = await line(seed=seed, estates=4)
    before = at.counts()["bids"]
    at.vitec.faults.seed = seed
    at.vitec.use_profile("lost-answer")
    for amount in range(4_000_000, 4_100_000, 20_000):
        one = wish("create", a_bid(at, amount_kr=amount))
        for _ in range(20):
            (outcome,) = await at.connector.write([one])
            if isinstance(outcome, OutcomeUnknown):
                outcome = await at.connector.read_back(one)
            if isinstance(outcome, Written):
                break
    assert at.counts()["bids"] == before + 5
    assert at.vitec.writes.repeated() == {}


# ---------------------------------------------------------------------- meetings


def a_meeting(at: Any, kind: str = "assignment", **facts: Any) -> Meeting:
    told: dict[str, Any] = {
        "id": "agency:M1",
        "kind": kind,
        "subject": "Genomgång",
        "estate_id": home(at) if kind == "assignment" else "",
        "contact_ids": [at.person(70)] if kind == "comeback" else [],
        "agent_id": at.vitec.world.agency.agent_id(0, 1),
        "starts_at": START,
        "ends_at": START + timedelta(hours=1),
        "place": "Kontoret",
    }
    return Meeting(**(told | facts))


@pytest.mark.parametrize("kind", ["assignment", "comeback"])
async def test_a_meeting_is_made_and_read_back(line: Any, wish: Any, kind: str) -> None:
    at = await line()
    written = await at.written("create", a_meeting(at, kind))
    record = at.map(written)
    assert (record.kind, record.starts_at, record.place) == (kind, START, "Kontoret")
    again = await at.written("create", a_meeting(at, kind))
    assert (again.source_id, again.matched_by) == (written.source_id, "time")
    found = await at.connector.read_back(wish("create", a_meeting(at, kind)))
    assert found is not None
    assert found.source_id == written.source_id


async def test_a_meeting_without_an_answer_is_found_by_its_time(line: Any, wish: Any) -> None:
    at = await line()
    at.lose("/Meeting/Assignment/*")
    assert isinstance(await at.write("create", a_meeting(at)), OutcomeUnknown)
    assert isinstance(await at.connector.read_back(wish("create", a_meeting(at))), Written)
    later = a_meeting(at, starts_at=START + timedelta(hours=5), ends_at=None)
    assert await at.connector.read_back(wish("create", later)) is None


@pytest.mark.parametrize("kind", ["intake", "contract", "possession", "other", ""])
async def test_other_meetings_are_made_by_hand(line: Any, kind: str) -> None:
    at = await line()
    outcome = await at.write("create", a_meeting(at, kind))
    assert isinstance(outcome, Unsupported)
    assert "för hand" in outcome.sv
    assert at.vitec.arrivals.total == 0


@pytest.mark.parametrize("op", ["update", "remove"])
async def test_a_meeting_is_not_changed_from_outside(line: Any, op: str) -> None:
    at = await line()
    assert isinstance(await at.write(op, a_meeting(at), source_id="CAL1", fields=("place",)), Unsupported)
    assert at.vitec.arrivals.total == 0


@pytest.mark.parametrize(
    "facts", [{"starts_at": None}, {"ends_at": START - timedelta(hours=1)}, {"estate_id": "x:1"}]
)
async def test_half_a_meeting_is_not_sent(line: Any, facts: dict[str, Any]) -> None:
    at = await line()
    assert isinstance(await at.write("create", a_meeting(at, **facts)), Invalid)
    assert at.vitec.arrivals.total == 0


async def test_what_vitec_calls_the_members_of_a_meeting_is_a_setting(line: Any) -> None:
    at = await line(meeting_names="subject=note,note=subject")
    written = await at.written("create", a_meeting(at, note="Ta med nycklar", subject=""))
    stored = at.vitec._desk.calendar.meetings[written.source_id]
    assert (stored["subject"], stored["note"]) == ("Ta med nycklar", None)
    assert at.map(written).note == "Ta med nycklar"


# ---------------------------------------------------------------------- what may be written at all


async def test_nothing_is_written_until_the_setting_names_it(line: Any, anybody: Any) -> None:
    at = await line(write_kinds="")
    assert at.connector.writable() == {}
    with pytest.raises(Unsupported) as caught:
        await at.write("create", anybody())
    assert caught.value.code == "not_allowed"
    assert at.vitec.arrivals.total == 0
    some = await line(write_kinds="contact, bid")
    assert sorted(some.connector.writable()) == ["bid", "contact"]


@pytest.mark.parametrize("kind", ["viewing", "searchprofile", "agent", "office"])
async def test_kinds_that_vitec_does_not_take_are_unsupported(line: Any, wish: Any, kind: str) -> None:
    at = await line()
    with pytest.raises(Unsupported) as caught:
        await at.connector.write([wish("create", Contact(id="x:1"), kind=kind)])
    assert caught.value.code == "kind_unsupported"
    assert at.vitec.arrivals.total == 0


async def test_what_is_said_to_be_writable_is_no_more_than_what_is(line: Any) -> None:
    at = await line()
    told = at.connector.writable()
    assert {kind for kind, one in told.items() if one.update} == {"contact"}
    assert {kind for kind, one in told.items() if one.remove} == {"bid", "relation"}
    assert told["estate"].repeat == "none"
    assert all(one.repeat == "readback" for kind, one in told.items() if kind != "estate")


async def test_a_wrong_password_stops_all_drafts_and_says_so(line: Any, anybody: Any, wish: Any) -> None:
    from brygga.model import NeedsSignIn
    from brygga.sandbox.faults import OneShot

    at = await line()
    at.vitec.next_faults(OneShot(fault="expired", times=100))
    with pytest.raises(NeedsSignIn):
        await at.connector.write([wish("create", anybody()), wish("create", anybody())])


async def test_one_refused_draft_does_not_stop_the_next(line: Any, anybody: Any, wish: Any) -> None:
    at = await line()
    bad, good = wish("create", anybody(first_name="A" * 31)), wish("create", anybody())
    first, second = await at.connector.write([bad, good])
    assert isinstance(first, Invalid)
    assert isinstance(second, Written)


async def test_a_right_that_is_missing_closes_the_writing_and_nothing_else(line: Any, anybody: Any) -> None:
    from brygga.sandbox.faults import OneShot

    at = await line()
    at.vitec.next_faults(OneShot(fault="forbidden", route="/Contacts/*"))
    outcome = await at.write("create", anybody())
    assert isinstance(outcome, Unsupported)
    assert outcome.code == "write_closed"
    await at.written("create", anybody())
