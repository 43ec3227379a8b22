"""Who sells what, asked of Vitec: batches, shapes that may differ, and what is never guessed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from brygga.connectors.abilities import Page, RawRecord, Ref, WebhookRequest
from brygga.connectors.manifest import load
from brygga.connectors.vitec.api import VitecConnector
from brygga.model import Invalid, Rejected, Relation, Retryable, Unsupported
from brygga.wire.call import Answer, Call

FETCHED = datetime(2026, 5, 12, tzinfo=UTC)
ROOT = "/CRM/Contact/M90001"


class Wire:
    """Answers by path; a function is given the call; what is not there is a 404."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self.table = table
        self.calls: list[Call] = []

    async def call(self, call: Call) -> Answer:
        self.calls.append(call)
        found = self.table.get(call.path)
        found = found(call) if callable(found) else found
        if found is None:
            if 404 not in call.accept_status:
                raise Rejected("answered 404", status=404)
            return Answer(status=404, headers={}, body=b"", fetched_at=FETCHED)
        body = found if isinstance(found, bytes) else json.dumps(found).encode()
        return Answer(status=200, headers={}, body=body, fetched_at=FETCHED)


async def secret(name: str) -> str:
    return name


def joined(table: Mapping[str, Any], **settings: Any) -> tuple[VitecConnector, Wire]:
    wire = Wire(table)
    held = {"customer_id": "M90001", **settings}
    return VitecConnector(wire, connection="v", settings=held, secrets=secret), wire


def contacts(*ids: Any) -> dict[str, Any]:
    """The list of ids by kind; the first is a company."""
    rows = [{"id": one, "changedAt": "2026-05-04T11:46:09", "customerId": "M90001"} for one in ids]
    return {"companies": rows[:1], "persons": rows[1:], "deceasedEstates": []}


def sellers(**sold: list[str]) -> Any:
    """Answers for those of the contacts asked for who sell."""

    def answer(call: Call) -> list[dict[str, Any]]:
        asked = dict(call.query)["contactIds"].split(",")
        return [{"id": one, "estateIds": sold[one]} for one in asked if one in sold]

    return answer


async def listed(connector: VitecConnector, **how: Any) -> list[Page]:
    return [page async for page in connector.pages("relation", **how)]


def ids(pages: list[Page]) -> list[str]:
    return [record.source_id for page in pages for record in page.records]


# ---------------------------------------------------------------------- the stream


def test_the_stream_is_there_only_where_contacts_are_read() -> None:
    assert joined({})[0].streams[-1] == "relation"
    assert "relation" not in joined({}, read_contacts=False)[0].streams


async def test_without_contacts_the_list_of_relations_is_unsupported() -> None:
    with pytest.raises(Unsupported):
        await listed(joined({}, read_contacts=False)[0])


async def test_sellers_become_relations_with_what_they_sell() -> None:
    table = {ROOT: contacts("A", "B", "C"), f"{ROOT}/Seller": sellers(A=["O1", "O2"], C=["O3"])}
    connector, wire = joined(table)
    (page,) = await listed(connector)
    assert ids([page]) == ["O1|A|Seller", "O2|A|Seller", "O3|C|Seller"]
    assert page.last
    assert [call.operation for call in wire.calls] == ["contact.list", "contact.sellers"]
    assert all(call.sensitive and call.headers["Accept"] == "application/json" for call in wire.calls)


async def test_contacts_are_asked_about_twenty_at_a_time_and_by_query() -> None:
    names = [f"A{number:02}" for number in range(45)]
    connector, wire = joined({ROOT: contacts(*names), f"{ROOT}/Seller": sellers(A44=["O1"])})
    pages = await listed(connector)
    asked = [dict(call.query)["contactIds"].split(",") for call in wire.calls[1:]]
    assert asked == [names[:20], names[20:40], names[40:]]
    assert [(page.cursor, page.last) for page in pages] == [("A19", False), ("A39", False), ("A44", True)]


