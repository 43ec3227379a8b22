"""How a home shows now, place by place: what its publication says, and what waits on the way there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from brygga.hub.hub import Hub
from brygga.hub.views.snapshot import Seen, Snapshot
from brygga.hub.views.tongue import Tongue
from brygga.store import OutboxItem

PENDING = "published_pending_approval"
UNDER_WAY = ("waiting", "sending")
OPEN_STATES = (*UNDER_WAY, "parked", "unknown")
MOST_OPEN = 2000


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A receiver and the home there. `code` names the case, `reason` is the provider's or the check's."""

    connection: str
    title: str
    code: str
    shape: str
    word: str
    text: str = ""
    reason: str = ""
    at: datetime | None = None
    next_at: datetime | None = None
    price_kr: int | None = None
    right: bool = True


class Case(msgspec.Struct, kw_only=True):
    """What a judgement looks at: the receiver, the kept state, the newest open row, the home's own price."""

    seen: Seen
    state: Mapping[str, Any]
    row: OutboxItem | None
    price_kr: int | None
    now: datetime
    tongue: Tongue

    @property
    def remote(self) -> Mapping[str, Any]:
        """What the receiver's connector keeps."""
        found = self.state.get("remote")
        return found if isinstance(found, Mapping) else {}

    @property
    def status(self) -> str:
        """How far the publication has come, in the hub's words."""
        return str(self.remote.get("status", ""))

    @property
    def stops(self) -> list[Mapping[str, Any]]:
        """Remarks of the check that stop it."""
        return [r for r in self.state.get("remarks") or [] if r.get("stops")]


def open_rows(hub: Hub) -> dict[tuple[str, str], OutboxItem]:
    """(home, receiver) → its newest row that has not arrived; for lists."""
    rows = (row for state in OPEN_STATES for row in hub.store.outbox_list(state, limit=MOST_OPEN))
    return _newest(rows)


def rows_of_one(hub: Hub, estate_id: str) -> dict[tuple[str, str], OutboxItem]:
    """The same for one home."""
    return _newest(row for row in hub.store.outbox_list(id=estate_id) if row.state in OPEN_STATES)


def _newest(rows: Iterable[OutboxItem]) -> dict[tuple[str, str], OutboxItem]:
    """In doubt goes before set aside, set aside before on its way; then the newest."""
    rank = {"unknown": 2, "parked": 1}
    found: dict[tuple[str, str], OutboxItem] = {}
    for row in rows:
        key = (row.id, row.connection)
        known = found.get(key)
        if known is None or (rank.get(row.state, 0), row.n) > (rank.get(known.state, 0), known.n):
            found[key] = row
    return found


def places_of(
    snapshot: Snapshot,
    links: Mapping[str, Mapping[str, Any]],
    rows: Mapping[tuple[str, str], OutboxItem],
    estate_id: str,
    price_kr: int | None,
    tongue: Tongue,
) -> list[Place]:
    """Every receiver that has been asked to show the home, by title."""
    targets = sorted((s for s in snapshot.seen.values() if s.name in links), key=lambda s: s.title)
    return [
        place_now(
            Case(
                seen=seen,
                state=links[seen.name],
                row=rows.get((estate_id, seen.name)),
                price_kr=price_kr,
                now=snapshot.now,
                tongue=tongue,
            )
        )
        for seen in targets
    ]


def place_now(case: Case) -> Place:
    """The home at one receiver, the worst first."""
    for judge in (_paused, _unsettled, _stopped, _old, _on_its_way):
        found = judge(case)
        if found is not None:
            return found
    return _settled(case)


def _paused(c: Case) -> Place | None:
    who = c.seen.connection.paused_by
    if not who:
        return None
    at = c.seen.state.at
    when = c.tongue.when(at, c.now) if at else ""
    return _place(
        c, "paused", "pause", c.tongue.say("state.paused.line", who=who, at=when), at=at, right=False
    )


