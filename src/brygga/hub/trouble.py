"""Trouble made visible once: an event, a next try, and a repair only if a person must act."""

from __future__ import annotations

from typing import Any

from brygga.hub.clean import clean
from brygga.hub.services import Services
from brygga.model.errors import ALL_KINDS, BryggaError
from brygga.store import Event
from brygga.sync.outcome import Fate, after

Group = tuple[str, str, str, str]
"""An outbox group: connection, ability, kind, id."""

REPAIR_FOR = {"needs_sign_in": "key_refused"}
"""Error kind → repair of a connection as a whole. What mends itself is a state, never a task."""

LEVEL = {
    "needs_sign_in": "bad",
    "rejected": "bad",
    "invalid": "bad",
    "unsupported": "bad",
    "outcome_unknown": "doubt",
}


def note_trouble(s: Services, connection: str, kind: str, message: str, facts: dict[str, Any]) -> None:
    """Record that a connection failed as a whole; opens a repair only when a person must act."""
    now = s.now()
    shown = _shown(facts)
    event = Event(
        at=now, connection=connection, what=f"trouble.{kind}", level=LEVEL.get(kind, "wait"), facts=shown
    )
    s.store.event_add([event])
    code = REPAIR_FOR.get(kind)
    if code:
        s.store.repair_open(code, connection, "", {**shown, "message": clean(message)}, now)


def note_recovery(s: Services, connection: str) -> None:
    """The connection answered well: its repairs that mend themselves close."""
    for code in REPAIR_FOR.values():
        s.store.repair_close(code, connection, "", s.now(), "hub")


def note_fate(s: Services, group: Group, upto: int, facts: dict[str, Any]) -> str:
    """Decide what becomes of an outbox group after an error, and tell who must know. Gives the state."""
    now = s.now()
    row = s.store.outbox_get(upto)
    attempts, created = (row.attempts + 1, row.created_at) if row is not None else (1, now)
    fate = after(_error(facts), attempts=attempts, created=created, now=now, jitter=s.rng.random())
    code, sv = str(facts["code"]), clean(str(facts["sv"]))
    s.store.outbox_trouble(group, upto, fate.fate.value, fate.at, code, sv, now)
    _tell(s, group, fate.fate, facts)
    if fate.repair:
        per_item = fate.repair in {"outcome_unknown", "rejected_item"}
        subject = f"{group[2]}|{group[3]}" if per_item else ""
        s.store.repair_open(fate.repair, group[0], subject, _shown(facts) | {"n": upto}, now)
    return fate.fate.value


def _tell(s: Services, group: Group, fate: Fate, facts: dict[str, Any]) -> None:
    connection, ability, kind, record_id = group
    event = Event(
        at=s.now(),
        connection=connection,
        kind=kind,
        id=record_id,
        what=f"{ability}.{'waits' if fate is Fate.WAIT else fate.value}",
        level=LEVEL.get(str(facts["kind"]), "wait"),
        facts=_shown(facts),
    )
    s.store.event_add([event])


def _error(facts: dict[str, Any]) -> BryggaError:
    cls = ALL_KINDS.get(str(facts["kind"]), BryggaError)
    return cls(str(facts["message"]), code=str(facts["code"]), after_s=facts.get("after_s"))


def _shown(facts: dict[str, Any]) -> dict[str, Any]:
    kept = {k: facts[k] for k in ("code", "sv", "status", "operation", "after_s") if facts.get(k)}
    return {k: clean(v) if isinstance(v, str) else v for k, v in kept.items()}