async def test_a_listing_goes_on_after_the_last_contact() -> None:
    names = [f"A{number:02}" for number in range(45)]
    connector, wire = joined({ROOT: contacts(*names), f"{ROOT}/Seller": sellers()})
    await listed(connector, cursor="A39")
    assert dict(wire.calls[1].query)["contactIds"].split(",") == names[40:]


async def test_a_catch_up_asks_only_about_contacts_that_changed() -> None:
    connector, wire = joined({ROOT: contacts()})
    (page,) = await listed(connector, since=datetime(2026, 5, 4, 9, 46, tzinfo=UTC))
    assert (page.records, page.last) == ([], True)
    assert wire.calls[0].query == (("ChangedAtFrom", "2026-05-04T09:46:00Z"),)


async def test_a_seller_whose_answer_names_no_homes_is_asked_for_its_relations() -> None:
    relations = [{"estateId": "O1", "type": "Seller"}, {"estateId": "O9", "type": "Buyer"}]
    table = {ROOT: contacts("A"), f"{ROOT}/Seller": [{"id": "A"}], f"{ROOT}/A/Relations": relations}
    assert ids(await listed(joined(table)[0])) == ["O1|A|Seller"]


async def test_the_names_of_members_are_settings() -> None:
    table = {
        ROOT: contacts("A", "B"),
        f"{ROOT}/Seller": [{"id": "A", "homes": ["O1"]}, {"id": "B"}],
        f"{ROOT}/B/Relations": [{"home": "O2", "as": "EstateContactSeller"}],
    }
    named = {"seller_estates": "homes", "relation_estate": "home", "relation_part": "as"}
    assert ids(await listed(joined(table, **named)[0])) == ["O1|A|Seller", "O2|B|Seller"]


@pytest.mark.parametrize(
    "answer",
    [
        {"rows": []},
        ["A"],
        b"oops",
        b"null",
        [{"estateIds": ["O1"]}],
        [{"id": "A", "estateIds": "O1"}],
        [{"id": "A", "estateIds": [{"id": "O1"}]}],
        [{"id": "../M2", "estateIds": []}],
    ],
)
async def test_an_answer_about_sellers_that_is_not_understood_is_said_to_be(answer: Any) -> None:
    with pytest.raises(Unsupported) as caught:
        await listed(joined({ROOT: contacts("A"), f"{ROOT}/Seller": answer})[0])
    assert caught.value.code == "relations_unknown"
    assert "O1" not in str(caught.value)


@pytest.mark.parametrize("answer", [[], {"persons": {}}, b"oops", b""])
async def test_a_list_of_contacts_that_is_none_is_tried_again(answer: Any) -> None:
    with pytest.raises(Retryable):
        await listed(joined({ROOT: answer})[0])


async def test_odd_ids_in_the_list_of_contacts_are_left_out() -> None:
    odd: list[Any] = ["A", None, 7, {"a": 1}, "B,C", "../M2", ""]
    connector, wire = joined({ROOT: contacts(*odd), f"{ROOT}/Seller": sellers()})
    await listed(connector)
    assert dict(wire.calls[1].query)["contactIds"] == "A"


# ---------------------------------------------------------------------- one relation


async def fetched(key: str, relations: Any, **settings: Any) -> RawRecord | None:
    return await joined({f"{ROOT}/A/Relations": relations}, **settings)[0].fetch(
        Ref(kind="relation", source_id=key)
    )


SELLS = [{"estateId": "O1", "contactId": "A", "type": "Seller"}, {"estateId": "O2", "type": "Seller"}]


async def test_a_relation_that_stands_is_fetched() -> None:
    found = await fetched("O1|A|Seller", SELLS)
    assert found is not None
    assert (found.kind, found.source_id) == ("relation", "O1|A|Seller")


@pytest.mark.parametrize("relations", [[], None, SELLS[1:]])
async def test_a_relation_that_has_ended_is_gone(relations: Any) -> None:
    assert await fetched("O1|A|Seller", relations) is None


@pytest.mark.parametrize("answer", [[{"object": "O1"}], {}, b"", [{"estateId": "O1"}], [{"type": "Seller"}]])
async def test_an_answer_that_is_not_understood_never_means_gone(answer: Any) -> None:
    with pytest.raises(Unsupported):
        await fetched("O1|A|Seller", answer)


