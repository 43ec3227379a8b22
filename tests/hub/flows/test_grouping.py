"""Pages are stored in groups, in their order, each with its place; what is known is not mapped again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from brygga.connectors.abilities import Page, RawRecord, Ref
from brygga.hub.flows import grouping
from brygga.hub.flows.grouping import Groups
from brygga.hub.keys import PayloadSealer
from brygga.model import Contact, Estate, Mapped, Retryable
from brygga.store import Store
from brygga.vault import KeyRing

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
RUN = "src|full|2026"


class Source:
    """A connector that counts what it maps; `poison` cannot be mapped, `names` is followed."""

    def __init__(self) -> None:
        self.mapped: list[str] = []
        self.poison = ""

    def map(self, raw: RawRecord) -> Mapped:
        self.mapped.append(raw.source_id)
        if raw.source_id == self.poison:
            raise ZeroDivisionError
        estate = Estate(id=f"src:{raw.source_id}", reference=raw.body.decode())
        return Mapped(records=[estate, Contact(id=f"src:s{raw.source_id}", last_name="X")])

    def follow(self, mapped: Mapped) -> list[Ref]:
        return []

    async def fetch(self, ref: Ref) -> RawRecord | None:
        return None


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    sealer = PayloadSealer()
    sealer.use(KeyRing.create_file(tmp_path / "keys"))
    with Store.open(f"sqlite:///{tmp_path / 'a.db'}", keys=sealer) as opened:
        opened.migrate()
        yield opened


@pytest.fixture
def source() -> Source:
    return Source()


def groups(store: Store, source: Source, mode: str = "full", **settings: Any) -> Groups:
    live: Any = SimpleNamespace(
        name="src",
        connector=source,
        manifest=SimpleNamespace(module="brygga.connectors.smtp.api:Smtp"),
        connection=SimpleNamespace(settings=settings),
        can=lambda ability: ability == "read",
        raw_days=14,
    )
    services: Any = SimpleNamespace(store=store, now=lambda: NOW)
    return Groups(services, live, mode=mode, stream="estate", run=RUN)


def page(number: int, *, count: int = 3, text: str = "") -> Page:
    ids = [f"{number}-{n}" for n in range(count)]
    return Page(
        records=[
            RawRecord(kind="estate", source_id=one, body=f"{text}{one}".encode(), fetched_at=NOW)
            for one in ids
        ],
        cursor=str(number + 1),
    )


async def read(reading: Groups, *pages: Page) -> dict[str, int]:
    async with reading:
        for one in pages:
            await reading.add(one)
    return dict(reading.counts)


def transactions(store: Store, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The place that each transaction of records saved."""
    saved: list[str] = []
    plain = store.apply

    def counted(batch: Any, **more: Any) -> Any:
        done = plain(batch, **more)
        saved.append(batch.cursor[1] if batch.cursor else "")
        return done

    monkeypatch.setattr(store, "apply", counted)
    return saved


async def test_quick_pages_share_one_transaction(
    store: Store, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "LONGEST_S", 3600.0)
    saved = transactions(store, monkeypatch)
    counts = await read(groups(store, source), *(page(n) for n in range(4)))
    assert saved == [f"{RUN}#4"]
    assert (counts["listed"], counts["created"], counts["parked"]) == (12, 24, 0)
    assert store.cursor_get("src", "estate.place") == f"{RUN}#4"
    assert len(store.listing_ids(RUN, "src", "estate")) == 12


async def test_a_page_that_took_long_to_come_is_stored_at_once(
    store: Store, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "LONGEST_S", 0.0)
    saved = transactions(store, monkeypatch)
    await read(groups(store, source), *(page(n) for n in range(3)))
    assert saved == [f"{RUN}#{n}" for n in (1, 2, 3)]


