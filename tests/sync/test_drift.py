"""Shapes of answers: learnt, compared, and what counts as breaking."""

from __future__ import annotations

import copy
import random
from typing import Any

import msgspec

from brygga.sync.drift import LEARNT, Shape, accept, examine, judge

ROW: dict[str, Any] = {
    "id": "E1",
    "price": {"asking": 3_000_000, "text": None},
    "images": [{"url": "a", "width": 1}, {"url": "b", "width": 2}],
    "size": 61.5,
    "note": None,
}


class Raw(msgspec.Struct):
    kind: str
    source_id: str
    body: bytes


def raws(*documents: Any, kind: str = "estate") -> list[Raw]:
    return [Raw(kind, str(n), msgspec.json.encode(one)) for n, one in enumerate(documents)]


def learnt_from(count: int = 60, **more: Any) -> Shape:
    return examine({}, raws(*([ROW | more] * count))).shapes["estate"]


def changed(path: str, **to: Any) -> dict[str, Any]:
    """A row of which one member is taken away, or given another value."""
    row = copy.deepcopy(ROW)
    *way, last = path.split(".")
    place: Any = row
    for step in way:
        place = place[int(step)] if step.isdigit() else place[step]
    place.pop(last)
    place.update(to)
    return row


def told(shape: Shape, row: Any) -> set[tuple[str, str]]:
    return {(drift.change, drift.path) for drift in judge(shape, "estate", row)}


def test_too_few_records_say_nothing() -> None:
    assert told(learnt_from(49), {}) == set()
    assert ("gone", ".price") in told(learnt_from(50), {})


def test_the_same_form_is_no_drift_whatever_the_values() -> None:
    shape = learnt_from()
    assert told(shape, ROW | {"size": 7, "note": "text", "images": [], "id": "other"}) == set()


def test_a_new_member_is_told_and_breaks_nothing() -> None:
    shape = learnt_from()
    found = examine({"estate": shape}, raws(ROW | {"energy": "C"}))
    assert [(d.change, d.path, d.breaking) for d in found.drifts] == [("new", ".energy", False)]
    assert found.broken == set()
    assert told(found.shapes["estate"], ROW | {"energy": "C"}) == set()


def test_a_member_that_was_always_there_and_is_gone_breaks() -> None:
    shape = learnt_from()
    assert told(shape, changed("price.asking")) == {("gone", ".price.asking")}
    assert told(shape, changed("images.0.url")) == {("gone", ".images[].url")}


def test_a_member_that_was_only_sometimes_there_may_be_missing() -> None:
    rows = [ROW | ({"sometimes": 1} if n % 2 else {}) for n in range(60)]
    shape = examine({}, raws(*rows)).shapes["estate"]
    assert told(shape, ROW) == set()


def test_another_type_breaks_but_null_and_another_kind_of_number_do_not() -> None:
    shape = learnt_from()
    assert told(shape, changed("size", size="61,5")) == {("retyped", ".size")}
    assert told(shape, changed("size", size={"value": 61.5})) >= {("retyped", ".size")}
    assert told(shape, changed("size", size=None)) == set()
    assert told(shape, changed("size", size=61)) == set()


def test_what_a_person_has_accepted_is_not_told_again() -> None:
    shape = accept(learnt_from(), [".price.asking", ".size"])
    assert told(shape, changed("price.asking")) == set()
    assert told(shape, changed("size", size="61,5")) == set()


def test_nothing_is_learnt_from_a_record_that_breaks() -> None:
    shape = learnt_from()
    found = examine({"estate": shape}, raws(*([changed("price.asking")] * 100)))
    assert len(found.broken) == 100
    assert found.shapes == {}
    assert sum(found.drifts.values()) == 100


def test_one_broken_record_among_many_makes_all_of_them_be_looked_at() -> None:
    shape = learnt_from(LEARNT)
    rows = [changed("price.asking") if n % 10 == 0 else ROW for n in range(1000)]
    assert len(examine({"estate": shape}, raws(*rows)).broken) == 100


def test_a_source_that_uses_ids_as_names_has_an_end() -> None:
    rows = [{f"id{n}_{k}": k for k in range(100)} for n in range(60)]
    assert len(examine({}, raws(*rows)).shapes["estate"].members) <= 2_001


def test_what_is_not_json_is_passed_over() -> None:
    found = examine({}, [Raw("estate", "1", b"<xml/>"), Raw("estate", "2", b""), *raws([1, 2], "text", None)])
    assert (found.broken, found.drifts) == (set(), {})


def test_any_json_at_all_can_be_looked_at() -> None:
    rng = random.Random(5)

    def anything(depth: int) -> Any:
        if depth == 0 or rng.random() < 0.3:
            return rng.choice([None, True, 1, 2.5, "å.b", ""])
        if rng.random() < 0.5:
            return [anything(depth - 1) for _ in range(rng.randrange(4))]
        return {rng.choice(["a", "b.c", "", "å"]): anything(depth - 1) for _ in range(rng.randrange(4))}

    shape = Shape(members={}, accepted=[])
    for _ in range(300):
        found = examine({"estate": shape}, raws(anything(6)))
        shape = found.shapes.get("estate", shape)
