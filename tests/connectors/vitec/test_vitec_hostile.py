"""Whatever stands in a field, the record is read, nothing vanishes in silence and nothing leaks."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from brygga.model import Invalid, Mapped
from brygga.model.intake import FINDINGS_MOST

Map = Callable[..., Mapped]
KINDS = ["estate", "project", "agent", "association", "contact", "bid", "meeting"]
SETTINGS = settings(
    max_examples=2_000 if os.environ.get("BRYGGA_CHAOS") else 40,
    deadline=timedelta(seconds=5),
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # the fixtures hand out functions only
)

TEXTS = st.one_of(
    st.text(st.characters(codec=None), max_size=60),
    st.sampled_from(
        [
            "<script>alert(1)</script>Hej",
            '<p onclick="x">Hej</p>',
            "<a href='javascript:x'>länk</a>",
            "\u202eevil\u202c",
            "nol\x00l",
            "halv \ud83d bild",
            "å" * 60_000,
            "1 234,50",
            "NaN",
            "2026-13-45T99:99:99",
            "0001-01-01T00:00:00",
            "rad\r\nrad",
            "\u200b",
        ]
    ),
)
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.integers(min_value=10**30, max_value=10**40),
        st.floats(),
        TEXTS,
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


def changed(answer: dict[str, Any], path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    """A copy with another value at a path."""
    changed_answer = copy.deepcopy(answer)
    place: Any = changed_answer
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return changed_answer


def all_paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place in a JSON value, objects and lists too."""
    pairs: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, list):
        pairs = list(enumerate(value))
    inner = [found for step, one in pairs for found in all_paths(one, (*path, step))]
    return [path, *inner] if path else inner


def says_nothing(value: Any) -> bool:
    """Values that state nothing, so that nothing can be lost."""
    return value is None or value in ("", [], {}) or (isinstance(value, str) and not value.strip())


@pytest.mark.parametrize("kind", KINDS)
@SETTINGS
@given(data=st.data())
def test_a_changed_field_is_kept_or_told_of(
    kind: str, data: st.DataObject, filled: Any, to_records: Map, found_in: Any
) -> None:
    answer = filled(kind)
    path = data.draw(st.sampled_from(all_paths(answer)))
    value = data.draw(VALUES)
    broken = changed(answer, path, value)
    try:
        mapped = to_records(kind, json.dumps(broken).encode(), answer["id"])
    except Invalid:
        assert path == ("id",)
        return
    assert len(mapped.findings) <= FINDINGS_MOST + 1
    written = msgspec.json.encode(mapped)
    assert b"\\u0000" not in written
    written.decode("utf-8")
    if not mapped.findings and not says_nothing(value):
        assert told(value, mapped, found_in), (path, value)


def told(value: Any, mapped: Mapped, found_in: Any) -> bool:
    """Whether the new value came through, where no finding speaks of it."""
    if isinstance(value, bool):
        return True  # flags are told apart in test_vitec_mapping
    if isinstance(value, dict):
        return all(says_nothing(one) or told(one, mapped, found_in) for one in value.values())
    if isinstance(value, list):
        return all(says_nothing(one) or told(one, mapped, found_in) for one in value)
    return bool(found_in(value, mapped))


@pytest.mark.parametrize("kind", KINDS)
@SETTINGS
@given(data=st.data())
def test_several_wounds_at_once_are_survived(
    kind: str, data: st.DataObject, filled: Any, to_records: Map
) -> None:
    answer = filled(kind)
    broken = answer
    for _ in range(data.draw(st.integers(2, 6))):
        paths = [p for p in all_paths(broken) if p != ("id",)]
        broken = changed(broken, data.draw(st.sampled_from(paths)), data.draw(VALUES))
    mapped = to_records(kind, json.dumps(broken).encode(), answer["id"])
    msgspec.json.encode(mapped).decode("utf-8")


@SETTINGS
@given(body=st.binary(max_size=300))
def test_bytes_that_are_no_answer_are_invalid(body: bytes, to_records: Map) -> None:
    with pytest.raises(Invalid):
        to_records("estate", body, "OBJ1")


@SETTINGS
@given(cut=st.integers(min_value=0, max_value=4_000))
def test_a_torn_answer_is_never_half_a_record(cut: int, filled: Any, to_records: Map) -> None:
    body = json.dumps(filled("estate")).encode()
    with pytest.raises(Invalid):
        to_records("estate", body[: min(cut, len(body) - 1)], "T1")


@pytest.mark.parametrize(
    ("member", "value", "code"),
    [
        ("referenceId", "<img src=x onerror=alert(1)>Hej", "unsafe_html"),
        ("referenceId", "a\x00b", "hidden_characters"),
        ("referenceId", "a\u202eb", "hidden_characters"),
        ("referenceId", "a\nb", "line_breaks"),
        ("referenceId", "x" * 501, "too_long"),
        ("referenceId", 12, "text_as_number"),
        ("referenceId", {"a": 1}, "nested"),
        ("referenceId", True, "wrong_type"),
        ("images", {"a": 1}, "not_a_list"),
        ("images", [1], "bad_row"),
        ("address", "Storgatan 1", "not_a_section"),
        ("primaryAgentId", "../M2/HAN1", "bad_reference"),
        ("changedAt", "i går kväll", "not_a_time"),
    ],
)
def test_each_kind_of_bad_value_has_its_finding(
    member: str, value: Any, code: str, filled: Any, to_records: Map
) -> None:
    mapped = to_records("estate", filled("estate") | {member: value})
    assert (code, member) in {(f.code, f.path) for f in mapped.findings}


def test_no_finding_holds_what_stood_in_a_field(filled: Any, to_records: Map) -> None:
    answer = filled("contact")
    canary = "070-1740699 canary@example.com"
    for path in all_paths(answer):
        if path not in {("id",), ("type",)} and path[0] != "categories":
            mapped = to_records("contact", changed(answer, path, canary))
            assert "1740699" not in str(mapped.findings), path


def test_a_flood_of_findings_is_cut(filled: Any, to_records: Map) -> None:
    answer = filled("estate") | {"images": [{"id": f"M{n}", "dataChangedAt": "nej"} for n in range(500)]}
    mapped = to_records("estate", answer)
    assert len(mapped.findings) == FINDINGS_MOST + 1
    assert mapped.findings[-1].code == "more"