def _unsettled(c: Case) -> Place | None:
    if c.row is None or c.row.state in UNDER_WAY:
        return None
    code, shape = ("doubt", "doubt") if c.row.state == "unknown" else ("not_accepted", "bad")
    return _place(c, code, shape, _reason(c), reason=_reason(c), right=False)


def _stopped(c: Case) -> Place | None:
    if not c.state.get("blocked") or not c.stops:
        return None
    reason = _remark(c.stops[0], c.tongue)
    code = "protected" if any(r.get("code") == "protected_person" for r in c.stops) else "stopped"
    return _place(c, code, "bad", reason, reason=reason, word="stopped", right=False)


def _old(c: Case) -> Place | None:
    """It shows another price than ours: red only when somebody must do something about it."""
    shown = c.remote.get("price_kr")
    if c.status != "visible" or not isinstance(shown, int) or c.price_kr is None or shown == c.price_kr:
        return None
    stuck = c.seen.state.shape == "bad"
    text = c.tongue.say("shown.old_price_text", old=c.tongue.kr(shown), new=c.tongue.kr(c.price_kr))
    return _place(c, "old_price", "bad" if stuck else "wait", text, price_kr=shown, right=False)


def _on_its_way(c: Case) -> Place | None:
    if c.row is None:
        return None
    if c.status == PENDING:
        return None
    stuck = c.seen.state.shape == "bad"
    code = "waits" if stuck or c.row.error_code else "on_its_way"
    return _place(c, code, "bad" if stuck else "wait", _reason(c), reason=_reason(c), right=False)


def _settled(c: Case) -> Place:
    at = _time(c.remote.get("published_at")) or _time(c.state.get("announced"))
    if c.status == PENDING:
        return _place(c, "approval", "warn", "", at=at, right=False)
    sold = c.state.get("wished") == "sold" and c.remote.get("sale")
    if sold:
        return _place(c, "sold", "ok", "", at=at)
    if c.status == "visible":
        return _visible(c, at)
    if c.status == "unpublished" or c.state.get("wish") == "unpublished":
        return _place(c, "down", "idle", "")
    wished = c.state.get("wish") == "published" and c.state.get("wished") not in {"gone", "sold"}
    return _place(
        c, "on_its_way" if wished else "not_there", "wait" if wished else "plan", "", right=not wished
    )


def _visible(c: Case, at: datetime | None) -> Place:
    shown = c.remote.get("price_kr")
    price = shown if isinstance(shown, int) else None
    text = ""
    if at and price is not None:
        text = c.tongue.say("shown.price_text", price=c.tongue.kr(price), at=c.tongue.when(at, c.now))
    elif at:
        text = c.tongue.say("shown.since", at=c.tongue.when(at, c.now))
    return _place(c, "right", "ok", text, at=at, price_kr=price)


def _place(
    c: Case,
    code: str,
    shape: str,
    text: str,
    *,
    word: str = "",
    reason: str = "",
    at: datetime | None = None,
    price_kr: int | None = None,
    right: bool = True,
) -> Place:
    return Place(
        connection=c.seen.name,
        title=c.seen.title,
        code=code,
        shape=shape,
        word=c.tongue.say(f"shown.{word or code}"),
        text=text,
        reason=reason,
        at=at,
        next_at=c.row.next_at if c.row else None,
        price_kr=price_kr,
        right=right,
    )


def _reason(c: Case) -> str:
    return c.row.error_sv if c.row is not None else ""


def _remark(remark: Mapping[str, Any], tongue: Tongue) -> str:
    return str(remark.get(tongue.lang) or remark.get("sv") or "")


def _time(value: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None else None


def pending_pictures(state: Mapping[str, Any]) -> tuple[int, int]:
    """(how many pictures the receiver is still working on, how many it was given)."""
    remote = state.get("remote")
    images = remote.get("images") if isinstance(remote, Mapping) else None
    rows: Sequence[Any] = list(images.values()) if isinstance(images, Mapping) else []
    waits = [r for r in rows if isinstance(r, Mapping) and r.get("state", "in_progress") == "in_progress"]
    return len(waits), len(rows)
