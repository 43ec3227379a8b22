"""Schema drift, watched: shapes kept per source and kind, new members told, breaking ones asked about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from brygga.connectors.abilities import RawRecord
from brygga.store import Applied, Event, Store
from brygga.sync.drift import Drift, Examined, Shape, settled

REPAIR = "drift"
FIELDS_SHOWN = 50


def shapes_of(store: Store, connection: str, raws: Sequence[RawRecord]) -> dict[str, Shape]:
    """The known shapes of the kinds in `raws`."""
    return _held(store, connection, {raw.kind for raw in raws})


def _held(store: Store, connection: str, kinds: set[str]) -> dict[str, Shape]:
    found = {}
    for kind in sorted(kinds):
        value = store.setting_get(shape_name(connection, kind))
        if value is not None:
            found[kind] = msgspec.convert(value, Shape)
    return found


def note_drift(store: Store, connection: str, seen: Examined, applied: Applied, now: datetime) -> None:
    """Keep what was learnt; tell new members as an event; ask a person where facts would have been lost.

    What breaks a shape and costs nothing is another sort of record, and is learnt.
    """
    losing = {kind for kind, _ in applied.kept}
    harmless = {kind for kind in seen.odd if kind not in losing}
    shapes = dict(seen.shapes)
    if harmless:
        shapes |= settled(_held(store, connection, harmless), seen, harmless)
    for kind, shape in shapes.items():
        kept = {"members": msgspec.to_builtins(shape.members), "accepted": shape.accepted}
        store.setting_put(shape_name(connection, kind), kept)
    new = [drift for drift in seen.drifts if drift.change == "new"]
    if new:
        facts = {"members": sorted({f"{d.kind}{d.path}" for d in new})[:FIELDS_SHOWN]}
        store.event_add([Event(at=now, connection=connection, what="drift.new", level="ok", facts=facts)])
    for kind, facts in _breaking(seen, applied, losing).items():
        store.repair_open(REPAIR, connection, kind, facts, now)


def _breaking(seen: Examined, applied: Applied, losing: set[str]) -> dict[str, dict[str, Any]]:
    """Kind → what a person must know of it. `fields`: our facts that stand still, and in how many records."""
    found: dict[str, dict[str, Any]] = {}
    for drift, count in seen.drifts.items():
        if drift.breaking and drift.kind in losing:
            facts = found.setdefault(drift.kind, {"stream": drift.kind, "members": [], "fields": {}})
            facts["members"].append(_told(drift, count))
    for (kind, _), paths in applied.kept.items():
        fields = found.setdefault(kind, {"stream": kind, "members": [], "fields": {}})["fields"]
        for path in paths[:FIELDS_SHOWN]:
            fields[path] = fields.get(path, 0) + 1
    return found


def _told(drift: Drift, count: int) -> dict[str, Any]:
    return {
        "path": drift.path.lstrip("."),
        "change": drift.change,
        "was": list(drift.was),
        "now": drift.now,
        "records": count,
    }


def shape_name(connection: str, kind: str) -> str:
    """The setting in which a shape is kept."""
    return f"shape:{connection}:{kind}"
