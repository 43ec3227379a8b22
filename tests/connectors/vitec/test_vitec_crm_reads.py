"""Contacts, bids, meetings and search profiles read from Vitec over a real line."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from brygga.connectors.abilities import Page, Ref
from brygga.connectors.vitec.api.asking import Names
from brygga.connectors.vitec.api.contacts import batches_of
from brygga.model import Bid, Contact, Invalid, Retryable, SearchProfile, Unsupported
from brygga.sandbox.faults import OneShot

NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)


async def listed(at: Any, stream: str, **how: Any) -> list[Page]:
    return [page async for page in at.connector.pages(stream, **how)]


def records(at: Any, pages: list[Page]) -> list[Any]:
    return [at.connector.map(raw).records[0] for page in pages for raw in page.records]


def asked(at: Any, part: str) -> list[str]:
    return [one.path for one in at.vitec.arrivals.recent if part in one.path]


# ---------------------------------------------------------------------- which streams there are


async def test_streams_are_there_only_where_a_list_exists_and_the_setting_asks_for_it(line: Any) -> None:
    plain, full = await line(), await line(read_all_contacts=True, read_meetings=True, read_bids=True)
    assert plain.connector.streams[-1] == "relation"
    assert full.connector.streams[-3:] == ("contact", "relation", "meeting")
    shut = await line(read_all_contacts=True, read_contacts=False)
    assert {"contact", "relation"}.isdisjoint(shut.connector.streams)
    for stream in ("bid", "searchprofile", "contact"):
        with pytest.raises(Unsupported):
            await listed(shut, stream)


# ---------------------------------------------------------------------- contacts


async def test_all_contacts_come_in_batches_of_at_most_twenty_of_one_kind(line: Any) -> None:
    at = await line(read_all_contacts=True)
    pages = await listed(at, "contact")
    found = records(at, pages)
    truth = at.vitec.truth(("contacts",))["contacts"]
    assert {one.id for one in found} == {f"vitec:{one}" for one in truth}
    assert {one.kind for one in found} == {"person", "company", "deceased_estate"}
    assert [len(page.records) for page in pages] == [5, 1, 20, 20, 20, 10]
    assert [page.last for page in pages] == [False] * 5 + [True]
    assert all(isinstance(one, Contact) for one in found)


async def test_a_listing_goes_on_after_the_contact_it_reached(line: Any) -> None:
    at = await line(read_all_contacts=True)
    pages = await listed(at, "contact")
    rest = await listed(at, "contact", cursor=pages[2].cursor)
    assert [r.source_id for p in rest for r in p.records] == [
        r.source_id for p in pages[3:] for r in p.records
    ]
    (nothing,) = await listed(at, "contact", cursor=pages[-1].cursor)
    assert (nothing.records, nothing.last) == ([], True)


@pytest.mark.parametrize("way", ["sync_list", "list"])
async def test_catching_up_names_only_what_changed(line: Any, way: str) -> None:
    at = await line(read_all_contacts=True, contact_catchup=way)
    since = NOW - timedelta(hours=2)
    at.vitec.mutate("contact", {"id": at.person(61)})
    at.vitec.mutate("contact", {"id": at.person(70)})
    found = records(at, await listed(at, "contact", since=since))
    assert {one.id for one in found} == {f"vitec:{at.person(61)}", f"vitec:{at.person(70)}"}
    assert bool(asked(at, "GetContactsSyncList")) is (way == "sync_list")


async def test_a_contact_merged_between_list_and_batch_is_left_out(line: Any, monkeypatch: Any) -> None:
    at = await line(read_all_contacts=True)
    really = at.vitec.world.contacts.body
    monkeypatch.setattr(
        at.vitec.world.contacts, "body", lambda one: None if one == at.person(70) else really(one)
    )
    monkeypatch.setattr(
        "brygga.sandbox.vitec.crm.Crm._body",
        lambda self, number: really(at.vitec.world.contacts.identifier(number)),
    )
    pages = await listed(at, "contact")
    assert sum(len(page.records) for page in pages) == pages[0].total - 1


@pytest.mark.parametrize(
    ("body", "since"),
    [
        ("[]", None),
        ('{"persons": 7}', None),
        ('"x"', None),
        ("null", None),
        ('[{"persons": 7}]', NOW),
        ('"x"', NOW),
        ("null", NOW),
    ],
)
async def test_a_list_of_another_form_is_a_fault_and_never_an_empty_list(
    line: Any, monkeypatch: pytest.MonkeyPatch, body: str, since: datetime | None
) -> None:
    monkeypatch.setattr("brygga.sandbox.vitec.searching.Searching.sync_list", lambda *_: json.loads(body))
    monkeypatch.setattr("brygga.sandbox.vitec.crm.Crm.contacts", lambda *_: json.loads(body))
    at = await line(read_all_contacts=True)
    with pytest.raises((Retryable, Unsupported)):
        await listed(at, "contact", since=since)


def test_batches_hold_one_kind_and_at_most_twenty() -> None:
    ids = [("Company", f"C{n:02}") for n in range(21)] + [("Person", "P1")]
    assert [(kind, len(some)) for kind, some in batches_of(ids)] == [
        ("Company", 20), ("Company", 1), ("Person", 1),
    ]  # fmt: skip  # one claim
    assert list(batches_of([])) == []


# ---------------------------------------------------------------------- buyers and speculators


async def test_speculators_and_buyers_are_listed_where_vitec_answers_for_them(line: Any) -> None:
    at = await line(relation_parts="Seller,Speculator,Buyer,ViewingParticipant")
    estate, person = at.vitec.world.by_index[1].id, at.person(70)
    for part, viewing in (("Speculator", ""), ("Buyer", ""), ("ViewingParticipant", "VIS1")):
        at.vitec.world.parties.add((estate, person, part, viewing))
    pages = await listed(at, "relation")
    keys = {raw.source_id for page in pages for raw in page.records}
    assert {f"{estate}|{person}|Speculator", f"{estate}|{person}|Buyer"} <= keys
    assert not [key for key in keys if "ViewingParticipant" in key]
    assert at.connector.covers("relation", f"{estate}|{person}|Speculator") is True
    booked = f"{estate}|{person}|ViewingParticipant|VIS1"
    assert at.connector.covers("relation", booked) is False
    assert (await at.connector.fetch(Ref(kind="relation", source_id=booked))) is not None
    plain = await line()
    assert plain.connector.covers("relation", f"{estate}|{person}|Speculator") is False


# ---------------------------------------------------------------------- bids


async def test_all_bids_of_a_home_come_with_who_bid_hidden_ones_too(line: Any) -> None:
    at = await line(estates=200, read_bids=True, customer_id="G90000")
    for number in range(3):
        at.vitec.mutate("bid", {"id": at.vitec.world.by_index[1].id, "kr": 5_000_000 + number})
    estate = at.vitec.world.by_index[1].id
    raw = await at.connector.fetch(Ref(kind="bid", source_id=f"{estate}|*"))
    mapped = at.connector.map(raw)
    assert (mapped.owner_id, mapped.complete_kinds) == (f"vitec:{estate}", ("bid",))
    assert mapped.findings == []
    bids = [one for one in mapped.records if isinstance(one, Bid)]
    assert [one.hidden for one in bids].count(True) == 1
    assert all(one.contact_id.startswith("vitec:ADR") and one.amount_kr for one in bids)
    single = await at.connector.fetch(Ref(kind="bid", source_id=bids[0].id.removeprefix("vitec:")))
    assert at.connector.map(single).records[0] == bids[0]


async def test_without_the_right_to_hidden_bids_the_list_is_not_taken_for_all(line: Any) -> None:
    at = await line(read_bids=True)
    estate = at.vitec.world.by_index[1].id
    at.vitec.next_faults(OneShot(fault="forbidden", route="*HiddenBids*"))
    raw = await at.connector.fetch(Ref(kind="bid", source_id=f"{estate}|*"))
    assert at.connector.map(raw).complete_kinds == ()


async def test_where_bids_are_read_the_ads_own_are_left_out_and_the_list_is_followed(line: Any) -> None:
    plain, full = await line(), await line(read_bids=True)
    for at in (plain, full):
        for _ in range(2):
            at.vitec.mutate("bid", {"id": at.vitec.world.by_index[1].id})
    estate = plain.vitec.world.by_index[1].id
    by_ad = plain.connector.map(await plain.connector.fetch(Ref(kind="estate", source_id=estate)))
    by_list = full.connector.map(await full.connector.fetch(Ref(kind="estate", source_id=estate)))
    assert "bid" in by_ad.complete_kinds
    assert not [one for one in by_list.records if isinstance(one, Bid)]
    assert "bid" not in by_list.complete_kinds
    assert Ref(kind="bid", source_id=f"{estate}|*") in full.connector.follow(by_list)
    assert [ref for ref in plain.connector.follow(by_ad) if ref.kind == "bid"] == []


async def test_bids_that_are_unknown_are_none(line: Any) -> None:
    at = await line(read_bids=True)
    assert await at.connector.fetch(Ref(kind="bid", source_id="BUD0")) is None
    assert await at.connector.fetch(Ref(kind="bid", source_id="OBJ0|*")) is None
    with pytest.raises(Invalid):
        await at.connector.fetch(Ref(kind="bid", source_id="../x|*"))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{}", "not_json"),
        (b"\xff", "not_json"),
        (b'{"bids": [{"id": "B1", "estateId": "O2"}], "complete": true}', "other_record"),
    ],
)
def test_kept_bytes_that_are_not_the_homes_bids_are_invalid(body: bytes, code: str, to_records: Any) -> None:
    with pytest.raises(Invalid) as caught:
        to_records("bid", body, "O1|*")
    assert caught.value.code == code


def test_a_bid_that_cannot_be_used_leaves_the_list_incomplete(to_records: Any) -> None:
    rows = [{"id": "B1", "estateId": "O1", "amount": "5"}, {"id": "", "estateId": "O1"}]
    mapped = to_records("bid", json.dumps({"bids": rows, "complete": True}).encode(), "O1|*")
    assert [one.id for one in mapped.records] == ["v:B1"]
    assert mapped.complete_kinds == ()


# ---------------------------------------------------------------------- meetings


async def test_without_kinds_only_intake_meetings_are_asked_for(line: Any) -> None:
    at = await line(read_meetings=True)
    (page,) = await listed(at, "meeting")
    assert {one.kind for one in records(at, [page])} == {"intake"}
    full = await line(read_meetings=True, meeting_types="Assignment,Comeback")
    pages = await listed(full, "meeting")
    assert len(pages) == 3
    found = records(full, pages)
    assert {one.kind for one in found} == {"intake", "assignment", "comeback"}
    assert len({one.id for one in found}) == len(full.vitec._desk.calendar.meetings)
    rest = await listed(full, "meeting", cursor=pages[0].cursor)
    assert len(rest) == 2


async def test_meetings_outside_the_window_are_not_judged_missing(line: Any) -> None:
    at = await line(read_meetings=True, meeting_days_back=1, meeting_days_ahead=1)
    (page,) = await listed(at, "meeting")
    assert len(page.records) < 4
    assert at.connector.covers("meeting", "CAL1") is False
    assert at.connector.covers("contact", "ADR1") is True


async def test_a_meeting_told_of_is_fetched_by_its_id(line: Any) -> None:
    at = await line(read_meetings=True)
    (change,) = at.vitec.mutate("meeting", {})
    raw = await at.connector.fetch(Ref(kind="meeting", source_id=change["id"]))
    record = at.connector.map(raw).records[0]
    assert (record.id, record.kind) == (f"vitec:{change['id']}", "intake")
    assert await at.connector.fetch(Ref(kind="meeting", source_id="CAL0")) is None


def test_names_are_changed_both_ways_and_others_stay() -> None:
    names = Names("startDate=startsAt, endDate = endsAt,,odd")
    assert names.inward({"startDate": 1, "other": 2}) == {"startsAt": 1, "other": 2}
    assert names.outward({"startsAt": 1, "endsAt": 3}) == {"startDate": 1, "endDate": 3}


# ---------------------------------------------------------------------- search profiles


async def test_a_search_profile_is_followed_where_a_contact_names_it(line: Any) -> None:
    at = await line(contact_profiles="searchProfileIds")
    person, profile = at.person(69), at.vitec._desk.calendar.profile_id(69)
    at.vitec.mutate("contact", {"id": person, "changes": {"searchProfileIds": [profile, "../x"]}})
    contact = at.connector.map(await at.connector.fetch(Ref(kind="contact", source_id=person)))
    (ref,) = at.connector.follow(contact)
    assert ref == Ref(kind="searchprofile", source_id=f"{person}|{profile}")
    mapped = at.connector.map(await at.connector.fetch(ref))
    assert mapped.findings == []
    record = mapped.records[0]
    assert isinstance(record, SearchProfile)
    assert record.contact_id == f"vitec:{person}"
    assert record.types[0] == "apartment"
    assert record.price_to_kr
    assert await at.connector.fetch(Ref(kind="searchprofile", source_id=f"{person}|SOK0")) is None


@pytest.mark.parametrize("key", ["", "A", "A|", "|B", "A|../x", "A|B|C"])
async def test_what_is_no_key_of_a_search_profile_is_refused(line: Any, key: str) -> None:
    at = await line()
    with pytest.raises(Invalid):
        await at.connector.fetch(Ref(kind="searchprofile", source_id=key))


def test_every_leaf_of_a_search_profile_is_found_again(
    filled: Any, leaves: Any, found_in: Any, to_records: Any
) -> None:
    answer = filled("searchprofile") | {"contactId": "A1"}
    mapped = to_records("searchprofile", json.dumps(answer).encode(), f"A1|{answer['id']}")
    lost = [
        path
        for path, value in leaves(answer).items()
        if path not in {("id",), ("contactId",)}
        and not isinstance(value, bool)
        and not found_in(value, mapped)
    ]
    assert lost == []


def test_another_contacts_search_profile_is_invalid(to_records: Any) -> None:
    with pytest.raises(Invalid):
        to_records("searchprofile", b'{"id": "S1", "contactId": "B"}', "A|S1")


# ---------------------------------------------------------------------- rights


@pytest.mark.parametrize(
    ("kind", "source_id", "code"),
    [
        ("bid", "BUD1", "bids_closed"),
        ("meeting", "CAL1", "meetings_closed"),
        ("searchprofile", "A|S", "profiles_closed"),
        ("contact", "ADR1", "contacts_closed"),
    ],
)
async def test_a_right_that_is_missing_closes_that_part_and_nothing_else(
    line: Any, kind: str, source_id: str, code: str
) -> None:
    at = await line(read_bids=True, read_meetings=True)
    at.vitec.next_faults(OneShot(fault="forbidden"))
    with pytest.raises(Unsupported) as caught:
        await at.connector.fetch(Ref(kind=kind, source_id=source_id))
    assert caught.value.code == code
    assert (await at.connector.check()).ok
