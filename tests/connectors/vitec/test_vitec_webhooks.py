"""Vitec's notifications: unsigned hints in two spellings, turned into notices."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brygga.connectors.abilities import Notice, WebhookRequest
from brygga.connectors.vitec.api import VitecConnector
from brygga.connectors.vitec.api.webhooks import notices
from brygga.model import Invalid, NeedsSignIn, Rejected, Relation

SECRET = "s3cret-part-of-the-path"


class NoWire:
    """A wire that must not be used: notices are read without asking anybody."""

    async def call(self, call: Any) -> Any:
        raise AssertionError(f"called {call.operation}")


def connector(secrets: Mapping[str, str] | None = None, **settings: Any) -> VitecConnector:
    held = {"webhook_secret": SECRET} if secrets is None else secrets

    async def secret(name: str) -> str:
        if name not in held:
            raise NeedsSignIn(f"{name} is not set")
        return held[name]

    return VitecConnector(
        NoWire(), connection="v", settings={"customer_id": "M90001", **settings}, secrets=secret
    )


def request(
    body: Any = b"", *, query: tuple[tuple[str, str], ...] = (), secret: str = SECRET
) -> WebhookRequest:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return WebhookRequest(
        headers={}, body=raw, query=query, path_secret=secret, received_at=datetime(2026, 5, 12, tzinfo=UTC)
    )


def one(**facts: Any) -> Notice:
    found = notices(json.dumps({"customerId": "M90001", **facts}).encode(), (), "M90001")
    assert len(found) == 1
    return found[0]


# ---------------------------------------------------------------------- the examples


def example(shared_providers: Path, name: str) -> Notice:
    body = (shared_providers / "vitec" / "examples" / name).read_bytes()
    return notices(body, (), "M90001")[0]


def test_an_updated_estate_is_an_update_with_its_status(shared_providers: Path) -> None:
    found = example(shared_providers, "webhook-estate-update.json")
    assert (found.event, found.kind, found.source_id) == ("update", "estate", "OBJ90001_1900000001")
    assert found.facts == {"subtype": "HousingCooperative", "status": "for_sale"}
    assert found.key == ""


def test_a_removed_estate_is_a_removal(shared_providers: Path) -> None:
    found = example(shared_providers, "webhook-estate-remove.json")
    assert (found.event, found.kind, found.source_id) == ("remove", "estate", "OBJ90001_1900000001")


def test_a_merge_names_what_ceased_to_be(shared_providers: Path) -> None:
    found = example(shared_providers, "webhook-contact-merge.json")
    assert (found.event, found.kind) == ("merge", "contact")
    assert found.source_id == "ADR00000000000000000000000000000001"
    assert found.merged_ids == ("ADR00000000000000000000000000000002",)


def test_a_viewing_participant_is_a_relation_made_from_the_notice_alone(shared_providers: Path) -> None:
    found = example(shared_providers, "webhook-viewing-participant.json")
    assert (found.event, found.kind) == ("relation", "relation")
    mapped = connector().from_notice(found)
    assert mapped is not None
    (record,) = mapped.records
    assert isinstance(record, Relation)
    assert record.id == f"v:{found.source_id}"
    assert record.estate_id == "v:OBJ90001_1900000001"
    assert record.contact_id == "v:ADR00000000000000000000000000000001"
    assert record.viewing_id == "v:VIS00000000000000000000000000000001"
    assert record.role == "participant"


# ---------------------------------------------------------------------- types, events, spellings


@pytest.mark.parametrize(
    ("kind", "ours"),
    [
        ("Estate", "estate"),
        ("Project", "project"),
        ("User", "agent"),
        ("Office", "office"),
        ("Contact", "contact"),
        ("Area", "area"),
        ("Meeting", "meeting"),
    ],
)
@pytest.mark.parametrize(("event", "wanted"), [("Update", "update"), ("Remove", "remove")])
def test_every_type_that_we_keep_becomes_a_notice(kind: str, ours: str, event: str, wanted: str) -> None:
    found = one(type=kind, event=event, id="X1")
    assert (found.event, found.kind, found.source_id) == (wanted, ours, "X1")


def test_a_type_that_we_do_not_know_is_no_news() -> None:
    body = {"type": "SomethingNew", "event": "Update", "id": "X1"}
    assert notices(json.dumps(body).encode(), (), "M90001") == []


def test_a_note_is_told_with_what_it_is_about_and_never_fetched() -> None:
    ends = {"relId1": "OBJ1", "relType1": "House", "relId2": "ADR1", "relType2": "Person"}
    found = one(type="Note", event="Update", id="NOT1", **ends)
    assert (found.event, found.kind, found.source_id) == ("status", "note", "")
    assert found.facts == {"note": "NOT1", "event": "update", "estate": "OBJ1", "contact": "ADR1"}


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("Person", "person"),
        ("Company", "company"),
        ("Estate", "deceased_estate"),
        ("Association", "association"),
    ],
)
@pytest.mark.parametrize("spelling", ["subtype", "subType"])
@pytest.mark.parametrize("event", ["Update", "Remove"])
def test_a_contact_says_its_kind_in_our_words(word: str, kind: str, spelling: str, event: str) -> None:
    found = one(**{"type": "Contact", "event": event, "id": "ADR1", spelling: word})
    assert (found.kind, found.source_id) == ("contact", "ADR1")
    assert found.facts == {"subtype": word, "contact_kind": kind}


def test_meetings_are_news_only_where_they_are_read() -> None:
    body = {"type": "Meeting", "event": "Update", "id": "CAL1", "customerId": "M90001"}
    assert connector().notices(request(body)) == []
    (found,) = connector(read_meetings=True).notices(request(body))
    assert (found.event, found.kind, found.source_id) == ("update", "meeting", "CAL1")


def test_where_bids_are_read_news_of_a_home_is_news_of_its_bids() -> None:
    body = {"type": "Estate", "event": "Update", "id": "OBJ1", "customerId": "M90001"}
    assert len(connector().notices(request(body))) == 1
    _, bids = connector(read_bids=True).notices(request(body))
    assert (bids.event, bids.kind, bids.source_id) == ("update", "bid", "OBJ1|*")


@pytest.mark.parametrize(
    "facts",
    [
        {"type": "Merge", "event": "Merge", "destinationId": "ADR1"},
        {"type": "Merge", "event": "Update", "id": "ADR1"},
        {"type": "Contact", "event": "Merge", "id": "ADR1", "subtype": "Person"},
        {"type": "Contact", "event": "Merge", "destinationId": "ADR1", "subType": "Person"},
    ],
)
def test_however_a_merge_is_spelled_the_sources_die_and_the_destination_never_does(
    facts: dict[str, Any],
) -> None:
    body = {"customerId": "M90001", "sourceIds": ["ADR2", "ADR1", "ADR3", "../x", 7], **facts}
    merged, _ = notices(json.dumps(body).encode(), (), "M90001")
    assert (merged.event, merged.kind, merged.source_id) == ("merge", "contact", "ADR1")
    assert merged.merged_ids == ("ADR2", "ADR3")


@pytest.mark.parametrize(
    "cause",
    [
        "LeadAccepted", "LeadContacted", "NewMeeting", "NewComeback", "LeadPostponed", "LeadCanceled",
        "Assigned", "AssignedValuation", "AssignedContractWriting", "NoAssigment", "SomethingNew",
    ],
)  # fmt: skip  # one list
def test_a_leads_cause_comes_through_in_the_vendors_spelling(cause: str) -> None:
    data = {"partnerId": "PC1", "externalId": "7", "cause": cause}
    found = one(type="IncomingLead", event="Update", id="LED1", data=data)
    assert found.facts == {"lead": "LED1", **data}


@pytest.mark.parametrize("data", [None, [], "x", {"cause": 7}, {"cause": "a" * 200}])
def test_a_lead_with_odd_data_is_still_told(data: Any) -> None:
    found = one(type="IncomingLead", event="Update", id="LED1", data=data)
    assert found.facts == {"lead": "LED1"}


def test_an_event_that_we_do_not_know_is_no_news() -> None:
    assert notices(b'{"type": "Estate", "event": "Sneeze", "id": "X1"}', (), "M90001") == []


@pytest.mark.parametrize(
    ("spelling", "part", "role"),
    [
        ("subtype", "Buyer", "buyer"),
        ("subType", "EstateContactBuyer", "buyer"),
        ("subtype", "EstateContactExtraSeller", "extra_seller"),
        ("subtype", "Seller", "seller"),
        ("subtype", "Speculator", "speculator"),
        ("subtype", "SomethingNew", "SomethingNew"),
    ],
)
def test_a_relation_without_id_is_keyed_by_its_ends(spelling: str, part: str, role: str) -> None:
    found = one(
        **{"type": "EstateContact", "event": "Update", "relId1": "OBJ1", "relId2": "ADR1", spelling: part}
    )
    assert found.source_id == f"OBJ1|ADR1|{part.removeprefix('EstateContact')}"
    assert found.facts["role"] == role


def test_old_and_new_spelling_of_a_relation_have_one_key() -> None:
    ends = {"type": "EstateContact", "event": "Update", "relId1": "OBJ1", "relId2": "ADR1"}
    old, new = one(**ends, subType="EstateContactBuyer"), one(**ends, subtype="Buyer")
    assert old == new


def test_one_person_at_two_viewings_is_two_relations() -> None:
    ends = {"type": "EstateContact", "event": "Update", "subtype": "ViewingParticipant"}
    ends |= {"relId1": "OBJ1", "relId2": "ADR1"}
    assert one(**ends, relId3="VIS1").source_id != one(**ends, relId3="VIS2").source_id


def ended(part: str, **settings: Any) -> Notice:
    body = {"type": "EstateContact", "event": "Remove", "relId1": "OBJ1", "relId2": "ADR1", "subtype": part}
    made = connector(**settings)
    (found,) = made.notices(request({"customerId": "M90001", **body}))
    assert (found.event, found.kind) == ("remove", "relation")
    assert made.from_notice(found) is None
    return found


def test_the_end_of_a_sellers_relation_is_asked_about() -> None:
    found = ended("Seller")
    assert (found.source_id, found.merged_ids) == ("OBJ1|ADR1|Seller", ())


@pytest.mark.parametrize(
    ("part", "settings"), [("Buyer", {}), ("ViewingParticipant", {}), ("Seller", {"read_contacts": False})]
)
def test_the_end_of_a_relation_that_cannot_be_asked_about_is_believed(part: str, settings: Any) -> None:
    found = ended(part, **settings)
    assert (found.source_id, found.merged_ids) == ("", (f"OBJ1|ADR1|{part}",))
    assert found.facts["estate"] == "OBJ1"


def test_after_a_merge_all_relations_of_the_one_that_is_left_are_asked_for() -> None:
    merge = {"type": "Merge", "event": "Merge", "destinationId": "ADR1", "sourceIds": ["ADR2"]}
    merged, again = connector().notices(request(merge))
    assert (merged.event, merged.source_id, merged.merged_ids) == ("merge", "ADR1", ("ADR2",))
    assert (again.event, again.kind, again.source_id) == ("update", "relation", "*|ADR1|*")
    assert connector().from_notice(again) is None
    assert len(connector(read_contacts=False).notices(request(merge))) == 1


def test_a_part_with_a_bar_in_it_cannot_disturb_the_key() -> None:
    found = one(type="EstateContact", event="Update", relId1="OBJ1", relId2="ADR1", subtype="Sel|ler")
    assert found.source_id == "OBJ1|ADR1|Seller"


def test_a_relation_leads_to_its_contact_when_contacts_are_read() -> None:
    found = one(type="EstateContact", event="Update", relId1="OBJ1", relId2="ADR1", subtype="Seller")
    made = connector().from_notice(found)
    assert made is not None
    assert [(ref.kind, ref.source_id) for ref in connector().follow(made)] == [("contact", "ADR1")]
    assert connector(read_contacts=False).follow(made) == []


def test_without_the_right_to_contacts_their_news_is_no_news_but_a_merge_is() -> None:
    shut = connector(read_contacts=False)
    body = {"type": "Contact", "event": "Update", "id": "ADR1", "customerId": "M90001"}
    merge = {"type": "Contact", "event": "Merge", "destinationId": "ADR1", "sourceIds": ["ADR2"]}
    assert shut.notices(request(body)) == []
    assert shut.notices(request(merge))[0].merged_ids == ("ADR2",)


def test_an_agent_who_changes_office_is_looked_at_again() -> None:
    found = one(
        type="OfficeEstateAgent", event="Update", subtype="Affiliation",
        relId1="FIR1", relType1="Office", relId2="HAN1", relType2="User",
    )  # fmt: skip  # one notice
    assert (found.event, found.kind, found.source_id) == ("update", "agent", "HAN1")


def test_what_became_of_a_lead_needs_no_fetch() -> None:
    found = one(
        type="IncomingLead", event="Update", id="LED1", data={"cause": "NoAssigment", "externalId": "7"}
    )
    assert (found.event, found.kind, found.source_id) == ("status", "lead", "")
    assert found.facts == {"lead": "LED1", "cause": "NoAssigment", "externalId": "7"}


def test_the_url_alone_is_enough() -> None:
    query = (("type", "Estate"), ("event", "Update"), ("customerId", "M90001"), ("id", "OBJ1"))
    (found,) = notices(b"", query, "M90001")
    assert (found.kind, found.source_id) == ("estate", "OBJ1")
    assert notices(b"\xff broken", query, "M90001") == [found]


def test_the_body_goes_before_the_url() -> None:
    query = (("type", "Estate"), ("event", "Update"), ("id", "FROM_URL"), ("subtype", "House"))
    (found,) = notices(b'{"id": "FROM_BODY", "subtype": null}', query, "M90001")
    assert found.source_id == "FROM_BODY"
    assert found.facts["subtype"] == "House"


def test_a_chains_other_offices_are_none_of_ours() -> None:
    body = {"type": "Estate", "event": "Update", "id": "X1", "customerId": "M90002", "chainId": "G1"}
    raw = json.dumps(body).encode()
    assert notices(raw, (), "M90001") == []
    assert len(notices(raw, (), "M90002")) == 1
    assert len(notices(raw, (), "G1")) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b"[]",
        b"null",
        b"{}",
        b'{"type": "Estate"}',
        b'{"type": "Estate", "event": "Update"}',
        b'{"type": "Estate", "event": "Update", "id": "../../M2"}',
        b'{"type": "Estate", "event": "Update", "id": {"a": 1}}',
        b'{"type": "EstateContact", "event": "Update", "relId1": "OBJ1"}',
        b'{"type": "Merge", "event": "Merge", "sourceIds": ["A"]}',
    ],
)
def test_a_body_that_is_no_notification_is_invalid(body: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        notices(body, (), "M90001")
    assert caught.value.code == "not_a_notice"


MEMBERS = st.text(max_size=5) | st.sampled_from(
    ["type", "event", "id", "relId1", "relId2", "subtype", "data", "sourceIds", "customerId"]
)
WORDS = st.sampled_from(["Estate", "EstateContact", "Update", "Merge", "IncomingLead"])
BODIES = st.recursive(
    st.none() | st.text() | st.integers(),
    lambda inner: st.dictionaries(MEMBERS, WORDS | inner, max_size=8) | st.lists(inner, max_size=3),
    max_leaves=12,
)


@given(body=BODIES)
def test_no_body_breaks_the_reader(body: Any) -> None:
    try:
        found = notices(json.dumps(body).encode(), (), "M90001")
    except Invalid:
        return
    assert all(notice.kind and notice.event for notice in found)


# ---------------------------------------------------------------------- the secret in the address


async def test_the_right_secret_is_let_in() -> None:
    await connector().verify(request(b"anything"))


@pytest.mark.parametrize("given_secret", ["", "wrong", SECRET[:-1], SECRET + "x", "å", "\ud800"])
async def test_a_wrong_secret_is_rejected(given_secret: str) -> None:
    with pytest.raises(Rejected) as caught:
        await connector().verify(request(secret=given_secret))
    assert caught.value.code == "webhook_secret"
    assert SECRET not in str(caught.value.facts())


async def test_an_empty_secret_lets_nobody_in() -> None:
    with pytest.raises(Rejected):
        await connector({"webhook_secret": ""}).verify(request(secret=""))


async def test_a_receiver_without_a_secret_lets_nobody_in() -> None:
    with pytest.raises(NeedsSignIn):
        await connector({}).verify(request())
