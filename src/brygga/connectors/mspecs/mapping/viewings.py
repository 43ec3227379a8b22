"""Viewings of five types, and bids as far as they are shown."""

from __future__ import annotations

import hashlib
from datetime import datetime, time, timedelta
from typing import Any

import msgspec

from brygga.connectors.mspecs.mapping.reading import Part, Reading, is_id
from brygga.model import Bid, Viewing
from brygga.swedish.dates import STOCKHOLM

CONTACT = "Kontakta mäklaren för visning."


def viewings(
    root: Part, r: Reading, *, estate_id: str = "", project_id: str = ""
) -> tuple[list[Viewing], bool]:
    """The viewings, and whether these are all: a list that came whole, each row with an id."""
    rows = r.parts(root, "viewings")
    made = [_viewing(part, r, estate_id, project_id) for part in rows]
    good = [one for one in made if one is not None]
    return good, type(root.look("viewings")) is list and len(good) == len(root.look("viewings"))


def _viewing(part: Part, r: Reading, estate_id: str, project_id: str) -> Viewing | None:
    viewing_id = r.ref(part.read("id"), part.at("id"))
    if not viewing_id:
        r.note("bad_row", part.path)
        return None
    kind = r.word(part, "type", "viewing_types")
    starts, ends = _times(part, kind, r)
    comment = r.prose(part, "description")
    extra = {"type": kind} | _slots(part, r)
    if _hidden(part, r) and starts is not None:
        extra |= {"hidden_starts_at": _text(starts), "hidden_ends_at": _text(ends)}
        starts, ends = _midnight(starts), None
    made = Viewing(
        id=viewing_id,
        estate_id=estate_id,
        project_id=project_id,
        starts_at=starts,
        ends_at=ends,
        comment=comment or (CONTACT if kind == "contact" else ""),
        self_registration=r.flag(part.read("allowExternalBooking"), part.at("allowExternalBooking")),
        project_viewing=True if project_id else None,
    )
    made.extra = {name: value for name, value in extra.items() if value not in (None, "", [])}
    return made


def _times(part: Part, kind: str, r: Reading) -> tuple[datetime | None, datetime | None]:
    """When it begins and ends. A date alone begins at its Swedish midnight and has no end."""
    starts, ends = r.when(part, "startDate"), r.when(part, "endDate")
    if kind == "date":
        return (_midnight(starts) if starts else None), None
    if kind == "slots":
        return _span(part, starts, ends, r)
    return starts, ends


def _span(
    part: Part, starts: datetime | None, ends: datetime | None, r: Reading
) -> tuple[datetime | None, datetime | None]:
    """From the first slot to the end of the last; `slotLength` is minutes."""
    length = r.integer(part.look("slotLength"), part.at("slotLength"), most=24 * 60)
    rows = r.rows(part.look("slots"), part.at("slots"))
    begun = [t for row in rows if (t := r.moment(row.get("startTime"), part.at("slots.startTime")))]
    first = min([*begun, *([starts] if starts else [])], default=None)
    last = max(begun) + timedelta(minutes=length) if begun and length else None
    return first, ends or last


def _slots(part: Part, r: Reading) -> dict[str, Any]:
    """The slots as they are, for who books: ids, times in UTC, free places. Never who comes."""
    rows = r.rows(part.read("slots"), part.at("slots"))
    slots = [
        {
            "id": row["id"],
            "starts_at": _text(r.moment(row.get("startTime"), part.at("slots.startTime"))),
            "free": r.integer(row.get("freeSpots"), part.at("slots.freeSpots")),
        }
        for row in rows
        if is_id(row.get("id"))
    ]
    return {
        "slots": slots,
        "slot_minutes": r.count(part, "slotLength"),
        "slot_capacity": r.count(part, "slotCapacity"),
        "booking_closes_hours_before": r.count(part, "externalBookingLatestHourBefore"),
    }


def _hidden(part: Part, r: Reading) -> bool:
    """`hideStartDate` is typed as text in one place and as a flag in another."""
    value = part.read("hideStartDate")
    if type(value) is str:
        return value.strip().lower() in {"true", "1", "yes"}
    return r.flag(value, part.at("hideStartDate")) is True


def _midnight(moment: datetime) -> datetime:
    local = moment.astimezone(STOCKHOLM)
    return datetime.combine(local.date(), time(), tzinfo=STOCKHOLM)


def _text(moment: datetime | None) -> str:
    return "" if moment is None else str(msgspec.to_builtins(moment))


def bids(bidding: Part, r: Reading, estate_id: str) -> tuple[list[Bid], bool]:
    """The bids shown, and whether these are all. They carry no id: time, amount and alias make one.

    One bid alone may be only the highest, so just a list of two or more counts as all of them.
    """
    seen: dict[str, int] = {}
    made = []
    for part in r.parts(bidding, "bids"):
        key = _key(part)
        seen[key] = seen.get(key, 0) + 1
        status = r.word(part, "bidStatus", "bid_statuses")
        made.append(
            Bid(
                id=f"{estate_id}~{key}" + ("" if seen[key] == 1 else f".{seen[key]}"),
                estate_id=estate_id,
                alias=_alias(part.read("alias"), part.at("alias"), r),
                amount_kr=r.kr(part, "amount"),
                placed_at=r.when(part, "date"),
                cancelled=status == "revoked",
            )
        )
        part.read("bidderStatus")  # how eager the bidder is now is no fact of the bid
    return made, len(made) >= 2


def _alias(value: Any, path: str, r: Reading) -> str:
    """A bidder's number; it is a number by the contract, so that is no finding."""
    return str(value) if type(value) is int else r.text(value, path, most=100)


def _key(part: Part) -> str:
    facts = msgspec.json.encode([str(part.look(name))[:200] for name in ("date", "amount", "alias")])
    return hashlib.blake2b(facts, digest_size=8).hexdigest()
