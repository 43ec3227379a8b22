"""What only a person can mend: one row per connection and cause, each with its five answers.

What happened · what still works · who can mend it · which button · when it hurts. The sentences
stand in `repairs.toml`; here they are filled in with what the store knows.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, Final

import msgspec

from brygga.hub.hub import Hub
from brygga.hub.views.names import addresses, kind_word
from brygga.hub.views.snapshot import Snapshot, look
from brygga.hub.views.tongue import Tongue, tongue_of
from brygga.hub.views.words import house_words
from brygga.store import Repair


class Kind(msgspec.Struct, frozen=True):
    """How a kind of repair looks and how soon it hurts: now · today · later."""

    shape: str
    urgency: str


KINDS: Final[dict[str, Kind]] = {
    "key_refused": Kind("bad", "now"),
    "unreachable": Kind("bad", "now"),
    "rejected_item": Kind("bad", "now"),
    "rejected_mail": Kind("warn", "today"),
    "rights_missing": Kind("bad", "today"),
    "images_failed": Kind("warn", "today"),
    "outcome_unknown": Kind("doubt", "today"),
    "drift": Kind("warn", "today"),
    "vanish": Kind("warn", "later"),
    "bad_signature": Kind("warn", "later"),
    "other": Kind("warn", "later"),
}
"""Repairs that exist, the worst first."""

URGENCIES: Final = ("now", "today", "later", "snoozed")
SINGLES: Final = {
    "rejected_item": "/ko/at-sidan",
    "rejected_mail": "/ko/at-sidan",
    "outcome_unknown": "/ko/osakra",
    "images_failed": "/ko/at-sidan",
}
"""Kinds that come one per home or message → where many of them are answered for."""
PARTS = ("title", "happened", "works", "who", "button", "due")


def repair_id(code: str, connection: str, subject: str) -> str:
    """A short name for addresses; the subject itself may say whom a message was for."""
    return hashlib.sha256(f"{code}\x1f{connection}\x1f{subject}".encode()).hexdigest()[:16]


def open_repairs(hub: Hub, lang: str = "sv") -> list[dict[str, Any]]:
    """All open repairs, worst first, in plain fields for lists."""
    return listed(hub, look(hub), tongue_of(lang), snoozed=True)


def listed(hub: Hub, seen: Snapshot, tongue: Tongue, *, snoozed: bool = False) -> list[dict[str, Any]]:
    """Open repairs with their sentences: hurts already, hurts soonest, oldest."""
    found = [told(hub, r, seen, tongue) for r in (seen.repairs if snoozed else seen.due_repairs)]
    return sorted(found, key=lambda r: (URGENCIES.index(r["urgency"]), _rank(r["told_as"]), r["opened_at"]))


def grouped(hub: Hub, seen: Snapshot, tongue: Tongue, *, snoozed: bool = False) -> list[dict[str, Any]]:
    """The same for a page: one cause is one row, however many homes or messages it touches."""
    rows: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in listed(hub, seen, tongue, snoozed=snoozed):
        cause = row["told_as"] if row["told_as"] in SINGLES else row["id"]
        rows.setdefault((cause, row["connection"], row["urgency"]), []).append(row)
    return [group[0] if len(group) == 1 else _several(group, tongue) for group in rows.values()]


def _several(group: list[dict[str, Any]], tongue: Tongue) -> dict[str, Any]:
    """One row for many of a kind: it leads to the queue, where each can be answered for."""
    first = group[0]
    facts = {"name": first["connection_title"], "n": tongue.number(len(group))}
    return first | {
        "title": tongue.say(f"repair.several.{first['told_as']}", **facts),
        "link": SINGLES[first["told_as"]],
        "due": tongue.say("repair.several.due"),
        "count": len(group),
    }


def due_causes(seen: Snapshot) -> int:
    """How many rows `grouped` gives, without telling them: the figure beside the menu."""
    causes = {
        (told_as(r), r.connection) if told_as(r) in SINGLES else (r.code, r.connection, r.subject)
        for r in seen.due_repairs
    }
    return len(causes)


def told_as(repair: Repair) -> str:
    """Which set of sentences tells it: a message is told otherwise than a home's ad."""
    if repair.code == "rejected_item" and repair.subject.startswith("mail|"):
        return "rejected_mail"
    return repair.code if repair.code in KINDS else "other"


def _rank(code: str) -> int:
    return list(KINDS).index(code)


