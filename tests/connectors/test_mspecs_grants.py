"""Personal data by grant: what is not granted is never asked for and never kept, even when it comes."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brygga.connectors.abilities import RawRecord, Ref
from brygga.connectors.mspecs.api import MspecsConnector
from brygga.connectors.mspecs.mapping import granting
from brygga.model import Contact, Estate, Relation, Unsupported, encode
from brygga.wire.call import Answer, Call

DEAL = "MDAwNHwwMDAwMDAwMDc1NHw1OA.."
FETCHED = datetime(2026, 5, 12, 8, 0, tzinfo=UTC)
NUMBER = "191212121212"  # from the published test series
SELLER = {
    "type": "PERSON",
    "share": "1/2",
    "firstName": "Tolvan",
    "lastName": "Tolvansson",
    "identifier": NUMBER,
    "email": "tolvan@example.com",
    "phoneNumber": "070-174 06 05",
    "streetAddress": "Hemgatan 1",
    "postalCode": "11122",
    "city": "Solna",
    "shoeSize": "44",
}
BASIC, COMMUNICATION, SENSITIVE = (
    {"Tolvan", "Tolvansson", "1/2", "Hemgatan 1", "11122", "Solna"},
    {"tolvan@example.com", "070-174 06 05"},
    {NUMBER},
)
ANSWER = {
    "id": DEAL,
    "objectType": {"constant": "OBJECT_TYPE_HOUSE", "translation": "Småhus"},
    "publishingInformation": {"status": "X_STATUS_PENDING", "updated": "2026-05-04T12:00:00Z"},
    "sellers": [SELLER],
    "buyers": [{**SELLER, "firstName": "Köpa", "lastName": "Köparsson"}],
    "viewings": [
        {
            "id": "V.",
            "type": "ENUMS_VIEWINGS_TYPE_TIME_SLOTS",
            "slots": [
                {"id": "S.", "startTime": "2026-05-22T10:00:00Z", "participants": [{"buyerId": "B1."}]}
            ],
        }
    ],
}


class OneAnswer:
    """A wire with one answer to everything."""

    def __init__(self, body: Any) -> None:
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.calls: list[Call] = []

    async def call(self, call: Call) -> Answer:
        self.calls.append(call)
        return Answer(status=200, headers={}, body=self.body, fetched_at=FETCHED)


async def secret(name: str) -> str:
    return f"the-{name}"


def joined(grants: Any, body: Any = ANSWER) -> tuple[MspecsConnector, OneAnswer]:
    wire = OneAnswer(body)
    settings = {"subscriber_id": "S.", "grants": grants}
    return MspecsConnector(wire, connection="m", settings=settings, secrets=secret), wire


async def fetched(grants: Any) -> tuple[MspecsConnector, RawRecord]:
    connector, _ = joined(grants)
    raw = await connector.fetch(Ref(kind="estate", source_id=DEAL))
    assert raw is not None
    return connector, raw


ALL = "READ_SELLER.READ_BASIC,READ_SELLER.READ_COMMUNICATION,READ_SELLER.READ_SENSITIVE"
ROWS = [("READ_BASIC", BASIC), ("READ_COMMUNICATION", COMMUNICATION), ("READ_SENSITIVE", SENSITIVE)]
SETS = [tuple(some) for count in range(4) for some in itertools.combinations(ROWS, count)]


@pytest.mark.parametrize("some", SETS, ids=lambda some: "+".join(name for name, _ in some) or "none")
async def test_exactly_what_is_granted_of_a_seller_is_kept(some: tuple[tuple[str, set[str]], ...]) -> None:
    connector, raw = await fetched([f"READ_SELLER.{name}" for name, _ in some])
    kept = set().union(*(values for _, values in some))
    everything = raw.body.decode() + b"".join(encode(one) for one in connector.map(raw).records).decode()
    for value in BASIC | COMMUNICATION | SENSITIVE:
        assert (json.dumps(value, ensure_ascii=False) in raw.body.decode()) is (value in kept)
    assert "44" not in json.loads(raw.body).get("sellers", [{}])[0].values()
    assert "Köparsson" not in everything
    assert "B1." not in everything


async def test_without_grants_no_person_is_made_and_that_is_normal() -> None:
    connector, raw = await fetched("")
    found = connector.map(raw)
    assert not [one for one in found.records if isinstance(one, Contact | Relation)]
    assert not [one for one in found.findings if one.code == "not_granted"]
    assert connector.dropped["sellers.identifier"] == 1
    assert connector.dropped["sellers.?"] == 1
    assert connector.dropped["viewings.participants"] == 1


async def test_with_grants_a_seller_is_a_contact_with_a_part_in_the_home() -> None:
    connector, raw = await fetched(ALL)
    found = connector.map(raw)
    home = found.records[0]
    assert isinstance(home, Estate)
    (contact,) = [one for one in found.records if isinstance(one, Contact)]
    (relation,) = [one for one in found.records if isinstance(one, Relation)]
    assert (contact.first_name, contact.personnummer, contact.mobile) == ("Tolvan", NUMBER, "+46701740605")
    assert (relation.role, relation.contact_id, relation.estate_id) == ("seller", contact.id, home.id)
    assert home.seller_ids == [contact.id]
    assert NUMBER not in contact.id


async def test_buyers_have_grants_of_their_own_in_either_form() -> None:
    for grants in ("READ_BUYER.READ_BASIC", "READ_BUYER_BASIC", " read_buyer_basic , X "):
        connector, raw = await fetched(grants)
        (contact,) = [one for one in connector.map(raw).records if isinstance(one, Contact)]
        assert (contact.last_name, contact.personnummer, contact.email) == ("Köparsson", "", "")


async def test_a_grant_that_was_taken_back_holds_for_bytes_kept_before() -> None:
    _, raw = await fetched(ALL)
    later, _ = joined("")
    found = later.map(raw)
    assert not [one for one in found.records if isinstance(one, Contact)]
    assert NUMBER.encode() not in b"".join(map(encode, found.records))
    assert {one.path for one in found.findings if one.code == "not_granted"} >= {"sellers.identifier"}


@pytest.mark.parametrize("identifier", ["191212121213", "skyddad identitet", "hej", "19121212-121", "0" * 12])
async def test_a_number_that_cannot_be_read_is_noted_and_not_carried(identifier: str) -> None:
    answer = {**ANSWER, "sellers": [{**SELLER, "identifier": identifier}]}
    connector, _ = joined(ALL, answer)
    raw = await connector.fetch(Ref(kind="estate", source_id=DEAL))
    assert raw is not None
    found = connector.map(raw)
    (contact,) = [one for one in found.records if isinstance(one, Contact)]
    assert contact.personnummer == ""
    assert contact.protected is identifier.startswith("skyddad")
    assert identifier.encode() not in b"".join(map(encode, found.records))
    assert any(one.code == "not_a_personnummer" for one in found.findings)


@pytest.mark.parametrize("grants", ["", "READ_SELLER.READ_BASIC", "READ_BIDDING", "READ_SENSITIVE_NOT"])
async def test_the_most_sensitive_part_is_never_asked_for_without_its_grant(grants: str) -> None:
    connector, wire = joined(grants)
    with pytest.raises(Unsupported):
        await connector.restricted(DEAL)
    assert wire.calls == []


async def test_with_its_grant_it_is_asked_for_and_neither_logged_nor_cached() -> None:
    connector, wire = joined("READ_SELLER.READ_SENSITIVE")
    assert await connector.restricted(DEAL) == wire.body
    (call,) = wire.calls
    assert (call.path, call.sensitive) == (f"/api/dealService/deals/{DEAL}/restricted", True)


async def test_fetching_a_deal_never_asks_for_the_most_sensitive_part() -> None:
    connector, wire = joined(ALL)
    await connector.fetch(Ref(kind="estate", source_id=DEAL))
    assert [call.operation for call in wire.calls] == ["deal.read"]


async def test_an_answer_with_nothing_to_cut_keeps_its_exact_bytes() -> None:
    body = json.dumps(
        {name: value for name, value in ANSWER.items() if name not in {"sellers", "buyers", "viewings"}},
        indent=3,
    ).encode()
    connector, _ = joined("", body)
    raw = await connector.fetch(Ref(kind="estate", source_id=DEAL))
    assert raw is not None
    assert raw.body == body


@pytest.mark.parametrize(
    "odd", ["Tolvan", 7, {"firstName": "Tolvan"}, [["Tolvan"]], [None, "Tolvan", [SELLER]]]
)
async def test_parties_of_an_odd_shape_are_thrown_away(odd: Any) -> None:
    connector, _ = joined(ALL, {**ANSWER, "sellers": odd})
    raw = await connector.fetch(Ref(kind="estate", source_id=DEAL))
    assert raw is not None
    assert b"Tolvan" not in raw.body


leaf = st.none() | st.booleans() | st.integers() | st.just("PERSONAL")
member = st.sampled_from([*SELLER, "participants", "slots", "unheard"])
shape = st.recursive(
    leaf,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(member, inner, max_size=5),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["sellers", "buyers"]), shape, max_size=2))
def test_whatever_its_shape_nothing_personal_passes_without_a_grant(odd: dict[str, Any]) -> None:
    kept, _ = granting.cut({"id": DEAL, **odd}, frozenset())
    assert {name: value for name, value in kept.items() if value is not None} == {"id": DEAL}


def test_a_group_hidden_in_a_granted_member_does_not_pass() -> None:
    odd = {"sellers": [{"firstName": {"identifier": NUMBER}, "lastName": [NUMBER], "name": "Brf"}]}
    kept, gone = granting.cut(odd, granting.parse("READ_SELLER.READ_BASIC"))
    assert kept == {"sellers": [{"name": "Brf"}]}
    assert gone == {"sellers.firstName": 1, "sellers.lastName": 1}
