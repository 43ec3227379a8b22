"""What a person can do about things that wait: retry, drop, answer for a doubtful sending, mend.

Each leaves a line in the audit trail: who, what, why.
"""

from __future__ import annotations

from typing import Any

import msgspec

from brygga.connectors.abilities import RawRecord
from brygga.hub.connections import TENANT
from brygga.hub.drifting import shape_name
from brygga.hub.flows.fetching import take_in
from brygga.hub.hub import Hub
from brygga.hub.mirroring import FLOW, to_wake
from brygga.model import Invalid, Refused
from brygga.sync.drift import Shape, accept


def retry_outgoing(hub: Hub, n: int, *, actor: str) -> None:
    """Try an outgoing row now. Raises Refused for a doubtful one: that needs an answer first."""
    row = _outgoing(hub, n)
    if row.state == "unknown":
        raise Refused(
            f"Nobody knows whether row {n} arrived; answer that first (outbox resolve).",
            sv="Säg först om det kom fram.",
        )
    hub.store.outbox_retry(n, hub.services.now())
    _audit(hub, actor, "outbox.retry", str(n), {})
    hub.wake()


def drop_outgoing(hub: Hub, n: int, *, reason: str, actor: str) -> None:
    """Discard an outgoing row. Raises Invalid without a reason."""
    row = _outgoing(hub, n)
    _need(reason)
    hub.store.outbox_drop(n, reason)
    _close_item(hub, row, actor)
    _audit(hub, actor, "outbox.drop", str(n), {"reason": reason})


def resolve_doubt(hub: Hub, n: int, *, arrived: bool, actor: str) -> None:
    """A person's answer for a doubtful sending: it arrived, or it did not and is sent again."""
    row = _outgoing(hub, n)
    if row.state != "unknown":
        raise Invalid(f"Row {n} is not in doubt.", sv="Raden är inte osäker.")
    now = hub.services.now()
    if arrived:
        group = (row.connection, row.ability, row.kind, row.id)
        hub.store.outbox_settle(group, n, now=now, again_s=None, result={"answered_by": actor})
    else:
        hub.store.outbox_note(n, {"begun": ""})
        hub.store.outbox_retry(n, now)
    _close_item(hub, row, actor)
    _audit(hub, actor, "outbox.resolve", str(n), {"arrived": arrived})
    hub.wake()


def retry_incoming(hub: Hub, n: int, *, actor: str) -> None:
    """Work on a webhook again that was set aside or dropped. Raises Invalid when there is no such."""
    if not hub.store.inbox_retry(n):
        raise Invalid(f"No webhook {n} is set aside or dropped.", sv=f"Ingen händelse {n} är lagd åt sidan.")
    _audit(hub, actor, "inbox.retry", str(n), {})
    hub.wake()


def drop_incoming(hub: Hub, n: int, *, reason: str, actor: str) -> None:
    """Discard a webhook. Raises Invalid without a reason or when there is no such."""
    _need(reason)
    if not hub.store.inbox_drop(n, reason):
        raise Invalid(f"There is no webhook {n}.", sv=f"Det finns ingen händelse {n}.")
    _audit(hub, actor, "inbox.drop", str(n), {"reason": reason})


def retry_parked(hub: Hub, connection: str, kind: str, source_id: str, *, actor: str) -> str:
    """Map a kept raw answer again (`mapped`), or ask the source anew by a full pull (`asked`).

    Raises what the mapping raises if it still cannot be understood.
    """
    found = [
        p for p in hub.store.parked(connection, with_raw=True) if (p.kind, p.source_id) == (kind, source_id)
    ]
    if not found:
        raise Invalid(f"Nothing is set aside as {connection} {kind} {source_id}.", sv="Posten finns inte.")
    raw = found[0].raw
    how = "asked" if raw is None else "mapped"
    _audit(hub, actor, "parked.retry", f"{connection} {kind} {source_id}", {"how": how})
    if raw is None:
        hub.store.signal_raise([("pull", f"{connection}|compare")])
        hub.wake()
        return how
    live = hub.connections.live(connection)
    record = RawRecord(kind=kind, source_id=source_id, body=raw, fetched_at=hub.services.now())
    live.connector.map(record)
    take_in(hub.store, live, [record], now=hub.services.now())
    return how


