"""Taking batches in: on both databases the same."""

from __future__ import annotations

from typing import Any

import pytest

from brygga.model import Finding, Invalid, Journal, Severity, encode
from brygga.model.parts import Image
from brygga.store import Batch, Effects, Event, Incoming, OutboxRow, Parked, Store, prepared


def test_a_new_record_is_created_with_version_one_and_a_line_in_the_feed(store: Store, make: Any) -> None:
    applied = store.apply(make.batch(make.estate()))
    assert (applied.created, applied.updated, applied.unchanged) == (1, 0, 0)
    row = store.row("estate", "vitec:E1")
    assert row is not None
    assert (row.version, row.source_id, row.connection, row.deleted_at) == (1, "E1", "vitec", None)
    assert row.seq == applied.last_seq == applied.changes[0].seq
    (line,) = store.feed_after(0)
    assert (line.op, line.kind, line.id, line.fields, line.correlation_id) == (
        "create",
        "estate",
        "vitec:E1",
        (),
        "c-1",
    )
    assert store.history("estate", "vitec:E1") == []


def test_what_went_in_comes_out_byte_for_byte(store: Store, make: Any) -> None:
    estate = make.estate(extra={"okänt.fält": {"a": [1, None, "å\x00"]}}, tags=["a", "b"])
    store.apply(make.batch(estate))
    found = store.get("estate", "vitec:E1")
    assert found is not None
    assert encode(found) == encode(estate)
    assert found.extra == {"okänt.fält": {"a": [1, None, "å\x00"]}}


def test_the_same_record_again_changes_nothing(store: Store, make: Any) -> None:
    first = store.apply(make.batch(make.estate()))
    again = store.apply(make.batch(make.estate()))
    assert (again.unchanged, again.changes, again.last_seq) == (1, [], 0)
    assert store.feed_last() == first.last_seq
    row = store.row("estate", "vitec:E1")
    assert row is not None
    assert row.version == 1


def test_a_change_is_told_field_by_field(store: Store, make: Any) -> None:
    store.apply(make.batch(make.estate(images=[Image(id="M1", name="hall"), Image(id="M2", name="kök")])))
    changed = make.estate(
        price_kr=3_100_000, images=[Image(id="M2", name="kök"), Image(id="M1", name="hallen")]
    )
    applied = store.apply(make.batch(changed))
    (change,) = applied.changes
    assert change.op == "update"
    assert change.version == 2
    assert change.fields == ("images[M1].name", "price.asking_kr")
    assert change.values["price.asking_kr"] == (2_950_000, 3_100_000)
    told = {h.path: (h.old, h.new) for h in store.history("estate", "vitec:E1")}
    assert told == {
        "price.asking_kr": (2_950_000, 3_100_000),
        "images[M1].name": ("hall", "hallen"),
    }
    assert store.history("estate", "vitec:E1")[0].correlation_id == "c-1"


def test_a_removal_leaves_a_tombstone_and_a_return_lifts_it(store: Store, make: Any) -> None:
    store.apply(make.batch(make.estate()))
    gone = store.apply(make.batch(removed=[("estate", "vitec:E1"), ("estate", "vitec:never-seen")]))
    assert gone.removed == 1
    assert gone.changes[0].record is not None
    assert store.get("estate", "vitec:E1") is None
    assert store.get("estate", "vitec:E1", include_removed=True) is not None
    assert store.ids("estate", "vitec") == set()
    assert store.ids("estate", "vitec", include_removed=True) == {"E1"}
    assert store.apply(make.batch(removed=[("estate", "vitec:E1")])).removed == 0
    back = store.apply(make.batch(make.estate()))
    assert (back.restored, back.changes[0].op, back.changes[0].version) == (1, "restore", 3)
    assert store.get("estate", "vitec:E1") is not None
    assert [(h.path, h.old, h.new) for h in store.history("estate", "vitec:E1")] == [
        ("(removed)", False, True),
        ("(removed)", True, False),
    ]
    assert store.counts()["estate"] == (1, 0)


