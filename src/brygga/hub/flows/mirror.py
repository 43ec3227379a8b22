"""Mirror: what changed on either side of a following connection, carried to the other side.

Reads the change feed after its own place, in batches; what came meanwhile is taken along, nothing
sleeps. The first run, a run that is asked for (`full`) and a run after the rules have changed look
at everything: the database compares hashes, and only what differs is read.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final

from brygga.hub.durable import FlowContext
from brygga.hub.flows.calm import calm_collector
from brygga.hub.mirror_ending import Outcome
from brygga.hub.mirror_pairs import Wanted
from brygga.hub.mirror_round import Rounds
from brygga.hub.mirroring import FLOW, Sides, mirror_of
from brygga.hub.services import Services
from brygga.hub.trouble import note_recovery, note_trouble
from brygga.model import BryggaError, SetupError
from brygga.store import Event, FeedRow, Round, Twin
from brygga.sync.mirror_refs import ORDER

CHUNK: Final = 500
PAGE: Final = 2_000
FEED_ROWS: Final = 500
STRETCH_S: Final = 5.0
LOOKS: Final = 4
"""How often one run comes back to the same records: answers, pairs that were found, edits meanwhile."""
UNFINISHED: Final = ("creating", "again")

FEED, MARK = "mirror.feed", "mirror.mark"
"""The places that a mirror keeps: its last number in the feed, the rules that everything was seen by."""
FULL: Final = "full"


class Mirror:
    """The flow. `key` is the following connection, perhaps with `|full`; one at a time per connection."""

    name = FLOW

    def __init__(self, services: Services) -> None:
        self._s = services

    async def run(self, ctx: FlowContext, *, key: str, wanted: int) -> dict[str, Any]:
        """Carry over what has changed. Gives counts; trouble becomes a repair or a later try.

        Raises SetupError when the store takes nothing any more; the mirror is then still wanted.
        """
        try:
            counts = await self._run(ctx, key, wanted)
        except SetupError as error:
            self._s.obstacles.met(f"{FLOW} {key}", error)
            raise
        self._s.obstacles.passed(f"{FLOW} {key}")
        return counts

    async def _run(self, ctx: FlowContext, key: str, wanted: int) -> dict[str, Any]:
        name, _, mode = key.partition("|")
        totals: Counter[str] = Counter()
        number, place = 0, ""
        try:
            while True:
                out = await ctx.step(f"stretch.{number}", self._stretch, key, mode, place)
                totals.update(out["counts"])
                wanted = max(wanted, out["wanted"])
                number, place = number + 1, out["place"]
                if out["last"]:
                    break
            await ctx.step("end", self._end, name, mode, dict(totals))
        except BryggaError as error:
            facts = error.facts()
            await ctx.step("trouble", self._trouble, name, error.kind, error.message, facts, dict(totals))
            totals["failed"] = 1
        await ctx.step("done", self._done, key, wanted)
        return dict(totals)

    async def _stretch(self, key: str, mode: str, place: str) -> dict[str, Any]:
        """A few seconds of work from `place` on (kind, side and id of a look at everything)."""
        name = key.partition("|")[0]
        connection = self._s.connections.get(name)
        mirror = mirror_of(connection)
        if mirror is None or connection.paused_by:
            return {"counts": {}, "last": True, "place": "", "wanted": 0}
        sides = Sides(self._s.connections, mirror)
        work = Work(self._s, sides, until_s=time.monotonic() + STRETCH_S)
        with calm_collector():
            place = await work.everything(mode, place)
            if not place:
                await work.unfinished()
                wanted = await self._asked(key)
                await work.feed()
        done = not place and work.caught_up
        return {
            "counts": dict(work.counts),
            "last": done,
            "place": place or work.after_everything,
            "wanted": wanted if not place else 0,
        }

    async def _asked(self, key: str) -> int:
        """The newest wish: everything that led to it is in the feed by now."""
        signal = await asyncio.to_thread(self._s.store.signal_get, FLOW, key)
        return signal.wanted if signal is not None else 0

    async def _end(self, name: str, mode: str, totals: dict[str, int]) -> None:
        await asyncio.to_thread(note_recovery, self._s, name)
        await asyncio.to_thread(self._tell, name, mode, totals)

    def _tell(self, name: str, mode: str, totals: dict[str, int]) -> None:
        shown = {key: n for key, n in totals.items() if n and key != "unchanged"}
        if mode == FULL or shown:
            level = "warn" if totals.get("refused") or totals.get("doubtful") else "ok"
            event = Event(at=self._s.now(), connection=name, what=FLOW, level=level, facts=totals)
            self._s.store.event_add([event])

    async def _trouble(
        self, name: str, kind: str, message: str, facts: dict[str, Any], totals: dict[str, int]
    ) -> None:
        await asyncio.to_thread(self._tell, name, "", totals)
        down = str(facts.get("connection") or name)
        await asyncio.to_thread(note_trouble, self._s, down, kind, message, facts)

    async def _done(self, key: str, wanted: int) -> None:
        await asyncio.to_thread(self._s.store.signal_done, FLOW, key, wanted)


class Work:
    """One stretch of one mirror."""

    def __init__(self, services: Services, sides: Sides, *, until_s: float) -> None:
        self.counts: Counter[str] = Counter()
        self.caught_up = False
        self.after_everything = "-"
        self._s, self._sides, self._until_s = services, sides, until_s
        self._right = sides.mirror.right
        self._rounds = Rounds(services, sides)

    # -- a look at everything ---------------------------------------------------------------

    async def everything(self, mode: str, place: str) -> str:
        """Go on with a look at everything, if one is due. Gives the place reached; empty when it is over."""
        if place == "-":
            return ""
        store = self._s.store
        if not place:
            feed = await asyncio.to_thread(store.cursor_get, self._right, FEED)
            mark = await asyncio.to_thread(store.cursor_get, self._right, MARK)
            anew = mark is not None and mark != self._sides.mark()
            if feed is not None and not anew and mode != FULL:
                return ""
            last = await asyncio.to_thread(store.feed_last) if feed is None else int(feed)
            place = f"{last}|{int(anew)}|0|"
        last_text, anew_text, step_text, after = place.split("|", 3)
        steps = list(self._steps())
        for number in range(int(step_text), len(steps)):
            kind, side, left = steps[number]
            while True:
                if time.monotonic() > self._until_s:
                    return f"{last_text}|{anew_text}|{number}|{after}"
                ids = await asyncio.to_thread(self._page, kind, side, left, after, anew=anew_text == "1")
                if not ids:
                    break
                after = ids[-1]
                await self._look(kind, side, ids, anew=anew_text == "1")
            after = ""
        await asyncio.to_thread(store.cursor_put, self._right, MARK, self._sides.mark())
        await asyncio.to_thread(store.cursor_put, self._right, FEED, last_text)
        return ""

    def _steps(self) -> Iterator[tuple[str, str, str]]:
        """Per kind: the right side's records that nobody knows yet, the left sides', those that are left."""
        for kind in self._sides.kinds:
            yield kind, "keys", ""
            for left in self._sides.mirror.lefts:
                yield kind, "left", left
            yield kind, "right", ""

    def _page(self, kind: str, side: str, left: str, after: str, *, anew: bool) -> list[str]:
        store = self._s.store
        if side == "left":
            return store.differing_left(kind, self._right, left, after_id=after, limit=PAGE, anew=anew)
        return store.differing_right(
            kind, self._right, after_id=after, limit=PAGE, lonely_only=side == "keys"
        )

    async def _look(self, kind: str, side: str, ids: list[str], *, anew: bool) -> None:
        if side == "keys":
            await asyncio.to_thread(self._note_keys, kind, ids)
        elif side == "left":
            await self._through([Wanted(kind=kind, left_ids=set(ids), forced=anew, retry=True)])
        else:
            await self._through([Wanted(kind=kind, right_ids=set(ids), retry=True)])

    def _note_keys(self, kind: str, ids: list[str]) -> None:
        halves = self._s.store.halves(kind, ids)
        lonely = self._rounds.loading.lonely_keys(kind, halves.values())
        self._s.store.mirror_keep(Round(right=self._right, now=self._s.now(), lonely=lonely))

    # -- what has changed -----------------------------------------------------------------------

    async def unfinished(self) -> None:
        """What a run that was cut off had begun, what was put off, and what a person has answered."""
        store = self._s.store
        twins = await asyncio.to_thread(store.twins_in, self._right, UNFINISHED)
        chosen = await asyncio.to_thread(store.conflicts_chosen, self._right)
        found = [(t.kind, t.left_id, t.right_id) for t in twins]
        found += [(c.kind, c.left_id, c.right_id) for c in chosen]
        await self._through(_by_kind(found, forced=True))

    async def feed(self) -> None:
        """The feed from our place on, until there is no more of it or the time is over."""
        store = self._s.store
        names = {self._right, *self._sides.mirror.lefts}
        at = int(await asyncio.to_thread(store.cursor_get, self._right, FEED) or 0)
        reached = at
        while time.monotonic() < self._until_s:
            rows = await asyncio.to_thread(store.feed_after, reached, FEED_ROWS)
            if not rows:
                self.caught_up = True
                break
            reached = rows[-1].seq
            mine = [row for row in rows if row.connection in names and row.kind in self._sides.kinds]
            if mine:
                await self._through(_of_feed(mine, self._right), (self._right, FEED, str(reached)))
                at = reached
        if reached != at:
            await asyncio.to_thread(store.cursor_put, self._right, FEED, str(reached))

    # -- through the rounds ---------------------------------------------------------------------

    async def _through(self, wanted: Iterable[Wanted], cursor: tuple[str, str, str] | None = None) -> None:
        """All rounds that these records ask for, in the order of kinds, and those that they wake.

        The place is saved with the last round: a run that is cut off before begins there again and
        finds what it has done as seen.
        """
        todo = [one for one in wanted if one.left_ids or one.right_ids]
        for _ in range(LOOKS):
            woken: list[Wanted] = []
            for one in sorted(todo, key=lambda w: ORDER.index(w.kind)):
                for chunk in _chunks(one):
                    outcome = await self._rounds.run(chunk)
                    self.counts.update(outcome.counts)
                    if outcome.down is not None:
                        raise outcome.down[1]
                    woken += await asyncio.to_thread(self._woken, outcome)
            todo = woken
            if not todo:
                break
        if cursor is not None:
            await asyncio.to_thread(self._s.store.cursor_put, *cursor)

    def _woken(self, outcome: Outcome) -> list[Wanted]:
        waiting: list[Twin] = []
        if outcome.found:
            waiting = self._s.store.twins_waiting(self._right, {one for one in outcome.found if one})
        again = [(w.kind, one, "") for w in outcome.again for one in w.left_ids]
        again += [(w.kind, "", one) for w in outcome.again for one in w.right_ids]
        return _by_kind([*again, *((t.kind, t.left_id, t.right_id) for t in waiting)], forced=True)


def _of_feed(rows: Iterable[FeedRow], right: str) -> list[Wanted]:
    return _by_kind(
        ((r.kind, "", r.id) if r.connection == right else (r.kind, r.id, "") for r in rows), forced=False
    )


def _by_kind(found: Iterable[tuple[str, str, str]], *, forced: bool) -> list[Wanted]:
    """Kind, left id, right id → one wish per kind; the left id names the pair where there is one."""
    made: dict[str, Wanted] = {}
    for kind, left_id, right_id in found:
        one = made.setdefault(kind, Wanted(kind=kind, left_ids=set(), right_ids=set(), forced=forced))
        if left_id:
            one.left_ids.add(left_id)
        elif right_id:
            one.right_ids.add(right_id)
    return list(made.values())


def _chunks(wanted: Wanted) -> Iterator[Wanted]:
    """The left side's first, and by themselves: what a run that was cut off has made on the right is then
    found as the other half, and not taken for something new in the same round.
    """
    for name in ("left_ids", "right_ids"):
        ids = sorted(getattr(wanted, name))
        for start in range(0, len(ids), CHUNK):
            part = {name: set(ids[start : start + CHUNK])}
            yield Wanted(kind=wanted.kind, forced=wanted.forced, retry=wanted.retry, **part)
