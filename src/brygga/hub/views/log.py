"""The log: what happened, newest first, one sentence each. Facts of events hold no personal data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from brygga.hub.hub import Hub
from brygga.hub.views.names import addresses
from brygga.hub.views.snapshot import Snapshot, in_order
from brygga.hub.views.tongue import Tongue
from brygga.hub.views.words import house_words
from brygga.store import Event

SHAPE = {"ok": "ok", "wait": "wait", "warn": "warn", "bad": "bad", "doubt": "doubt"}
QUIET = ("webhook", "publish.")
"""Beginnings of what is too small for the short list; the long log has them all."""


def recent(hub: Hub, seen: Snapshot, tongue: Tongue, *, limit: int) -> list[dict[str, Any]]:
    """The newest that a person would tell another: not each step, not each notice."""
    events = in_order(hub.store.events(limit=600))
    told = [e for e in reversed(events) if not e.what.startswith(QUIET) or e.level in {"bad", "doubt"}]
    return _lines(hub, seen, tongue, list(_newest_pulls([e for e in told if not _nothing_new(e)]))[:limit])


def _newest_pulls(events: Sequence[Event]) -> Iterator[Event]:
    """Of the fetchings from one connection only the newest: they come every five minutes."""
    pulled: set[str] = set()
    for event in events:
        if event.what.startswith("pull."):
            if event.connection in pulled:
                continue
            pulled.add(event.connection)
        yield event


def log(
    hub: Hub, seen: Snapshot, tongue: Tongue, *, connection: str = "", limit: int = 100
) -> dict[str, Any]:
    """The newest `limit` lines of a connection or of all, and whether there are more."""
    events = hub.store.events(connection, limit=limit + 1)
    shown = list(reversed(in_order(events)))[:limit]
    return {"lines": _lines(hub, seen, tongue, shown), "more": len(events) > limit}


def _nothing_new(event: Event) -> bool:
    facts = event.facts
    counts = ("created", "updated", "removed")
    return event.what.startswith("pull.") and not any(facts.get(name) for name in counts)


def _lines(hub: Hub, seen: Snapshot, tongue: Tongue, events: Sequence[Event]) -> list[dict[str, Any]]:
    streets = addresses(hub, (e.id for e in events if e.kind == "estate"))
    return [
        {
            "at": e.at,
            "clock": tongue.column(e.at) if e.at else "",
            "day": tongue.short_day(e.at) if e.at else "",
            "shape": SHAPE.get(e.level, "ok"),
            "text": sentence(e, seen, streets, tongue),
            "object": e.id if e.kind == "estate" and e.id in streets else "",
            "connection": e.connection,
            "what": e.what,
        }
        for e in events
    ]


PLAIN: Final = {
    "webhook": ("event.webhook_object", "event.webhook"),
    "mail": ("event.mail", "event.mail_plain"),
    "acknowledge": ("event.acknowledge", "event.acknowledge_plain"),
    "extract.kept": ("event.extract", "event.extract_plain"),
    "fill_in": ("event.fill_in", "event.fill_in_plain"),
    "drift.new": ("event.drift", "event.drift"),
    "mirror": ("event.mirror", "event.mirror"),
    "mirror.paired": ("event.mirror_paired", "event.mirror_paired_plain"),
    "mirror.overruled": ("event.mirror_overruled", "event.mirror_overruled_plain"),
    "mirror.settled": ("event.mirror_settled", "event.mirror_settled_plain"),
}
"""What happened → its sentence with the home's address, and without."""


def sentence(e: Event, seen: Snapshot, streets: dict[str, str], tongue: Tongue) -> str:
    """One event in one sentence."""
    name = seen.title(e.connection)
    known = streets.get(e.id, "")
    thing = known or tongue.say("event.some_message" if e.kind == "mail" else "event.some_object")
    facts = {"name": name, "object": thing}
    head, _, tail = e.what.partition(".")
    if head == "pull":
        return _pulled(e, name, tongue)
    if head == "trouble":
        refused = tail == "needs_sign_in"
        return tongue.say("event.trouble_refused" if refused else "event.trouble", name=name)
    if tail in {"waits", "parked", "unknown", "blocked"}:
        of_mail = "_mail" if e.kind == "mail" and tail in {"unknown", "parked", "waits"} else ""
        return _capital(tongue.say(f"event.{tail}{of_mail}", **facts))
    if head == "publish":
        step = str(e.facts.get("sv", "")) if tongue.lang == "sv" else ""
        key = "event.step" if step and known else "event.step_done"
        return tongue.say(key, step=_small(step), **facts)
    if e.what in PLAIN:
        with_object, without = PLAIN[e.what]
        return tongue.say(with_object if known else without, **facts)
    return _capital(tongue.say("event.visible" if e.what == "visible" else "event.other", **facts))


def _pulled(e: Event, name: str, tongue: Tongue) -> str:
    """`Hämtat från {name}: 2 nya, 1 ändrad`, naming only what there was."""
    counts = {word: int(e.facts.get(word, 0)) for word in ("created", "updated", "removed")}
    told = [
        house_words().count(f"event.pulled.{word}", tongue.lang, n, n=tongue.number(n))
        for word, n in counts.items()
        if n
    ]
    if not told:
        return tongue.say("event.pull_nothing", name=name)
    return tongue.say("event.pull", name=name, what=", ".join(told))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]
