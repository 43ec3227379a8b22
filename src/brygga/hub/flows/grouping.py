"""Pages into groups: one group is stored in one transaction while the next pages are fetched.

A commit costs nearly the same for ten records as for five hundred, so pages that come quickly share
one. A page that took long to come is stored at once. The place saved with a group is that of
its last page; groups are stored in the order of their pages, each with its place, so after a
crash the reading goes on after the last page that was stored.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from types import TracebackType
from typing import Self

import msgspec

from brygga.connectors.abilities import Page, RawRecord, Ref
from brygga.hub.connections import Live
from brygga.hub.drifting import shapes_of
from brygga.hub.flows.fetching import (
    Understood,
    fetch_all,
    lacking,
    not_known,
    put,
    take_in,
    understand,
)
from brygga.hub.services import Services
from brygga.model import BryggaError
from brygga.store import Applied, canonical_id

MOST_RECORDS = 500
MOST_BYTES = 4_000_000
LONGEST_S = 0.5
"""How long pages wait for others to share their transaction."""


class Group(msgspec.Struct, kw_only=True):
    """Pages that are stored together. `listed`: the ids they name; `cursor`: the place after them."""

    raws: list[RawRecord] = []
    failed: list[tuple[Ref, BryggaError]] = []
    listed: list[str] = []
    fetched: int = 0
    size_bytes: int = 0
    cursor: str = ""


class Groups:
    """The groups of one stretch of one stream. Leaving the context stores what is left.

    `counts` is complete afterwards. Raises what the store or a broken connection raises.
    """

    def __init__(self, services: Services, live: Live, *, mode: str, stream: str, run: str) -> None:
        self.counts: Counter[str] = Counter()
        self._s, self._live = services, live
        self._mode, self._stream, self._run = mode, stream, run
        self._group = Group()
        self._since_s = time.monotonic()
        self._under_way: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Ready for the first page."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trail: TracebackType | None
    ) -> None:
        """What came before a fault of the source is stored all the same; a cancellation stops at once."""
        if error is None or isinstance(error, Exception):
            if self._group.cursor or self._group.listed:
                await self._pass_on()
            await self._settled()
        elif self._under_way is not None:
            self._under_way.cancel()
            await asyncio.gather(self._under_way, return_exceptions=True)

    async def add(self, page: Page) -> None:
        """Fetch what a page names and differs, and pass the group on when it is large or has waited."""
        refs = await self._differing(page.refs)
        got = await fetch_all(self._live, refs)
        group = self._group
        group.raws += [*page.records, *got.raws]
        group.failed += got.failed
        group.listed += [ref.source_id for ref in page.refs] + [raw.source_id for raw in page.records]
        group.fetched += len(refs)
        group.size_bytes += sum(len(raw.body) for raw in (*page.records, *got.raws))
        group.cursor = page.cursor
        large = len(group.raws) >= MOST_RECORDS or group.size_bytes >= MOST_BYTES
        if large or time.monotonic() - self._since_s >= LONGEST_S:
            await self._pass_on()

    async def _pass_on(self) -> None:
        """Map the group while the one before it is stored; store it after that one, as the places demand."""
        group, self._group = self._group, Group()
        made = await asyncio.to_thread(self._understand, group)
        await self._settled()
        self._under_way = asyncio.create_task(self._store(group, made))
        self._since_s = time.monotonic()

    async def _settled(self) -> None:
        """Until the group under way is stored. Raises what stopped it."""
        task, self._under_way = self._under_way, None
        if task is not None:
            await task

    async def _store(self, group: Group, made: Understood) -> None:
        applied = await asyncio.to_thread(put, self._s.store, made)
        more = await self._follow(made.named) if made.named else 0
        self._count(group, applied, more, parked=len(made.batch.parked))

    def _understand(self, group: Group) -> Understood:
        """One batch of everything in the group that we do not hold already, and what it names."""
        raws = group.raws if self._mode == "full" else not_known(self._s.store, self._live, group.raws)
        shapes = shapes_of(self._s.store, self._live.name, raws)
        made = understand(self._live, raws, now=self._s.now(), failed=group.failed, shapes=shapes)
        made.batch.cursor = (f"{self._stream}.place", f"{self._run}#{group.cursor}")
        if self._mode != "catchup":
            made.batch.listed = (self._run, self._stream, group.listed)
        return made

    def _count(self, group: Group, applied: Applied, followed: int, *, parked: int) -> None:
        self.counts.update(
            listed=len(group.listed),
            fetched=group.fetched,
            created=applied.created + followed,
            updated=applied.updated,
            removed=applied.removed,
            parked=parked,
        )

    async def _differing(self, refs: list[Ref]) -> list[Ref]:
        """The references whose change date is not the one we hold (or that have none)."""
        if self._mode == "full" or not refs:
            return refs
        ids = [canonical_id(self._live.name, ref.source_id) for ref in refs]
        held = await asyncio.to_thread(self._s.store.changed_at, refs[0].kind, ids)
        return [
            ref
            for ref, record_id in zip(refs, ids, strict=True)
            if ref.changed_at is None or held.get(record_id) != ref.changed_at
        ]

    async def _follow(self, named: set[Ref]) -> int:
        """Fetch records that only others name, such as associations, when we lack them."""
        wanted = await asyncio.to_thread(lacking, self._s.store, self._live.name, named)
        if not wanted:
            return 0
        got = await fetch_all(self._live, wanted)
        now = self._s.now()
        applied = await asyncio.to_thread(
            take_in, self._s.store, self._live, got.raws, now=now, failed=got.failed
        )
        return applied.created
