"""What an ad shows of a sale under way: viewings, and bids without who bid."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from brygga.connectors.vitec.mapping.reading import Reading
from brygga.model import Bid, Viewing


def viewings(value: Any, r: Reading, *, estate_id: str = "", project_id: str = "") -> list[Viewing]:
    """The viewings of a home or a project; those without a usable id are left out.

    A project's viewing may be shown with each of its homes under one id: there it becomes one
    record per home, so that the homes do not take it from each other.
    """
    read = []
    for number, row in enumerate(r.rows(value, "viewings")):
        inner = r.inside("viewings", number)
        viewing_id = inner.ref(row.get("id"), "id")
        if not viewing_id:
            inner.note("bad_row", "")
            continue
        of_project = inner.flag(row.get("isProjectViewing"), "isProjectViewing")
        read.append(
            Viewing(
                id=f"{viewing_id}|{estate_id.partition(':')[2]}" if of_project and estate_id else viewing_id,
                estate_id=estate_id,
                project_id=project_id,
                starts_at=inner.moment(row.get("startsAt"), "startsAt"),
                ends_at=inner.moment(row.get("endsAt"), "endsAt"),
                comment=inner.html(row.get("comment"), "comment"),
                digital=inner.flag(row.get("isDigital"), "isDigital"),
                self_registration=inner.flag(
                    row.get("isSelfRegistrationEnabled"), "isSelfRegistrationEnabled"
                ),
                project_viewing=of_project,
            )
        )
    return read


def bids(value: Any, r: Reading, estate_id: str) -> list[Bid]:
    """The bids shown on the website. They carry no id: time, amount and alias make one.

    A withdrawn bid is the same bid in a new state. Equal bids are counted.
    """
    seen: dict[str, int] = {}
    read = []
    for number, row in enumerate(r.rows(value, "bidding.bids")):
        inner = r.inside("bidding.bids", number)
        key = _bid_key(row)
        seen[key] = seen.get(key, 0) + 1
        suffix = "" if seen[key] == 1 else f".{seen[key]}"
        read.append(
            Bid(
                id=f"{estate_id}|{key}{suffix}",
                estate_id=estate_id,
                alias=inner.text(row.get("alias"), "alias"),
                amount_kr=inner.kr(row.get("amount"), "amount"),
                placed_at=inner.moment(row.get("placedAt"), "placedAt"),
                cancelled=bool(inner.flag(row.get("isCanceled"), "isCanceled")),
            )
        )
    return read


def _bid_key(row: dict[str, Any]) -> str:
    facts = msgspec.json.encode([str(row.get(name))[:200] for name in ("placedAt", "amount", "alias")])
    return hashlib.blake2b(facts, digest_size=8).hexdigest()
