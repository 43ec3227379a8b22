"""Where a business event was to go, and how it went there: the rows under a line of the timeline."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from brygga.hub.views.entries import Entry
from brygga.hub.views.places import Place
from brygga.hub.views.repairs import repair_id
from brygga.hub.views.snapshot import Snapshot
from brygga.hub.views.tongue import Tongue
from brygga.hub.views.words import house_words
from brygga.store import Event

FULL = 100.0
"""Width of the drawing of bars; the longest delivery of an entry fills it."""
LEAST_BAR = 2.0
OFFICE = "office"
ENDS = {
    "visible": ("ok", "visible"),
    "publish.blocked": ("bad", "blocked"),
    "publish.waits": ("wait", "waits"),
    "publish.parked": ("bad", "parked"),
    "publish.unknown": ("doubt", "doubt"),
    "publish.unpublish": ("ok", "down"),
    "email.waits": ("wait", "waits"),
    "email.parked": ("bad", "parked"),
    "email.unknown": ("doubt", "doubt"),
    "mail": ("ok", "mailed"),
}


def fan(
    entry: Entry, seen: Snapshot, places: dict[str, Place], newest: bool, tongue: Tongue
) -> list[dict[str, Any]]:
    """One row per place, ours first. `newest`: nothing later has gone there, so its state now counts."""
    rows = (
        [_ours(entry, tongue)]
        if entry.kind in {"estate", "viewing"} and (entry.sent or entry.carried)
        else []
    )
    by_place: dict[str, list[Event]] = {}
    for event in entry.sent:
        by_place.setdefault(_place_key(event), []).append(event)
    for key, events in by_place.items():
        place = places.get(events[0].connection) if newest else None
        rows.append(_row(key, events, entry, seen, place, tongue))
    rows += [_carried(target, seen, tongue) for target in entry.carried]
    most = max((row["end_s"] for row in rows), default=0.0)
    for row in rows:
        _scale(row, most)
    return rows


def _place_key(event: Event) -> str:
    mail = event.what == "mail" or event.what.startswith("email.")
    return OFFICE if mail else event.connection


def _ours(entry: Entry, tongue: Tongue) -> dict[str, Any]:
    """Our own database: saved, and how long after the notice."""
    told = [n.at for n in entry.notices if n.at is not None]
    took_s = (entry.at - max(told)).total_seconds() if told else None
    took_s = max(0.0, took_s) if took_s is not None else None
    return {
        "shape": "ok",
        "place": tongue.say("place.here"),
        "connection": "",
        "mail": False,
        "text": tongue.say("fan.saved"),
        "start_s": 0.0,
        "end_s": took_s or 0.0,
        "took_text": tongue.duration(took_s) if took_s is not None else "",
        "repair": "",
        "steps": [],
    }


def _carried(target: str, seen: Snapshot, tongue: Tongue) -> dict[str, Any]:
    """It came in mid-publication and went with it."""
    return {
        "shape": "ok",
        "place": seen.title(target),
        "connection": target,
        "mail": False,
        "text": tongue.say("fan.carried"),
        "start_s": 0.0,
        "end_s": 0.0,
        "took_text": "",
        "repair": "",
        "steps": [],
    }


def _row(
    key: str, events: Sequence[Event], entry: Entry, seen: Snapshot, place: Place | None, tongue: Tongue
) -> dict[str, Any]:
    shape, text = _said(events, place, tongue)
    begins, ends = _span(events, entry.at)
    took = tongue.duration(ends) if shape == "ok" else tongue.say("fan.waiting_word")
    return {
        "shape": shape,
        "place": tongue.say("place.office") if key == OFFICE else seen.title(key),
        "connection": events[0].connection,
        "mail": key == OFFICE,
        "text": text,
        "start_s": begins,
        "end_s": ends,
        "took_text": took if shape in {"ok", "wait", "bad"} else "",
        "repair": _repair(events[0].connection, seen) if shape == "bad" else "",
        "steps": [_step(e, tongue) for e in events if e.what.startswith("publish.") and _said_step(e)],
    }


def _said(events: Sequence[Event], place: Place | None, tongue: Tongue) -> tuple[str, str]:
    """How it stands: by the last event, unless the place's state now says more."""
    last = _decisive(events)
    if place is not None and place.code == "approval":
        return "warn", tongue.say("fan.pending")
    known = ENDS.get(last.what)
    if known is not None and not (place is not None and place.right and known[0] == "wait"):
        shape, word = known
        why = str(last.facts.get("sv", "")) if tongue.lang == "sv" else ""
        if word == "waits" and last.level == "bad":
            return "bad", tongue.say("fan.refused")
        if word == "waits" and why:
            return shape, tongue.say("fan.waits_why", why=why)
        return shape, tongue.say(f"fan.{word}")
    if place is not None and place.code in {"on_its_way", "waits"}:
        return place.shape, _under_way(last, tongue)
    return "ok", tongue.say("fan.arrived")


