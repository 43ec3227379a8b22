"""Leaving an outside system (*koppla från*): its settings and secrets go, what was learnt stays."""

from __future__ import annotations

import asyncio
from typing import Any

from brygga.hub.connections import TENANT
from brygga.hub.hub import Hub
from brygga.model import Refused

UNSETTLED = frozenset({"waiting", "sending", "unknown"})


def leaving(hub: Hub, name: str) -> dict[str, Any]:
    """What disconnecting would mean: what stays, and what has not left the house yet.

    Raises SetupError when there is no connection by that name.
    """
    hub.connections.get(name)
    counts = hub.store.outbox_counts()
    return {
        "connection": name,
        "stays": {kind: live for kind, (live, _) in hub.store.counts(name).items() if live},
        "unsettled": sum(n for (who, state), n in counts.items() if who == name and state in UNSETTLED),
    }


async def leave(hub: Hub, name: str, *, actor: str) -> dict[str, Any]:
    """Forget a connection's settings and secrets. Its records, history and audit trail stay.

    Raises Refused while something for it waits or is in doubt: send, drop or answer for that first.
    """
    facts = await asyncio.to_thread(leaving, hub, name)
    if facts["unsettled"]:
        raise Refused(
            f"{facts['unsettled']} changes for {name} wait or are in doubt; see brygga outbox list.",
            code="unsettled",
            sv=f"{facts['unsettled']} ändringar till {name} väntar eller är osäkra. Avgör dem först.",
        )
    await hub.vault.delete(TENANT, name)
    await asyncio.to_thread(_forget, hub, name, actor)
    return facts


def _forget(hub: Hub, name: str, actor: str) -> None:
    now = hub.services.now()
    hub.store.setting_drop(f"connection:{name}")
    for repair in hub.store.repair_list():
        if repair.connection == name:
            hub.store.repair_close(repair.code, name, repair.subject, now, actor)
    hub.store.audit_add(actor, "disconnect", name, {}, now)
