"""`brygga check`: try each connection and say in a sentence how it went."""

from __future__ import annotations

import asyncio
from typing import Any

from brygga.hub.clean import clean
from brygga.hub.durable.values import as_ours
from brygga.hub.hub import Hub
from brygga.hub.services import Services
from brygga.hub.trouble import note_recovery, note_trouble


async def check_all(hub: Hub, names: list[str]) -> dict[str, dict[str, Any]]:
    """Name → `{"exit": 0 | 1 | 2, "sv", "abilities"}`; tried side by side."""
    found = await asyncio.gather(*(check_one(hub.services, name) for name in names))
    return dict(zip(names, found, strict=True))


async def check_one(s: Services, name: str) -> dict[str, Any]:
    """Try one connection; opens or closes its repair. Raises SetupError when there is none by that name."""
    s.connections.get(name)
    try:
        checked = await s.connections.live(name).connector.check()
    except Exception as raised:  # noqa: BLE001 – a connector's bug must not stop the trying of the others
        error = as_ours(raised)
        await asyncio.to_thread(note_trouble, s, name, error.kind, error.message, error.facts())
        return {"exit": 2 if error.kind == "retryable" else 1, "sv": clean(error.sv), "kind": error.kind}
    if checked.ok:
        await asyncio.to_thread(note_recovery, s, name)
    return {"exit": 0 if checked.ok else 1, "sv": checked.sv, "abilities": checked.abilities}
