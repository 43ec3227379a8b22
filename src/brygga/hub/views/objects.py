"""Homes (*objekt*): the list with where each shows, one whole, one field by field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from brygga.hub.hub import Hub
from brygga.hub.views.names import field_word, is_personal, status_word, type_word
from brygga.hub.views.places import Place, open_rows, places_of
from brygga.hub.views.snapshot import Snapshot
from brygga.hub.views.tongue import SWEDISH, Tongue
from brygga.model import Invalid
from brygga.store import EstateLine, Filters

CHOICES = {
    "for_sale": ("for_sale", "booked"),
    "coming": ("coming", "advantage", "soon_for_sale"),
    "sold": ("sold", "sold_reference", "possession"),
}
"""The page's choices → statuses."""


def page_of_objects(
    hub: Hub,
    *,
    status: str = "",
    type: str = "",  # noqa: A002 – the command's and the record's own word
    text: str = "",
    include_removed: bool = False,
    limit: int = 50,
    offset: int = 0,
) -> dict[str, Any]:
    """`{"objects": [...], "total"}` in plain values, by street; removed ones after the others."""
    wanted = Filters(status=(status,) if status else (), type=type, text=text, order="street")
    lines, total = _slice(hub, wanted, offset, limit)
    if include_removed:
        gone = msgspec.structs.replace(wanted, removed=True)
        more, count = _slice(hub, gone, max(0, offset - total), limit - len(lines))
        lines, total = lines + more, total + count
    return {"objects": [_plain(line) for line in lines], "total": total}


def _slice(hub: Hub, filters: Filters, offset: int, limit: int) -> tuple[list[EstateLine], int]:
    """`limit` lines from `offset` on; the store counts in pages."""
    if limit <= 0:
        return [], hub.store.find_estates(filters, page=1, per_page=1).total
    number, skip = divmod(offset, limit)
    first = hub.store.find_estates(filters, page=number + 1, per_page=limit)
    lines = first.lines[skip:]
    if skip:
        lines += hub.store.find_estates(filters, page=number + 2, per_page=limit).lines[:skip]
    return lines, first.total


def _plain(line: EstateLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "status": line.status,
        "type": line.type,
        "address": line.street,
        "town": line.town,
        "price_kr": line.price_kr,
        "living_m2": line.living_m2,
        "changed_at": _iso(line.changed_at),
        "removed_at": _iso(line.deleted_at),
        "connection": line.connection,
    }


