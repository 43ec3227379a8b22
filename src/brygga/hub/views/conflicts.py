"""What two systems say differently and no rule decides: both values, their sources and times."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from brygga.hub.hub import Hub
from brygga.hub.mirror_wish import PAIR, REMOVED, WHOLE
from brygga.hub.views.names import plain_path
from brygga.hub.views.tongue import Tongue
from brygga.model import RECORD_TYPES, Contact, Estate, marks_of
from brygga.store import Conflict
from brygga.swedish import format as sv

SAYS: Final[dict[str, str]] = {
    "differs": "Båda sidor har ändrats och ingen regel avgör.",
    "cannot_write": "Ändringen går inte att skriva till det ledande systemet. Gör den där, eller välj.",
    "erased": "Uppgiften har försvunnit på ena sidan.",
    "removed_left": "Posten är borttagen i det ledande systemet.",
    "removed_right": "Posten är borttagen i det följande systemet.",
    "removed_edited": "Posten är borttagen på ena sidan och ändrad på den andra.",
    "cannot_remove": "Posten är borttagen på ena sidan och går inte att ta bort på den andra.",
    "merged": "Kontakten är sammanslagen med en annan i det ledande systemet. Den gamla finns kvar här.",
    "ambiguous": "Flera poster kan vara samma.",
    "same_as": "Posten motsvarar en som redan hör ihop med en annan.",
    "doubt": "Det är osäkert om posten skapades. Den skickas inte igen förrän du har svarat.",
}
"""Code → what has happened, for people."""

ENGLISH: Final[dict[str, str]] = {
    "differs": "Both sides were changed and no rule decides.",
    "cannot_write": "The change cannot be written to the leading system. Make it there by hand, or choose.",
    "erased": "The fact has vanished on one side.",
    "removed_left": "The record was removed in the leading system.",
    "removed_right": "The record was removed in the following system.",
    "removed_edited": "The record was removed on one side and changed on the other.",
    "cannot_remove": "The record was removed on one side and cannot be removed on the other.",
    "merged": "The contact was merged with another in the leading system. The old one is still here.",
    "ambiguous": "Several records could be the same.",
    "same_as": "The record matches one that already belongs to another.",
    "doubt": "Nobody knows whether the record was made. It is not sent again before you answer.",
}


TELLING: Final = (
    "first_name",
    "last_name",
    "company_name",
    "email",
    "mobile",
    "address.street",
    "address.town",
    "starts_at",
    "amount_kr",
    "name",
    "reference",
)
"""Fields by which people know a record, in a line."""

WRITTEN: Final[Mapping[str, Callable[[Any], str]]] = {
    "kr": sv.kr,
    "kr/month": sv.kr_per_month,
    "m2": sv.m2,
    "%": sv.percent,
}
"""Unit → how a number with it is written."""


def conflict_rows(
    hub: Hub, *, state: str = "", connection: str = "", limit: int = 100, offset: int = 0
) -> dict[str, Any]:
    """Conflicts for lists, with both values: for whoever may see them."""
    rows = hub.store.conflicts(state=state, connection=connection, limit=limit, offset=offset)
    return {"open": hub.store.conflict_count(connection), "conflicts": [told(hub, row) for row in rows]}


def told(hub: Hub, one: Conflict, lang: str = "sv") -> dict[str, Any]:
    """One conflict in plain fields."""
    texts = SAYS if lang == "sv" else ENGLISH
    left = one.left_id.partition(":")[0]
    return {
        "n": one.n,
        "state": one.state,
        "kind": one.kind,
        "left_id": one.left_id,
        "right_id": one.right_id,
        "field": one.path,
        "field_sv": field_name(one.kind, one.path),
        "code": one.code,
        "says": texts.get(one.code, one.code),
        "left": {"connection": left, "value": one.left, "at": one.left_at},
        "right": {"connection": one.right_connection, "value": one.right, "at": one.right_at},
        "opened_at": one.opened_at,
        "settled_at": one.settled_at,
        "take": one.take,
        "who": one.who,
        "why": one.why,
        "name": name_of(hub, one),
    }


def field_name(kind: str, path: str) -> str:
    """The field's Swedish term; a whole record is "posten"."""
    if path in WHOLE:
        return "posten"
    plain = plain_path(path)
    mark = marks_of(RECORD_TYPES[kind]).get(plain)
    return mark.sv if mark is not None else plain


def name_of(hub: Hub, one: Conflict) -> str:
    """What people call the record: a street or a name; failing that its number."""
    for record_id in (one.left_id, one.right_id):
        record = hub.store.get(one.kind, record_id, include_removed=True) if record_id else None
        if isinstance(record, Estate) and record.address.street:
            return record.address.street
        if isinstance(record, Contact):
            name = record.company_name or f"{record.first_name} {record.last_name}".strip()
            if name:
                return name
    return one.left_id or one.right_id


def card(hub: Hub, one: Conflict, tongue: Tongue, now: datetime) -> dict[str, Any]:
    """One conflict for the page: both values side by side, each with its source and time."""
    row = told(hub, one, tongue.lang)
    sides = []
    for take in ("left", "right"):
        side = row[take]
        at = datetime.fromisoformat(side["at"]) if side["at"] else None
        title = _title(hub, side["connection"])
        gone = one.path == REMOVED and side["value"] is None
        sides.append(
            {
                "take": take,
                "title": title,
                "value": written(side["value"], unit_of(one.kind, one.path)),
                "gone": gone,
                "at": at,
                "when": tongue.when(at, now) if at else "",
            }
        )
    return row | {"sides": sides, "may_type": one.path not in WHOLE or one.path == PAIR}


def unit_of(kind: str, path: str) -> str:
    """The field's unit, by its mark."""
    mark = marks_of(RECORD_TYPES[kind]).get(plain_path(path))
    return mark.unit if mark is not None else ""


def written(value: Any, unit: str = "") -> str:
    """A value as people write it; a whole record in a line."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "ja" if value else "nej"
    if isinstance(value, int | float):
        return WRITTEN.get(unit, sv.number)(value)
    if isinstance(value, Mapping):
        telling = [v for path, v in value.items() if path in TELLING] or list(value.values())[:4]
        return ", ".join(written(v) for v in telling)
    if isinstance(value, list):
        return ", ".join(written(v) for v in value) or "–"
    return str(value)


def _title(hub: Hub, name: str) -> str:
    from brygga.connectors import manifest as manifests
    from brygga.model import BryggaError

    try:
        return manifests.load(hub.connections.get(name).connector).title if name else ""
    except BryggaError:
        return name
