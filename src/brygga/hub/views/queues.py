"""The queues (*kö*): what waits, on what, and whether it goes by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from brygga.hub.hub import Hub
from brygga.hub.views.names import addresses, kind_word
from brygga.hub.views.snapshot import ON_ITS_WAY, Snapshot
from brygga.hub.views.tongue import Tongue
from brygga.store import InboxItem, OutboxItem, Parked

MOST = 500
OUT_STATES = ("waiting", "sending", "parked", "unknown")


def outbox_rows(
    hub: Hub, *, state: str = "", connection: str = "", limit: int = MOST
) -> list[dict[str, Any]]:
    """Rows on their way out, newest first; without a state, all that are not settled."""
    states = (state,) if state else OUT_STATES
    rows = [r for s in states for r in hub.store.outbox_list(s, connection=connection, limit=limit)]
    return [
        {
            "n": r.n,
            "connection": r.connection,
            "ability": r.ability,
            "kind": r.kind,
            "id": _harmless(r.kind, r.id),
            "state": r.state,
            "attempts": r.attempts,
            "created_at": r.created_at.isoformat(),
            "next_at": r.next_at.isoformat() if r.state in ON_ITS_WAY else None,
            "error": r.error_sv,
            "error_code": r.error_code,
        }
        for r in sorted(rows, key=lambda r: -r.n)
    ]


def inbox_rows(hub: Hub, *, state: str = "", limit: int = MOST) -> list[dict[str, Any]]:
    """Webhooks, newest first; without a state, those that are not done. Never their bodies."""
    states = (state,) if state else ("new", "parked")
    rows = [r for s in states for r in hub.store.inbox_list(s, limit=limit)]
    return [
        {
            "n": r.n,
            "connection": r.connection,
            "state": r.state,
            "attempts": r.attempts,
            "repeats": r.repeats,
            "received_at": r.received_at.isoformat(),
            "error": r.error_sv,
            "error_code": r.error_code,
        }
        for r in sorted(rows, key=lambda r: -r.n)
    ]


def parked_rows(hub: Hub, *, connection: str = "", limit: int = MOST) -> list[dict[str, Any]]:
    """Records that could not be taken in, newest first. Never their raw bytes."""
    return [
        {
            "connection": p.connection,
            "kind": p.kind,
            "source_id": p.source_id,
            "code": p.reason_code,
            "sv": p.sv,
            "attempts": p.attempts,
            "at": p.at.isoformat() if p.at else None,
        }
        for p in hub.store.parked(connection, limit=limit)
    ]


def queue_page(hub: Hub, seen: Snapshot, tongue: Tongue, tab: str) -> dict[str, Any]:
    """One tab: `out` · `in` · `aside` · `doubt`, in groups by what they wait for."""
    out = [r for s in ON_ITS_WAY for r in hub.store.outbox_list(s, limit=MOST)]
    refused = hub.store.outbox_list("parked", limit=MOST)
    doubtful = hub.store.outbox_list("unknown", limit=MOST)
    incoming = hub.store.inbox_list("new", limit=MOST)
    aside = hub.store.parked(limit=MOST)
    stuck = hub.store.inbox_list("parked", limit=MOST)
    counts = {
        "out": len(out),
        "in": len(incoming),
        "aside": len(aside) + len(refused) + len(stuck),
        "doubt": len(doubtful),
    }
    makers = {
        "out": lambda: _out(hub, out, seen, tongue),
        "in": lambda: _incoming(incoming, seen, tongue),
        "aside": lambda: (
            _out(hub, refused, seen, tongue) + _aside(aside, seen, tongue) + _incoming(stuck, seen, tongue)
        ),
        "doubt": lambda: _out(hub, doubtful, seen, tongue),
    }
    return {"tab": tab, "counts": counts, "groups": makers[tab](), "last_out": _last_out(hub)}


def one_outgoing(hub: Hub, seen: Snapshot, tongue: Tongue, n: int) -> dict[str, Any] | None:
    """One row of the outbox for its own page; None if there is none."""
    row = hub.store.outbox_get(n)
    if row is None:
        return None
    streets = addresses(hub, [row.id] if row.kind == "estate" else [])
    return _outgoing(row, streets, seen, tongue)


def _last_out(hub: Hub) -> Any:
    done = hub.store.outbox_list("done", limit=1)
    return done[0].done_at if done else None


def _out(hub: Hub, rows: Sequence[OutboxItem], seen: Snapshot, tongue: Tongue) -> list[dict[str, Any]]:
    streets = addresses(hub, (r.id for r in rows if r.kind == "estate"))
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in sorted(rows, key=lambda r: r.n):
        groups.setdefault((_why(row, seen), row.connection), []).append(_outgoing(row, streets, seen, tongue))
    return [
        {
            "kind": "out",
            "why": why,
            "connection": connection,
            "title": tongue.say(f"queue.{why}", name=seen.title(connection)),
            "rows": found,
            "repair": why == "waits_key",
        }
        for (why, connection), found in groups.items()
    ]


def _why(row: OutboxItem, seen: Snapshot) -> str:
    """What a row waits for."""
    if row.state == "parked":
        return "not_accepted"
    if row.state == "unknown":
        return "doubtful"
    one = seen.seen.get(row.connection)
    if one is not None and one.state.code == "refused":
        return "waits_key"
    if row.error_code == "asked_to_wait":
        return "waits_asked"
    if row.error_code:
        return "waits_down"
    return "waits_later" if row.next_at > seen.now else "leaving"


def _outgoing(row: OutboxItem, streets: dict[str, str], seen: Snapshot, tongue: Tongue) -> dict[str, Any]:
    home = row.id if row.kind == "estate" else ""
    return {
        "n": row.n,
        "object": home if home in streets else "",
        "name": streets.get(home, kind_word(row.kind, tongue).capitalize()),
        "what": tongue.say("queue.what.mail" if row.ability == "email" else "queue.what.details"),
        "at": row.created_at,
        "at_text": tongue.when(row.created_at, seen.now),
        "attempts": row.attempts,
        "next_at": row.next_at if row.state in ON_ITS_WAY else None,
        "next_text": tongue.when(row.next_at, seen.now) if row.next_at > seen.now else "",
        "error": row.error_sv if tongue.lang == "sv" else "",
        "error_code": row.error_code,
        "state": row.state,
        "connection": row.connection,
        "connection_title": seen.title(row.connection),
    }


def _incoming(rows: Sequence[InboxItem], seen: Snapshot, tongue: Tongue) -> list[dict[str, Any]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in sorted(rows, key=lambda r: r.n):
        groups.setdefault(row.connection, []).append(
            {
                "n": row.n,
                "object": "",
                "name": tongue.say("queue.what.notice"),
                "what": "",
                "at": row.received_at,
                "at_text": tongue.when(row.received_at, seen.now),
                "attempts": row.attempts,
                "next_at": None,
                "next_text": "",
                "error": row.error_sv if tongue.lang == "sv" else "",
                "state": row.state,
                "connection": row.connection,
            }
        )
    return [
        {
            "kind": "in",
            "why": "incoming",
            "connection": name,
            "title": tongue.say("queue.incoming", name=seen.title(name)),
            "rows": found,
            "repair": False,
        }
        for name, found in sorted(groups.items())
    ]


def _aside(rows: Sequence[Parked], seen: Snapshot, tongue: Tongue) -> list[dict[str, Any]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row.connection, []).append(
            {
                "source_id": row.source_id,
                "record_kind": row.kind,
                "object": "",
                "name": f"{kind_word(row.kind, tongue).capitalize()} {row.source_id}",
                "what": row.sv if tongue.lang == "sv" else row.reason_code.replace("_", " "),
                "at": row.at,
                "at_text": tongue.when(row.at, seen.now) if row.at else "",
                "attempts": row.attempts,
                "next_at": None,
                "next_text": "",
                "error": "",
                "state": row.state,
                "connection": row.connection,
            }
        )
    return [
        {
            "kind": "aside",
            "why": "set_aside",
            "connection": name,
            "title": tongue.say("queue.set_aside", name=seen.title(name)),
            "rows": found,
            "repair": False,
        }
        for name, found in sorted(groups.items())
    ]


def _harmless(kind: str, record_id: str) -> str:
    """A message's own key may name whom it was for; a home's id does not."""
    return record_id if kind == "estate" else kind
