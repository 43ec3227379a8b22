"""Bids with who bid, meetings and search profiles: Vitec's CRM section → the model (CONTRACT.md §3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from brygga.connectors.vitec import schema
from brygga.connectors.vitec.mapping import words
from brygga.connectors.vitec.mapping.people import mapped
from brygga.connectors.vitec.mapping.reading import Reading, is_id
from brygga.model import Bid, Invalid, Mapped, Meeting, Record, SearchProfile

_MARK = "|"


class Bids(msgspec.Struct, frozen=True):
    """Bids of one home as they are kept raw. `complete`: visible and hidden ones were both told."""

    bids: list[dict[str, Any]]
    complete: bool


_BIDS = msgspec.json.Decoder(Bids)  # built at import, as two threads must not build it at once


def bids_of(estate: str) -> str:
    """The key that asks for all bids of a home; a bid alone is asked for by its id."""
    return f"{estate}{_MARK}*"


def estate_of(key: str) -> str:
    """The home in a key of `bids_of`; `""` for a bid's own id."""
    return key.removesuffix(f"{_MARK}*") if key.endswith(f"{_MARK}*") else ""


def profile_key(contact: str, profile: str) -> str:
    """The source id of a search profile: Vitec asks for both ids."""
    return f"{contact}{_MARK}{profile}"


def profile_ends(key: str) -> tuple[str, str]:
    """Contact and profile of a key. Raises Invalid (`bad_reference`)."""
    contact, _, profile = key.partition(_MARK)
    if not (is_id(contact) and is_id(profile)):
        raise Invalid("That is not the key of a search profile in Vitec.", code="bad_reference")
    return contact, profile


# ---------------------------------------------------------------------- bids


def bids(body: bytes, source_id: str, connection: str) -> Mapped:
    """One bid, or all of a home. Raises Invalid as `Reading.answer` (and `not_json`, `other_record`)."""
    estate = estate_of(source_id)
    if not estate:
        r = Reading(connection)
        return mapped(_bid(r.answer(body, "bid", source_id), r), r.document(body), r, "bid")
    try:
        kept = _BIDS.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid("The bids could not be read.", code="not_json") from error
    if any(row.get("estateId") != estate for row in kept.bids):
        raise Invalid("The bids are another home's.", code="other_record")
    return _all_of(kept, f"{connection}:{estate}", connection)


def _all_of(kept: Bids, owner: str, connection: str) -> Mapped:
    records: list[Record] = []
    r = Reading(connection)
    for number, row in enumerate(kept.bids):
        inner = Reading(connection, r.findings, {}, r.path_inside("bids", number))
        record = _bid(row, inner)
        if not record.id:
            inner.note("bad_row", "")
            continue
        inner.unknown(row, schema.CrmBid)
        record.extra = inner.extra
        records.append(record)
    whole = kept.complete and len(records) == len(kept.bids)
    return Mapped(
        records=records, findings=r.findings, owner_id=owner, complete_kinds=("bid",) if whole else ()
    )


def _bid(row: dict[str, Any], r: Reading) -> Bid:
    return Bid(
        id=r.ref(row.get("id"), "id"),
        estate_id=r.ref(row.get("estateId"), "estateId"),
        contact_id=r.ref(row.get("contactId"), "contactId"),
        alias=r.text(row.get("alias"), "alias"),
        amount_kr=r.money(amount(row.get("amount")), "amount"),
        placed_at=r.moment(row.get("createdAt"), "createdAt"),
        cancelled=bool(r.flag(row.get("isCanceled"), "isCanceled")),
        hidden=r.flag(row.get("isHidden"), "isHidden"),
        identified=r.flag(row.get("identifiedBidder"), "identifiedBidder"),
        condition=r.html(row.get("condition"), "condition"),
    )


def amount(value: Any) -> Any:
    """The amount is a text of digits in this section (§11); anything else is left for the reader to judge."""
    plain = type(value) is str and value.isascii() and value.isdigit() and len(value) < 15
    return int(value) if plain else value


# ---------------------------------------------------------------------- meetings and search profiles


def meeting(body: bytes, source_id: str, connection: str) -> Mapped:
    """A meeting. Raises Invalid as `Reading.answer`."""
    r = Reading(connection)
    raw = r.answer(body, "meeting", source_id)
    r.keep(raw.get("customerId"), "customerId")
    record = Meeting(
        id=r.ref(raw["id"], "id"),
        changed_at=r.moment(raw.get("changedAt"), "changedAt"),
        kind=r.choice(raw.get("type"), "type", words.MEETING_KINDS),
        subject=r.text(raw.get("subject"), "subject"),
        estate_id=r.ref(raw.get("estateId"), "estateId"),
        contact_ids=_refs(raw.get("contactIds"), "contactIds", r),
        agent_id=r.ref(raw.get("userId"), "userId"),
        starts_at=r.moment(raw.get("startsAt"), "startsAt"),
        ends_at=r.moment(raw.get("endsAt"), "endsAt"),
        place=r.text(raw.get("location"), "location"),
        note=r.html(raw.get("note"), "note"),
        cancelled=bool(r.flag(raw.get("isCanceled"), "isCanceled")),
    )
    return mapped(record, raw, r, "meeting")


def _refs(value: Any, path: str, r: Reading) -> list[str]:
    read: Iterable[str] = (r.ref(one, path) for one in r.texts(value, path))
    return [one for one in read if one]


def searchprofile(body: bytes, source_id: str, connection: str) -> Mapped:
    """A search profile. Raises Invalid as `Reading.answer`, and `other_record` for another contact's."""
    contact, profile = profile_ends(source_id)
    r = Reading(connection)
    raw = r.answer(body, "searchprofile", profile)
    if raw.get("contactId") not in (None, contact):
        raise Invalid("The search profile is another contact's.", code="other_record")
    price, fee = (r.section(raw.get(name), name) for name in ("price", "fee"))
    living, plot = (r.section(raw.get(name), name) for name in ("livingSpace", "plotArea"))
    rooms = r.section(raw.get("numberOfRooms"), "numberOfRooms")
    r.keep(fee.get("min"), "fee.min")
    r.keep(plot.get("max"), "plotArea.max")
    types = r.texts(raw.get("estateTypes"), "estateTypes")
    record = SearchProfile(
        id=f"{connection}:{source_id}",
        changed_at=r.moment(raw.get("changedAt"), "changedAt"),
        contact_id=f"{connection}:{contact}",
        name=r.text(raw.get("name"), "name"),
        types=[r.choice(one, "estateTypes", words.TYPES) for one in types],
        areas=r.texts(raw.get("areas"), "areas"),
        price_from_kr=r.money(price.get("min"), "price.min"),
        price_to_kr=r.money(price.get("max"), "price.max"),
        fee_to_kr=r.money(fee.get("max"), "fee.max"),
        living_from_m2=r.number(living.get("min"), "livingSpace.min"),
        living_to_m2=r.number(living.get("max"), "livingSpace.max"),
        plot_from_m2=r.number(plot.get("min"), "plotArea.min"),
        rooms_from=r.number(rooms.get("min"), "numberOfRooms.min"),
        rooms_to=r.number(rooms.get("max"), "numberOfRooms.max"),
        valid_until=r.moment(raw.get("validTo"), "validTo"),
        active=r.flag(raw.get("isActive"), "isActive"),
    )
    return mapped(record, raw, r, "searchprofile")
