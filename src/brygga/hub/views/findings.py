"""Data findings (*datafynd*): what was changed or refused as it came in, and what was set aside."""

from __future__ import annotations

from collections import Counter
from typing import Any

from brygga.hub.hub import Hub
from brygga.hub.views.names import addresses, field_word, kind_word, plain_path
from brygga.hub.views.snapshot import Snapshot
from brygga.hub.views.tongue import Tongue
from brygga.hub.views.words import house_words
from brygga.model import Estate, marks_of
from brygga.model.intake_words import SENTENCES

MOST_READ = 200_000
MOST_EXAMPLES = 5


def all_findings(
    hub: Hub, *, code: str = "", connection: str = "", limit: int = 100, offset: int = 0
) -> dict[str, Any]:
    """`{"findings", "total", "by_code", "set_aside"}` in plain values, in the order of records."""
    by_code = hub.store.finding_counts(connection)
    rows = [f for f in hub.store.findings(connection, limit=MOST_READ) if not code or f.code == code]
    parked = hub.store.parked(connection, limit=MOST_READ)
    return {
        "findings": [
            {
                "kind": f.kind,
                "id": f.id,
                "path": f.path,
                "code": f.code,
                "severity": f.severity,
                "sv": f.sv,
                "connection": f.connection,
            }
            for f in rows[offset : offset + limit]
        ],
        "total": len(rows),
        "by_code": by_code,
        "set_aside": [
            {
                "connection": p.connection,
                "kind": p.kind,
                "source_id": p.source_id,
                "code": p.reason_code,
                "sv": p.sv,
            }
            for p in parked
        ],
    }


def findings_page(hub: Hub, seen: Snapshot, tongue: Tongue, *, code: str = "") -> dict[str, Any]:
    """Findings by cause, the commonest first; with `code`, the records that have it."""
    found = hub.store.findings(limit=MOST_READ)
    groups: dict[str, list[Any]] = {}
    for finding in found:
        groups.setdefault(finding.code, []).append(finding)
    most = max((len(g) for g in groups.values()), default=1)
    ordered = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    homes = {f.id for f in found if f.kind == "estate"}
    return {
        "groups": [_group(name, rows, seen, tongue, most) for name, rows in ordered],
        "chosen": _chosen(hub, groups.get(code, []), seen, tongue) if code else [],
        "code": code,
        "homes": len(homes),
        "all": hub.store.estate_count(),
        "set_aside": len(hub.store.parked(limit=MOST_READ)),
        "total": len(found),
    }


def _group(code: str, rows: list[Any], seen: Snapshot, tongue: Tongue, most: int) -> dict[str, Any]:
    fields = Counter(plain_path(row.path) for row in rows)
    sources = sorted({seen.title(row.connection) for row in rows})
    return {
        "code": code,
        "text": finding_text(code, rows[0].sv, tongue),
        "count": len(rows),
        "records": len({(row.kind, row.id) for row in rows}),
        "share": round(100 * len(rows) / most),
        "severity": str(rows[0].severity),
        "fields": [_field(name, tongue) for name, _ in fields.most_common(MOST_EXAMPLES)],
        "sources": sources,
    }


def _chosen(hub: Hub, rows: list[Any], seen: Snapshot, tongue: Tongue) -> list[dict[str, Any]]:
    streets = addresses(hub, (r.id for r in rows[:500] if r.kind == "estate"))
    return [
        {
            "kind_text": kind_word(r.kind, tongue),
            "object": r.id if r.id in streets else "",
            "name": streets.get(r.id, r.id.split(":", 1)[-1]) if r.kind == "estate" else "",
            "field": _field(plain_path(r.path), tongue),
            "source": seen.title(r.connection),
        }
        for r in rows[:500]
    ]


def _field(path: str, tongue: Tongue) -> str:
    """Our own name of a field where the path is the model's; else the source's name, in its own words."""
    return field_word(path, tongue) if marks_of(Estate).get(path) else f"«{path or '–'}»"


def finding_text(code: str, sv: str, tongue: Tongue) -> str:
    """The finding's own sentence; in English a sentence by its code where there is one."""
    key = f"finding.{code}"
    if house_words().has(key):
        return tongue.say(key)
    if tongue.lang == "sv" and (sv or code in SENTENCES):
        return sv or SENTENCES[code]
    return code.replace("_", " ").capitalize()
