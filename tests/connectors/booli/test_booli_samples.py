"""Every saved answer of Booli's is read without loss, and so is whatever else may come."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brygga.connectors.abilities import RawRecord
from brygga.connectors.booli.api import BooliConnector
from brygga.connectors.booli.mapping.captured import Captured
from brygga.model import Comparable, Invalid, Mapped

AT = datetime(2026, 5, 4, tzinfo=UTC)
ROWS = {
    "Kenshins_BooliCPP__areastestdata.json": 9,
    "Kenshins_BooliCPP__booliresult.schema.json": 0,
    "Kenshins_BooliCPP__listingstestdata.json": 10,
    "Kenshins_BooliCPP__soldtestdata.json": 30,
    "julianereddick_cohort-tracker__booli-sold-detail-sample.json": 1,
    "stranne_BooliLib__Area.json": 5,
    "stranne_BooliLib__ListingsMultiple.json": 5,
    "stranne_BooliLib__ListingsSingle.json": 1,
    "stranne_BooliLib__SoldMultiple.json": 5,
    "stranne_BooliLib__SoldSingle.json": 1,
}

Holds = Callable[[Mapped, Any], bool]


def captured(body: bytes) -> Captured:
    found = BooliConnector.captured(body, fetched_at=AT)
    assert found is not None
    return found


def mapped(raw: RawRecord) -> Mapped:
    return BooliConnector.map_captured(raw, "booli")


def count_leaves(value: Any) -> int:
    if isinstance(value, dict | list) and value:
        return sum(map(count_leaves, value.values() if isinstance(value, dict) else value))
    return 1


def test_every_saved_file_is_named_here(shared_providers: Path) -> None:
    assert {path.name for path in (shared_providers / "booli" / "samples").iterdir()} == set(ROWS)


@pytest.mark.parametrize("name", sorted(ROWS))
def test_every_leaf_of_a_saved_answer_is_mapped_carried_or_counted(
    shared_providers: Path, name: str, leaves: Any, holds: Holds
) -> None:
    body = (shared_providers / "booli" / "samples" / name).read_bytes()
    found = captured(body)
    assert len(found.rows) == ROWS[name]
    lost = []
    inside = 0
    for raw in found.rows:
        result = mapped(raw)
        assert not [f for f in result.findings if f.code != "unknown_member"]
        row = json.loads(raw.body)
        row = row if "__typename" in row else next(iter(row.values()))[0]
        inside += count_leaves(row)
        lost += [leaf for leaf in leaves(row) if not holds(result, leaf)]
    # Of a switch the model holds yes and no, and the provider writes 1.
    assert [leaf for leaf in lost if leaf != 1] == []
    assert inside + sum(found.outside.values()) == count_leaves(json.loads(body.decode("utf-8-sig")))


def test_a_number_that_is_taken_away_is_missed_by_the_walk(shared_providers: Path, holds: Holds) -> None:
    body = (shared_providers / "booli" / "samples" / "stranne_BooliLib__SoldSingle.json").read_bytes()
    result = mapped(captured(body).rows[0])
    assert holds(result, 1_680_000)
    assert isinstance(result.records[0], Comparable)
    result.records[0].price_kr = None
    assert not holds(result, 1_680_000)


def test_a_sold_home_keeps_price_kind_zone_and_position() -> None:
    row = {
        "booliId": 11,
        "objectType": "Radhus",
        "published": "2017-07-01 12:00:00",
        "location": {
            "address": {"streetAddress": "Provgatan 1"},
            "position": {"latitude": 59.1, "longitude": 18.2, "isApproximate": 1},
            "namedAreas": ["Provby"],
            "region": {"municipalityName": "Nacka"},
        },
        "rooms": 1.5,
        "floor": 0,
        "livingArea": 50.5,
        "isNewConstruction": 1,
        "soldDate": "2017-08-01",
        "soldPrice": 2_000_000,
        "soldPriceSource": "admin",
        "newMember": {"a": [1, {"b": 2}]},
    }
    result = mapped(captured(b"\xef\xbb\xbf" + json.dumps({"sold": [row]}).encode()).rows[0])
    home = result.records[0]
    assert isinstance(home, Comparable)
    assert (home.state, home.type, home.price_kind, home.new_home, home.approximate) == (
        "sold",
        "house",
        "admin",
        True,
        True,
    )
    assert home.published_at == datetime(2017, 7, 1, 10, 0, tzinfo=UTC)  # summer time
    assert home.floor == 0
    assert home.asking_kr is None
    assert home.extra == {"objectType": "Radhus", "newMember": {"a": [1, {"b": 2}]}}
    assert [(f.code, f.path) for f in result.findings] == [("unknown_member", "newMember")]


def node(**members: Any) -> bytes:
    return json.dumps(
        {"__typename": "SoldProperty", "booliId": "12", "soldPriceType": "Lagfart", **members}
    ).encode()


@pytest.mark.parametrize(
    ("value", "kr"),
    [
        ({"raw": 4_000_000, "formatted": "9 kr"}, 4_000_000),
        ({"value": "4 000 000", "unit": "kr"}, 4_000_000),
        ({"formatted": "4 000 000 kr"}, 4_000_000),
        ({"raw": None, "value": None, "formatted": "4,2 Mkr"}, 4_200_000),
        ({"formatted": "på förfrågan"}, None),
        (None, None),
    ],
)
def test_a_formatted_value_falls_back_when_raw_is_missing(value: Any, kr: int | None) -> None:
    home = mapped(captured(node(soldPrice=value)).rows[0]).records[0]
    assert isinstance(home, Comparable)
    assert (home.price_kr, home.price_kind) == (kr, "title")


def test_a_list_view_gives_size_rooms_floor_and_fee_from_its_texts(leaves: Any) -> None:
    texts = ["120 + 30 m²", "2,5 rum", "vån 4½", "2 953 kr/mån", "40 200 kr/m²", "48 – 97 m²", "845 m² tomt"]
    points = [{"value": {"plainText": text}} for text in texts]
    body = node(**{'displayAttributes({"queryContext":"SERP"})': {"dataPoints": points}})
    home = mapped(captured(body).rows[0]).records[0]
    assert isinstance(home, Comparable)
    assert (home.areas.living_m2, home.areas.other_m2, home.areas.plot_m2) == (120, 30, 845)
    assert (home.rooms, home.floor, home.fee_kr) == (2.5, 4.5, 2_953)
    assert {"40 200 kr/m²", "48 – 97 m²"} <= set(leaves(home.extra))


def test_nodes_are_found_in_answers_caches_saved_pages_and_lines() -> None:
    one = json.loads(node())
    two = {"__typename": "Listing", "id": "13", "upcomingSale": True}
    project = {"__typename": "Project", "id": "14", "name": "Kvarteret Prov"}
    answer = {"data": {"searchSold": {"totalCount": 3, "pages": 1, "result": [one, two, project]}}}
    cache = {"props": {"apollo": {"SoldProperty:12": one, "Listing:13": two, "Project:14": project}}}
    page = b'<!doctype html><script id="__NEXT_DATA__" type="application/json">%s</script>'
    lines = b"\n".join(json.dumps(n).encode() for n in (one, two, project))
    for body in (
        json.dumps(answer).encode(),
        json.dumps(cache).encode(),
        page % json.dumps(cache).encode(),
        lines,
    ):
        found = captured(body)
        assert [raw.source_id for raw in found.rows] == ["12", "13", "14"]
        states = [
            record.state
            for raw in found.rows
            for record in mapped(raw).records
            if isinstance(record, Comparable)
        ]
        assert states == ["sold", "upcoming", "for_sale"]
    assert captured(json.dumps(answer).encode()).outside == {
        "data.searchSold.pages": 1,
        "data.searchSold.totalCount": 1,
    }


def test_bare_rows_and_nodes_without_their_type_are_known_too() -> None:
    bare = [{"booliId": 3, "objectType": "Villa", "soldPrice": 1}]
    node_like = {"booliId": 4, "streetAddress": "Provgatan 1", "soldPrice": {"raw": 2_000_000}}
    for body, kr in ((bare, 1), (node_like, 2_000_000)):
        home = mapped(captured(json.dumps(body).encode()).rows[0]).records[0]
        assert isinstance(home, Comparable)
        assert (home.state, home.price_kr) == ("sold", kr)


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'{"$schema":1,"properties":{"sold":'])
def test_json_nested_without_end_is_met_calmly(opening: bytes) -> None:
    assert BooliConnector.captured(opening * 100_000, fetched_at=AT) is None
    closing = b"]" if opening == b"[" else b"}" * opening.count(b"{")
    found = BooliConnector.captured(opening * 300 + b"1" + closing * 300, fetched_at=AT)
    assert found is None or found.rows == []


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b'{"results": []}', b"\xff\xfe", b"adress,pris\n", b'{"areas": [1]}']
)
def test_what_is_not_ours_is_left_to_others(body: bytes) -> None:
    assert BooliConnector.captured(body, fetched_at=AT) is None


def test_a_row_without_a_number_is_set_aside_and_not_lost() -> None:
    found = captured(b'{"sold": [{"soldPrice": 1}, {"booliId": 5}]}')
    assert [raw.source_id for raw in found.rows] == ["", "5"]
    with pytest.raises(Invalid) as raised:
        mapped(found.rows[0])
    assert raised.value.code == "no_id"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=15,
)
MEMBERS = [
    "objectType", "location", "published", "source", "livingArea", "rooms", "soldPrice", "soldDate", "floor",
    "url", "soldPriceSource", "infoSections", "displayAttributes", "latitude", "soldPriceType",
    "isNewConstruction",
]  # fmt: skip  # one list


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(MEMBERS) | st.text(max_size=10), JSON, max_size=8), st.booleans())
def test_odd_values_never_raise_and_every_member_is_somewhere(members: dict[str, Any], as_node: bool) -> None:
    row = {**members, "booliId": 9} | ({"__typename": "Listing"} if as_node else {})
    body = json.dumps(row if as_node else {"listings": [row]}).encode("utf-8", "surrogatepass")
    found = captured(body)
    result = mapped(found.rows[0])
    home = result.records[0]
    assert home.id == "booli:9"
    carried = {re.split(r"[.\[]", name)[0] for name in home.extra}
    remarked = {re.split(r"[.\[]", f.path)[0] for f in result.findings}
    for name in members.keys() - {"booliId", "__typename"} - set(MEMBERS):
        first = re.split(r"[.\[]", name)[0]
        assert (
            first.isprintable() is False
            or first.strip() == ""
            or "<" in first
            or {first, first.strip()} & (carried | remarked)
            or not first.isascii()
        )
