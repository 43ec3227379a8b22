"""Values and errors go through JSON and come back."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brygga.hub.durable import FlowChanged, FlowFailed, NotJson
from brygga.hub.durable.values import error_facts, error_from, error_to_json, from_json, plain, to_json
from brygga.model.errors import ALL_KINDS, BryggaError, Fault

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(values.filter(lambda v: not (isinstance(v, dict) and "$error" in v)))
def test_every_json_value_comes_back_equal_and_as_ascii(value: object) -> None:
    text = to_json(value)
    assert text.isascii()
    assert from_json(text) == value


@pytest.mark.parametrize(
    "value", [b"x", {1, 2}, dt.datetime.now(dt.UTC), float("nan"), object(), {"$error": {}}, {(1, 2): 3}]
)
def test_what_json_lacks_is_refused(value: object) -> None:
    with pytest.raises(NotJson):
        to_json(value)


def test_a_value_looks_the_same_before_and_after_it_was_stored() -> None:
    assert plain({"a": (1, 2), 3: "x"}) == {"a": [1, 2], "3": "x"}


@pytest.mark.parametrize("kind", sorted(ALL_KINDS))
def test_each_of_our_errors_keeps_its_type_and_facts(kind: str) -> None:
    error = ALL_KINDS[kind](
        "what", code="c", sv="Så här.", connection="k", fault=Fault.OFFICE, status=429, after_s=1.5
    )
    back = from_json(error_to_json(error))
    assert type(back) is ALL_KINDS[kind]
    assert isinstance(back, BryggaError)
    assert (str(back), back.facts()) == (str(error), error.facts())


def test_a_foreign_error_keeps_its_type_name_and_never_its_text() -> None:
    back = error_from(error_facts(KeyError("Anna Andersson 19900111-2383")))
    assert isinstance(back, FlowFailed)
    assert back.what == back.message == "KeyError"
    assert "Anna" not in str(back.facts())
    assert error_facts(back) == error_facts(error_from(error_facts(back)))


def test_a_changed_flow_keeps_its_type() -> None:
    assert type(error_from(json.loads(json.dumps(error_facts(FlowChanged("steps differ")))))) is FlowChanged
