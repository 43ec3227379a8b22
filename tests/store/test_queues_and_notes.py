"""Signals, links, events, repairs, cursors, listings, settings, signs of life."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from brygga.store import Event, Store


def test_many_wishes_become_one_run_and_a_wish_during_the_run_becomes_another(store: Store) -> None:
    for _ in range(3):
        store.signal_raise([("pull", "vitec"), ("pull", "booli")], correlation_id="c-1")
    (pending, _) = store.signals_pending()
    assert (pending.wanted, pending.done, pending.correlation_id) == (3, 0, "c-1")
    taken = store.signal_take("pull", "vitec")
    store.signal_raise([("pull", "vitec")])
    store.signal_done("pull", "vitec", taken)
    assert {s.key for s in store.signals_pending(flow="pull")} == {"vitec", "booli"}
    store.signal_done("pull", "vitec", store.signal_take("pull", "vitec"))
    assert {s.key for s in store.signals_pending()} == {"booli"}
    store.signal_done("pull", "vitec", 1)
    assert {s.key for s in store.signals_pending()} == {"booli"}, "an old answer undid a newer one"
    assert store.signal_take("pull", "nobody") == 0
    assert store.signal_get("pull", "nobody") is None


def test_no_wish_is_lost_when_many_wish_at_once(store: Store, migrated_url: str, keys: Any) -> None:
    with Store.open(migrated_url, keys=keys) as other, ThreadPoolExecutor(8) as pool:
        jobs = [
            pool.submit((store, other)[n % 2].signal_raise, [("f", "a"), ("f", "b")][:: 1 if n % 3 else -1])
            for n in range(60)
        ]
        for job in jobs:
            job.result()
    assert [store.signal_get("f", key).wanted for key in "ab"] == [60, 60]  # type: ignore[union-attr]


def test_a_link_keeps_the_progress_of_a_publication(store: Store) -> None:
    assert store.link_get("estate", "vitec:E1", "hemnet") is None
    assert store.link_merge("estate", "vitec:E1", "hemnet", {"doing": "create"}) == {"doing": "create"}
    store.link_merge("estate", "vitec:E1", "hemnet", {"doing": "", "remote": {"id": 7}}, remote_id="7")
    assert store.link_get("estate", "vitec:E1", "hemnet") == {"doing": "", "remote": {"id": 7}}
    store.link_put("estate", "vitec:E1", "booli", {"a": 1})
    store.link_put("estate", "vitec:E1", "hemnet", {"fresh": True})
    link = store.link_by_remote("hemnet", "7")
    assert link is not None
    assert (link.id, link.state) == ("vitec:E1", {"fresh": True})
    assert store.published_at(["vitec:E1", "vitec:E2"]) == {"vitec:E1": ["booli", "hemnet"]}
    assert store.links_of("estate", ["vitec:E1"])["vitec:E1"]["booli"] == {"a": 1}
    assert [one.remote_id for one in store.links("hemnet")] == ["7"]
    store.link_drop("estate", "vitec:E1", "booli")
    assert store.published_at(["vitec:E1"]) == {"vitec:E1": ["hemnet"]}
    assert store.published_at([]) == {}


def test_two_who_note_different_things_on_a_link_both_get_their_way(
    store: Store, migrated_url: str, keys: Any
) -> None:
    with Store.open(migrated_url, keys=keys) as other, ThreadPoolExecutor(8) as pool:
        jobs = [
            pool.submit((store, other)[n % 2].link_merge, "estate", "vitec:E1", "hemnet", {f"k{n}": n})
            for n in range(30)
        ]
        for job in jobs:
            job.result()
    assert store.link_get("estate", "vitec:E1", "hemnet") == {f"k{n}": n for n in range(30)}


def test_a_timeline_tells_the_newest_events_in_their_order(store: Store, clock: Any) -> None:
    store.event_add([Event(what=f"e{n}", kind="estate", id="vitec:E1", connection="vitec") for n in range(5)])
    store.event_add(
        [Event(what="mail", kind="contact", id="vitec:E1", facts={"n": 1}, took_ms=12, level="warn")]
    )
    store.event_add([])
    assert [e.what for e in store.timeline("estate", "vitec:E1", 3)] == ["e2", "e3", "e4"]
    (mail,) = store.timeline("contact", "vitec:E1")
    assert (mail.facts, mail.took_ms, mail.level, mail.at) == ({"n": 1}, 12, "warn", clock.at)
    assert [e.what for e in store.events("vitec", limit=2)] == ["e3", "e4"]
    assert [e.what for e in store.events(after=mail.n - 2)] == ["e4", "mail"]
    last = store.last_event("vitec", "e4")
    assert last is not None
    assert last.n == mail.n - 1
    assert store.last_event("vitec", "mail") is None
    store.event_add([Event(what="x", correlation_id="c-7")])
    assert [e.what for e in store.events(correlation_id="c-7")] == ["x"]


def test_a_repair_opens_once_counts_and_opens_anew_after_it_was_closed(store: Store, clock: Any) -> None:
    assert store.repair_open("key_refused", "hemnet", "", {"status": 401})
    clock.forward(minutes=5)
    assert not store.repair_open("key_refused", "hemnet", "", {"status": 403})
    (repair,) = store.repair_list()
    assert (repair.count, repair.facts) == (2, {"status": 403})
    assert (repair.last_at - repair.opened_at).total_seconds() == 300
    assert store.repair_snooze("key_refused", "hemnet", "", clock.at.replace(hour=20))
    assert store.repair_list()[0].snoozed_until is not None
    assert store.repair_close("key_refused", "hemnet", "", None, "anna")
    assert not store.repair_close("key_refused", "hemnet")
    assert store.repair_list() == []
    assert store.repair_list(include_closed=True)[0].closed_by == "anna"
    assert store.repair_open("key_refused", "hemnet")
    (again,) = store.repair_list(connection="hemnet")
    assert (again.count, again.closed_by, again.snoozed_until) == (1, "", None)
    assert store.repair_list(connection="vitec") == []


def test_a_cursor_is_saved_with_its_page_or_by_itself(store: Store, make: Any, clock: Any) -> None:
    assert store.cursor_get("vitec", "estate") is None
    store.apply(make.batch(make.estate(), cursor=("estate", "p2")))
    assert store.cursor_get("vitec", "estate") == "p2"
    store.cursor_put("vitec", "estate", "p3")
    assert store.cursors("vitec") == {"estate": ("p3", clock.at)}


def test_a_comparison_under_way_survives_and_counts_a_page_once(store: Store) -> None:
    store.listing_add("run1", "vitec", "estate", ["a", "b"])
    store.listing_add("run1", "vitec", "estate", ["b", "c", "c"])
    store.listing_add("run1", "vitec", "contact", ["a"])
    store.listing_add("run2", "vitec", "estate", [])
    assert store.listing_ids("run1", "vitec", "estate") == {"a", "b", "c"}
    assert store.listing_ids("run2", "vitec", "estate") == set()
    store.listing_drop("run1")
    assert store.listing_ids("run1", "vitec", "estate") == set()


def test_settings_are_found_by_the_beginning_of_their_name(store: Store) -> None:
    store.setting_put("connection:vitec", {"a": [1, 2]})
    store.setting_put("connection:hemnet", {"b": None})
    store.setting_put("connections", 1)
    store.setting_put("connection:vitec", {"a": 3})
    assert store.settings_like("connection:") == {
        "connection:hemnet": {"b": None},
        "connection:vitec": {"a": 3},
    }
    assert store.setting_get("nothing") is None
    store.setting_drop("connections")
    assert store.setting_get("connections") is None


def test_a_worker_gives_signs_of_life(store: Store, clock: Any) -> None:
    store.heartbeat("hub-1", {"pid": 7})
    at = clock.forward(seconds=9)
    store.heartbeat("hub-1", {"pid": 7})
    (beat,) = store.heartbeats()
    assert (beat.worker, beat.at, beat.facts) == ("hub-1", at, {"pid": 7})
    store.heartbeat_drop("hub-1")
    assert store.heartbeats() == []
