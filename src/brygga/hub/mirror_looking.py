"""`brygga mirror`: ask for a look at everything and say what was written; or only say what would be."""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import partial
from typing import Any, Final

from brygga.hub.hub import Hub
from brygga.hub.mirror_pairs import Loading, Wanted
from brygga.hub.mirror_plan import Planning
from brygga.hub.mirror_round import go_back
from brygga.hub.mirror_wish import Plan
from brygga.hub.mirroring import Sides, mirror_of, mirrors
from brygga.hub.syncing import Progress
from brygga.hub.views.names import plain_path
from brygga.model import RECORD_TYPES, Invalid, marks_of
from brygga.sync.mirror_fields import values_of

PAGE: Final = 500
SAMPLES: Final = 20
HIDDEN: Final = "(personuppgift)"


def names_of(hub: Hub, name: str = "") -> list[str]:
    """The following connections, or the one that is named. Raises Invalid when it follows nobody."""
    if not name:
        return [mirror.right for mirror in mirrors(hub.connections)]
    if mirror_of(hub.connections.get(name)) is None:
        raise Invalid(f"{name} follows nobody; set `follows`.", sv=f"{name} följer ingen anslutning.")
    return [name]


async def mirror_and_count(
    hub: Hub, names: list[str], *, after: int | None = None, progress: Progress | None = None
) -> dict[str, Any]:
    """Look at everything in each mirror. `after`: count from this event on (a sync's own beginning)."""
    done: dict[str, Any] = {}
    failed = 0
    since = after if after is not None else await asyncio.to_thread(newest_event, hub)
    for name in names:
        await hub.mirror(name, progress=progress)
        done[name], code = await asyncio.to_thread(_outcome, hub, name, since)
        failed = code if failed == 0 or code == 1 else failed
    return {"mirrors": done, "failed": failed}


def newest_event(hub: Hub) -> int:
    """The number of the newest event; 0 if there is none."""
    events = hub.store.events(limit=1)
    return events[-1].n if events else 0


def _outcome(hub: Hub, name: str, after: int) -> tuple[dict[str, Any], int]:
    """What the runs since then wrote, and what waits: 1 while a person must act, 2 while it is down."""
    counts: Counter[str] = Counter()
    trouble, why = "", ""
    for event in hub.store.events(after=after, limit=100_000):
        if event.what == "mirror" and event.connection == name:
            counts.update({k: n for k, n in event.facts.items() if isinstance(n, int)})
            trouble = ""
        elif event.what.startswith("trouble."):
            trouble, why = event.what.removeprefix("trouble."), str(event.facts.get("sv", ""))
    told = {
        "written": written_by(counts),
        **{key: counts[key] for key in sorted(counts) if key.startswith(("left.", "right."))},
        "conflicts": hub.store.conflict_count(name),
        "states": hub.store.twin_counts(name),
        "waits": [
            {"kind": t.kind, "id": t.left_id or t.right_id, "for": t.waits_for}
            for t in hub.store.twins_in(name, ["waits"], limit=100)
        ],
    }
    if trouble:
        return told | {"trouble": trouble, "sv": why}, 1 if trouble == "needs_sign_in" else 2
    return told, 1 if told["conflicts"] else 0


def written_by(counts: Counter[str]) -> int:
    """Rows written on either side."""
    return sum(n for key, n in counts.items() if key.startswith(("left.", "right.")))


async def plan_without_touching(hub: Hub, names: list[str]) -> dict[str, Any]:
    """A dry run over what is stored: counts per kind and some drafts field by field. Nothing is written."""
    planned = {name: await asyncio.to_thread(_plan, hub, name) for name in names}
    return {"mirrors": planned, "failed": 0, "dry_run": True}


def _plan(hub: Hub, name: str) -> dict[str, Any]:
    mirror = mirror_of(hub.connections.get(name))
    assert mirror is not None  # noqa: S101 – `names_of` gave it
    sides = Sides(hub.connections, mirror)
    looking = Looking(hub, sides)
    for kind in sides.kinds:
        looking.kind(kind)
    kinds = {kind: dict(counts) for kind, counts in looking.counts.items()}
    return {"kinds": kinds, "sample": looking.sample}


class Looking:
    """Plans everything that differs and pretends that it was done, so that what follows is planned too."""

    def __init__(self, hub: Hub, sides: Sides) -> None:
        self.counts: dict[str, Counter[str]] = {}
        self.sample: list[dict[str, Any]] = []
        self._hub, self._sides, self._store = hub, sides, hub.store
        self._right = sides.mirror.right
        self._loading = Loading(hub.store, sides)

    def kind(self, kind: str) -> None:
        """One kind: the right side's unknown records first, so that they are known again."""
        self.counts[kind] = Counter()
        paired: set[str] = set()
        after = ""
        while ids := self._store.differing_right(
            kind, self._right, after_id=after, limit=PAGE, lonely_only=True
        ):
            after = ids[-1]
            keys = self._loading.lonely_keys(kind, self._store.halves(kind, ids).values())
            for (_, _, record_id), prints in keys.items():
                for key in prints:
                    self._loading.pretended.setdefault(kind, {}).setdefault(key, []).append(record_id)
        for left in self._sides.mirror.lefts:
            after = ""
            while ids := self._store.differing_left(kind, self._right, left, after_id=after, limit=PAGE):
                after = ids[-1]
                for plan in self._planned(Wanted(kind=kind, left_ids=set(ids), retry=True)):
                    paired.add(plan.pair.match.twin)
        after = ""
        while ids := self._store.differing_right(kind, self._right, after_id=after, limit=PAGE):
            after = ids[-1]
            self._planned(Wanted(kind=kind, right_ids=set(ids) - paired, retry=True))

    def _planned(self, wanted: Wanted) -> list[Plan]:
        pairs, quiet = self._loading.pairs(wanted)
        self.counts[wanted.kind]["nothing"] += quiet
        back = partial(go_back, self._loading.names_back(pairs))
        planning = Planning(self._sides, back, self._hub.services.now(), self._loading.doubts(wanted.kind))
        plans = [planning.plan(pair) for pair in pairs]
        for plan in plans:
            self._count(plan)
        return plans

    def _count(self, plan: Plan) -> None:
        counts = self.counts[plan.pair.kind]
        for side, draft in plan.drafts:
            counts[f"{side}.{draft.op}"] += 1
        counts[plan.act if not plan.drafts else "written"] += 1
        counts["conflict"] += bool(plan.raised) and plan.act != "conflict"
        if plan.make == "right" or plan.pair.match.twin:
            self._loading.assumed[plan.twin.left_id] = plan.pair.match.twin or f"{self._right}:(ny)"
        if len(self.sample) < SAMPLES:
            self.sample += [self._shown(plan, side, draft) for side, draft in plan.drafts]

    def _shown(self, plan: Plan, side: str, draft: Any) -> dict[str, Any]:
        from brygga.model import encode

        before = values_of(encode(draft.before)) if draft.before is not None else {}
        after = values_of(encode(draft.record)) if draft.op != "remove" else {}
        marks = marks_of(RECORD_TYPES[draft.kind])

        def shown(path: str, value: Any) -> Any:
            mark = marks.get(plain_path(path))
            return HIDDEN if value is not None and (mark is None or mark.personal) else value

        fields = {p: [shown(p, before.get(p)), shown(p, after.get(p))] for p in draft.fields}
        known = plan.twin.left_id or plan.twin.right_id
        return {"kind": draft.kind, "id": known, "side": side, "op": draft.op, "fields": fields}
