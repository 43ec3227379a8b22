"""Pull: a source's listings, page by page, each page durable before the next is asked for.

Three ways: `catchup` asks for what changed since last time; `compare` lists everything and
fetches only what differs from ours, then compares all ids; `full` fetches everything again.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from contextlib import aclosing
from datetime import datetime
from typing import Any

from brygga.connectors.abilities import Page, RawRecord, Ref
from brygga.hub.connections import Live
from brygga.hub.durable import FlowContext
from brygga.hub.flows.fetching import fetch_all, take_in
from brygga.hub.services import Services
from brygga.hub.trouble import note_recovery, note_trouble
from brygga.model import BryggaError, Invalid, Mapped, Rejected, Unsupported
from brygga.store import Event, canonical_id
from brygga.sync import catchup
from brygga.sync.brake import Verdict, compare

MODES = ("catchup", "compare", "full")
COUNTED = ("listed", "fetched", "created", "updated", "removed", "parked")
STRETCH_S = 5.0
"""How long one durable step goes on from page to page: the cost of a step is paid this seldom."""


class Pull:
    """The flow. `key` is `<connection>|<mode>`; one at a time per connection."""

    name = "pull"

    def __init__(self, services: Services) -> None:
        self._s = services

    async def run(self, ctx: FlowContext, *, key: str, wanted: int) -> dict[str, Any]:
        """Read every stream of the source. Gives counts; trouble becomes a repair or a later try."""
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
        """Pages from `place` on, for a few seconds. Each is stored, with its place, before the next.

        Run again after a crash it goes on after the last page that was stored.
        """
        live = self._s.connections.live(name)
        place = await self._reached(name, stream, begun["run"]) or place
        since = await self._since(name, stream) if mode == "catchup" else None
        counts, until = Counter[str](), time.monotonic() + STRETCH_S
        page = Page(last=True)
        async with aclosing(live.connector.pages(stream, since=since, cursor=place)) as pages:
            async for page in pages:
                counts.update(await self._page(live, mode, stream, page, begun))
                if time.monotonic() > until:
                    break
        return {"counts": dict(counts), "last": page.last, "place": page.cursor, "total": page.total}

    async def _reached(self, name: str, stream: str, run: str) -> str:
        """The place after the last page that this very run has stored, if any."""
        saved = await asyncio.to_thread(self._s.store.cursor_get, name, f"{stream}.place")
        known, _, place = (saved or "").rpartition("#")
        return place if known == run else ""

    async def _since(self, name: str, stream: str) -> datetime | None:
        saved = await asyncio.to_thread(self._s.store.cursor_get, name, stream)
        return catchup.since(saved or "")

    async def _page(
        self, live: Live, mode: str, stream: str, page: Page, begun: dict[str, Any]
    ) -> dict[str, int]:
        """One page: list, fetch what differs, map, store."""
        if mode != "catchup":
            await self._list(live.name, stream, page, begun["run"])
        refs = await self._differing(live.name, page.refs, everything=mode == "full")
        got = await fetch_all(live, refs)
        place = (f"{stream}.place", f"{begun['run']}#{page.cursor}")
        counts = await self._store(live, [*page.records, *got.raws], got.failed, place)
        return counts | {"listed": len(page.refs) + len(page.records), "fetched": len(refs)}

    async def _list(self, name: str, stream: str, page: Page, run: str) -> None:
        """Remember which ids this run has seen, so that the comparison survives a restart."""
        ids = [r.source_id for r in page.refs] + [r.source_id for r in page.records]
        await asyncio.to_thread(self._s.store.listing_add, run, name, stream, ids)

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
        place: tuple[str, str],
    ) -> dict[str, int]:
        applied, mapped = await asyncio.to_thread(
            take_in, self._s.store, live, raws, now=self._s.now(), failed=failed, cursor=place
        )
        more = await self._follow(live, mapped)
        return {
            "created": applied.created + more,
            "updated": applied.updated,
            "removed": applied.removed,
            "parked": len(failed) + len(raws) - len(mapped),
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
            await asyncio.to_thread(store.repair_open, "vanish", name, stream, facts)
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
