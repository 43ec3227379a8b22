"""The report: what has happened since the start, per connection and in all, in plain figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from brygga.hub.hub import Hub
from brygga.hub.views.findings import all_findings, finding_text
from brygga.hub.views.snapshot import Seen, Snapshot, look
from brygga.hub.views.tongue import SWEDISH, Tongue, tongue_of
from brygga.store import Event


def report_of(hub: Hub, lang: str = "sv") -> dict[str, Any]:
    """`{"at", "sections": {title: {label: value}}, "connections": {...}, "totals": {...}}`."""
    seen, tongue = look(hub), tongue_of(lang)
    connections = {one.name: _connection(hub, one) for one in seen.seen.values()}
    totals = _totals(hub, seen, connections)
    return {
        "at": seen.now.isoformat(),
        "connections": connections,
        "totals": totals,
        "sections": _sections(hub, seen, tongue, connections, totals),
    }


def _connection(hub: Hub, one: Seen) -> dict[str, Any]:
    events = one.events
    links = hub.store.links(one.name) if one.target else []
    statuses = [str((link.state.get("remote") or {}).get("status", "")) for link in links]
    pulled = [e for e in events if e.what.startswith("pull.")]
    return {
        "state": one.state.code,
        "state_sv": SWEDISH.say(f"state.{one.state.code}.name"),
        "calls_well": one.told.ok,
        "calls_failed": one.told.failed,
        "notices": sum(e.what == "webhook" for e in events),
        "fetched": _sum(pulled, "fetched"),
        "created": _sum(pulled, "created"),
        "changed": _sum(pulled, "updated"),
        "removed": _sum(pulled, "removed"),
        "published": sum(link.state.get("wish") == "published" for link in links),
        "visible": statuses.count("visible"),
        "blocked": sum(bool(link.state.get("blocked")) for link in links),
        "waiting": one.waiting,
        "parked": one.parked,
        "doubtful": one.doubtful,
        "sent_mails": sum(e.what == "mail" for e in events),
    }


def _sum(events: Sequence[Event], name: str) -> int:
    return sum(int(e.facts.get(name, 0)) for e in events)


def _totals(hub: Hub, seen: Snapshot, connections: dict[str, dict[str, Any]]) -> dict[str, Any]:
    added = ("published", "visible", "blocked", "waiting", "parked", "doubtful", "sent_mails", "notices")
    totals: dict[str, Any] = {name: sum(c[name] for c in connections.values()) for name in added}
    findings = all_findings(hub, limit=0)
    totals["findings"] = findings["total"]
    totals["findings_by_code"] = findings["by_code"]
    totals["set_aside"] = len(findings["set_aside"])
    totals["records"] = {kind: live for kind, (live, _) in hub.store.counts().items() if live}
    totals["repairs"] = len(seen.repairs)
    return totals


def _sections(
    hub: Hub, seen: Snapshot, tongue: Tongue, connections: dict[str, dict[str, Any]], totals: dict[str, Any]
) -> dict[str, dict[str, Any]]:
    del hub
    sections: dict[str, dict[str, Any]] = {
        tongue.say("report.section.here"): {
            tongue.say(f"kinds.{kind}"): count for kind, count in totals["records"].items()
        }
    }
    for name, figures in connections.items():
        sections[seen.title(name)] = _told(seen.seen[name], figures, tongue)
    sections[tongue.say("report.section.queues")] = {
        tongue.say(f"report.{label}"): totals[label] for label in ("waiting", "parked", "doubtful")
    }
    if totals["findings_by_code"] or totals["set_aside"]:
        by_code = {finding_text(code, "", tongue): n for code, n in totals["findings_by_code"].items()}
        aside = {tongue.say("report.parked"): totals["set_aside"]}
        sections[tongue.say("report.section.findings")] = {**by_code, **aside}
    sections[tongue.say("report.section.repairs")] = {tongue.say("report.open_repairs"): totals["repairs"]}
    return sections


def _told(one: Seen, figures: dict[str, Any], tongue: Tongue) -> dict[str, Any]:
    """The figures that mean something for what the connection can do."""
    labels = ["calls_well", "calls_failed"]
    if one.source:
        labels += ["notices", "fetched", "created", "changed", "removed"]
    if one.target:
        labels += ["published", "visible", "blocked", "waiting", "parked", "doubtful"]
    if "email" in one.abilities:
        labels += ["sent_mails"] if figures["sent_mails"] else ["mails"]
    named = {"sent_mails": "mails"}
    shown: dict[str, Any] = {tongue.say("report.state"): tongue.say(f"state.{one.state.code}.name")}
    for label in labels:
        shown[tongue.say(f"report.{named.get(label, label)}")] = figures.get(label, figures["sent_mails"])
    return shown
