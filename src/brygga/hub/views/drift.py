"""What is known of how sources' answers have changed their form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from brygga.hub.drifting import REPAIR
from brygga.hub.hub import Hub
from brygga.sync.drift import Shape


def drift_report(hub: Hub, connections: Iterable[str]) -> list[dict[str, Any]]:
    """Per source: how many members are known, the new ones, and what stands still until somebody answers."""
    report = []
    for name in connections:
        prefix = f"shape:{name}:"
        shapes = {
            key.removeprefix(prefix): msgspec.convert(value, Shape)
            for key, value in hub.store.settings_like(prefix).items()
        }
        told = [e for e in hub.store.events(name, limit=2000) if e.what == "drift.new"]
        open_now = [r for r in hub.store.repair_list() if r.code == REPAIR and r.connection == name]
        report.append(
            {
                "connection": name,
                "members": {kind: len(shape.members) for kind, shape in sorted(shapes.items())},
                "accepted": {k: s.accepted for k, s in sorted(shapes.items()) if s.accepted},
                "new": sorted({member for e in told for member in e.facts.get("members", [])}),
                "breaking": [{"kind": r.subject, "at": r.opened_at, **r.facts} for r in open_now],
            }
        )
    return report
