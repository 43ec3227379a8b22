"""The overview: one sentence that is the answer, the connections with their day, what happened last."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from brygga.health import Bar, bars, order_of, stretches
from brygga.hub.hub import Hub
from brygga.hub.views import repairs
from brygga.hub.views.log import recent
from brygga.hub.views.snapshot import Seen, Snapshot, look
from brygga.hub.views.tongue import SWEDISH, Tongue, local_day, tongue_of
from brygga.hub.views.words import house_words
from brygga.swedish.dates import STOCKHOLM

MOST_REPAIRS = 5
MOST_RECENT = 6
MOST_SENT = 5000
"""Sent rows that the chart of a day reads."""
DOWN = frozenset({"refused", "unreachable"})
RESTS = frozenset({"resting", "waiting", "trying"})


def connection_rows(hub: Hub, lang: str = "sv") -> list[dict[str, Any]]:
    """Every connection with its state, those that need someone first. `*_sv` are always Swedish."""
    return rows_of(look(hub), tongue_of(lang))


def rows_of(snapshot: Snapshot, tongue: Tongue) -> list[dict[str, Any]]:
    """The same from a look already taken."""
    rows = [_row(seen, snapshot, tongue) for seen in snapshot.seen.values()]
    return sorted(rows, key=lambda row: (order_of(row["state"]), row["title"]))


def _row(seen: Seen, snapshot: Snapshot, tongue: Tongue) -> dict[str, Any]:
    strip = bars(seen.events, snapshot.now)
    return {
        "name": seen.name,
        "title": seen.title,
        "practice": seen.connection.practice,
        "state": seen.state.code,
        "shape": seen.state.shape,
        "state_sv": SWEDISH.say(f"state.{seen.state.code}.name"),
        "line_sv": state_line(seen, snapshot.now, SWEDISH),
        "state_text": tongue.say(f"state.{seen.state.code}.name"),
        "line_text": state_line(seen, snapshot.now, tongue),
        "last_ok_at": seen.told.last_ok_at,
        "last_ok_text": tongue.when(seen.told.last_ok_at, snapshot.now) if seen.told.last_ok_at else "–",
        "waiting": seen.waiting,
        "doubtful": seen.doubtful,
        "strip": [bar.kind for bar in strip],
        "strip_text": strip_sentence(strip, tongue, snapshot.now),
        "abilities": list(seen.abilities),
    }


def state_line(seen: Seen, now: datetime, tongue: Tongue) -> str:
    """The line under a state's name."""
    at = tongue.when(seen.state.at, now) if seen.state.at else ""
    who = seen.connection.paused_by
    return tongue.say(
        f"state.{seen.state.code}.line", at=at, name=seen.title, n=tongue.number(seen.state.n), who=who
    )


def strip_sentence(strip: Sequence[Bar], tongue: Tongue, now: datetime) -> str:
    """The strip said in one sentence: its worst stretch, the newest if there are several."""
    runs = stretches(strip)
    for kind, word in (("bad", "bad"), ("warn", "slow")):
        hits = [run for run in runs if run.kind == kind]
        if hits:
            run = hits[-1]
            facts = {"from_at": tongue.when(run.begins_at, now), "to_at": tongue.when(run.ends_at, now)}
            return tongue.say(f"strip.{word}_{'now' if run.until_now else 'over'}", **facts)
    kinds = {bar.kind for bar in strip}
    if kinds == {"none"}:
        return tongue.say("strip.none")
    return tongue.say("strip.fine_sparse" if "none" in kinds else "strip.fine")


