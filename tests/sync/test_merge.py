"""Three-way merging: who wins, what is asked, and that nothing lossy ever flows back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brygga.sync.merge import Base, Choice, Merged, Side, agreed, merge
from brygga.sync.mirror_fields import Scope, print_of
from brygga.sync.ownership import Owner

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ALL = Scope(frozenset({"*"}))
NONE = Scope()


def side(values: dict[str, Any], can: Scope = ALL, *, at: datetime | None = NOW, shows: Any = None) -> Side:
    return Side(values=values, can=can, changed_at=at, arrived_at=NOW, shows=shows)


def base(left: dict[str, Any], right: dict[str, Any]) -> Base:
    paths = left.keys() | right.keys()
    return {p: (print_of(left.get(p)), print_of(right.get(p))) for p in paths}


def by(owner: Owner) -> Any:
    return lambda _: owner


def both(left: dict[str, Any], right: dict[str, Any], then: Base, owner: Owner, **other: Any) -> Merged:
    return merge(side(left), side(right), then, by(owner), **other)


def test_an_edit_on_the_left_goes_right() -> None:
    made = both({"a": 2}, {"a": 1}, base({"a": 1}, {"a": 1}), Owner.NEWEST)
    assert (made.to_right, made.to_left, made.clashes) == ({"a": 2}, {}, [])


def test_an_edit_on_the_right_goes_left_when_no_side_owns_the_field() -> None:
    made = both({"a": 1}, {"a": 2}, base({"a": 1}, {"a": 1}), Owner.NEWEST)
    assert (made.to_left, made.to_right) == ({"a": 2}, {})


def test_an_edit_of_a_field_that_the_other_side_owns_is_put_back_and_told() -> None:
    made = both({"a": 1}, {"a": 2}, base({"a": 1}, {"a": 1}), Owner.LEFT)
    assert (made.to_right, made.overruled) == ({"a": 1}, ["a"])
    made = both({"a": 2}, {"a": 1}, base({"a": 1}, {"a": 1}), Owner.RIGHT)
    assert (made.to_left, made.overruled) == ({"a": 1}, ["a"])


def test_what_a_mapping_cannot_hold_is_no_change_and_never_flows_back() -> None:
    made = both({"rooms": 2.5}, {"rooms": 2}, base({"rooms": 2.5}, {"rooms": 2}), Owner.NEWEST)
    assert made.quiet


def test_a_first_meeting_of_a_lossy_pair_writes_nothing() -> None:
    right = side({"rooms": 2}, shows=lambda: {"rooms": 2})
    made = merge(side({"rooms": 2.5}), right, {}, by(Owner.NEWEST))
    assert made.quiet
    assert made.base == base({"rooms": 2.5}, {"rooms": 2})


def test_of_two_edits_the_newest_wins_and_the_other_is_told() -> None:
    left, right = side({"a": 2}, at=NOW - timedelta(hours=1)), side({"a": 3}, at=NOW)
    made = merge(left, right, base({"a": 1}, {"a": 1}), by(Owner.NEWEST))
    assert (made.to_left, made.overruled) == ({"a": 3}, ["a"])


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [(NOW, NOW), (None, NOW), (NOW, None), (NOW, NOW + timedelta(hours=1)), (NOW + timedelta(hours=1), NOW)],
    ids=["the same moment", "left undated", "right undated", "right an hour ahead", "left an hour ahead"],
)
def test_nobody_is_newest_by_a_clock_that_cannot_be_trusted(mine: Any, theirs: Any) -> None:
    made = merge(side({"a": 2}, at=mine), side({"a": 3}, at=theirs), {}, by(Owner.NEWEST))
    assert [c.code for c in made.clashes] == ["differs"]
    assert not made.to_left
    assert not made.to_right


def test_two_edits_of_a_field_that_must_be_asked_about_are_a_conflict_that_stays() -> None:
    then = base({"a": 1}, {"a": 1})
    made = both({"a": 2}, {"a": 3}, then, Owner.ASK)
    assert [(c.left, c.right) for c in made.clashes] == [(2, 3)]
    again = both({"a": 2}, {"a": 3}, made.base, Owner.ASK)
    assert again.clashes == made.clashes


def test_a_value_that_vanishes_from_a_field_that_must_be_asked_about_is_asked_about() -> None:
    """A personal number that fails its check digit comes in as nothing."""
    made = both({}, {"a": 1}, base({"a": 1}, {"a": 1}), Owner.ASK)
    assert [c.code for c in made.clashes] == ["erased"]


def test_both_made_the_same_edit_and_nothing_is_written() -> None:
    made = both({"a": 2}, {"a": 2}, base({"a": 1}, {"a": 1}), Owner.ASK)
    assert made.quiet
    assert made.base == base({"a": 2}, {"a": 2})


def test_an_edit_that_the_left_cannot_take_is_kept_as_a_conflict() -> None:
    left = side({"a": 1}, NONE)
    made = merge(left, side({"a": 2}), base({"a": 1}, {"a": 1}), by(Owner.NEWEST))
    assert [c.code for c in made.clashes] == ["cannot_write"]


def test_a_field_of_the_right_sides_own_stays_there_when_the_left_cannot_take_it() -> None:
    made = merge(side({}, NONE), side({"tag": 2}), base({}, {"tag": 1}), by(Owner.RIGHT))
    assert made.quiet


def test_an_owner_that_never_had_a_value_takes_none_away() -> None:
    made = both({}, {"a": 1}, {}, Owner.LEFT)
    assert (made.to_left, made.to_right) == ({"a": 1}, {})
    made = both({"a": 1}, {}, {}, Owner.RIGHT)
    assert (made.to_right, made.to_left) == ({"a": 1}, {})


def test_an_owner_that_takes_its_value_away_takes_it_away_everywhere() -> None:
    made = both({}, {"a": 1}, base({"a": 1}, {"a": 1}), Owner.LEFT)
    assert made.to_right == {"a": None}


@pytest.mark.parametrize(
    ("choice", "left", "right"),
    [
        (Choice(take="left"), {}, {"a": 2}),
        (Choice(take="right"), {"a": 3}, {}),
        (Choice(take="value", value=9), {"a": 9}, {"a": 9}),
    ],
)
def test_a_persons_answer_goes_before_every_rule(choice: Choice, left: Any, right: Any) -> None:
    made = both({"a": 2}, {"a": 3}, base({"a": 1}, {"a": 1}), Owner.ASK, choices={"a": choice})
    assert (made.to_left, made.to_right, made.clashes) == (left, right, [])


def test_an_answer_that_one_side_cannot_take_leaves_it_by_that_persons_word() -> None:
    left = side({"a": 1}, NONE)
    then = base({"a": 1}, {"a": 1})
    made = merge(left, side({"a": 2}), then, by(Owner.NEWEST), choices={"a": Choice(take="right")})
    assert made.quiet
    assert merge(left, side({"a": 2}), made.base, by(Owner.NEWEST)).quiet


def test_a_write_that_failed_is_still_wanted() -> None:
    then = base({"a": 1}, {"a": 1})
    made = both({"a": 2}, {"a": 1}, then, Owner.LEFT)
    assert agreed(made, None, None) == then


def test_an_edit_made_while_we_wrote_still_counts() -> None:
    then = base({"a": 1, "b": 1}, {"a": 1, "b": 1})
    made = both({"a": 2, "b": 1}, {"a": 1, "b": 1}, then, Owner.NEWEST)
    after = agreed(made, None, {"a": 2, "b": 7})
    again = both({"a": 2, "b": 1}, {"a": 2, "b": 7}, after, Owner.NEWEST)
    assert again.to_left == {"b": 7}


def test_what_a_trigger_makes_of_a_value_is_no_new_edit() -> None:
    made = both({"town": "Umeå"}, {}, {}, Owner.LEFT)
    after = agreed(made, None, {"town": "UMEÅ"})
    assert both({"town": "Umeå"}, {"town": "UMEÅ"}, after, Owner.NEWEST).quiet


def test_a_skipped_field_keeps_its_base() -> None:
    then = base({"a": 1}, {"a": 1})
    made = both({"a": 2}, {"a": 1}, then, Owner.LEFT, skip={"a"})
    assert made.quiet
    assert made.base == then


PATHS = ("a", "b", "c", "d")
VALUES = st.sampled_from([None, 1, 2, 2.5, 3.5, 4, "x"])
RECORDS = st.fixed_dictionaries(dict.fromkeys(PATHS, VALUES)).map(
    lambda d: {k: v for k, v in d.items() if v is not None}
)
SCOPES = st.sets(st.sampled_from(PATHS)).map(lambda s: Scope(frozenset(s)))
OWNERS = st.fixed_dictionaries(dict.fromkeys(PATHS, st.sampled_from(list(Owner))))
TIMES = st.sampled_from([None, NOW, NOW - timedelta(hours=1), NOW + timedelta(hours=1)])


def whole(values: dict[str, Any]) -> dict[str, Any]:
    """A side that holds whole numbers only."""
    return {k: int(v) if isinstance(v, float) else v for k, v in values.items()}


def put(values: dict[str, Any], more: dict[str, Any], *, hold: Any) -> dict[str, Any]:
    return hold({k: v for k, v in {**values, **more}.items() if v is not None})  # type: ignore[no-any-return]  # a dict, as promised


@given(RECORDS, RECORDS, RECORDS, RECORDS, SCOPES, SCOPES, OWNERS, TIMES, TIMES)
@settings(max_examples=400, deadline=None)
def test_after_writing_a_second_merge_writes_nothing_and_asks_the_same(
    left: Any,
    right: Any,
    left_then: Any,
    right_then: Any,
    lcan: Scope,
    rcan: Scope,
    owners: Any,
    lt: Any,
    rt: Any,
) -> None:
    right, right_then = whole(right), whole(right_then)
    then = base(left_then, right_then)

    def merging(mine: dict[str, Any], theirs: dict[str, Any], known: Base) -> Merged:
        return merge(
            side(mine, lcan, at=lt, shows=lambda: theirs),
            side(theirs, rcan, at=rt, shows=lambda: whole(mine)),
            known,
            lambda p: owners[p],
        )

    made = merging(left, right, then)
    left_now = put(left, made.to_left, hold=dict)
    right_now = put(right, made.to_right, hold=whole)
    again = merging(left_now, right_now, agreed(made, left_now, right_now))
    assert not again.to_left
    assert not again.to_right
    assert {c.path for c in again.clashes} == {c.path for c in made.clashes}


@given(RECORDS, RECORDS, RECORDS, SCOPES, SCOPES, OWNERS, TIMES, TIMES)
@settings(max_examples=400, deadline=None)
def test_every_edit_arrives_or_is_asked_about_or_is_told(
    left: Any, right: Any, then: Any, lcan: Scope, rcan: Scope, owners: Any, lt: Any, rt: Any
) -> None:
    made = merge(side(left, lcan, at=lt), side(right, rcan, at=rt), base(then, then), lambda p: owners[p])
    asked = {c.path for c in made.clashes}
    for path in PATHS:
        edits = [s for s in (left, right) if s.get(path) != then.get(path)]
        if not edits or path in asked or path in made.overruled or left.get(path) == right.get(path):
            continue
        if path in made.to_right or path in made.to_left:
            continue
        mute = path not in rcan or path not in lcan
        assert mute, f"an edit of {path} went nowhere"


def test_a_scope_knows_fields_below_a_star_and_parts_of_lists_by_any_id() -> None:
    scope = Scope(frozenset({"price.*", "images[].name", "rooms", "buildings*"}))
    assert "price.asking_kr" in scope
    assert "images[MED1].name" in scope
    assert "rooms" in scope
    assert "buildings[0].year_built" in scope
    assert "buildings" in scope
    assert "images[MED1].url" not in scope
    assert "pricey" not in scope
