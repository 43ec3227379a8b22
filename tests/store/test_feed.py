"""The feed under many writers: a reader by cursor misses nothing and sees nothing out of order."""

from __future__ import annotations

import os
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

from brygga.store import Effects, FeedRow, Store

WRITERS = 8
ROUNDS = 40 if os.environ.get("BRYGGA_CHAOS") else 6


class Reader(threading.Thread):
    """Follows the feed by its cursor while others write."""

    def __init__(self, store: Store, many: int) -> None:
        super().__init__()
        self.seen: list[FeedRow] = []
        self._store = store
        self._many = many
        self.give_up = threading.Event()

    def run(self) -> None:
        rng = random.Random(5)
        while len(self.seen) < self._many and not self.give_up.is_set():
            after = self.seen[-1].seq if self.seen else 0
            self.seen += self._store.feed_after(after, limit=rng.choice([1, 3, 100]))
            time.sleep(rng.random() * 0.003)


def write_some(store: Store, make: Any, writer: int) -> None:
    """Batches of different sizes, some held open for a while after their numbers were given."""
    rng = random.Random(writer)

    def slow(changes: list[Any]) -> Effects:
        time.sleep(rng.choice([0, 0, 0.002, 0.02]))
        return Effects(signals=[("publish", changes[0].id)])

    for turn in range(ROUNDS):
        size = rng.choice([1, 2, 7])
        estates = [make.estate(f"W{writer}-{turn}-{k}") for k in range(size)]
        time.sleep(rng.random() * 0.004)
        store.apply(make.batch(*estates, correlation_id=f"{writer}"), effects=slow)
        if rng.random() < 0.3:
            store.apply(make.batch(make.estate("shared", price_kr=rng.randrange(10**6))))


def test_a_reader_misses_nothing_while_eight_write(
    store: Store, migrated_url: str, keys: Any, make: Any
) -> None:
    """Half of the writers come through a second store, as another process would."""
    reader = Reader(store, 10**9)
    reader.start()
    with Store.open(migrated_url, keys=keys) as other, ThreadPoolExecutor(WRITERS) as pool:
        jobs = [pool.submit(write_some, (store, other)[w % 2], make, w) for w in range(WRITERS)]
        for job in jobs:
            job.result()
    everything = store.feed_after(0, limit=10**6)
    deadline = time.monotonic() + 5
    while len(reader.seen) < len(everything) and time.monotonic() < deadline:
        time.sleep(0.01)
    reader.give_up.set()
    reader.join()
    assert [row.seq for row in reader.seen] == [row.seq for row in everything]
    assert [row.seq for row in everything] == list(range(1, len(everything) + 1)), "a number is missing"
    assert len(everything) > WRITERS * ROUNDS
    assert store.feed_last() == len(everything)


def test_versions_of_one_record_follow_the_feed(
    store: Store, migrated_url: str, keys: Any, make: Any
) -> None:
    """Writers that meet on one record take turns; no version is lost or given twice."""

    def write(through: Store, first: int) -> None:
        for price in range(first, first + ROUNDS):
            through.apply(make.batch(make.estate(price_kr=price)))
            through.apply(make.batch(make.bid("B1", price)))

    with Store.open(migrated_url, keys=keys) as other, ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(write, (store, other)[w % 2], 1000 * w) for w in range(4)]
        for job in jobs:
            job.result()
    lines = [line for line in store.feed_after(0, limit=10**6) if line.kind == "estate"]
    assert [line.version for line in lines] == list(range(1, 4 * ROUNDS + 1))
    assert [v for v, _, _ in store.versions("bid", "vitec:B1")] == list(range(1, 4 * ROUNDS + 1))
    told = [h for h in store.history("estate", "vitec:E1") if h.path == "price.asking_kr"]
    assert all(a.new == b.old for a, b in pairwise(told)), "history has a gap"


def test_removals_and_changes_of_one_record_take_turns(
    store: Store, migrated_url: str, keys: Any, make: Any
) -> None:
    def change(through: Store, first: int) -> None:
        for price in range(first, first + ROUNDS):
            through.apply(make.batch(make.estate(price_kr=price)))

    def remove(through: Store, _: int) -> None:
        for _ in range(3 * ROUNDS):
            through.apply(make.batch(removed=[("estate", "vitec:E1")]))

    with Store.open(migrated_url, keys=keys) as other, ThreadPoolExecutor(4) as pool:
        work = ((change, store, 0), (change, other, 1000), (remove, other, 0), (remove, store, 0))
        for job in [pool.submit(what, through, first) for what, through, first in work]:
            job.result()
    lines = store.feed_after(0, limit=10**6)
    assert [line.version for line in lines] == list(range(1, len(lines) + 1))
    gone = False
    for line in lines[1:]:
        assert line.op == ("restore" if gone else line.op)
        assert not (gone and line.op == "remove"), "removed twice"
        gone = line.op == "remove"
    row = store.row("estate", "vitec:E1")
    assert row is not None
    assert (row.version, row.seq, row.deleted_at is not None) == (lines[-1].version, lines[-1].seq, gone)


def test_the_feed_is_read_in_pieces(store: Store, make: Any) -> None:
    store.apply(make.batch(*(make.estate(f"E{n}") for n in range(5))))
    first = store.feed_after(0, limit=2)
    assert [line.id for line in first] == ["vitec:E0", "vitec:E1"]
    assert [line.seq for line in store.feed_after(first[-1].seq, limit=10)] == [3, 4, 5]
    assert store.feed_after(5) == []