async def test_a_full_group_is_stored_while_the_next_pages_come(
    store: Store, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "LONGEST_S", 3600.0)
    monkeypatch.setattr(grouping, "MOST_RECORDS", 6)
    saved = transactions(store, monkeypatch)
    await read(groups(store, source), *(page(n) for n in range(5)))
    assert saved == [f"{RUN}#{n}" for n in (2, 4, 5)]


async def test_what_came_before_a_fault_of_the_source_is_kept(store: Store, source: Source) -> None:
    async def cut_off() -> None:
        async with groups(store, source) as reading:
            await reading.add(page(0))
            raise Retryable("the source went away")

    with pytest.raises(Retryable, match="went away"):
        await cut_off()
    assert len(store.ids("estate", "src")) == 3
    assert store.cursor_get("src", "estate.place") == f"{RUN}#1"


async def test_nothing_is_stored_after_a_group_that_could_not_be(
    store: Store, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "LONGEST_S", 0.0)
    plain, tries = store.apply, []

    def busy_once(batch: Any, **more: Any) -> Any:
        tries.append(batch.cursor[1])
        if len(tries) == 2:
            raise Retryable("busy")
        return plain(batch, **more)

    monkeypatch.setattr(store, "apply", busy_once)
    with pytest.raises(Retryable, match="busy"):
        await read(groups(store, source), *(page(n) for n in range(4)))
    assert tries == [f"{RUN}#1", f"{RUN}#2"]
    assert store.cursor_get("src", "estate.place") == f"{RUN}#1"


async def test_a_cancelled_reading_leaves_whole_groups_only(
    store: Store, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouping, "LONGEST_S", 3600.0)
    begun = asyncio.Event()

    async def never_ending() -> None:
        async with groups(store, source) as reading:
            await reading.add(page(0))
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(never_ending())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert store.ids("estate", "src") == set()
    assert store.cursor_get("src", "estate.place") is None


async def test_one_poison_record_is_set_aside_alone(store: Store, source: Source) -> None:
    source.poison = "1-1"
    counts = await read(groups(store, source), page(0), page(1))
    assert counts["parked"] == 1
    assert [p.source_id for p in store.parked("src")] == ["1-1"]
    assert len(store.ids("estate", "src")) == 5


async def test_bytes_that_we_hold_are_not_mapped_again_but_in_full(store: Store, source: Source) -> None:
    await read(groups(store, source), page(0))
    source.mapped.clear()
    counts = await read(groups(store, source, "compare"), page(0))
    assert source.mapped == []
    assert (counts["listed"], counts["created"], counts["updated"], counts["parked"]) == (3, 0, 0, 0)
    assert len(store.listing_ids(RUN, "src", "estate")) == 3
    await read(groups(store, source, "full"), page(0))
    assert len(source.mapped) == 3


async def test_changed_bytes_and_changed_settings_are_mapped_again(store: Store, source: Source) -> None:
    await read(groups(store, source), page(0))
    source.mapped.clear()
    await read(groups(store, source, "compare"), page(0, text="new "))
    assert len(source.mapped) == 3
    await read(groups(store, source, "compare", language="sv"), page(0, text="new "))
    assert len(source.mapped) == 6


async def test_a_removed_home_that_comes_again_is_mapped_and_restored(store: Store, source: Source) -> None:
    from brygga.store import Batch

    await read(groups(store, source), page(0))
    store.apply(Batch(connection="src", now=NOW, removed=[("estate", "src:0-1")]))
    source.mapped.clear()
    await read(groups(store, source, "compare"), page(0))
    assert source.mapped == ["0-1"]
    assert len(store.ids("estate", "src")) == 3


async def test_a_record_set_aside_is_mapped_again_when_its_former_bytes_return(
    store: Store, source: Source
) -> None:
    await read(groups(store, source), page(0))
    source.poison = "0-2"
    await read(groups(store, source, "compare"), page(0, text="bad "))
    assert len(store.parked("src")) == 1
    source.poison = ""
    await read(groups(store, source, "compare"), page(0))
    assert store.parked("src") == []
