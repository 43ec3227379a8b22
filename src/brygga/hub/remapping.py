"""`brygga sync --remap`: map everything that is kept raw by the mapping of today. No provider is called.

Nothing is removed and nothing comes back by it: old bytes say what a record was, not whether it is.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from functools import partial
from typing import Any, Final

import msgspec

from brygga.connectors.abilities import RawRecord
from brygga.hub.connections import Live
from brygga.hub.flows.fetching import understand
from brygga.hub.hub import Hub
from brygga.hub.mirroring import to_wake
from brygga.hub.routing import effects
from brygga.hub.views.names import plain_path
from brygga.model import changed_fields
from brygga.store import Incoming, Prepared
from brygga.store.prepare import ids_by_kind, prepare

PAGE: Final = 500


async def remap(hub: Hub, names: list[str], *, dry_run: bool) -> dict[str, Any]:
    """Per connection: created, updated, unchanged, set aside, fields that change, what has no raw left."""
    done = {name: await asyncio.to_thread(_remap, hub, name, dry_run=dry_run) for name in names}
    return {"connections": done, "failed": 0, "dry_run": dry_run, "remap": True}


def _remap(hub: Hub, name: str, *, dry_run: bool) -> dict[str, Any]:
    live = hub.connections.live(name)
    counts = Counter({"raw": 0, "created": 0, "updated": 0, "unchanged": 0, "parked": 0, "removed": 0})
    fields: Counter[str] = Counter()
    seen: dict[str, set[str]] = {}
    after = ("", "")
    while rows := hub.store.raw_page(name, after=after, limit=PAGE):
        after = (rows[-1][0], rows[-1][1])
        raws = [RawRecord(kind=k, source_id=s, body=body, fetched_at=at) for k, s, body, at in rows]
        counts["raw"] += len(raws)
        _page(hub, live, raws, counts, fields, seen, dry_run=dry_run)
    counts["without_raw"] = sum(
        standing - len(seen.get(kind, ())) for kind, (standing, _) in hub.store.counts(name).items()
    )
    return {**counts, "fields": dict(fields.most_common(200))}


def _page(
    hub: Hub,
    live: Live,
    raws: list[RawRecord],
    counts: Counter[str],
    fields: Counter[str],
    seen: dict[str, set[str]],
    *,
    dry_run: bool,
) -> None:
    batch = understand(live, raws, now=hub.services.now()).batch
    ready = [msgspec.structs.replace(one, raw=None) for one in prepare(batch)]
    stored = {
        kind: hub.store.halves(kind, ids) for kind, ids in ids_by_kind((p.kind, p.id) for p in ready).items()
    }
    kept: list[Prepared] = []
    for one in ready:
        there = stored[one.kind].get(one.id)
        if there is not None and there.tombstone:
            continue
        seen.setdefault(one.kind, set()).add(one.id)
        kept.append(one)
        if there is None:
            counts["created"] += 1
        elif there.hash == one.hash:
            counts["unchanged"] += 1
        else:
            counts["updated"] += 1
            fields.update(f"{one.kind}.{plain_path(path)}" for path in changed_fields(there.doc, one.doc))
    counts["parked"] += len(batch.parked)
    live_ids = {(p.kind, p.id) for p in kept}
    batch.removed = [gone for gone in batch.removed if gone in live_ids]
    counts["removed"] += len(batch.removed)
    batch.complete = []
    incoming: list[Incoming | Prepared] = [*kept]
    batch.incoming = incoming
    if not dry_run:
        following = partial(to_wake, hub.store)
        hub.store.apply(
            batch, effects=partial(effects, published=hub.store.published_at, following=following)
        )
