"""Webhooks: kept before they are answered, each once, none lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from brygga.store import InboxAdd, Store


def hook(body: bytes = b"{}", **facts: Any) -> InboxAdd:
    return InboxAdd(connection=facts.pop("connection", "vitec"), body=body, **facts)


def test_a_webhook_comes_out_as_it_came_in(store: Store, clock: Any) -> None:
    item = hook(
        b'{"a":"\xc3\xa5"}',
        headers={"x-event": "Merge"},
        query=(("a", "1"), ("a", "2")),
        key="k1",
        correlation_id="c-9",
    )
    (n,) = store.inbox_add_many([item])
    (out,) = store.inbox_new("vitec")
    assert n is not None
    assert (out.n, out.body, out.headers, out.query) == (n, item.body, item.headers, item.query)
    assert (out.correlation_id, out.received_at, out.state, out.attempts) == ("c-9", clock.at, "new", 0)


def test_a_key_is_taken_once_for_ever_but_only_within_its_connection(store: Store) -> None:
    assert store.inbox_add_many([hook(key="k1"), hook(key="k1"), hook(key="k2")]) == [1, None, 3]
    store.inbox_done([1, 3])
    assert store.inbox_add_many([hook(key="k1"), hook(key="k1", connection="hemnet")])[0] is None
    assert [row.connection for row in store.inbox_new()] == ["hemnet"]


def test_a_repeat_without_a_key_is_merged_only_with_one_that_waits_untouched(store: Store) -> None:
    first = store.inbox_add_many([hook(digest=b"d"), hook(digest=b"d"), hook(digest=b"e")])
    assert first == [1, None, 3]
    (one, _) = store.inbox_new("vitec")
    assert one.repeats == 1
    (during,) = store.inbox_add_many([hook(digest=b"d")])
    assert during is not None, "a change while the first was being worked on must not be lost"
    store.inbox_done([1, 3])
    assert [row.n for row in store.inbox_new("vitec")] == [during]


def test_webhooks_without_any_mark_are_all_kept(store: Store) -> None:
    assert None not in store.inbox_add_many([hook(), hook(), hook()])
    assert store.inbox_add_many([]) == []


def test_what_waits_is_given_in_order_and_up_to_a_number(store: Store) -> None:
    store.inbox_add_many([hook(b"%d" % n) for n in range(6)])
    store.inbox_add_many([hook(connection="hemnet")])
    assert [row.body for row in store.inbox_new("vitec", 10, upto=3)] == [b"0", b"1", b"2"]
    assert [row.body for row in store.inbox_new("vitec", 2)] == [b"0", b"1"]
    assert store.inbox_waiting() == {"vitec": (6, 6), "hemnet": (1, 7)}


def test_what_fails_waits_and_what_is_parked_can_be_retried_or_dropped(store: Store) -> None:
    store.inbox_add_many([hook(), hook()])
    store.inbox_failed(1, "reset", "Avbrott.")
    store.inbox_park(2, "not_json", "Inte JSON.")
    (waiting,) = store.inbox_new()
    assert (waiting.n, waiting.attempts, waiting.error_code) == (1, 1, "reset")
    (parked,) = store.inbox_list("parked")
    assert (parked.error_code, parked.error_sv) == ("not_json", "Inte JSON.")
    assert store.inbox_retry(2)
    assert not store.inbox_retry(2)
    store.inbox_drop(1, "not ours")
    assert store.inbox_counts() == {"dropped": 1, "new": 1}


def test_many_at_once_are_each_kept_once(store: Store, migrated_url: str, keys: Any) -> None:
    """Two stores, as two processes, get the same webhooks at the same time."""
    items = [[hook(key=f"k{n}") for n in range(start, start + 20)] for start in range(0, 200, 10)]
    with Store.open(migrated_url, keys=keys) as other, ThreadPoolExecutor(6) as pool:
        given = list(
            pool.map(
                lambda pair: pair[0].inbox_add_many(pair[1]),
                [((store, other)[i % 2], g) for i, g in enumerate(items)],
            )
        )
    numbers = [n for group in given for n in group if n is not None]
    assert len(numbers) == len(set(numbers)) == 210
    assert len(store.inbox_new(limit=1000)) == 210


def test_a_webhook_moved_to_another_connection_does_not_open(store: Store, migrated_url: str) -> None:
    store.inbox_add_many([hook(b"secret")])
    store.database.write(lambda tx: tx.run("UPDATE inbox SET connection = 'other'"))
    with pytest.raises(ValueError, match="sealed for something else"):
        store.inbox_new()
