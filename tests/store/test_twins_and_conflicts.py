"""Twins and conflicts in both databases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from brygga.model import Contact, Estate
from brygga.store import Batch, Filters, Incoming, Raised, Round, Store, Twin


@pytest.fixture
def store(migrated_url: str, keys: Any, clock: Any) -> Iterator[Store]:
    with Store.open(migrated_url, keys=keys, now=clock) as opened:
        yield opened


def put(store: Store, clock: Any, *contacts: Contact, removed: Any = ()) -> None:
    side = (contacts[0].id if contacts else removed[0][1]).split(":")[0]
    incoming = [Incoming(record=one) for one in contacts]
    store.apply(Batch(connection=side, now=clock(), incoming=incoming, removed=list(removed)))


def joined(store: Store, clock: Any, *numbers: int, **facts: Any) -> list[Twin]:
    """Contacts on both sides and their twins, seen as they are."""
    twins = []
    for n in numbers:
        put(store, clock, Contact(id=f"left:K{n}", email="a@example.com"))
        put(store, clock, Contact(id=f"right:R{n}", email="a@example.com"))
        heads = store.heads("contact", [f"left:K{n}", f"right:R{n}"])
        twins.append(
            Twin(
                kind="contact",
                left_id=f"left:K{n}",
                right_connection="right",
                right_id=f"right:R{n}",
                key=f"wish{n}",
                left_hash=heads[f"left:K{n}"][0],
                right_hash=heads[f"right:R{n}"][0],
                seen={"email": (b"12345678", b"87654321"), "mobile": (b"x" * 8, b"x" * 8)},
                **facts,
            )
        )
    store.mirror_keep(Round(right="right", now=clock(), twins=twins))
    return twins


def test_what_was_seen_comes_back_and_lies_sealed(store: Store, clock: Any) -> None:
    [twin] = joined(store, clock, 1)
    assert twin.n > 0
    assert store.twins_seen([twin])[twin.n] == twin.seen
    [(sealed,)] = store.database.rows("SELECT seen FROM twin")
    assert b"email" not in bytes(sealed)


def test_nothing_differs_until_a_half_changes(store: Store, clock: Any) -> None:
    joined(store, clock, 1, 2, 3)
    assert store.differing_left("contact", "right", "left") == []
    put(store, clock, Contact(id="left:K2", email="b@example.com"))
    put(store, clock, Contact(id="right:R3", email="b@example.com"))
    assert store.differing_left("contact", "right", "left") == ["left:K2", "left:K3"]
    assert store.differing_left("contact", "right", "left", anew=True, limit=1) == ["left:K1"]
    assert store.differing_left("contact", "right", "left", after_id="left:K2") == ["left:K3"]


def test_a_removal_and_a_return_are_differences(store: Store, clock: Any) -> None:
    joined(store, clock, 1)
    put(store, clock, removed=[("contact", "left:K1")])
    assert store.differing_left("contact", "right", "left") == ["left:K1"]


def test_records_without_a_twin_are_found_on_both_sides(store: Store, clock: Any) -> None:
    joined(store, clock, 1)
    put(store, clock, Contact(id="left:K8"), Contact(id="left:K9"))
    put(store, clock, Contact(id="right:R9"))
    assert store.differing_left("contact", "right", "left") == ["left:K8", "left:K9"]
    assert store.differing_right("contact", "right") == ["right:R9"]
    alone = Twin(kind="contact", right_connection="right", right_id="right:R9", state="alone")
    alone.right_hash = store.heads("contact", ["right:R9"])["right:R9"][0]
    store.mirror_keep(Round(right="right", now=clock(), twins=[alone]))
    assert store.differing_right("contact", "right") == []
    put(store, clock, Contact(id="right:R9", email="x@example.com"))
    assert store.differing_right("contact", "right") == ["right:R9"]
    assert store.differing_right("contact", "right", lonely_only=True) == []


def test_names_go_across_both_ways_and_through_merges(store: Store, clock: Any) -> None:
    joined(store, clock, 1, 2)
    assert store.names_across("contact", "right", ["left:K1", "left:K7"]) == {"left:K1": "right:R1"}
    assert store.names_across("contact", "right", ["right:R2"], to_left=True) == {"right:R2": "left:K2"}
    store.merged_note("contact", {"left:A": "left:B", "left:B": "left:C"})
    assert store.merged_into("contact", ["left:A", "left:B", "left:C"]) == {
        "left:A": "left:C",
        "left:B": "left:C",
    }


def test_a_twin_is_moved_dropped_and_found_by_what_it_waits_for(store: Store, clock: Any) -> None:
    one, two = joined(store, clock, 1, 2)
    two.waits_for, one.left_id = "left:K9", "left:K7"
    store.mirror_keep(Round(right="right", now=clock(), twins=[one, two]))
    assert [t.left_id for t in store.twins_waiting("right", ["left:K9"])] == ["left:K2"]
    assert [t.n for t in store.twins_of("contact", "right", ["left:K7"])] == [one.n]
    store.mirror_keep(Round(right="right", now=clock(), dropped=[one.n]))
    assert store.twin_counts("right") == {"contact": {"joined": 1}}


def test_lonely_records_are_known_by_their_keys_until_they_are_joined(store: Store, clock: Any) -> None:
    lonely = {
        ("right", "contact", "right:R1"): [b"key1", b"key2"],
        ("right", "contact", "right:R2"): [b"key1"],
    }
    store.mirror_keep(Round(right="right", now=clock(), lonely=lonely))
    assert store.lonely_find("right", "contact", [b"key1", b"no"]) == {b"key1": ["right:R1", "right:R2"]}
    store.mirror_keep(Round(right="right", now=clock(), lonely={("right", "contact", "right:R1"): []}))
    assert store.lonely_find("right", "contact", [b"key1", b"key2"]) == {b"key1": ["right:R2"]}
    assert store.lonely_any("right", "contact")
    assert not store.lonely_any("right", "estate")


def raised(**facts: Any) -> Raised:
    given = {"path": "email", "code": "differs", "left": "a", "right": "b"}
    return Raised(**{**given, "left_print": b"1", "right_print": b"2", **facts})


def test_a_conflict_is_raised_once_answered_and_settled(store: Store, clock: Any) -> None:
    [twin] = joined(store, clock, 1)
    first = store.mirror_keep(Round(right="right", now=clock(), twins=[twin], raised={0: [raised()]}))
    again = store.mirror_keep(Round(right="right", now=clock(), twins=[twin], raised={0: [raised()]}))
    assert (first.opened, again.opened, store.conflict_count()) == (1, 0, 1)
    [one] = store.conflicts()
    assert (one.left, one.right, one.left_id) == ("a", "b", "left:K1")
    assert store.conflict_choose(one.n, "value", "c", who="Anna", why="x")
    [chosen] = store.conflicts_chosen("right")
    assert (chosen.choice, store.conflict_count()) == ("c", 0)
    done = store.mirror_keep(Round(right="right", now=clock(), twins=[twin], raised={0: []}))
    assert done.ended == 1
    [settled] = store.conflicts(state="settled")
    assert (settled.who, settled.why, settled.left, settled.choice) == ("Anna", "x", None, None)
    assert not store.conflict_choose(one.n, "left", None, who="Anna", why="x")


def test_a_conflict_whose_values_change_is_open_again(store: Store, clock: Any) -> None:
    [twin] = joined(store, clock, 1)
    store.mirror_keep(Round(right="right", now=clock(), twins=[twin], raised={0: [raised()]}))
    [one] = store.conflicts()
    store.conflict_choose(one.n, "left", None, who="Anna", why="x")
    changed = raised(left="z", left_print=b"3")
    store.mirror_keep(Round(right="right", now=clock(), twins=[twin], raised={0: [changed]}))
    [again] = store.conflicts()
    assert (again.n, again.state, again.left, again.who) == (one.n, "open", "z", "")


def test_a_round_is_stored_whole_or_not_at_all(store: Store, clock: Any) -> None:
    [twin] = joined(store, clock, 1)
    batch = Batch(
        connection="right",
        now=clock(),
        incoming=[Incoming(record=Contact(id="right:R1", email="n@example.com"))],
    )
    other = Twin(kind="contact", right_connection="right", left_id="left:K2", right_id="right:R1", key="w")
    with pytest.raises(Exception):  # noqa: B017, PT011 – each database says it in its own way
        store.mirror_keep(Round(right="right", now=clock(), batches=[batch], twins=[twin, other]))
    assert store.get("contact", "right:R1").email == "a@example.com"  # type: ignore[union-attr]  # it is there


def test_raw_answers_come_page_by_page(store: Store, clock: Any) -> None:
    incoming = [Incoming(record=Contact(id=f"left:K{n}"), raw=b"{%d}" % n) for n in range(5)]
    store.apply(Batch(connection="left", now=clock(), incoming=incoming))
    first = store.raw_page("left", limit=3)
    assert [(kind, sid, body) for kind, sid, body, _ in first][2] == ("contact", "K2", b"{2}")
    rest = store.raw_page("left", after=("contact", "K2"))
    assert [sid for _, sid, _, _ in rest] == ["K3", "K4"]


def test_a_home_that_two_systems_have_is_listed_once_as_the_leading_one_has_it(
    store: Store, make: Any, clock: Any
) -> None:
    store.apply(make.batch(make.estate("E1"), make.estate("E2")))
    follower = Estate(id="kontoret:1", type="apartment", status="for_sale")
    alone = Estate(id="kontoret:2", type="house", status="for_sale")
    batch = Batch(
        connection="kontoret", now=clock(), incoming=[Incoming(record=r) for r in (follower, alone)]
    )
    store.apply(batch)
    twin = Twin(kind="estate", left_id="vitec:E1", right_connection="kontoret", right_id="kontoret:1")
    store.mirror_keep(Round(right="kontoret", now=clock(), twins=[twin]))
    assert [line.id for line in store.find_estates().lines] == ["kontoret:2", "vitec:E1", "vitec:E2"]
    assert store.find_estates().total == store.estate_count() == 3
    assert store.find_estates(Filters(connection="kontoret")).total == 2
    assert dict(store.estate_words("type")) == {"apartment": 2, "house": 1}
