"""Fastighetsbyrån's search answers: read by unit, latitude in x, nothing lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brygga.connectors.fastighetsbyran.api import FastighetsbyranConnector
from brygga.connectors.fastighetsbyran.mapping.captured import Captured
from brygga.model import Comparable, Invalid
from brygga.model.parts import Position

AT = datetime(2026, 5, 4, tzinfo=UTC)


def captured(value: Any) -> Captured:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    found = FastighetsbyranConnector.captured(body, fetched_at=AT)
    assert found is not None
    return found


def home_of(**members: Any) -> Comparable:
    raw = captured({"results": [{"maeklarObjektId": 5, **members}]}).rows[0]
    record = FastighetsbyranConnector.map_captured(raw, "f").records[0]
    assert isinstance(record, Comparable)
    return record


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from leaves(inner)
    elif value not in (None, ""):
        yield value


def test_the_saved_answer_is_read_without_loss(shared_providers: Path) -> None:
    path = shared_providers / "fastighetsbyran" / "samples" / "soek_objekt_response_sample.json"
    found = captured(path.read_bytes())
    assert found.outside == {"currentPage": 1, "pageCount": 1, "pageSize": 1, "rowCount": 1}
    (raw,) = found.rows
    result = FastighetsbyranConnector.map_captured(raw, "f")
    assert result.findings == []
    held = list(leaves(msgspec.to_builtins(result.records[0])))
    words = {"Villa": "house", "5 rum": 5.0, "118/0 kvm": 118.0}
    lost = [
        leaf
        for leaf in leaves(json.loads(raw.body))
        if leaf not in held and words.get(leaf) not in held and f"f:{leaf}" not in held
    ]
    assert lost == [True]  # paaGang, which is the state


def test_the_saved_question_has_no_homes_and_is_counted(shared_providers: Path) -> None:
    path = shared_providers / "fastighetsbyran" / "samples" / "soek_objekt_request_sample.json"
    found = captured(path.read_bytes())
    assert found.rows == []
    assert len(found.outside) == 10


def test_x_is_the_latitude_in_goteborg(shared_providers: Path) -> None:
    path = shared_providers / "fastighetsbyran" / "samples" / "soek_objekt_response_sample.json"
    home = FastighetsbyranConnector.map_captured(captured(path.read_bytes()).rows[0], "f").records[0]
    assert isinstance(home, Comparable)
    assert home.address.position == Position(latitude=57.7479777495, longitude=11.9258718166)
    assert home.address.municipality == "goteborgs stad"
    assert home.state == "upcoming"
    assert home.asking_kr is None


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["3 495 000 kr", "3 rum", "75,5 kvm"], (3_495_000, 3, 75.5, None)),
        (["75,5\u00a0kvm", "3\u00a0495\u00a0000\u00a0kr", "3\u00a0rum"], (3_495_000, 3, 75.5, None)),
        (["", "5 rum", "118/0 kvm"], (None, 5, 118, 0)),
        (["118 / 24,5 m²"], (None, None, 118, 24.5)),
        (["2,5 rum"], (None, 2.5, None, None)),
        ([], (None, None, None, None)),
    ],
)
def test_display_texts_are_told_apart_by_unit(texts: list[str], expected: tuple[Any, ...]) -> None:
    home = home_of(metaData=texts)
    assert (home.asking_kr, home.rooms, home.areas.living_m2, home.areas.other_m2) == expected
    assert "metaData" not in home.extra


def test_a_text_that_says_something_new_is_carried_whole_and_remarked() -> None:
    raw = captured(
        {"results": [{"maeklarObjektId": 5, "metaData": ["3 rum", "Pris på förfrågan", "12 snår"]}]}
    ).rows[0]
    result = FastighetsbyranConnector.map_captured(raw, "f")
    assert result.records[0].extra["metaData"] == ["3 rum", "Pris på förfrågan", "12 snår"]
    assert [f.path for f in result.findings] == ["metaData[1]", "metaData[2]"]


def test_times_flags_and_new_members() -> None:
    home = home_of(
        avtalsdag="2025-03-04T00:00:00",
        paaGang=True,
        senasteTidObjektetBlevTillSalu="2024-12-23T08:57:40.51",
        litenRubrik="Tuve - Hisingen",
        bostadsTyp="Radhus",
        heltNytt={"a": 1},
        bildUrl="https://media.example.test/1.jpg",
    )
    assert (home.state, home.sold_on) == ("sold", date(2025, 3, 4))
    assert home.published_at == datetime(2024, 12, 23, 7, 57, 40, 510_000, tzinfo=UTC)
    assert home.area_names == ["Tuve", "Hisingen"]
    assert home.type == "house"
    assert home.image_urls == ["https://media.example.test/1.jpg"]
    assert home.extra == {"paaGang": True, "bostadsTyp": "Radhus", "heltNytt": {"a": 1}}


PAIRS = {
    "Pris": "5 545 000 kr utgångspris",
    "Antal rum": "5 rum + kök",
    "Boarea/Biarea": "134 kvm",
    "Avgift": "5 774 kr/mån",
    "Upplåtelseform": "Bostadsrätt",
    "Typ": "Villa",
    "Byggår": "1987",
    "Andel i föreningen": "0,047051",
    "Elförbrukning": "10 786 kWh/år",
    "Webbnr": "1410-29909",
}


def test_labels_of_a_detail_page() -> None:
    raw = captured(PAIRS).rows[0]
    home = FastighetsbyranConnector.map_captured(raw, "f").records[0]
    assert isinstance(home, Comparable)
    assert (home.asking_kr, home.rooms, home.areas.living_m2, home.fee_kr) == (5_545_000, 5, 134, 5_774)
    assert (home.tenure, home.type, home.year_built, home.id) == (
        "tenant_ownership",
        "house",
        1987,
        "f:1410-29909",
    )
    assert home.extra == {"Andel i föreningen": "0,047051", "Elförbrukning": "10 786 kWh/år"}


def test_a_label_that_cannot_be_read_is_carried_with_a_remark() -> None:
    result = FastighetsbyranConnector.map_captured(
        captured(PAIRS | {"Pris": "ring mäklaren", "Byggår": "x"}).rows[0], "f"
    )
    assert result.records[0].extra["Pris"] == "ring mäklaren"
    assert {f.path for f in result.findings} == {"Pris", "Byggår"}


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b'{"results": [1]}', b'{"sold": []}', b"<html>", b"\xff"]
)
def test_what_is_not_ours_is_left_to_others(body: bytes) -> None:
    assert FastighetsbyranConnector.captured(body, fetched_at=AT) is None


def test_an_item_without_a_number_is_set_aside() -> None:
    found = captured({"results": [{"maeklarObjektId": 1}, {"storRubrik": "x"}]})
    with pytest.raises(Invalid):
        FastighetsbyranConnector.map_captured(found.rows[1], "f")


ODD = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=40)
    | st.lists(st.text(max_size=9))
)
NAMES = [
    "storRubrik", "litenRubrik", "metaData", "xKoordinat", "yKoordinat", "paaGang", "avtalsdag", "bostadsTyp",
    "url", "bildUrl", "bildUrlLista", "aerNyproduktion",
]  # fmt: skip  # one list


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), ODD))
def test_odd_values_never_raise(members: dict[str, Any]) -> None:
    body = json.dumps({"results": [{"maeklarObjektId": 5, **members}]}).encode("utf-8", "surrogatepass")
    raw = captured(body).rows[0]
    assert FastighetsbyranConnector.map_captured(raw, "f").records[0].id == "f:5"