def object_list(
    hub: Hub,
    seen: Snapshot,
    tongue: Tongue,
    *,
    choice: str = "",
    text: str = "",
    page: int = 1,
    per_page: int = 50,
) -> dict[str, Any]:
    """One page of homes with a cell per receiver. `choice`: for_sale · coming · sold · wrong · nothing."""
    rows = open_rows(hub)
    wrong = _wrong(hub, seen, rows)
    targets = sorted((s for s in seen.seen.values() if s.target), key=lambda s: s.title)
    if choice == "wrong":
        lines, total = _chosen(hub, wrong, text, page, per_page)
    else:
        found = hub.store.find_estates(
            Filters(status=CHOICES.get(choice, ()), text=text, order="street"), page=page, per_page=per_page
        )
        lines, total = found.lines, found.total
    links = hub.store.links_of("estate", [line.id for line in lines])
    return {
        "rows": [_row(line, links, rows, seen, tongue) for line in lines],
        "targets": [{"name": s.name, "title": s.title} for s in targets],
        "total": total,
        "all": hub.store.estate_count(),
        "wrong": len(wrong),
        "choice": choice,
        "text": text,
        "page": page,
        "pages": max(1, -(-total // per_page)),
        "first": (page - 1) * per_page + 1 if total else 0,
        "last": min(total, page * per_page),
    }


def _wrong(hub: Hub, seen: Snapshot, rows: dict[tuple[str, str], Any]) -> list[str]:
    """Homes with something that has not arrived, or that the check has stopped."""
    ids = {estate_id for (estate_id, _), row in rows.items() if row.kind == "estate"}
    for one in seen.seen.values():
        if one.target:
            ids |= {link.id for link in hub.store.links(one.name) if link.state.get("blocked")}
    return sorted(ids)


def _chosen(
    hub: Hub, ids: Sequence[str], text: str, page: int, per_page: int
) -> tuple[list[EstateLine], int]:
    """Lines of named homes; few, so they are read whole."""
    lines = [
        line for line in _lines(hub, ids) if text.lower() in f"{line.street} {line.town} {line.id}".lower()
    ]
    lines.sort(key=lambda line: (line.street, line.id))
    return lines[(page - 1) * per_page : page * per_page], len(lines)


def _lines(hub: Hub, ids: Sequence[str]) -> Iterator[EstateLine]:
    for row_id, record in hub.store.get_many("estate", ids).items():
        yield EstateLine(
            id=row_id,
            connection=row_id.split(":", 1)[0],
            status=getattr(record, "status", ""),
            type=getattr(record, "type", ""),
            town=record.address.town,  # type: ignore[attr-defined]  # an Estate: asked for by kind
            street=record.address.street,  # type: ignore[attr-defined]  # the same
            price_kr=record.price.asking_kr,  # type: ignore[attr-defined]  # the same
            changed_at=record.changed_at,
        )


def _row(
    line: EstateLine, links: dict[str, Any], rows: dict[tuple[str, str], Any], seen: Snapshot, tongue: Tongue
) -> dict[str, Any]:
    mine: list[Place] = places_of(seen, links.get(line.id, {}), rows, line.id, line.price_kr, tongue)
    return {
        "id": line.id,
        "address": line.street or line.town or line.id.split(":", 1)[-1],
        "town": line.town,
        "status": line.status,
        "status_text": status_word(line.status, tongue),
        "type_text": type_word(line.type, tongue),
        "price_text": tongue.kr(line.price_kr) if line.price_kr is not None else "–",
        "changed_at": line.changed_at,
        "changed_text": tongue.when(line.changed_at, seen.now) if line.changed_at else "–",
        "places": {place.connection: place for place in mine},
        "worst": next((p for p in mine if p.shape == "bad"), None),
    }


def one_object(hub: Hub, estate_id: str) -> dict[str, Any]:
    """A home whole, as plain values, with what the store knows of it. Raises Invalid."""
    row = hub.store.row("estate", estate_id)
    if row is None:
        raise Invalid(f"There is no object {estate_id}.", sv=f"Det finns inget objekt {estate_id}.")
    links = hub.store.links_of("estate", [estate_id]).get(estate_id, {})
    return {
        "id": row.id,
        "connection": row.connection,
        "source_id": row.source_id,
        "version": row.version,
        "changed_at": _iso(row.changed_at),
        "removed_at": _iso(row.deleted_at),
        "seen_at": _iso(row.seen_at),
        "record": msgspec.to_builtins(row.record),
        "published": {name: _published(state) for name, state in sorted(links.items())},
        "findings": [
            {"path": f.path, "code": f.code, "severity": f.severity, "sv": f.sv}
            for f in hub.store.findings(kind="estate", id=estate_id)
        ],
    }


def _published(state: dict[str, Any]) -> dict[str, Any]:
    remote = state.get("remote") or {}
    return {
        "wish": state.get("wish", ""),
        "status": remote.get("status", ""),
        "blocked": bool(state.get("blocked")),
        "remarks": state.get("remarks", []),
    }


def field_history(hub: Hub, estate_id: str) -> list[dict[str, Any]]:
    """Every change of a field, oldest first. Values of personal fields are left out."""
    return [
        {
            "at": _iso(line.at),
            "field": line.path,
            "field_sv": field_word(line.path, SWEDISH),
            "old": None if is_personal(line.path) else line.old,
            "new": None if is_personal(line.path) else line.new,
            "seq": line.seq,
        }
        for line in hub.store.history("estate", estate_id)
    ]


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
