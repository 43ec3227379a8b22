"""Practice mode: connections to the imitations on this machine, set up without a question.

A running `brygga sandbox` leaves a note in the home folder with its address and its invented
credentials; a hub without real connections takes it up. Nothing leaves the machine.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from brygga.connectors import manifest as manifests
from brygga.hub.connections import GENERAL, Connection
from brygga.hub.hub import Hub

NOTE = "practice.json"


def leave_note(home: Path, facts: dict[str, Any]) -> Path:
    """Write what `adopt` needs: `{"url", "systems": {connector: {setting or secret: value}}}`."""
    home.mkdir(parents=True, exist_ok=True)
    note = home / NOTE
    note.write_text(json.dumps(facts, indent=1), encoding="utf-8")
    return note


async def adopt_running(hub: Hub) -> bool:
    """Connect to a running sandbox, if there is a note of one and nothing real is connected."""
    note = hub.settings.home / NOTE
    real = [c for c in hub.connections.all() if not c.practice]
    if real or not note.is_file():
        return False
    await adopt(hub, json.loads(note.read_text(encoding="utf-8"))["systems"])
    return True


async def adopt(hub: Hub, systems: dict[str, dict[str, Any]]) -> list[str]:
    """Set up a practice connection per imitated system; gives their names. Unchanged ones stay."""
    known = {c.name: c for c in hub.connections.all()}
    joined = [name for name in systems if name in manifests.names()]
    for name in joined:
        fields = {s.name: s for s in manifests.load(name).settings}
        given = {k: v for k, v in systems[name].items() if k in fields or k in GENERAL}
        settings = {k: v for k, v in given.items() if k in GENERAL or not fields[k].secret}
        secrets = {k: str(v) for k, v in given.items() if k in fields and fields[k].secret and v}
        connection = Connection(name=name, connector=name, settings=settings, practice=True)
        if known.get(name) != connection or secrets:
            await hub.connect(connection, secrets)
    return joined