def _repair(connection: str, seen: Snapshot) -> str:
    """The short name of the repair that lets it go on, if the connection as a whole is refused."""
    found = [r for r in seen.repairs if r.connection == connection and r.code == "key_refused"]
    return repair_id(found[0].code, found[0].connection, found[0].subject) if found else ""


def _decisive(events: Sequence[Event]) -> Event:
    """Visible stays visible although a step is written after it; otherwise the last event."""
    shown = [e for e in events if e.what == "visible"]
    later = [e for e in events[events.index(shown[-1]) + 1 :] if e.level != "ok"] if shown else []
    return shown[-1] if shown and not later else events[-1]


def _under_way(last: Event, tongue: Tongue) -> str:
    step = str(last.facts.get("sv", "")) if tongue.lang == "sv" else ""
    if step:
        return tongue.say("fan.under_way", step=step[:1].lower() + step[1:])
    return tongue.say("fan.on_its_way")


def _span(events: Sequence[Event], cause: datetime) -> tuple[float, float]:
    """Seconds after the cause at which the delivery began and ended."""
    starts = [(e.at - cause).total_seconds() - (e.took_ms or 0) / 1000 for e in events if e.at is not None]
    ends = [(e.at - cause).total_seconds() for e in events if e.at is not None]
    return max(0.0, min(starts, default=0.0)), max(0.0, max(ends, default=0.0))


def _said_step(event: Event) -> bool:
    return bool(event.facts.get("sv")) or event.what.count(".") == 1


def _step(event: Event, tongue: Tongue) -> dict[str, Any]:
    name = event.what.split(".", 1)[1]
    sv = str(event.facts.get("sv", ""))
    text = sv if tongue.lang == "sv" and sv else ""
    if not text:
        text = tongue.say(f"fan.{ENDS[event.what][1]}") if event.what in ENDS else name.replace("_", " ")
    return {
        "at": event.at,
        "clock": tongue.second(event.at) if event.at else "",
        "text": text,
        "took_text": tongue.duration(event.took_ms / 1000) if event.took_ms is not None else "",
        "shape": "ok" if event.level == "ok" else event.level,
    }


def _scale(row: dict[str, Any], most_s: float) -> None:
    """Seconds → units of the drawing."""
    per_s = FULL / most_s if most_s > 0 else 0.0
    row["bar_x"] = round(min(FULL - LEAST_BAR, row["start_s"] * per_s), 1)
    row["bar_w"] = round(max(LEAST_BAR, (row["end_s"] - row["start_s"]) * per_s), 1)


def steps_summary(row: dict[str, Any], tongue: Tongue) -> str:
    """`Visa de 9 stegen till {place}`."""
    count = len(row["steps"])
    return house_words().count("line.steps", tongue.lang, count, n=tongue.number(count), name=row["place"])