def overview(hub: Hub, lang: str = "sv", snapshot: Snapshot | None = None) -> dict[str, Any]:
    """All that the first page shows."""
    tongue = tongue_of(lang)
    seen = snapshot or look(hub)
    sent = _sent_today(hub, seen.now)
    open_now = repairs.grouped(hub, seen, tongue)
    return {
        "now": seen.now,
        "first_time": not seen.seen,
        "fetching": _first_fetch(seen),
        "headline": headline(seen, tongue, conflicts=hub.store.conflict_count()),
        "lead": _lead(seen, len(sent), tongue),
        "repairs": open_now[:MOST_REPAIRS],
        "repairs_total": len(open_now),
        "connections": rows_of(seen, tongue),
        "hours": _hours(sent, seen.now, tongue),
        "recent": recent(hub, seen, tongue, limit=MOST_RECENT),
    }


def headline(seen: Snapshot, tongue: Tongue, *, conflicts: int = 0) -> str:
    """The state of everything in a sentence."""
    if not seen.seen:
        return tongue.say("headline.nothing")
    down = [s for s in seen.seen.values() if s.state.code in DOWN]
    if down:
        return _down(down, tongue)
    if count := repairs.due_causes(seen):
        words = tongue.words(count)
        first = words[0].upper() + words[1:]
        return house_words().count("headline.asks", tongue.lang, count, n=first)
    if _first_fetch(seen) is not None:
        return tongue.say("headline.first")
    resting = [s for s in seen.seen.values() if s.state.code in RESTS]
    if resting:
        return tongue.say("headline.waits", name=resting[0].title)
    if conflicts:
        return house_words().count("headline.differ", tongue.lang, conflicts, n=tongue.number(conflicts))
    return tongue.say("headline.well")


def _down(down: list[Seen], tongue: Tongue) -> str:
    if len(down) > 1:
        joint = " och " if tongue.lang == "sv" else " and "
        titles = sorted(s.title for s in down)
        return tongue.say("headline.several_down", names=joint.join([", ".join(titles[:-1]), titles[-1]]))
    key = "headline.source_down" if down[0].source else "headline.target_down"
    return tongue.say(key, name=down[0].title)


def _first_fetch(seen: Snapshot) -> int | None:
    """How many homes have come so far, while a source is read for the very first time."""
    for one in seen.seen.values():
        if one.source and one.state.code == "fetching" and one.told.last_ok_at is None:
            return one.state.n
    return None


def _lead(seen: Snapshot, sent: int, tongue: Tongue) -> str:
    if not seen.seen:
        return tongue.say("lead.nothing")
    first = _first_fetch(seen)
    if first is not None:
        return tongue.say("lead.first", n=tongue.number(first))
    out = house_words().count("lead.out", tongue.lang, sent, n=tongue.number(sent))
    text = tongue.say("lead.today", out=out, waiting=tongue.say("lead.waits", n=tongue.number(seen.waiting)))
    doubtful = sum(s.doubtful for s in seen.seen.values())
    if doubtful:
        text += " " + house_words().count("lead.doubt", tongue.lang, doubtful, n=tongue.number(doubtful))
    return text


def _sent_today(hub: Hub, now: datetime) -> list[datetime]:
    """When each row of the outbox that went today went."""
    today = local_day(now)
    rows = hub.store.outbox_list("done", limit=MOST_SENT)
    return [row.done_at for row in rows if row.done_at is not None and local_day(row.done_at) == today]


def _hours(sent: Sequence[datetime], now: datetime, tongue: Tongue) -> dict[str, Any]:
    """Bars per hour of today up to the running one, with the finding in words."""
    midnight = now.astimezone(STOCKHOLM).replace(hour=0, minute=0, second=0, microsecond=0)
    count = int((now - midnight) / timedelta(hours=1)) + 1
    per_hour = [0] * count
    for at in sent:
        per_hour[min(count - 1, int((at - midnight) / timedelta(hours=1)))] += 1
    most = max(per_hour)
    text = tongue.say("chart.none")
    if most:
        facts = {"hour": per_hour.index(most), "n": tongue.number(most), "total": tongue.number(len(sent))}
        text = tongue.say("chart.most", **facts)
    return {"per_hour": per_hour, "title": tongue.say("chart.title"), "text": text, "total": len(sent)}
