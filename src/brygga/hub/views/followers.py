"""Which other systems have a home too, and whether they agree with the leading one."""

from __future__ import annotations

from typing import Any

from brygga.hub.hub import Hub
from brygga.hub.mirroring import mirrors
from brygga.hub.views.snapshot import Snapshot
from brygga.hub.views.tongue import Tongue
from brygga.store import Twin


def followers_of(hub: Hub, estate_id: str, seen: Snapshot, tongue: Tongue) -> list[dict[str, Any]]:
    """A line per system that follows the home's own: its name, a sign, a word, and how many conflicts."""
    source = estate_id.partition(":")[0]
    found = []
    for mirror in mirrors(hub.connections):
        if source not in mirror.lefts:
            continue
        twins = hub.store.twins_of("estate", mirror.right, [estate_id])
        open_ = hub.store.conflict_count(mirror.right, estate_id)
        shape, word = _state(twins[0] if twins else None, open_)
        found.append(
            {
                "title": seen.title(mirror.right),
                "shape": shape,
                "word": tongue.say(word),
                "conflicts": open_,
            }
        )
    return found


def _state(twin: Twin | None, conflicts: int) -> tuple[str, str]:
    if conflicts:
        return "warn", "follower.differs"
    if twin is None or not twin.right_id:
        return (
            ("wait", "follower.waits")
            if twin is None or twin.state != "refused"
            else ("bad", "follower.refused")
        )
    return ("wait", "follower.waits") if twin.state not in ("joined", "gone") else ("ok", "follower.same")