def test_a_record_that_is_shown_no_longer_is_stored_and_removed_in_one_batch(store: Store, make: Any) -> None:
    gone = [("estate", "vitec:E1")]
    first = store.apply(make.batch(make.estate(), removed=gone))
    assert [(c.op, c.version) for c in first.changes] == [("create", 1), ("remove", 2)]
    again = store.apply(make.batch(make.estate(), removed=gone))
    assert (again.unchanged, again.changes) == (1, [])
    changed = store.apply(make.batch(make.estate(price_kr=1), removed=gone))
    assert [(c.op, c.version) for c in changed.changes] == [("update", 3)]
    row = store.row("estate", "vitec:E1")
    assert row is not None
    assert row.deleted_at is not None
    back = store.apply(make.batch(make.estate(price_kr=1)))
    assert [(c.op, c.version) for c in back.changes] == [("restore", 4)]
    both = store.apply(make.batch(make.estate(price_kr=2), removed=gone))
    assert [(c.op, c.version) for c in both.changes] == [("update", 5), ("remove", 6)]
    assert [(line.op, line.version) for line in store.feed_after(0)][-2:] == [("update", 5), ("remove", 6)]


def test_a_complete_list_removes_only_what_it_leaves_out_under_its_owner(store: Store, make: Any) -> None:
    store.apply(
        make.batch(make.estate(), make.viewing("V1"), make.viewing("V2"), make.viewing("V3", estate="E2"))
    )
    applied = store.apply(
        make.batch(make.viewing("V4"), complete=[("vitec:E1", "viewing", ["vitec:V2", "vitec:V4"])])
    )
    assert [(c.op, c.id) for c in applied.changes] == [("create", "vitec:V4"), ("remove", "vitec:V1")]
    standing = [r.id for r in store.owned("viewing", "vitec:E1") if r.deleted_at is None]
    assert standing == ["vitec:V2", "vitec:V4"]
    assert store.get("viewing", "vitec:V3") is not None


def test_a_record_that_arrives_is_not_removed_by_a_list_that_forgot_it(store: Store, make: Any) -> None:
    store.apply(make.batch(make.viewing("V1")))
    applied = store.apply(make.batch(make.viewing("V1"), complete=[("vitec:E1", "viewing", [])]))
    assert (applied.removed, applied.unchanged) == (0, 1)
    assert store.apply(make.batch(complete=[("vitec:E1", "viewing", [])])).removed == 1


def test_every_version_of_a_bid_is_kept(store: Store, make: Any) -> None:
    for amount in (3_000_000, 3_050_000, 3_050_000, 3_100_000):
        store.apply(make.batch(make.bid("B1", amount)))
    store.apply(make.batch(removed=[("bid", "vitec:B1")]))
    versions = store.versions("bid", "vitec:B1")
    assert [(v, r.amount_kr) for v, _, r in versions] == [  # type: ignore[attr-defined]
        (1, 3_000_000),
        (2, 3_050_000),
        (3, 3_100_000),
    ]


def test_a_corrected_journal_entry_keeps_the_original(store: Store, make: Any) -> None:
    for what in ("Visning hållen", "Visning hållen, sju besökare"):
        store.apply(make.batch(Journal(id="vitec:J1", estate_id="vitec:O1", what=what)))
    assert [entry.what for _, _, entry in store.versions("journal", "vitec:J1")] == [  # type: ignore[attr-defined]  # journal entries
        "Visning hållen",
        "Visning hållen, sju besökare",
    ]
    assert [row.id for row in store.owned("journal", "vitec:O1")] == ["vitec:J1"]


def test_an_earlier_state_that_arrives_late_is_left_alone_only_if_asked(store: Store, make: Any) -> None:
    store.apply(make.batch(make.estate(price_kr=2)))
    early = make.estate(price_kr=1, changed_at=make.noon.replace(hour=9))
    assert store.apply(make.batch(early, not_older=True)).older == 1
    found = store.get("estate", "vitec:E1")
    assert found is not None
    assert found.price.asking_kr == 2  # type: ignore[attr-defined]
    assert store.apply(make.batch(early)).updated == 1


