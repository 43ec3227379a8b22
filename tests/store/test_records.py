"""Reading what the store holds."""

from __future__ import annotations

from typing import Any

import pytest

from brygga.model.parts import Address, Areas
from brygga.store import Filters, Parked, Store


@pytest.fixture
def town(store: Store, make: Any) -> Store:
    def home(name: str, street: str, price_kr: int | None, m2: float, **more: Any) -> Any:
        return make.estate(
            name,
            price_kr=price_kr,
            address=Address(street=street, town="Umeå"),
            areas=Areas(living_m2=m2),
            **more,
        )

    store.apply(
        make.batch(
            home("E1", "Åkergatan 2", 3_000_000, 60.0, status="for_sale", agent_id="vitec:A1"),
            home("E2", "Storgatan 10%", 2_000_000, 45.5, status="sold", type="house"),
            home("E3", "Storgatan 1", None, 80.0, status="for_sale"),
            home("E4", "Lillgatan 4", 9_000_000, 120.0, status="withdrawn"),
        )
    )
    store.apply(make.batch(removed=[("estate", "vitec:E4")]))
    return store


def names(store: Store, **asked: Any) -> list[str]:
    return [line.id.split(":")[1] for line in store.find_estates(Filters(**asked)).lines]


def test_homes_are_found_by_what_a_broker_asks_for(town: Store) -> None:
    assert names(town) == ["E1", "E2", "E3"]
    assert names(town, text="storg") == ["E2", "E3"]
    assert names(town, text="åker") == ["E1"]
    assert names(town, text="10%") == ["E2"]
    assert names(town, text="e3") == ["E3"]
    assert names(town, status=("for_sale", "sold"), type="house") == ["E2"]
    assert names(town, price_from_kr=2_500_000) == ["E1"]
    assert names(town, living_to_m2=60.0) == ["E1", "E2"]
    assert names(town, agent_id="vitec:A1", town="Umeå", connection="vitec") == ["E1"]
    assert names(town, connection="booli") == []
    assert names(town, removed=True) == ["E4"]
    assert names(town, text="'; DROP TABLE rec_estate; --") == []


def test_lists_are_sorted_both_ways_and_paged(town: Store) -> None:
    assert names(town, order="price") == ["E2", "E1", "E3"]
    assert names(town, order="-price") == ["E1", "E2", "E3"], "what has no price comes last"
    assert names(town, order="-area") == ["E3", "E1", "E2"]
    assert names(town, order="street") == ["E3", "E2", "E1"]
    page = town.find_estates(Filters(order="street"), page=2, per_page=2)
    assert ([line.id for line in page.lines], page.total) == (["vitec:E1"], 3)
    line = town.find_estates(Filters(text="åker")).lines[0]
    assert (line.price_kr, line.living_m2, line.status, line.town) == (3_000_000, 60.0, "for_sale", "Umeå")
    assert town.estate_words("status") == [("for_sale", 2), ("sold", 1)]
    with pytest.raises(KeyError):
        town.estate_words("doc")


def test_ids_and_change_dates_leave_tombstones_out(town: Store, make: Any) -> None:
    assert town.ids("estate", "vitec") == {"E1", "E2", "E3"}
    assert town.ids("estate", "vite") == set()
    held = town.changed_at("estate", ["vitec:E1", "vitec:E4", "vitec:E9"])
    assert held == {"vitec:E1": make.noon}
    assert town.changed_at("estate", []) == {}
    assert town.counts("vitec")["estate"] == (3, 1)
    assert town.counts("booli")["estate"] == (0, 0)


def test_records_are_read_in_pieces_for_a_full_walk(town: Store) -> None:
    first = town.all_rows("estate", connection="vitec", limit=2)
    rest = town.all_rows("estate", connection="vitec", after_id=first[-1].id, limit=9, removed=True)
    assert [r.id for r in (*first, *rest)] == ["vitec:E1", "vitec:E2", "vitec:E3", "vitec:E4"]
    assert rest[0].record.id == "vitec:E3"
    assert set(town.get_many("estate", ["vitec:E1", "vitec:E4"])) == {"vitec:E1"}


def test_bytes_that_have_not_changed_need_not_be_mapped_again(town: Store) -> None:
    same = town.same_raw("vitec", "estate", {"E1": b'{"raw":"x"}', "E2": b"other", "E9": b'{"raw":"x"}'})
    assert same == {"E1"}
    assert town.raw("vitec", "estate", "E1") is not None
    assert town.raw("vitec", "estate", "E9") is None


def test_bytes_are_mapped_again_by_another_mapping_after_a_removal_and_while_set_aside(
    store: Store, make: Any
) -> None:
    body = {"E1": b'{"raw":"x"}'}

    def same(mapped_by: bytes = b"first") -> set[str]:
        return store.same_raw("vitec", "estate", body, mapped_by=mapped_by)

    store.apply(make.batch(make.estate("E1"), mapped_by=b"first"))
    assert same() == {"E1"}
    assert same(b"second") == set()
    store.park([Parked(connection="vitec", kind="estate", source_id="E1", reason_code="mapping_failed")])
    assert same() == set()
    store.unpark("vitec", "estate", "E1", state="mended")
    assert same() == {"E1"}
    store.apply(make.batch(removed=[("estate", "vitec:E1")]))
    assert same() == set()


def test_an_unknown_kind_is_never_put_into_sql(store: Store, make: Any) -> None:
    with pytest.raises(KeyError):
        store.get("estate; DROP TABLE raw", "x")
    assert store.get("estate", "vitec:none") is None
    assert store.row("estate", "vitec:none") is None


def test_what_we_hold_is_held_against_a_listing_a_page_at_a_time(store: Store, make: Any) -> None:
    homes = [make.estate(f"E{n}") for n in range(5)]
    store.apply(
        make.batch(*homes, make.viewing("V0", "E0"), make.viewing("V1", "E1"), make.viewing("V2", ""))
    )
    store.apply(make.batch(removed=[("estate", "vitec:E4")]))
    store.listing_add("run", "vitec", "estate", ["E0", "E2", "E9"])
    store.listing_add("run", "vitec", "viewing", ["V1"])
    store.listing_add("other", "vitec", "estate", ["E1"])
    first = store.held_page("run", "vitec", "estate", limit=3)
    rest = store.held_page("run", "vitec", "estate", after_id=first[-1].id)
    assert [(one.source_id, one.listed) for one in (*first, *rest)] == [
        ("E0", True),
        ("E1", False),
        ("E2", True),
        ("E3", False),
    ]
    assert store.held_page("run", "vitec", "estate", after_id=rest[-1].id) == []
    viewings = store.held_page("run", "vitec", "viewing")
    assert [(one.source_id, one.listed, one.home_listed) for one in viewings] == [
        ("V0", False, True),
        ("V1", True, False),
        ("V2", False, False),
    ]
    assert store.listing_count("run", "vitec", "estate") == 3
    with pytest.raises(KeyError):
        store.held_page("run", "vitec", "estate; DROP TABLE raw")
