"""*Varför visar det inte det jag ändrade?* One sentence per home: the first cause that holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from brygga.hub.views.places import Place, pending_pictures
from brygga.hub.views.snapshot import Snapshot
from brygga.hub.views.tongue import Tongue


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: its cause, its shape, its sentence, and the receiver it is about, if one."""

    code: str
    shape: str
    text: str
    connection: str = ""


class Question(msgspec.Struct, kw_only=True):
    """What the answer is worked out from. `changed_at`/`price_changed`: the home's newest change."""

    snapshot: Snapshot
    source: str
    places: Sequence[Place]
    links: Mapping[str, Mapping[str, Any]]
    changed_at: datetime | None
    price_changed: bool
    told: bool
    notice_waits: bool
    removed: bool
    tongue: Tongue


RANK = (
    "protected", "stopped", "doubt", "not_accepted", "old_price", "waits", "on_its_way", "paused",
    "approval", "right", "sold", "down", "not_there",
)  # fmt: skip
"""Which place's case is answered for when places differ: what needs someone before what is well."""


def why(q: Question) -> Why:
    """The one sentence."""
    return _source(q) or _place(q) or Why(code="nowhere", shape="idle", text=q.tongue.say("why.nowhere"))


def _source(q: Question) -> Why | None:
    """Trouble before the change has reached us, which hides everything after it."""
    seen = q.snapshot.seen.get(q.source)
    if q.removed:
        text = q.tongue.say("why.removed", name=q.snapshot.title(q.source))
        return Why(code="removed", shape="idle", text=text)
    if seen is None:
        return None
    name, now = seen.title, q.snapshot.now
    if seen.state.code == "refused":
        return Why(code="source_key", shape="bad", text=q.tongue.say("why.source_key", name=name))
    if seen.state.code in {"unreachable", "resting"}:
        since = q.tongue.when(seen.told.trouble_since or seen.state.at or now, now)
        text = q.tongue.say("why.source_down", name=name, since=since)
        return Why(code="source_down", shape=seen.state.shape, text=text)
    if q.notice_waits:
        return Why(code="not_fetched", shape="wait", text=q.tongue.say("why.not_fetched", name=name))
    return None


def _place(q: Question) -> Why | None:
    if not q.places:
        return None
    place = min(q.places, key=lambda p: RANK.index(p.code))
    text = _sentence(q, place)
    return Why(code=place.code, shape=place.shape, text=text, connection=place.connection)


def _sentence(q: Question, place: Place) -> str:
    say, name = q.tongue.say, place.title
    if place.code == "stopped":
        return say("why.held", reason=_small(place.reason))
    if place.code == "not_accepted":
        return say("why.rejected", name=name, reason=_small(place.reason or say("repair.reason.none")))
    if place.code in {"old_price", "waits", "on_its_way"}:
        return _waiting(q, place)
    if place.code == "paused":
        seen = q.snapshot.seen[place.connection]
        at = q.tongue.when(place.at, q.snapshot.now) if place.at else ""
        return say("why.paused", who=seen.connection.paused_by or say("why.someone"), name=name, at=at)
    if place.code == "right":
        return _right(q, place)
    words = {"down": "down_by_wish", "not_there": "nowhere"}
    return say(f"why.{words.get(place.code, place.code)}", name=name)


def _waiting(q: Question, place: Place) -> str:
    seen = q.snapshot.seen[place.connection]
    say, now, name = q.tongue.say, q.snapshot.now, place.title
    following = q.tongue.when(place.next_at, now) if place.next_at else ""
    if seen.state.code == "refused":
        return say("why.key", what=_what(q), name=name)
    if seen.state.code in {"unreachable", "resting"}:
        since = q.tongue.when(seen.told.trouble_since or now, now)
        again = seen.state.at if seen.state.code == "resting" and seen.state.at else place.next_at
        return say("why.down", name=name, since=since, next=q.tongue.when(again or now, now))
    if seen.state.code == "waiting" and following:
        return say("why.rate", name=name, next=following)
    waits, given = pending_pictures(q.links.get(place.connection, {}))
    if waits:
        return say("why.pictures", n=q.tongue.number(waits), m=q.tongue.number(given), name=name)
    return say("why.on_its_way", name=name)


def _what(q: Question) -> str:
    at = q.tongue.when(q.changed_at, q.snapshot.now) if q.changed_at else ""
    return q.tongue.say("why.changed_price" if q.price_changed else "why.changed", at=at)


def _right(q: Question, place: Place) -> str:
    say, now = q.tongue.say, q.snapshot.now
    if q.changed_at is not None and not q.told and q.source in q.snapshot.seen:
        source = q.snapshot.title(q.source)
        return say("why.never_told", name=source, at=q.tongue.when(q.changed_at, now))
    if place.price_kr is not None and place.at is not None:
        newest = max(place.at, q.changed_at) if q.changed_at and q.price_changed else place.at
        price, at = q.tongue.kr(place.price_kr), q.tongue.when(newest, now)
        return say("why.right_price", name=place.title, price=price, at=at)
    return say("why.right", name=place.title)


def _small(text: str) -> str:
    """A sentence continued after a colon; a name in capitals stays."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
