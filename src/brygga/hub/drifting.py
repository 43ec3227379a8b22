"""Schema drift, watched: shapes kept per source and kind, new members told, breaking ones asked about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from brygga.connectors.abilities import RawRecord
from brygga.store import Applied, Event, Store
from brygga.sync.drift import Drift, Examined, Shape

REPAIR = "drift"
FIELDS_SHOWN = 50


def shapes_of(store: Store, connection: str, raws: Sequence[RawRecord]) -> dict[str, Shape]:
    """The known shapes of the kinds in `raws`."""
    found = {}
    for kind in sorted({raw.kind for raw in raws}):
        value = store.setting_get(shape_name(connection, kind))
        if value is not None:
            found[kind] = msgspec.convert(value, Shape)
    return found


def note_drift(store: Store, connection: str, seen: Examined, applied: Applied, now: datetime) -> None:
    """Keep what was learnt; tell new members as an event; ask a person about breaking ones."""
    for kind, shape in seen.shapes.items():
        kept = {"members": msgspec.to_builtins(shape.members), "accepted": shape.accepted}
        store.setting_put(shape_name(connection, kind), kept)
    new = [drift for drift in seen.drifts if not drift.breaking]
    if new:
        facts = {"members": sorted({f"{d.kind}{d.path}" for d in new})[:FIELDS_SHOWN]}
        store.event_add([Event(at=now, connection=connection, what="drift.new", level="ok", facts=facts)])
    for kind, facts in _breaking(seen, applied).items():
        store.repair_open(REPAIR, connection, kind, facts, now)


def _breaking(seen: Examined, applied: Applied) -> dict[str, dict[str, Any]]:
    """Kind → what a person must know of it. `fields`: our facts that stand still, and in how many records."""
    found: dict[str, dict[str, Any]] = {}
    for drift, count in seen.drifts.items():
        if drift.breaking:
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
