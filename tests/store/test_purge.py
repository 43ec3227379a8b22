"""What is kept for a limited time, and what lies sealed meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from brygga.store import Event, InboxAdd, OutboxRow, Parked, Store


def fill(store: Store, make: Any) -> None:
    store.apply(
        make.batch(
            make.estate(),
            events=[Event(what="fetch")],
            parked=[Parked(connection="vitec", kind="estate", source_id="E8", reason_code="x", raw=b"r")],
            raw_days=14,
        )
    )
    store.inbox_add_many([InboxAdd(connection="vitec", body=b"1"), InboxAdd(connection="vitec", body=b"2")])
    store.inbox_done([1])
    store.listing_add("run", "vitec", "estate", ["a"])
    store.outbox_add([OutboxRow(connection="h", ability="a", operation="o", repeat="none", key="k")])
    store.outbox_done(1)


def test_nothing_goes_before_its_time_and_what_waits_never_goes(store: Store, make: Any, clock: Any) -> None:
    fill(store, make)
    clock.forward(days=6)
    gone = store.purge()
    assert (gone.raw, gone.inbox, gone.listing, gone.event, gone.outbox) == (0, 0, 0, 0, 0)
    clock.forward(days=9)
    gone = store.purge()
    assert (gone.raw, gone.inbox, gone.listing, gone.event) == (1, 1, 1, 0)
    assert store.raw("vitec", "estate", "E1") is None
    assert store.get("estate", "vitec:E1") is not None
    clock.forward(days=1000)
    gone = store.purge()
    assert (gone.event, gone.outbox, gone.parked) == (1, 1, 0)
    assert len(store.inbox_new()) == 1
    assert len(store.parked()) == 1


def test_the_days_can_be_chosen(store: Store, make: Any, clock: Any) -> None:
    fill(store, make)
    clock.forward(days=2)
    assert store.purge(days={"event": 1}).event == 1
    assert store.purge_raw() == 0
    assert store.purge_raw(clock.forward(days=20)) == 1


def test_many_rows_go_a_little_at_a_time(store: Store, clock: Any) -> None:
    store.event_add([Event(what="e") for _ in range(4100)])
    assert store.purge(clock.at.replace(year=2030)).event == 4100


SECRET = "halvhemlig-uppgift-4711"


def test_raw_bytes_webhooks_and_payloads_cannot_be_read_in_the_file(
    tmp_path: Path, keys: Any, make: Any
) -> None:
    path = tmp_path / "brygga.db"
    with Store.open(f"sqlite:///{path}", keys=keys) as store:
        store.migrate()
        plain = SECRET.encode() * 1200
        batch = make.batch(make.estate())
        batch.incoming[0].raw = plain
        batch.parked.append(Parked(connection="vitec", kind="a", source_id="1", reason_code="x", raw=plain))
        store.apply(batch)
        store.inbox_add_many([InboxAdd(connection="vitec", body=plain, headers={"x": SECRET})])
        store.outbox_add(
            [OutboxRow(connection="h", ability="a", operation="o", repeat="none", key="k", payload=SECRET)]
        )
        assert store.raw("vitec", "estate", "E1")[0] == plain  # type: ignore[index]
        assert store.outbox_get(1).payload == SECRET  # type: ignore[union-attr]
        files = list(tmp_path.iterdir())
        assert len(files) > 1
        assert not any(SECRET.encode() in file.read_bytes() for file in files)
    assert SECRET.encode() not in path.read_bytes()
    assert b"Storgatan" in path.read_bytes(), "the search itself must be able to find something"


def test_sealed_bytes_moved_to_another_record_do_not_open(store: Store, make: Any) -> None:
    store.apply(make.batch(make.estate("E1"), make.estate("E2")))
    move = "UPDATE raw SET body = (SELECT body FROM raw WHERE source_id = 'E1') WHERE source_id = 'E2'"
    store.database.write(lambda tx: tx.run(move))
    assert store.raw("vitec", "estate", "E1") is not None
    with pytest.raises(ValueError, match="sealed for something else"):
        store.raw("vitec", "estate", "E2")
