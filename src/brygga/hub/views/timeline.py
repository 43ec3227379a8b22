"""One home's timeline (*tidslinje*): its whole story, newest first, one business event a line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from brygga.hub.hub import Hub
from brygga.hub.views import changes as change_words
from brygga.hub.views.delivered import fan, steps_summary
from brygga.hub.views.entries import Entry, gathered
from brygga.hub.views.followers import followers_of
from brygga.hub.views.names import address_of, full_address, status_word, type_word
from brygga.hub.views.places import Place, places_of, rows_of_one
from brygga.hub.views.snapshot import Snapshot
from brygga.hub.views.story import story
from brygga.hub.views.telling import bidders_of, said, short_clock, span_of
from brygga.hub.views.tongue import Tongue, local_day
from brygga.hub.views.why import Question, why
from brygga.model import Agent, Association, Estate, Invalid, Viewing
from brygga.store import Event, StoredRow

MOST_EVENTS = 1000
FIRST_SHOWN = 30
TOPICS = ("all", "price", "pictures", "viewings", "bids", "messages", "stuck")
SHAPE_RANK = {"bad": 4, "doubt": 3, "warn": 2, "wait": 1, "ok": 0}


def timeline(
    hub: Hub,
    estate_id: str,
    seen: Snapshot,
    tongue: Tongue,
    *,
    may_see_persons: bool = False,
    topic: str = "all",
    most: int = FIRST_SHOWN,
) -> dict[str, Any]:
    """All that the page of a home shows. Raises Invalid when there is no such home.

    Without `may_see_persons` bids are hidden and nobody is named.
    """
    row = hub.store.row("estate", estate_id)
    if row is None or not isinstance(row.record, Estate):
        raise Invalid(f"There is no object {estate_id}.", sv=f"Det finns inget objekt {estate_id}.")
    estate = row.record
    links = hub.store.links_of("estate", [estate_id]).get(estate_id, {})
    price = estate.price.asking_kr
    places = places_of(seen, links, rows_of_one(hub, estate_id), estate_id, price, tongue)
    events = hub.store.timeline("estate", estate_id, MOST_EVENTS)
    viewings = hub.store.owned("viewing", estate_id)
    gathered_ = gathered(story(hub, row, viewings, links), events, row.connection)
    for entry in gathered_:
        entry.source = row.connection
    told = _told(gathered_, seen, {p.connection: p for p in places}, tongue, may_see_persons)
    chosen = [line for line in told if topic == "all" or _has(line, topic)]
    return {
        "id": estate_id,
        "address": address_of(estate),
        "heading": full_address(estate, tongue),
        "facts": _facts(hub, estate, tongue, may_see_persons),
        "removed": row.deleted_at is not None,
        "why": why(_question(hub, row, seen, places, links, gathered_, events, tongue)),
        "places": places,
        "source": _source(row, seen, tongue),
        "followers": followers_of(hub, estate_id, seen, tongue),
        "planned": _planned(viewings, seen.now, tongue) if topic in {"all", "viewings"} else [],
        "days": _days(chosen[:most], seen.now, tongue),
        "more": len(chosen) > most,
        "topic": topic,
        "topics": {name: sum(_has(line, name) for line in told) for name in TOPICS},
        "total": len(told),
    }


def _told(
    entries: Sequence[Entry], seen: Snapshot, places: dict[str, Place], tongue: Tongue, full: bool
) -> list[dict[str, Any]]:
    bidders = bidders_of(entries)
    latest: dict[str, int] = {}
    for number, entry in enumerate(entries):
        for event in entry.sent:
            latest.setdefault(event.connection, number)
    told = []
    for number, entry in enumerate(entries):
        newest = all(latest[e.connection] == number for e in entry.sent)
        if not entry.sent:
            newest = entry.target not in latest
        told.append(_line(entry, seen, places, newest, bidders, tongue, full))
    return told


def _line(
    entry: Entry,
    seen: Snapshot,
    places: dict[str, Place],
    newest: bool,
    bidders: dict[str, int],
    tongue: Tongue,
    full: bool,
) -> dict[str, Any]:
    rows = fan(entry, seen, places, newest, tongue)
    title, text = said(entry, seen, rows, bidders, tongue, full)
    shapes = [row["shape"] for row in rows] or [_bare_shape(entry, places, newest)]
    return {
        "at": entry.at,
        "kind": entry.kind,
        "topic": _topic(entry),
        "shape": max(shapes, key=lambda shape: SHAPE_RANK.get(shape, 0)),
        "clock": short_clock(entry.at, tongue),
        "title": title,
        "text": text,
        "fan": rows,
        "details": [(steps_summary(row, tongue), row["steps"]) for row in rows if row["steps"]],
        "rest": change_words.rest(entry.change, tongue) if entry.kind == "estate" and entry.change else [],
        "trace": entry.correlation_id or next((e.correlation_id for e in entry.sent if e.correlation_id), ""),
    }


def _bare_shape(entry: Entry, places: dict[str, Place], newest: bool) -> str:
    """A line without deliveries is well, but for a wish that nothing has come of yet."""
    if entry.kind == "publish" and newest and entry.target in places:
        return places[entry.target].shape if places[entry.target].shape in SHAPE_RANK else "ok"
    return "ok"


def _topic(entry: Entry) -> str:
    if entry.kind == "estate" and entry.change is not None:
        return change_words.topic(entry.change)
    return {"viewing": "viewings", "bid": "bids"}.get(entry.kind, "other")


def _has(line: dict[str, Any], topic: str) -> bool:
    if topic == "all":
        return True
    if topic == "stuck":
        return line["shape"] in {"bad", "doubt", "wait"}
    if topic == "messages":
        return any(row["mail"] for row in line["fan"])
    return bool(line["topic"] == topic)


def _days(lines: Sequence[dict[str, Any]], now: datetime, tongue: Tongue) -> list[dict[str, Any]]:
    days: list[dict[str, Any]] = []
    for line in lines:
        day = local_day(line["at"])
        if not days or days[-1]["day"] != day:
            days.append({"day": day, "heading": tongue.heading(day, local_day(now)), "lines": []})
        days[-1]["lines"].append(line)
    return days


def _planned(viewings: Sequence[StoredRow], now: datetime, tongue: Tongue) -> list[dict[str, Any]]:
    """Viewings to come, the furthest first, as the rest of the timeline runs."""
    ahead = []
    for row in viewings:
        viewing = row.record
        if (
            row.deleted_at is None
            and isinstance(viewing, Viewing)
            and viewing.starts_at
            and viewing.starts_at > now
        ):
            ahead.append(viewing)
    return [
        {
            "at": v.starts_at,
            "day": tongue.short_day(local_day(v.starts_at)),  # type: ignore[arg-type]  # chosen by it above
            "title": tongue.say("line.viewing_planned", at=_hours(v, tongue)),
            "text": tongue.say("line.viewing_digital") if v.digital else "",
        }
        for v in sorted(ahead, key=lambda v: v.starts_at or now, reverse=True)
    ]


def _hours(viewing: Viewing, tongue: Tongue) -> str:
    return span_of(viewing, tongue).split(" ", 2)[2]


def _facts(hub: Hub, estate: Estate, tongue: Tongue, full: bool) -> list[tuple[str, str, bool]]:
    """(label, value, whether it is the main one) under the name."""
    facts = []
    if estate.price.final_kr is not None:
        facts.append((tongue.say("fact.final"), tongue.kr(estate.price.final_kr), True))
    if estate.price.asking_kr is not None:
        main = estate.price.final_kr is None
        facts.append((tongue.say("fact.price"), tongue.kr(estate.price.asking_kr), main))
    size = [tongue.rooms(estate.rooms)] if estate.rooms else []
    size += [tongue.m2(estate.areas.living_m2)] if estate.areas.living_m2 else []
    kind = type_word(estate.type, tongue)
    facts.append((kind[:1].upper() + kind[1:], ", ".join(size) or estate.address.town, False))
    status = status_word(estate.status, tongue)
    facts.append((tongue.say("fact.status"), status[:1].upper() + status[1:], False))
    association = hub.store.get("association", estate.share.association_id) if estate.share else None
    if isinstance(association, Association) and association.name:
        named = f"{association.name}, {estate.address.town}" if estate.address.town else association.name
        facts.append((tongue.say("fact.association"), named, False))
    agent = hub.store.get("agent", estate.agent_id) if estate.agent_id and full else None
    if isinstance(agent, Agent) and agent.name:
        facts.append((tongue.say("fact.agent"), agent.name, False))
    return facts


def _source(row: StoredRow, seen: Snapshot, tongue: Tongue) -> dict[str, Any]:
    return {
        "title": seen.title(row.connection),
        "word": tongue.say("shown.source_name"),
        "text": tongue.say("shown.source", at=tongue.when(row.seen_at, seen.now)),
    }


def _question(
    hub: Hub,
    row: StoredRow,
    seen: Snapshot,
    places: Sequence[Place],
    links: dict[str, Any],
    entries: Sequence[Entry],
    events: Sequence[Event],
    tongue: Tongue,
) -> Question:
    newest = next((e for e in entries if e.kind == "estate"), None)
    notices = [e for e in events if e.what == "webhook"]
    waits = bool(notices) and hub.store.inbox_waiting().get(row.connection, (0, 0))[0] > 0
    loose = (
        bool(entries)
        and entries[0].kind == "notice"
        and entries[0].notices == notices[-len(entries[0].notices) :]
    )
    return Question(
        snapshot=seen,
        source=row.connection,
        places=places,
        links=links,
        changed_at=newest.at if newest else None,
        price_changed=bool(newest and newest.change and "price.asking_kr" in newest.change.said),
        told=bool(newest and newest.notices) or newest is None or not notices,
        notice_waits=waits and loose,
        removed=row.deleted_at is not None,
        tongue=tongue,
    )