def one_repair(hub: Hub, seen: Snapshot, tongue: Tongue, name: str) -> dict[str, Any] | None:
    """A repair by its short name, open or solved; None if there is none."""
    for repair in hub.store.repair_list(include_closed=True, limit=2000):
        if repair_id(repair.code, repair.connection, repair.subject) == name:
            return told(hub, repair, seen, tongue)
    return None


def last_solved(hub: Hub, seen: Snapshot, tongue: Tongue) -> dict[str, Any] | None:
    """The repair that was solved last, for the empty page."""
    closed = [r for r in hub.store.repair_list(include_closed=True, limit=2000) if r.closed_at is not None]
    newest = max(closed, key=lambda r: r.closed_at or r.last_at, default=None)
    return told(hub, newest, seen, tongue) if newest is not None else None


def told(hub: Hub, repair: Repair, seen: Snapshot, tongue: Tongue) -> dict[str, Any]:
    """One repair with everything that its page and its row say."""
    code = told_as(repair)
    kind = KINDS[code]
    facts = _facts(hub, repair, seen, tongue)
    snoozed = repair.snoozed_until is not None and repair.snoozed_until > seen.now
    says = {part: _capital(tongue.say(f"repair.{code}.{part}", **facts)) for part in PARTS}
    return {
        "id": repair_id(repair.code, repair.connection, repair.subject),
        "link": f"/atgarda/{repair_id(repair.code, repair.connection, repair.subject)}",
        "code": repair.code,
        "told_as": code,
        "connection": repair.connection,
        "connection_title": seen.title(repair.connection),
        "subject": repair.subject,
        "object": _object(repair),
        "shape": kind.shape,
        "urgency": "snoozed" if snoozed else kind.urgency,
        "opened_at": repair.opened_at,
        "last_at": repair.last_at,
        "count": repair.count,
        "closed_at": repair.closed_at,
        "solved": _solved(repair, tongue, seen.now),
        "snoozed_until": repair.snoozed_until,
        "n": repair.facts.get("n"),
        "facts": repair.facts,
        **says,
    }


def _facts(hub: Hub, repair: Repair, seen: Snapshot, tongue: Tongue) -> dict[str, str]:
    """Every placeholder that a sentence of repairs may have."""
    found, street = repair.facts, ""
    if home := _object(repair):
        street = addresses(hub, [home]).get(home, "")
    thing = street or tongue.say("event.some_object")
    held, listed_ = _int(found.get("held")), _int(found.get("listed"))
    one = seen.seen.get(repair.connection)
    waiting = one.waiting if one else 0
    return {
        "name": seen.title(repair.connection),
        "since": tongue.when(repair.opened_at, seen.now),
        "waiting": _waiting(waiting, tongue),
        "a": tongue.number(listed_),
        "b": tongue.number(held),
        "c": tongue.number(max(0, held - listed_)),
        "kind": kind_word(str(found.get("stream", "estate")), tongue),
        "thing": _thing(repair, thing, tongue),
        "object": thing,
        "reason": _reason(found, tongue),
        "members": ", ".join(str(m.get("path", "")) for m in found.get("members", [])[:5]),
        "fields": str(len(found.get("fields", {}))),
        "n": house_words().count(
            "repair.refused_notices", tongue.lang, repair.count, n=tongue.number(repair.count)
        ),
    }


def _waiting(count: int, tongue: Tongue) -> str:
    if not count:
        return tongue.say("repair.waiting.none")
    return house_words().count("repair.waiting", tongue.lang, count, n=tongue.number(count))


def _reason(facts: dict[str, Any], tongue: Tongue) -> str:
    """The provider's no in Swedish words of ours; the English page gives the code's place instead."""
    sv = str(facts.get("sv", ""))
    return sv or tongue.say("repair.reason.none")


def _thing(repair: Repair, thing: str, tongue: Tongue) -> str:
    if repair.subject.startswith("mail|"):
        return tongue.say("repair.thing.mail")
    return tongue.say("repair.thing.publication", object=thing)


def _object(repair: Repair) -> str:
    """The home that a repair is about, or nothing."""
    kind, *parts = repair.subject.split("|")
    if kind == "estate":
        return "|".join(parts)
    return next((part for part in parts if ":" in part), "") if kind == "mail" else ""


def _solved(repair: Repair, tongue: Tongue, now: datetime) -> str:
    if repair.closed_at is None:
        return ""
    at = tongue.moment(repair.closed_at)
    del now
    if repair.closed_by in {"", "hub"}:
        return tongue.say("repair.solved.itself", at=at)
    return tongue.say("repair.solved.by", at=at, who=repair.closed_by)


def _int(value: Any) -> int:
    return value if isinstance(value, int) else 0


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
