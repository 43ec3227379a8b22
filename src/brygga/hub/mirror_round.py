"""One round of a mirror: load, plan, write to both sides, and keep what came of it in one transaction."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import msgspec

from brygga.hub.mirror_ending import Ending, Outcome
from brygga.hub.mirror_pairs import Loading, Pair, Wanted
from brygga.hub.mirror_plan import Planning
from brygga.hub.mirror_wish import Plan
from brygga.hub.mirror_writing import Sent, send, take_back
from brygga.hub.mirroring import Sides, to_wake
from brygga.hub.routing import effects
from brygga.hub.services import Services
from brygga.store import Batch, Change, Effects, Round, Twin
from brygga.store.prepare import prepare
from brygga.sync.mirror_refs import REFERENCES, translated
from brygga.wire.call import Repeat

LEFT_KINDS = ("relation", "estate", "bid", "meeting", "searchprofile")
"""Kinds that may point at a contact that was merged into another."""


class Rounds:
    """Runs rounds of one mirror."""

    def __init__(self, services: Services, sides: Sides) -> None:
        self._s, self._sides = services, sides
        self._right = sides.mirror.right
        self.loading = Loading(services.store, sides)

    async def run(self, wanted: Wanted) -> Outcome:
        """One chunk of one kind. Raises what the store raises; trouble with a side is in the outcome."""
        outcome = Outcome(counts=Counter(), found=[], again=[])
        pairs, quiet = await asyncio.to_thread(self.loading.pairs, wanted)
        outcome.counts["unchanged"] += quiet
        pairs = await asyncio.to_thread(self._after_merges, pairs, outcome)
        plans = await asyncio.to_thread(self._planned, pairs)
        if not plans:
            return outcome
        await self._write_down_intents(plans)
        sents, batches = await self._send(plans, outcome)
        await asyncio.to_thread(self._finish, plans, sents, batches, outcome)
        return outcome

    def _planned(self, pairs: list[Pair]) -> list[Plan]:
        names = self.loading.names_back(pairs)
        doubts = self.loading.doubts(pairs[0].kind) if pairs else ("", "")
        planning = Planning(self._sides, partial(go_back, names), self._s.now(), doubts)
        return [planning.plan(pair) for pair in pairs]

    # -- records that were merged into others -----------------------------------------------

    def _after_merges(self, pairs: list[Pair], outcome: Outcome) -> list[Pair]:
        """A twin of a record that died goes to the one that lives on, unless that has one already."""
        died = [p for p in pairs if p.into and p.right_there and p.twin.right_id]
        if not died:
            return pairs
        store, kind = self._s.store, died[0].kind
        taken = {t.left_id: t for t in store.twins_of(kind, self._right, {p.into for p in died})}
        moved: list[Twin] = []
        done = Round(right=self._right, now=self._s.now(), twins=moved)
        for pair in died:
            there = taken.get(pair.into)
            if there is None or not there.right_id:
                done.dropped += [there.n] if there is not None else []
                moved.append(_moved(pair, pair.into))
                taken[pair.into] = moved[-1]
            outcome.again += self._pointing(pair)
        store.mirror_keep(done)
        left_ids = {twin.left_id for twin in moved}
        rights = {twin.right_id for twin in moved}
        others = [p for p in pairs if p.twin.right_id not in rights and p.twin.left_id not in left_ids]
        wanted = Wanted(kind=kind, left_ids=left_ids, forced=True)
        return others + (self.loading.pairs(wanted)[0] if left_ids else [])

    def _pointing(self, pair: Pair) -> list[Wanted]:
        """What names the record that died must be looked at again: it means the other one now."""
        found = []
        for kind in LEFT_KINDS:
            ids = self._s.store.pointing_at(kind, pair.left_name, pair.twin.left_id)
            if ids:
                found.append(Wanted(kind=kind, left_ids=set(ids), forced=True))
        return found

    # -- writing ------------------------------------------------------------------------------

    async def _write_down_intents(self, plans: list[Plan]) -> None:
        """Before a record is made where a repeat is not safe by itself: that it is about to be made."""
        begun = [plan for plan in plans if plan.make and self._repeat(plan) in (Repeat.READBACK, Repeat.NONE)]
        twins = [
            msgspec.structs.replace(plan.twin, state="creating", left_hash=b"", right_hash=b"")
            for plan in begun
        ]
        if twins:
            done = Round(right=self._right, now=self._s.now(), twins=twins)
            await asyncio.to_thread(self._s.store.mirror_keep, done)
            for plan, twin in zip(begun, twins, strict=True):
                plan.twin.n = twin.n

    def _repeat(self, plan: Plan) -> Repeat:
        side, draft = plan.drafts[-1]
        return self._sides.can(side, draft.kind).repeat

    async def _send(
        self, plans: list[Plan], outcome: Outcome
    ) -> tuple[dict[tuple[int, str], Sent], dict[str, Batch]]:
        """All drafts, the following side's first. Gives (plan's place, side) → what became of it."""
        sents: dict[tuple[int, str], Sent] = {}
        for place, plan in enumerate(plans):
            for side, draft in plan.drafts:
                begun = bool(plan.make) and plan.pair.twin.state == "creating"
                sents[place, side] = Sent(draft=draft, begun=begun)
        batches: dict[str, Batch] = {}
        for side in (self._right, *self._sides.lefts):
            mine = [sent for (_, name), sent in sents.items() if name == side]
            if not mine:
                continue
            live = self._sides.live(side)
            down = await send(live, mine, self._sides.can(side, mine[0].draft.kind).repeat)
            if down is not None:
                outcome.down = (side, down)
            batches[side] = await take_back(live, mine, self._s.now())
        return sents, batches

    # -- keeping ------------------------------------------------------------------------------

    def _finish(
        self,
        plans: list[Plan],
        sents: Mapping[tuple[int, str], Sent],
        batches: Mapping[str, Batch],
        outcome: Outcome,
    ) -> None:
        store = self._s.store
        shown = {one.id: one for batch in batches.values() for one in prepare(batch)}
        done = Round(right=self._right, now=self._s.now(), batches=list(batches.values()))
        ending = Ending(self._s, self._sides, shown, done, outcome)
        ending.look_for_taken(plans, sents)
        by_plan: dict[int, dict[str, Sent]] = {}
        for (place, side), sent in sents.items():
            by_plan.setdefault(place, {})[side] = sent
        for place, plan in enumerate(plans):
            ending.one(plan, by_plan.get(place, {}))
        self._note_lonely(plans, done)
        _note_alike(plans, done)
        kept = store.mirror_keep(done, effects=partial(self._effects))
        outcome.counts.update(opened=kept.opened, ended=kept.ended)
        ending.tell()

    def _effects(self, changes: list[Change]) -> Effects:
        """What follows from our own writing; this mirror itself need not be woken by it."""
        store = self._s.store

        def others(names: set[str]) -> list[str]:
            return [one for one in to_wake(store, names) if one != self._right]

        return effects(changes, store.published_at, others)

    def _note_lonely(self, plans: Iterable[Plan], done: Round) -> None:
        for plan in plans:
            pair, twin = plan.pair, plan.twin
            if plan.lonely is not None or (pair.left is None and twin.left_id):
                done.lonely[self._right, pair.kind, twin.right_id] = []
            elif pair.left is None and pair.right is not None and not twin.left_id:
                keys = self.loading.lonely_keys(pair.kind, [] if pair.right.gone else [pair.right])
                done.lonely.update(keys or {(self._right, pair.kind, pair.right.id): []})


def _note_alike(plans: Iterable[Plan], done: Round) -> None:
    """What is alike and not joined is said, with the reasons and their weight; never a value."""
    for plan in plans:
        for other, how in plan.pair.match.like[:1]:
            score = f"{how.score:.1f}".replace(".", ",")
            done.alike[plan.pair.kind, plan.twin.left_id] = f"Kan vara samma som {other} ({score}: {how.sv})."


def _moved(pair: Pair, into: str) -> Twin:
    return msgspec.structs.replace(
        pair.twin, left_id=into, left_hash=b"", left_gone=False, seen=pair.seen, state="joined"
    )


def go_back(names: Mapping[str, str], kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values in the right side's ids → in the left side's; what points nowhere there is left out."""
    pointing = REFERENCES.get(kind, {})
    made = {}
    for path, value in values.items():
        there = translated(value, names) if path in pointing and value is not None else value
        if there is not None or value is None:
            made[path] = there
    return made
