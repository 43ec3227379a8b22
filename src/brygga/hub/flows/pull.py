"""Pull: a source's listings, page by page, stored in groups of pages while the next are fetched.

Three ways: `catchup` asks for what changed since last time; `compare` lists everything, fetches
only what differs from ours and maps only bytes that we do not hold, then compares all ids;
`full` fetches and maps everything again.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from contextlib import aclosing
from datetime import datetime
from typing import Any

from brygga.connectors.abilities import Page, Ref
from brygga.hub.durable import FlowContext
from brygga.hub.flows.calm import calm_collector
from brygga.hub.flows.fetching import fetch_all, take_in
from brygga.hub.flows.grouping import Groups
from brygga.hub.services import Services
from brygga.hub.trouble import note_recovery, note_trouble
from brygga.model import BryggaError, Invalid, Rejected, SetupError, Unsupported
from brygga.model.records import OWNED_BY_ESTATE
from brygga.store import Event, canonical_id
from brygga.sync import catchup
from brygga.sync.brake import Verdict, judge

MODES = ("catchup", "compare", "full")
COUNTED = ("listed", "fetched", "created", "updated", "removed", "parked")
OWNED = OWNED_BY_ESTATE | {"relation"}
STRETCH_S = 5.0
"""How long one durable step goes on from page to page: the cost of a step is paid this seldom."""


class Pull:
    """The flow. `key` is `<connection>|<mode>`; one at a time per connection."""

    name = "pull"

    def __init__(self, services: Services) -> None:
        self._s = services

    async def run(self, ctx: FlowContext, *, key: str, wanted: int) -> dict[str, Any]:
        """Read every stream of the source. Gives counts; trouble becomes a repair or a later try.

        Raises SetupError when the store takes nothing any more; the pull is then still wanted.
        """
        try:
            counts = await self._read(ctx, key, wanted)
        except SetupError as error:
            self._s.obstacles.met(f"pull {key}", error)
            raise
        self._s.obstacles.passed(f"pull {key}")
        return counts

    async def _read(self, ctx: FlowContext, key: str, wanted: int) -> dict[str, Any]:
        name, mode = key.split("|")
        begun = await ctx.step("begin", self._begin, name, mode)
        totals = Counter(dict.fromkeys(COUNTED, 0))
        try:
            for stream in begun["streams"]:
                try:
                    totals.update(await self._stream(ctx, name, mode, stream, begun))
                except (Rejected, Unsupported, Invalid) as error:
                    facts = error.facts() | {"stream": stream}
                    await ctx.step(f"{stream}.left_out", self._left_out, name, facts)
            await ctx.step("end", self._end, name, mode, begun, dict(totals))
        except BryggaError as error:
            await ctx.step("trouble", self._trouble, name, error.kind, error.message, error.facts())
            totals["failed"] = 1
        await ctx.step("done", self._done, key, wanted)
        return dict(totals)

    async def _stream(
        self, ctx: FlowContext, name: str, mode: str, stream: str, begun: dict[str, Any]
    ) -> dict[str, int]:
        place, number, counts = "", 0, Counter[str]()
        while True:
            out = await ctx.step(f"{stream}.{number}", self._stretch, name, mode, stream, place, begun)
            counts.update(out["counts"])
            if out["last"]:
                break
            place, number = out["place"], number + 1
        if mode != "catchup":
            args = (name, stream, begun, out["total"])
            counts["removed"] += await ctx.step(f"{stream}.compare", self._compare, *args)
        await ctx.step(f"{stream}.cursor", self._cursor, name, stream, begun["at"])
        return dict(counts)

    async def _begin(self, name: str, mode: str) -> dict[str, Any]:
        now = self._s.now()
        live = self._s.connections.live(name)
        return {
            "at": now.isoformat(),
            "run": f"{name}|{mode}|{now.isoformat()}",
            "streams": list(live.connector.streams),
        }

    async def _stretch(
        self, name: str, mode: str, stream: str, place: str, begun: dict[str, Any]
    ) -> dict[str, Any]:
        """Pages from `place` on, for a few seconds; all of them are stored, with their place, at the end.

        Run again after a crash it goes on after the last page that was stored.
        """
        live = self._s.connections.live(name)
        place = await self._reached(name, stream, begun["run"]) or place
        since = await self._since(name, stream) if mode == "catchup" else None
        until, page = time.monotonic() + STRETCH_S, Page(last=True)
        groups = Groups(self._s, live, mode=mode, stream=stream, run=begun["run"])
        listing = live.connector.pages(stream, since=since, cursor=place)
        with calm_collector():
            async with groups, aclosing(listing) as pages:
                async for page in pages:
                    await groups.add(page)
                    if time.monotonic() > until:
                        break
        return {"counts": dict(groups.counts), "last": page.last, "place": page.cursor, "total": page.total}

    async def _reached(self, name: str, stream: str, run: str) -> str:
        """The place after the last page that this very run has stored, if any."""
        saved = await asyncio.to_thread(self._s.store.cursor_get, name, f"{stream}.place")
        known, _, place = (saved or "").rpartition("#")
        return place if known == run else ""

    async def _since(self, name: str, stream: str) -> datetime | None:
        saved = await asyncio.to_thread(self._s.store.cursor_get, name, stream)
        return catchup.since(saved or "")

    async def _compare(self, name: str, stream: str, begun: dict[str, Any], total: int | None) -> int:
        """All ids against all ids, behind the vanish brake. Gives how many were removed."""
        store = self._s.store
        held, missing = await asyncio.to_thread(self._against_listing, name, stream, begun["run"])
        listed = await asyncio.to_thread(store.listing_count, begun["run"], name, stream)
        allowed = await asyncio.to_thread(store.setting_get, f"vanish_allowed:{name}:{stream}")
        verdict = judge(held, listed, missing, complete=True, total=total, allowed=bool(allowed))
        removed = 0
        if verdict.verdict is Verdict.ASK:
            facts = {
                "stream": stream,
                "held": verdict.known,
                "listed": verdict.listed,
                "missing": list(verdict.missing)[:500],
            }
            await asyncio.to_thread(store.repair_open, "vanish", name, stream, facts)
        elif verdict.verdict is Verdict.LOOK:
            removed = await self._look_for(name, stream, verdict.missing)
        if verdict.verdict is not Verdict.ASK:
            await asyncio.to_thread(store.repair_close, "vanish", name, stream, self._s.now(), "hub")
            if allowed:
                await asyncio.to_thread(store.setting_put, f"vanish_allowed:{name}:{stream}", False)
        return removed

    def _against_listing(self, name: str, stream: str, run: str) -> tuple[int, list[str]]:
        """How many we hold that the listing should name, and those that it does not name.

        What belongs to a home that is itself missing from this run's listing follows its home, and
        is no question of its own.
        """
        covers = self._s.connections.live(name).connector.covers
        held, missing, after_id = 0, list[str](), ""
        while page := self._s.store.held_page(run, name, stream, after_id=after_id):
            expected = [
                one
                for one in page
                if covers(stream, one.source_id) and (one.home_listed or stream not in OWNED)
            ]
            held += len(expected)
            missing += [one.source_id for one in expected if not one.listed]
            after_id = page[-1].id
        return held, missing

    async def _look_for(self, name: str, stream: str, missing: tuple[str, ...]) -> int:
        """Ask for each missing record by id; only what its source disowns is removed."""
        live = self._s.connections.live(name)
        got = await fetch_all(live, [Ref(kind=stream, source_id=one) for one in missing])
        gone = [(stream, canonical_id(name, ref.source_id)) for ref in got.gone]
        applied = await asyncio.to_thread(
            take_in, self._s.store, live, got.raws, now=self._s.now(), removed=gone, failed=got.failed
        )
        return applied.removed

    async def _cursor(self, name: str, stream: str, at: str) -> None:
        store = self._s.store
        old = await asyncio.to_thread(store.cursor_get, name, stream)
        value = catchup.advance(old or "", datetime.fromisoformat(at))
        await asyncio.to_thread(store.cursor_put, name, stream, value, self._s.now())

    async def _end(self, name: str, mode: str, begun: dict[str, Any], totals: dict[str, int]) -> None:
        took_ms = int((self._s.now() - datetime.fromisoformat(begun["at"])).total_seconds() * 1000)
        event = Event(
            at=self._s.now(),
            connection=name,
            what=f"pull.{mode}",
            level="ok",
            facts=dict(totals),
            took_ms=took_ms,
        )
        await asyncio.to_thread(self._s.store.event_add, [event])
        await asyncio.to_thread(self._s.store.listing_drop, begun["run"])
        await asyncio.to_thread(note_recovery, self._s, name)

    async def _left_out(self, name: str, facts: dict[str, Any]) -> None:
        """The source refuses one of its listings: said, and the others go on."""
        shown = {k: facts[k] for k in ("stream", "code", "sv", "status") if facts.get(k)}
        event = Event(at=self._s.now(), connection=name, what="pull.left_out", level="warn", facts=shown)
        await asyncio.to_thread(self._s.store.event_add, [event])

    async def _trouble(self, name: str, kind: str, message: str, facts: dict[str, Any]) -> None:
        await asyncio.to_thread(note_trouble, self._s, name, kind, message, facts)

    async def _done(self, key: str, wanted: int) -> None:
        await asyncio.to_thread(self._s.store.signal_done, self.name, key, wanted)