@pytest.mark.parametrize("key", ["O1|A|Buyer", "O1|A|ViewingParticipant|V1", "O1|A|"])
async def test_a_part_that_vitec_cannot_be_asked_for_is_never_called_gone(key: str) -> None:
    with pytest.raises(Unsupported):
        await fetched(key, SELLS)


async def test_the_parts_that_vitec_answers_for_are_a_setting() -> None:
    buys = [{"estateId": "O1", "type": "Buyer"}]
    assert await fetched("O1|A|Buyer", buys, relation_parts="Seller, Buyer") is not None
    assert await fetched("O1|A|Buyer", SELLS, relation_parts="Seller, Buyer") is None


@pytest.mark.parametrize("key", ["", "A", "O1|A", "O1||Seller", "O1|../A|Seller", "O1|A|Seller|V|X"])
async def test_what_is_no_key_is_invalid_and_asks_nobody(key: str) -> None:
    connector, wire = joined({})
    with pytest.raises(Invalid):
        await connector.fetch(Ref(kind="relation", source_id=key))
    assert wire.calls == []


async def test_all_relations_of_a_contact_can_be_asked_for_at_once() -> None:
    connector, _ = joined({f"{ROOT}/A/Relations": SELLS})
    raw = await connector.fetch(Ref(kind="relation", source_id="*|A|*"))
    assert raw is not None
    assert [record.id for record in connector.map(raw).records] == ["v:O1|A|Seller", "v:O2|A|Seller"]
    nothing = await fetched("*|A|*", [])
    assert nothing is not None
    assert connector.map(nothing).records == []


# ---------------------------------------------------------------------- the record


async def test_a_relation_from_a_notice_and_from_an_answer_are_one_and_the_same() -> None:
    connector, _ = joined({f"{ROOT}/A/Relations": SELLS})
    body = {"type": "EstateContact", "event": "Update", "subtype": "Seller", "relId1": "O1", "relId2": "A"}
    request = WebhookRequest(headers={}, body=json.dumps(body).encode(), received_at=FETCHED)
    told = connector.from_notice(connector.notices(request)[0])
    raw = await connector.fetch(Ref(kind="relation", source_id="O1|A|Seller"))
    assert told is not None
    assert raw is not None
    asked = connector.map(raw)
    assert msgspec.to_builtins(asked.records) == msgspec.to_builtins(told.records)
    (record,) = asked.records
    assert isinstance(record, Relation)
    assert (record.estate_id, record.contact_id, record.role) == ("v:O1", "v:A", "seller")
    assert [(ref.kind, ref.source_id) for ref in connector.follow(asked)] == [("contact", "A")]


async def test_nothing_of_the_person_is_kept_with_a_relation() -> None:
    row = {"id": "A", "estateIds": ["O1"], "lastName": "Testsson", "socialSecurityNumber": "19121212-1212"}
    (page,) = await listed(joined({ROOT: contacts("A"), f"{ROOT}/Seller": [row]})[0])
    assert b"Testsson" not in page.records[0].body
    assert b"1212" not in page.records[0].body


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{}", "not_json"),
        (b"\xff", "not_json"),
        (b'[{"estate": "O1", "contact": "B", "part": "Seller"}]', "other_record"),
    ],
)
def test_kept_bytes_that_are_not_the_relation_are_invalid(body: bytes, code: str) -> None:
    raw = RawRecord(kind="relation", source_id="O1|A|Seller", body=body, fetched_at=FETCHED)
    with pytest.raises(Invalid) as caught:
        joined({})[0].map(raw)
    assert caught.value.code == code


def test_every_unknown_of_relations_has_a_setting_of_that_name() -> None:
    manifest = load("vitec")
    names = {setting.name for setting in manifest.settings}
    assert {"seller_estates", "relation_estate", "relation_part", "relation_parts"} <= names
    assert {"seller_estates", "relation_estate", "relation_part", "relation_parts"} <= {
        unknown.setting for unknown in manifest.unknown
    }
