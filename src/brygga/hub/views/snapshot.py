"""One look at the store, shared by everything on a page: connections, their facts, what waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from brygga.connectors import manifest as manifests
from brygga.health import ConnectionFacts, State, Told, state_of, told_by
from brygga.hub.connections import TENANT, Connection
from brygga.hub.hub import Hub
from brygga.store import Event, OutboxItem, Repair
from brygga.wire.state import BreakerView

MOST_EVENTS = 3000
"""Newest events per connection that a page reads: a day of an office, with room."""
ON_ITS_WAY = ("waiting", "sending")
CONNECTION_WIDE = frozenset({"key_refused", "rights_missing"})
QUESTIONS = frozenset({"vanish", "outcome_unknown", "images_failed", "rejected_item"})


class Seen(msgspec.Struct, kw_only=True):
    """One connection as it stands: what it is called, how it is doing, what waits for it."""

    connection: Connection
    title: str
    abilities: tuple[str, ...]
    state: State
    told: Told
    events: list[Event]
    waiting: int
    doubtful: int
    parked: int
    breaker: BreakerView

    @property
    def name(self) -> str:
        """The connection's name."""
        return self.connection.name

    @property
    def source(self) -> bool:
        """Whether records are read from it."""
        return "read" in self.abilities

    @property
    def target(self) -> bool:
        """Whether homes are shown at it."""
        return "publish" in self.abilities


class Snapshot(msgspec.Struct, kw_only=True):
    """The whole look. `repairs` are the open ones, whether put off or not."""

    now: datetime
    seen: dict[str, Seen]
    repairs: list[Repair]

    def title(self, name: str) -> str:
        """What a connection is called by people; its own name if it is gone."""
        return self.seen[name].title if name in self.seen else name

    @property
    def due_repairs(self) -> list[Repair]:
        """Open repairs that nobody has put off."""
        return [r for r in self.repairs if r.snoozed_until is None or r.snoozed_until <= self.now]

    @property
    def waiting(self) -> int:
        """How many changes wait for all receivers together."""
        return sum(s.waiting for s in self.seen.values())

    @property
    def practice(self) -> bool:
        """Whether any connection is an imitation."""
        return any(s.connection.practice for s in self.seen.values())


def look(hub: Hub) -> Snapshot:
    """Read what a page needs of all connections."""
    now = hub.services.now()
    repairs = hub.store.repair_list()
    counts = hub.store.outbox_counts()
    inbox = hub.store.inbox_waiting()
    breakers = hub.kit.breakers.watch()
    waiting = [row for state in ON_ITS_WAY for row in hub.store.outbox_list(state, limit=500)]
    fetching = {s.key.split("|", 1)[0] for s in hub.store.signals_pending(flow="pull") if s.taken > s.done}
    seen = {}
    for connection in hub.connections.all():
        name = connection.name
        manifest = manifests.load(connection.connector)
        events = in_order(hub.store.events(name, limit=MOST_EVENTS))
        told = told_by(events)
        breaker = _breaker(breakers, name)
        mine = [r for r in repairs if r.connection == name]
        rows = [row for row in waiting if row.connection == name]
        fetched = _fetched(hub, name) if name in fetching else None
        seen[name] = Seen(
            connection=connection,
            title=manifest.title,
            abilities=manifest.abilities,
            state=state_of(_facts(connection, told, mine, rows, breaker, fetched, now)),
            told=told,
            events=events,
            waiting=sum(counts.get((name, s), 0) for s in ON_ITS_WAY) + inbox.get(name, (0, 0))[0],
            doubtful=counts.get((name, "unknown"), 0),
            parked=counts.get((name, "parked"), 0),
            breaker=breaker,
        )
    return Snapshot(now=now, seen=seen, repairs=repairs)


def in_order(events: Sequence[Event]) -> list[Event]:
    """Oldest first by when it happened; several processes may have written in another order."""
    return sorted((e for e in events if e.at is not None), key=lambda e: (e.at, e.n))


def _facts(
    connection: Connection,
    told: Told,
    repairs: Sequence[Repair],
    rows: Sequence[OutboxItem],
    breaker: BreakerView,
    fetched: int | None,
    now: datetime,
) -> ConnectionFacts:
    refused = [r.opened_at for r in repairs if r.code in CONNECTION_WIDE]
    silent = [r.opened_at for r in repairs if r.code == "unreachable"]
    tried = sorted((row for row in rows if row.error_code), key=lambda row: row.next_at)
    asked = [row.next_at for row in tried if row.error_code == "asked_to_wait"]
    return ConnectionFacts(
        paused_at=_moment(connection, now),
        refused_since=min(refused, default=None),
        unreachable_since=min(silent, default=None),
        trouble_since=told.trouble_since,
        last_ok_at=told.last_ok_at,
        breaker=breaker.mode,
        rest_s=breaker.rest_s,
        asked_to_wait_until=max(asked, default=None),
        next_try_at=tried[0].next_at if tried else None,
        attempts=tried[0].attempts if tried else 0,
        questions=sum(r.code in QUESTIONS for r in repairs),
        fetched=fetched,
        now=now,
    )


def _moment(connection: Connection, now: datetime) -> datetime | None:
    """When a person paused it; an unreadable note still counts as paused."""
    if not connection.paused_by:
        return None
    try:
        at = datetime.fromisoformat(connection.paused_at)
    except ValueError:
        return now
    return at if at.tzinfo is not None else now


def _breaker(all_of_them: dict[str, BreakerView], name: str) -> BreakerView:
    """The worst breaker of a connection: keys are `tenant/connection`, perhaps with `#ability`."""
    scope = f"{TENANT}/{name}"
    mine = [view for key, view in all_of_them.items() if key == scope or key.startswith(f"{scope}#")]
    rank = {"closed": 0, "open": 1, "blocked": 2}
    return max(mine, key=lambda view: rank.get(view.mode, 0), default=BreakerView())


def _fetched(hub: Hub, name: str) -> int:
    return hub.store.counts(name)["estate"][0]