def drop_parked(hub: Hub, connection: str, kind: str, source_id: str, *, reason: str, actor: str) -> None:
    """Forget a record that was set aside. Raises Invalid without a reason or when there is no such."""
    _need(reason)
    if not hub.store.unpark(connection, kind, source_id, state="dropped"):
        raise Invalid(f"Nothing is set aside as {connection} {kind} {source_id}.", sv="Posten finns inte.")
    _audit(hub, actor, "parked.drop", f"{connection} {kind} {source_id}", {"reason": reason})


def resolve_repair(hub: Hub, code: str, connection: str, subject: str, *, remove: bool, actor: str) -> None:
    """Close a repair. For `vanish`, `remove` lets the next comparison remove what is missing; for `drift`
    it takes the source's new form as it is."""
    known = {(r.code, r.connection, r.subject) for r in hub.store.repair_list()}
    if (code, connection, subject) not in known:
        raise Invalid(f"There is no open repair {code} {connection} {subject}.", sv="Saken är redan löst.")
    now = hub.services.now()
    if code == "drift" and remove:
        accept_drift(hub, connection, subject, actor=actor)
        return
    if code == "vanish" and remove:
        hub.store.setting_put(f"vanish_allowed:{connection}:{subject}", True)
        hub.store.signal_raise([("pull", f"{connection}|compare")])
    if code == "key_refused":
        _unblock(hub, connection)
        hub.store.signal_raise([("pull", f"{connection}|compare")])
    hub.store.repair_close(code, connection, subject, now, actor)
    _audit(hub, actor, "repair.resolve", f"{code} {connection} {subject}", {"remove": remove})
    hub.wake()


def accept_drift(hub: Hub, connection: str, kind: str, *, actor: str) -> list[str]:
    """Take a source's new form as it is: its records are read anew and lose what it no longer says.

    Gives the accepted members. Raises Invalid when no drift of that kind is open.
    """
    found = [
        r for r in hub.store.repair_list() if (r.code, r.connection, r.subject) == ("drift", connection, kind)
    ]
    if not found:
        raise Invalid(f"No drift of {connection} {kind} is open.", sv="Saken är redan löst.")
    paths = [f".{member['path']}" for member in found[0].facts.get("members", [])]
    value = hub.store.setting_get(shape_name(connection, kind))
    shape = msgspec.convert(value, Shape) if value is not None else Shape(members={}, accepted=[])
    hub.store.setting_put(shape_name(connection, kind), msgspec.to_builtins(accept(shape, paths)))
    now = hub.services.now()
    hub.store.repair_close("drift", connection, kind, now, actor)
    hub.store.audit_add(actor, "drift.accept", f"{connection} {kind}", {"members": paths}, now)
    hub.store.signal_raise([("pull", f"{connection}|full")])
    hub.wake()
    return paths


def mirror_again(hub: Hub, connection: str) -> None:
    """Look at everything again that this connection shares with others."""
    names = to_wake(hub.store, [connection])
    hub.store.signal_raise([(FLOW, f"{name}|full") for name in names])
    hub.wake()


def _unblock(hub: Hub, connection: str) -> None:
    """A person has mended the connection: forget that it was closed or resting."""
    scope = f"{TENANT}/{connection}"
    for key in hub.kit.breakers.watch():
        if key == scope or key.startswith(f"{scope}#"):
            hub.kit.breakers.release(key)


def _outgoing(hub: Hub, n: int) -> Any:
    row = hub.store.outbox_get(n)
    if row is None:
        raise Invalid(f"There is no outgoing row {n}.", sv=f"Det finns ingen rad {n}.")
    return row


def _need(reason: str) -> None:
    if not reason.strip():
        raise Invalid("A reason is needed.", sv="Skriv varför ändringarna ska kastas.")


def _close_item(hub: Hub, row: Any, actor: str) -> None:
    for code in ("outcome_unknown", "rejected_item"):
        hub.store.repair_close(code, row.connection, f"{row.kind}|{row.id}", hub.services.now(), actor)


def _audit(hub: Hub, actor: str, action: str, subject: str, facts: dict[str, Any]) -> None:
    hub.store.audit_add(actor, action, subject, facts, hub.services.now())
