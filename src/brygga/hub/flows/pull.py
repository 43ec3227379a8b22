"""Pull: a source's listings, page by page, each page durable before the next is asked for.

Three ways: `catchup` asks for what changed since last time; `compare` lists everything and
fetches only what differs from ours, then compares all ids; `full` fetches everything again.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

from brygga.connectors.abilities import Page, RawRecord, Ref
from brygga.hub.connections import Live
from brygga.hub.durable import FlowContext
from brygga.hub.flows.fetching import fetch_all, take_in
from brygga.hub.services import Services
from brygga.hub.trouble import note_recovery, note_trouble
from brygga.model import BryggaError, Mapped
from brygga.store import Event, canonical_id
from brygga.sync import catchup
from brygga.sync.brake import Verdict, compare

MODES = ("catchup", "compare", "full")


class Pull:
    """The flow. `key` is `<connection>|<mode>`; one at a time per connection."""

    name = "pull"

    def __init__(self, services: Services) -> None:
        self._s = services

    async def run(self, ctx: FlowContext, *, key: str, wanted: int) -> dict[str, Any]:
        """Read every stream of the source. Gives counts; trouble becomes a repair or a later try."""
        name, mode = key.split("|")
        begun = await ctx.step("begin", self._begin, name, mode)
        totals = {"listed": 0, "fetched": 0, "created": 0, "updated": 0, "removed": 0, "parked": 0}
        try:
            for stream in begun["streams"]:
                counts = await self._stream(ctx, name, mode, stream, begun)
                totals = {k: totals[k] + counts.get(k, 0) for k in totals}
            await ctx.step("end", self._end, name, mode, begun, totals)
        except BryggaError as error:
            await ctx.step("trouble", self._trouble, name, error.kind, error.message, error.facts())
            totals["failed"] = 1
        await ctx.step("done", self._done, key, wanted)
        return totals

    async def _stream(
        self, ctx: FlowContext, name: str, mode: str, stream: str, begun: dict[str, Any]
    ) -> dict[str, int]:
        place, number, counts = "", 0, dict[str, int]()
        while True:
            out = await ctx.step(f"{stream}.{number}", self._page, name, mode, stream, place, begun)
            counts = {k: counts.get(k, 0) + v for k, v in out["counts"].items()} | {
                k: v for k, v in counts.items() if k not in out["counts"]
            }
            if out["last"]:
                break
            place, number = out["place"], number + 1
        if mode != "catchup":
            gone = await ctx.step(f"{stream}.compare", self._compare, name, stream, begun, out["total"])
            counts["removed"] = counts.get("removed", 0) + gone
        await ctx.step(f"{stream}.cursor", self._cursor, name, stream, begun["at"])
        return counts

    async def _begin(self, name: str, mode: str) -> dict[str, Any]:
        now = self._s.now()
        live = self._s.connections.live(name)
        return {
            "at": now.isoformat(),
            "run": f"{name}|{mode}|{now.isoformat()}",
            "streams": list(live.connector.streams),
        }

    async def _page(
        self, name: str, mode: str, stream: str, place: str, begun: dict[str, Any]
    ) -> dict[str, Any]:
        """One page: list, fetch what differs, map, store. Safe to run again from the same place."""
        live = self._s.connections.live(name)
        page = await self._ask(live, mode, stream, place, begun)
        await self._list(name, stream, page, begun, mode)
        refs = await self._differing(name, page.refs, everything=mode == "full")
        got = await fetch_all(live, refs)
        counts = await self._store(live, [*page.records, *got.raws], got.failed, stream, page)
        counts |= {"listed": len(page.refs) + len(page.records), "fetched": len(refs)}
        return {"counts": counts, "last": page.last, "place": page.cursor, "total": page.total}

    async def _ask(
        self, live: Live, mode: str, stream: str, place: str, begun: dict[str, Any]
    ) -> Page:
        since = None
        if mode == "catchup":
            cursor = await asyncio.to_thread(self._s.store.cursor_get, live.name, stream)
            since = catchup.since(cursor or "")
        async for page in live.connector.pages(stream, since=since, cursor=place):
            return page  # type: ignore[no-any-return]  # the protocol says Page
        return Page(last=True)

    async def _list(
        self, name: str, stream: str, page: Page, begun: dict[str, Any], mode: str
    ) -> None:
        """Remember which ids this run has seen, so that the comparison survives a restart."""
        if mode == "catchup":
            return
        ids = [r.source_id for r in page.refs] + [r.source_id for r in page.records]
        await asyncio.to_thread(self._s.store.listing_add, begun["run"], name, stream, ids)

    async def _differing(self, name: str, refs: list[Ref], *, everything: bool) -> list[Ref]:
        """The references whose change date is not the one we hold (or that have none)."""
        if everything or not refs:
            return refs
        ids = [canonical_id(name, ref.source_id) for ref in refs]
        held = await asyncio.to_thread(self._s.store.changed_at, refs[0].kind, ids)
        return [
            ref
            for ref, record_id in zip(refs, ids, strict=True)
            if ref.changed_at is None or held.get(record_id) != ref.changed_at
        ]

    async def _store(
        self,
        live: Live,
        raws: list[RawRecord],
        failed: list[tuple[Ref, BryggaError]],
        stream: str,
        page: Page,
    ) -> dict[str, int]:
        applied, mapped = await asyncio.to_thread(
            take_in, self._s.store, live, raws, now=self._s.now(), failed=failed
        )
        more = await self._follow(live, mapped)
        parked = len(failed) + len(raws) - len(mapped)
        return {
            "created": applied.created + more,
            "updated": applied.updated,
            "removed": applied.removed,
            "parked": parked,
        }

    async def _follow(self, live: Live, mapped: list[Mapped]) -> int:
        """Fetch records that only others name, such as associations, when we lack them."""
        refs = {ref for one in mapped for ref in live.connector.follow(one)}
        lacking = await self._lacking(live.name, sorted(refs, key=lambda r: (r.kind, r.source_id)))
        if not lacking:
            return 0
        got = await fetch_all(live, lacking)
        applied, _ = await asyncio.to_thread(
            take_in, self._s.store, live, got.raws, now=self._s.now(), failed=got.failed
        )
        return applied.created

    async def _lacking(self, name: str, refs: list[Ref]) -> list[Ref]:
        lacking: list[Ref] = []
        for kind in sorted({ref.kind for ref in refs}):
            mine = [ref for ref in refs if ref.kind == kind]
            ids = [canonical_id(name, ref.source_id) for ref in mine]
            held = await asyncio.to_thread(self._s.store.changed_at, kind, ids)
            lacking += [ref for ref, rid in zip(mine, ids, strict=True) if rid not in held]
        return lacking

    async def _compare(self, name: str, stream: str, begun: dict[str, Any], total: int | None) -> int:
        """All ids against all ids, behind the vanish brake. Gives how many were removed."""
        store = self._s.store
        known = await asyncio.to_thread(store.ids, stream, name)
        listed = await asyncio.to_thread(store.listing_ids, begun["run"], name, stream)
        allowed = await asyncio.to_thread(store.setting_get, f"vanish_allowed:{name}:{stream}")
        verdict = compare(known, listed, complete=True, total=total, allowed=bool(allowed))
        removed = 0
        if verdict.verdict is Verdict.ASK:
            facts = {
                "stream": stream,
                "held": verdict.known,
                "listed": verdict.listed,
                "missing": list(verdict.missing)[:500],
            }
            await asyncio.to_thread(store.repair_open, "vanish", name, stream, facts, self._s.now())
        elif verdict.verdict is Verdict.LOOK:
            removed = await self._look_for(name, stream, verdict.missing)
        if verdict.verdict is not Verdict.ASK:
            await asyncio.to_thread(store.repair_close, "vanish", name, stream, self._s.now(), "hub")
            if allowed:
                await asyncio.to_thread(store.setting_put, f"vanish_allowed:{name}:{stream}", False)
        await asyncio.to_thread(store.listing_drop, begun["run"])
        return removed

    async def _look_for(self, name: str, stream: str, missing: tuple[str, ...]) -> int:
        """Ask for each missing record by id; only what its source disowns is removed."""
        live = self._s.connections.live(name)
        got = await fetch_all(live, [Ref(kind=stream, source_id=one) for one in missing])
        gone = [(stream, canonical_id(name, ref.source_id)) for ref in got.gone]
        applied, _ = await asyncio.to_thread(
            take_in, self._s.store, live, got.raws, now=self._s.now(), removed=gone, failed=got.failed
        )
        return applied.removed

    async def _cursor(self, name: str, stream: str, at: str) -> None:
        store = self._s.store
        old = await asyncio.to_thread(store.cursor_get, name, stream)
        value = catchup.advance(old or "", datetime.fromisoformat(at))
        await asyncio.to_thread(store.cursor_put, name, stream, value, self._s.now())

    async def _end(
        self, name: str, mode: str, begun: dict[str, Any], totals: dict[str, int]
    ) -> None:
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
        await asyncio.to_thread(note_recovery, self._s, name)

    async def _trouble(self, name: str, kind: str, message: str, facts: dict[str, Any]) -> None:
        await asyncio.to_thread(note_trouble, self._s, name, kind, message, facts)

    async def _done(self, key: str, wanted: int) -> None:
        await asyncio.to_thread(self._s.store.signal_done, self.name, key, wanted)
