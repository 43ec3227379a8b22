"""`brygga sync`: ask for a pull, wait, and say what it gave; or look without touching anything."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from brygga.hub.clean import clean
from brygga.hub.durable.values import as_ours
from brygga.hub.flows.fetching import fetch_all, understand
from brygga.hub.hub import Hub
from brygga.store import Prepared
from brygga.store.prepare import prepare
from brygga.sync.brake import Verdict, compare

Progress = Callable[[dict[str, int]], None]


async def sync_and_count(
    hub: Hub, names: list[str], *, mode: str, progress: Progress | None = None
) -> dict[str, Any]:
    """Pull from each source in turn, then carry over what mirrors carry.

    `failed` is 0, 1 (a person must act) or 2 (try later).
    """
    from brygga.hub.mirror_looking import mirror_and_count, names_of, newest_event

    done: dict[str, Any] = {}
    failed = 0
    begun = await asyncio.to_thread(newest_event, hub)
    for name in names:
        before = await asyncio.to_thread(_newest_event, hub, name)
        await hub.sync(name, mode=mode, progress=progress)
        done[name], code = await asyncio.to_thread(_outcome, hub, name, before)
        failed = code if failed == 0 or code == 1 else failed
    mirrored = await mirror_and_count(hub, names_of(hub), after=begun, progress=progress)
    failed = max(failed, 2 if mirrored["failed"] == 2 else 0) if failed != 1 else 1
    return {"connections": done, "mirrors": mirrored["mirrors"], "failed": failed}


def _newest_event(hub: Hub, name: str) -> int:
    events = hub.store.events(name, limit=1)
    return events[-1].n if events else 0


def _outcome(hub: Hub, name: str, after: int) -> tuple[dict[str, Any], int]:
    """The newest pull's counts as its flow told them, or the trouble it met."""
    out: dict[str, Any] = {
        "estates": len(hub.store.ids("estate", name)),
        "findings": sum(hub.store.finding_counts(name).values()),
        "set_aside": len(hub.store.parked(name)),
    }
    for event in reversed(hub.store.events(name, after=after, limit=500)):
        if event.what.startswith("pull."):
            return out | dict(event.facts), 0
        if event.what.startswith("trouble."):
            kind = event.what.removeprefix("trouble.")
            return out | {"trouble": kind, **event.facts}, 1 if kind == "needs_sign_in" else 2
    return out, 2


async def look_without_touching(hub: Hub, names: list[str]) -> dict[str, Any]:
    """A dry run: list, fetch what differs, map and compare; the store is only read."""
    done: dict[str, Any] = {}
    failed = 0
    for name in names:
        try:
            done[name] = await _look(hub, name)
        except Exception as raised:  # noqa: BLE001 – a connector's bug must not stop the others
            error = as_ours(raised)
            done[name] = {"trouble": error.kind, "sv": clean(error.sv)}
            failed = 1 if error.kind == "needs_sign_in" else 2
    return {"connections": done, "failed": failed, "dry_run": True}


async def _look(hub: Hub, name: str) -> dict[str, int]:
    live = hub.connections.live(name)
    counts = {"listed": 0, "created": 0, "updated": 0, "removed": 0, "parked": 0, "findings": 0}
    for stream in live.connector.streams:
        seen: set[str] = set()
        async for page in live.connector.pages(stream):
            got = await fetch_all(live, page.refs)
            seen |= {r.source_id for r in page.refs} | {r.source_id for r in page.records}
            raws = [*page.records, *got.raws]
            batch = understand(live, raws, now=hub.services.now(), failed=got.failed).batch
            counts["parked"] += len(batch.parked)
            for one in prepare(batch):
                counts["findings"] += len(one.findings)
                counts[_would(hub, one)] = counts.get(_would(hub, one), 0) + 1
        verdict = compare(hub.store.ids(stream, name), seen, complete=True)
        counts["listed"] += len(seen)
        counts["removed"] += len(verdict.missing) if verdict.verdict is Verdict.LOOK else 0
    return counts


def _would(hub: Hub, one: Prepared) -> str:
    row = hub.store.row(one.kind, one.id)
    if row is None:
        return "created"
    return "unchanged" if row.hash == one.hash else "updated"