def test_of_a_record_that_comes_twice_in_a_batch_the_last_one_counts(store: Store, make: Any) -> None:
    applied = store.apply(make.batch(make.estate(price_kr=1), make.estate(price_kr=2)))
    assert applied.created == 1
    assert store.get("estate", "vitec:E1").price.asking_kr == 2  # type: ignore[union-attr]


def test_effects_are_committed_with_their_cause(store: Store, make: Any) -> None:
    seen: list[Any] = []

    def effects(changes: list[Any]) -> Effects:
        seen.extend(changes)
        row = OutboxRow(
            connection="hemnet",
            ability="publish",
            operation="publish",
            repeat="readback",
            key="k1",
            kind="estate",
            id=changes[0].id,
            payload={"fields": ["a"]},
            cause_seq=changes[0].seq,
        )
        return Effects(
            signals=[("publish", changes[0].id)], outbox=[row], events=[Event(what="change", id="vitec:E1")]
        )

    applied = store.apply(make.batch(make.estate()), effects=effects)
    (item,) = store.outbox_claim("w1", 10)
    assert (item.cause_seq, item.payload, item.correlation_id) == (
        applied.last_seq,
        {"fields": ["a"]},
        "c-1",
    )
    assert [(s.flow, s.key, s.wanted) for s in store.signals_pending()] == [("publish", "vitec:E1", 1)]
    assert [e.what for e in store.timeline("", "vitec:E1")] == ["change"]
    seen.clear()
    store.apply(make.batch(make.estate()), effects=effects)
    assert seen == []


def test_an_error_in_the_middle_leaves_nothing_behind(store: Store, make: Any) -> None:
    store.apply(make.batch(make.estate(), cursor=("estate", "1")))

    def breaks(changes: list[Any]) -> Effects:
        raise RuntimeError("the power went")

    batch = make.batch(
        make.estate(price_kr=9),
        make.contact(),
        cursor=("estate", "2"),
        events=[Event(what="fetch")],
        parked=[Parked(connection="vitec", kind="estate", source_id="E9", reason_code="x")],
    )
    with pytest.raises(RuntimeError, match="the power went"):
        store.apply(batch, effects=breaks)
    assert store.get("contact", "vitec:C1") is None
    assert store.get("estate", "vitec:E1").price.asking_kr == 2_950_000  # type: ignore[union-attr]
    assert store.cursor_get("vitec", "estate") == "1"
    assert (store.feed_last(), store.events(), store.parked()) == (1, [], [])
    assert store.history("estate", "vitec:E1") == []
    assert store.apply(batch).last_seq == 3


def test_findings_follow_the_record_they_stand_on(store: Store, make: Any) -> None:
    def arrives(price_kr: int, *codes: str) -> None:
        found = [Finding(path="price", code=c, severity=Severity.REFUSED, sv="Fel") for c in codes]
        batch = Batch(connection="vitec", now=make.noon)
        batch.incoming.append(Incoming(record=make.estate(price_kr=price_kr), findings=found))
        store.apply(batch)

    arrives(1, "a", "b")
    assert [f.code for f in store.findings("vitec")] == ["a", "b"]
    arrives(1)
    assert [f.code for f in store.findings(id="vitec:E1")] == ["a", "b"]
    arrives(2, "b")
    assert [(f.code, f.severity, f.sv) for f in store.findings("vitec")] == [("b", "refused", "Fel")]
    assert store.finding_counts() == {"b": 1}
    assert store.findings("other") == []


def test_a_parked_item_is_mended_when_its_record_comes_in(store: Store, make: Any) -> None:
    item = Parked(connection="vitec", kind="estate", source_id="E1", reason_code="bad", raw=b"<html>")
    store.apply(make.batch(parked=[item]))
    store.apply(make.batch(parked=[item]))
    (there,) = store.parked("vitec", with_raw=True)
    assert (there.attempts, there.raw, there.reason_code) == (2, b"<html>", "bad")
    store.apply(make.batch(make.estate("E2")))
    assert len(store.parked()) == 1
    store.apply(make.batch(make.estate("E1")))
    assert store.parked() == []
    (mended,) = store.parked(state="mended", with_raw=True)
    assert mended.raw is None


