"""What must leave the house: once, in its order, and in doubt never again by itself."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from brygga.store import OutboxRow, Store


def row(key: str, **facts: Any) -> OutboxRow:
    given = {"connection": "hemnet", "ability": "publish", "operation": "publish", "repeat": "readback"}
    return OutboxRow(key=key, **{**given, "kind": "estate", "id": "vitec:E1", **facts})


def test_a_key_is_queued_once_for_ever(store: Store) -> None:
    assert store.outbox_add([row("a"), row("a"), row("b")]) == [1, None, 3] or len(store.outbox_list()) == 2
    for item in store.outbox_list():
        store.outbox_done(item.n, {"ok": True})
    assert store.outbox_add([row("a")]) == [None]


def test_a_row_is_claimed_by_one_worker_and_the_next_of_its_group_waits(store: Store) -> None:
    store.outbox_add([row("a", payload={"price": 1}), row("b"), row("c", id="vitec:E2")])
    first = store.outbox_claim("w1", 10)
    assert [item.key for item in first] == ["a", "c"]
    assert first[0].payload == {"price": 1}
    assert (first[0].state, first[0].attempts, first[0].lease_by) == ("sending", 1, "w1")
    assert store.outbox_claim("w2", 10) == []
    store.outbox_done(first[0].n, {"id": "7"})
    assert [item.key for item in store.outbox_claim("w2", 10)] == ["b"]
    done = store.outbox_get(first[0].n)
    assert done is not None
    assert (done.state, done.result) == ("done", {"id": "7"})


def test_a_retry_waits_for_its_time(store: Store, clock: Any) -> None:
    store.outbox_add([row("a")])
    (item,) = store.outbox_claim("w", 1)
    store.outbox_retry(item.n, clock.at.replace(hour=13), "http_500", "Fel hos mottagaren.")
    assert store.outbox_claim("w", 1) == []
    clock.forward(hours=2)
    (again,) = store.outbox_claim("w", 1)
    assert (again.attempts, again.error_code) == (2, "http_500")


def test_a_worker_that_dies_in_mid_sending_leaves_doubt_only_where_a_repeat_is_not_safe(
    store: Store, clock: Any
) -> None:
    repeats = ("key", "natural", "read", "readback", "none")
    store.outbox_add([row(r, repeat=r, id=f"vitec:{r}") for r in repeats])
    assert len(store.outbox_claim("w1", 10, lease_s=30)) == 5
    assert store.outbox_lost() == []
    clock.forward(seconds=31)
    assert {item.key for item in store.outbox_claim("w2", 10)} == {"key", "natural", "read"}
    assert {item.key for item in store.outbox_lost()} == {"readback", "none"}
    assert {item.key for item in store.outbox_list("unknown")} == {"readback", "none"}


def test_doubt_holds_the_group_back_until_somebody_has_looked(store: Store) -> None:
    store.outbox_add([row("a"), row("b"), row("c", id="vitec:E2")])
    store.outbox_claim("w", 1)
    store.outbox_unknown(1, "reset", "Linjen bröts.")
    assert [item.key for item in store.outbox_claim("w", 10)] == ["c"]
    assert [d.id for d in store.outbox_due()] == []
    store.outbox_drop(1, "checked by hand")
    assert [d.upto for d in store.outbox_due()] == [2]
    assert [item.key for item in store.outbox_claim("w", 10)] == ["b"]


def test_groups_with_something_due_are_told_with_their_newest_row(store: Store, clock: Any) -> None:
    later = clock.at.replace(hour=18)
    store.outbox_add([row("a"), row("b"), row("c", id="vitec:E2"), row("d", id="vitec:E3", not_before=later)])
    due = store.outbox_due()
    assert [(d.connection, d.ability, d.kind, d.id, d.upto, d.rows) for d in due] == [
        ("hemnet", "publish", "estate", "vitec:E1", 2, 2),
        ("hemnet", "publish", "estate", "vitec:E2", 3, 1),
    ]
    assert store.outbox_due(ability="email") == []


def test_settling_a_group_closes_its_rows_but_not_later_ones(store: Store, clock: Any) -> None:
    group = ("hemnet", "publish", "estate", "vitec:E1")
    store.outbox_add([row("a"), row("b"), row("c"), row("other", id="vitec:E2")])
    store.outbox_settle(group, 2, result={"status": "visible"})
    states = {item.key: item.state for item in store.outbox_list()}
    assert states == {"a": "done", "b": "done", "c": "waiting", "other": "waiting"}
    store.outbox_add([row("d")])
    newest = max(item.n for item in store.outbox_list())
    store.outbox_settle(group, newest, again_s=60.0, result={"status": "processing"})
    states = {item.key: item.state for item in store.outbox_list()}
    assert (states["c"], states["d"]) == ("done", "waiting")
    assert [d.id for d in store.outbox_due()] == ["vitec:E2"]
    clock.forward(seconds=61)
    assert len(store.outbox_due()) == 2


def test_trouble_of_a_group_is_kept_with_its_next_time(store: Store, clock: Any) -> None:
    group = ("hemnet", "publish", "estate", "vitec:E1")
    store.outbox_add([row("a"), row("b")])
    store.outbox_trouble(group, 2, "waiting", clock.at.replace(hour=13), "http_503", "Stängt.")
    item = store.outbox_get(2)
    assert item is not None
    assert (item.state, item.attempts, item.error_sv, item.next_at.hour) == ("waiting", 1, "Stängt.", 13)
    store.outbox_trouble(group, 2, "parked", None, "rejected", "Nekad.")
    assert store.outbox_counts() == {("hemnet", "parked"): 2}
    store.outbox_retry(1)
    assert [d.upto for d in store.outbox_due()] == [1]


def test_a_note_is_merged_into_the_result(store: Store) -> None:
    store.outbox_add([row("a")])
    store.outbox_note(1, {"begun": "12:00"})
    store.outbox_note(1, {"try": 2})
    item = store.outbox_get(1)
    assert item is not None
    assert item.result == {"begun": "12:00", "try": 2}
    assert store.outbox_get(99) is None


def test_eight_workers_never_claim_the_same_row(store: Store, migrated_url: str, keys: Any) -> None:
    store.outbox_add([row(f"k{n}", id=f"vitec:E{n}") for n in range(120)])

    def work(pair: tuple[Store, str]) -> list[int]:
        through, name = pair
        taken: list[int] = []
        while got := through.outbox_claim(name, 7):
            taken += [item.n for item in got]
        return taken

    with Store.open(migrated_url, keys=keys, now=store._now) as other, ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(work, [((store, other)[i % 2], f"w{i}") for i in range(8)]))
    numbers = [n for some in taken for n in some]
    assert len(numbers) == len(set(numbers)) == 120


def test_a_group_is_taken_whole_and_by_one_worker_until_its_lease_ends(store: Store, clock: Any) -> None:
    store.outbox_add([row("a"), row("b"), row("c", id="vitec:E2")])
    heads = store.outbox_take("w1", lease_s=30)
    assert [(h.group[3], h.max_n, h.attempts) for h in heads] == [("vitec:E1", 2, 0), ("vitec:E2", 3, 0)]
    assert store.outbox_take("w2") == []
    clock.forward(seconds=31)
    assert {h.id for h in store.outbox_take("w2", lease_s=30)} == {"vitec:E1", "vitec:E2"}
    store.outbox_trouble(heads[0].group, 2, "unknown", None, "reset", "Linjen bröts.")
    assert store.outbox_release("w2") == 1
    assert [h.id for h in store.outbox_take("w2")] == ["vitec:E2"], "a group in doubt was taken"
    assert store.outbox_release("w1") == 0


def test_workers_that_look_at_once_never_take_the_same_group(
    store: Store, migrated_url: str, keys: Any
) -> None:
    store.outbox_add([row(f"k{n}", id=f"vitec:E{n // 2}") for n in range(80)])
    with Store.open(migrated_url, keys=keys, now=store._now) as other, ThreadPoolExecutor(6) as pool:
        jobs = [pool.submit((store, other)[i % 2].outbox_take, f"w{i}", limit=9) for i in range(6)]
        taken = [head.id for job in jobs for head in job.result()]
    assert len(taken) == len(set(taken)) == 40
