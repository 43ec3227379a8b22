"""`brygga publish`: the check before publishing, and waiting until the receiver has it."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from brygga.hub.crosschecking import for_preflight
from brygga.hub.crosschecking import remarks as crosschecked
from brygga.hub.hub import Hub
from brygga.hub.pictures import prepare
from brygga.hub.publication import gather

FINAL = frozenset({"visible", "sold", "gone", "unpublished"})


async def preflight(hub: Hub, estate_id: str, target: str) -> dict[str, Any]:
    """What would stop or ask to look, without sending anything to the receiver."""
    state = {**(hub.store.link_get("estate", estate_id, target) or {}), "wish": "published"}
    await prepare(hub.services, gather(hub.services, estate_id, state).estate)
    publication = await asyncio.to_thread(gather, hub.services, estate_id, state)
    live = hub.connections.live(target)
    remarks = live.connector.preflight(publication, state.get("remote", {}))
    remarks += for_preflight(await crosschecked(hub.services, estate_id))
    stops = sum(r.stops for r in remarks)
    steps = live.connector.steps(publication, state.get("remote", {}))
    return {
        "object": estate_id,
        "to": target,
        "blocked": bool(stops),
        "dry_run": True,
        "remarks": [{"code": r.code, "sv": r.sv, "stops": r.stops, "field": r.field} for r in remarks],
        "steps": [s.name for s in steps],
        "sv": f"{stops} saker stoppar publiceringen." if stops else "Inget stoppar publiceringen.",
    }


async def publish_and_wait(
    hub: Hub,
    estate_id: str,
    target: str,
    *,
    options: dict[str, Any],
    down: bool = False,
    wait_s: float = 60.0,
) -> dict[str, Any]:
    """Leave the wish, and wait until its queue row is settled. What is not done goes on by itself."""
    if down:
        hub.unpublish(estate_id, target)
    else:
        hub.publish(estate_id, target, options=options)
    until = time.monotonic() + wait_s
    while time.monotonic() < until:
        waiting = await asyncio.to_thread(_waiting, hub, estate_id, target)
        state = hub.store.link_get("estate", estate_id, target) or {}
        status = str(state.get("remote", {}).get("status", ""))
        if not waiting or (status in FINAL and not down):
            break
        await asyncio.sleep(0.1)
    return _told(hub, estate_id, target)


def _waiting(hub: Hub, estate_id: str, target: str) -> bool:
    rows = hub.store.outbox_list(connection=target, id=estate_id, limit=20)
    return any(row.state in {"waiting", "sending"} for row in rows)


def _told(hub: Hub, estate_id: str, target: str) -> dict[str, Any]:
    state = hub.store.link_get("estate", estate_id, target) or {}
    rows = hub.store.outbox_list(connection=target, id=estate_id, limit=20)
    newest = max(rows, key=lambda r: r.n, default=None)
    failed = newest is not None and newest.state in {"parked", "unknown"}
    status = str(state.get("remote", {}).get("status", ""))
    return {
        "object": estate_id,
        "to": target,
        "status": status,
        "blocked": bool(state.get("blocked")),
        "failed": failed,
        "remarks": state.get("remarks", []),
        "sv": _sentence(hub, target, state, status, newest),
    }


def _sentence(hub: Hub, target: str, state: dict[str, Any], status: str, newest: Any) -> str:
    title = hub.connections.live(target).manifest.title
    if state.get("blocked"):
        why = next((str(r["sv"]) for r in state.get("remarks", []) if r.get("stops")), "")
        if not state.get("remote"):
            return f"Objektet är stoppat i kontrollen. Inget har skickats. {why}".strip()
        return f"Publiceringen stannade på vägen, och annonsen syns inte på {title}. {why}".strip()
    if newest is not None and newest.error_sv and newest.state != "done":
        return str(newest.error_sv)
    return {
        "visible": f"Objektet syns på {title}.",
        "published_pending_approval": f"Objektet är publicerat men väntar på godkännande hos {title}.",
        "sold": f"Objektet är rapporterat sålt till {title}.",
        "unpublished": f"Objektet är avpublicerat hos {title}.",
    }.get(status, f"Ändringen är på väg till {title}.")