def test_the_same_hash_may_be_written_anew_without_a_line_in_the_feed(store: Store, make: Any) -> None:
    store.apply(make.batch(make.estate()))
    batch = make.batch(make.estate(), overwrite_same_hash=True)
    batch.incoming[0].raw = b"new raw"
    applied = store.apply(batch)
    assert (applied.unchanged, applied.changes) == (1, [])
    raw = store.raw("vitec", "estate", "E1")
    assert raw is not None
    assert raw[0] == b"new raw"


def test_seen_is_touched_only_if_asked(store: Store, make: Any, clock: Any) -> None:
    store.apply(make.batch(make.estate()))
    later = clock.forward(hours=1)
    store.apply(make.batch(make.estate(), now=later))
    assert store.row("estate", "vitec:E1").seen_at == make.noon  # type: ignore[union-attr]
    store.apply(make.batch(make.estate(), now=later, touch_seen=True))
    assert store.row("estate", "vitec:E1").seen_at == later  # type: ignore[union-attr]


def test_a_record_of_another_connection_is_refused(store: Store, make: Any) -> None:
    with pytest.raises(Invalid, match="must begin with 'booli:'"):
        store.apply(make.batch(make.estate(), connection="booli"))


def test_values_that_no_column_can_hold_stay_in_the_document(store: Store, make: Any) -> None:
    estate = make.estate(price_kr=10**30, status="a\x00b")
    store.apply(make.batch(estate))
    assert store.get("estate", "vitec:E1") == estate
    (line,) = store.find_estates().lines
    assert (line.price_kr, line.status) == (None, "ab")


def test_a_store_call_inside_a_transaction_of_sqlite_is_a_clear_fault(
    tmp_path: Any, keys: Any, make: Any
) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'a.db'}", keys=keys) as store:
        store.migrate()

        def effects(changes: list[Any]) -> Effects:
            store.setting_put("a", 1)
            return Effects()

        with pytest.raises(RuntimeError, match="inside a transaction"):
            store.apply(make.batch(make.estate()), effects=effects)
        assert store.counts()["estate"] == (0, 0)


@pytest.mark.parametrize("count", [1, 8, 63, 64, 65, 137])
def test_batches_of_any_size_are_stored_whole(store: Store, make: Any, count: int) -> None:
    batch = make.batch(*(make.estate(f"E{n}", price_kr=n, tags=[f"å{n}"]) for n in range(count)))
    batch.listed = ("run", "estate", [*(f"E{n}" for n in range(count)), "E0"])
    assert store.apply(batch).created == count
    stored = store.get_many("estate", [f"vitec:E{n}" for n in range(count)])
    assert {(one.price.asking_kr, one.tags[0]) for one in stored.values()} == {
        (n, f"å{n}") for n in range(count)
    }
    assert [line.id for line in store.feed_after(0)] == [f"vitec:E{n}" for n in range(count)]
    assert store.listing_ids("run", "vitec", "estate") == {f"E{n}" for n in range(count)}


def test_the_same_ids_listed_again_are_listed_once(store: Store, make: Any) -> None:
    for ids in (["E1", "E2"], ["E2", "E3"]):
        store.apply(make.batch(listed=("run", "estate", ids)))
    assert store.listing_ids("run", "vitec", "estate") == {"E1", "E2", "E3"}


def test_a_record_made_ready_beforehand_is_taken_in_like_any_other(store: Store, make: Any) -> None:
    ready = prepared(make.estate(), "vitec", raw=b"raw", findings=[Finding(path="price", code="odd")])
    applied = store.apply(Batch(connection="vitec", now=make.noon, incoming=[ready]))
    assert applied.changes[0].record == make.estate()
    assert store.get("estate", "vitec:E1") == make.estate()
    assert store.raw("vitec", "estate", "E1")[0] == b"raw"  # type: ignore[index]  # it was just stored
    assert [f.code for f in store.findings("vitec")] == ["odd"]
    with pytest.raises(Invalid):
        store.apply(Batch(connection="other", now=make.noon, incoming=[ready]))
