"""Settling conflicts: a person's answer, carried out by the mirror and kept in history and audit."""

from __future__ import annotations

import json
from typing import Any, Final

from brygga.hub.hub import Hub
from brygga.hub.mirror_wish import DOUBT, PAIR, WHOLE
from brygga.hub.mirroring import FLOW, Sides, mirror_of
from brygga.model import Invalid
from brygga.store import Conflict
from brygga.sync.mirror_refs import REFERENCES

TAKES: Final = ("left", "right", "value")


def settle(hub: Hub, n: int, *, take: str, value: Any = None, why: str, who: str) -> Conflict:
    """Write an answer down and wake the mirror; gives the conflict as it was.

    `take`: left · right · value (then `value` is for both sides; for a pair or a doubt, the id of the
    record that it is). Raises Invalid without a reason, for an answer that cannot be carried out, and
    when the conflict is settled already.
    """
    found = check(hub, n, take=take, value=value, why=why)
    if not hub.store.conflict_choose(n, take, value, who=who, why=why.strip()):
        raise _gone(n)
    facts = {"take": take, "why": why.strip(), "field": found.path, "kind": found.kind}
    subject = f"{found.kind} {found.left_id or found.right_id}"
    hub.store.audit_add(who, "conflict.settle", subject, facts, hub.services.now())
    if found.path == DOUBT:
        about = f"{found.kind}|{found.left_id or found.right_id}"
        for side in {found.right_connection, found.left_id.partition(":")[0], *_lefts(hub, found)}:
            hub.store.repair_close("outcome_unknown", side, about, hub.services.now(), who)
    hub.store.signal_raise([(FLOW, found.right_connection)])
    hub.wake()
    return found


def check(hub: Hub, n: int, *, take: str, value: Any = None, why: str) -> Conflict:
    """The conflict, if it may be settled so. Raises Invalid."""
    found = hub.store.conflict_get(n)
    if found is None or found.state == "settled":
        raise _gone(n)
    if take not in TAKES:
        raise Invalid(
            f"An answer is one of {', '.join(TAKES)}, not {take!r}.", sv="Välj vilket värde som gäller."
        )
    if not why.strip():
        raise Invalid("A reason is needed (--why).", sv="Skriv varför.")
    if take == "value":
        _check_value(hub, found, value)
    elif found.path not in WHOLE:
        _check_way(hub, found, take)
    return found


def _check_value(hub: Hub, found: Conflict, value: Any) -> None:
    if found.path in (PAIR, DOUBT):
        if hub.store.row(found.kind, str(value)) is None:
            raise Invalid(f"We hold no {found.kind} {value}.", sv=f"Vi har ingen post {value}.")
    elif found.path in WHOLE or found.path in REFERENCES.get(found.kind, {}):
        raise Invalid("Choose one of the sides here.", sv="Välj en av sidorna.")
    elif value in (None, ""):
        raise Invalid("The value is missing.", sv="Skriv värdet.")


def _check_way(hub: Hub, found: Conflict, take: str) -> None:
    """The left's value must be writable on the right; the right's may stay there by a person's word."""
    mirror = mirror_of(hub.connections.get(found.right_connection))
    if mirror is None:
        raise Invalid(
            f"{found.right_connection} follows nobody any more.", sv="Anslutningen följer ingen längre."
        )
    if take == "left" and found.path not in Sides(hub.connections, mirror).scope(mirror.right, found.kind):
        raise Invalid(
            f"{found.path} cannot be written to {mirror.right}; change it there by hand.",
            sv=f"Uppgiften går inte att skriva till {mirror.right}. Ändra den där för hand.",
        )


def typed(found: Conflict, text: str) -> Any:
    """A value as a person types it: as JSON where the sides hold something else than text."""
    kinds = {type(one) for one in (found.left, found.right) if one is not None}
    if found.path in WHOLE or not kinds or kinds == {str}:
        return text
    try:
        return json.loads(text.replace(",", ".") if kinds <= {int, float} else text)
    except ValueError as error:
        raise Invalid(f"{text!r} is not such a value.", sv="Värdet är av fel slag.") from error


def _lefts(hub: Hub, found: Conflict) -> tuple[str, ...]:
    mirror = mirror_of(hub.connections.get(found.right_connection))
    return mirror.lefts if mirror is not None else ()


def _gone(n: int) -> Invalid:
    return Invalid(f"There is no open conflict {n}.", sv="Konflikten är redan avgjord.")
