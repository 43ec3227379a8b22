"""The sandbox's truth against the store, field by field, by a path of its own.

Nothing here uses the connector's mapping or the store's classes: the truth comes from the
sandbox's control API in the provider's own members, the store is read with plain SQL, and the
table below says by hand which is which. A fault in the mapping therefore shows.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

STOCKHOLM = ZoneInfo("Europe/Stockholm")
Turn = Callable[[Any], Any]


def _same(value: Any) -> Any:
    return value


def _text(value: Any) -> Any:
    """Texts are compared without markup-neutral differences: outer and repeated spaces."""
    return " ".join(str(value).split()) if value not in (None, "") else None


def _moment(value: Any) -> Any:
    """A moment as whole milliseconds since 1970; a bare one is Swedish wall clock."""
    if value in (None, ""):
        return None
    moment = datetime.fromisoformat(str(value))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=STOCKHOLM)
    return round(moment.timestamp() * 1000)


def _number(value: Any) -> Any:
    return None if value is None else float(value)


STATUS = {
    "AssignmentAttempt": "attempt",
    "AssignmentAccepted": "accepted",
    "ForSale": "for_sale",
    "Sold": "sold",
    "Resting": "resting",
    "NoAssignment": "no_assignment",
    "AssignmentWithdrawn": "withdrawn",
    "ReservedNotForSale": "reserved",
    "NotForSale": "not_for_sale",
    "SoldReferenceObject": "sold_reference",
    "Coming": "coming",
    "Advantage": "advantage",
    "Booked": "booked",
    "SoonForSale": "soon_for_sale",
    "ReadyForRent": "for_rent",
    "TentativelyRented": "rent_tentative",
    "Rented": "rented",
    "AppointedAdmission": "possession",
    "Undefined": "undefined",
}
TYPE = {
    "House": "house",
    "Cottage": "cottage",
    "HousingCooperative": "apartment",
    "Plot": "plot",
    "Condominium": "condominium",
    "Farm": "farm",
    "ForeignProperty": "foreign",
    "CommercialProperty": "commercial",
    "Premises": "premises",
}

ESTATE: tuple[tuple[str, str, Turn], ...] = (
    ("status.id", "status", lambda v: STATUS.get(v, v)),
    ("type.id", "type", lambda v: TYPE.get(v, v)),
    ("referenceId", "reference", _text),
    ("changedAt", "changed_at", _moment),
    ("address.streetAddress", "address.street", _text),
    ("address.zipCode.value", "address.postcode", _text),
    ("address.postalTown", "address.town", _text),
    ("address.municipality", "address.municipality", _text),
    ("address.countyMunicipalityCode", "address.municipality_code", _text),
    ("address.wgs84Coordinate.latitude", "address.position.latitude", _number),
    ("address.wgs84Coordinate.longitude", "address.position.longitude", _number),
    ("price.startingPrice", "price.asking_kr", _number),
    ("price.finalPrice", "price.final_kr", _number),
    ("buildings[0].area.living", "areas.living_m2", _number),
    ("buildings[0].area.grossFloor", "areas.other_m2", _number),
    ("buildings[0].numberOfRooms", "rooms", _number),
    ("buildings[0].floor.number", "buildings[0].floor", _number),
    ("buildings[0].elevator.isAvailable", "buildings[0].elevator", _same),
    ("buildings[0].yearBuilt.numeric", "buildings[0].year_built", _number),
    ("buildings[0].energyDeclaration.class", "buildings[0].energy.rating", _text),
    ("fees.recurring.value", "fee.amount_kr", _number),
    ("sale.heading", "texts.heading", _text),
    ("sale.shortDescription", "texts.short", _text),
    ("sale.description", "texts.long", _text),
    ("sale.contractDate", "sale.contract_at", _moment),
    ("marketing.isPublished", "marketing.published", _same),
    ("marketing.publishedAt", "marketing.published_at", _moment),
    ("marketing.isNewHome", "marketing.new_home", _same),
    ("extensions.housingCooperative.apartmentNumber", "share.apartment_number", _text),
    ("extensions.housingCooperative.finances.indirectNetDebt", "share.net_debt_kr", _number),
    ("taxation.totalValue", "taxation.total_kr", _number),
    ("expenses.operation.sum", "costs.sum_year_kr", _number),
)
"""Provider's member → our member → how both are brought to one form."""

LISTS = (("images", "images"), ("files", "documents"))
"""Parts of an estate that are compared by their ids, in order."""


class Compared(msgspec.Struct):
    """What the comparison found. `wrong` names at most a hundred differences."""

    estates_source: int = 0
    estates_store: int = 0
    fields: int = 0
    differences: int = 0
    lost: int = 0
    surplus: int = 0
    wrong: list[str] = []

    def differs(self, what: str) -> None:
        """Count one difference."""
        self.differences += 1
        if len(self.wrong) < 100:
            self.wrong.append(what)


def compare(truth: Mapping[str, Any], database: str, connections: Iterable[str]) -> Compared:
    """Compare every published estate with its viewings and bids. `truth` is the control API's."""
    found = Compared()
    docs = _documents(database, "estate", connections)
    parts = {kind: _by_owner(_documents(database, kind, connections)) for kind in ("viewing", "bid")}
    estates = truth["estates"]
    found.estates_source, found.estates_store = len(estates), len(docs)
    found.lost = len(estates.keys() - docs.keys())
    found.surplus = len(docs.keys() - estates.keys())
    for source_id, facts in estates.items():
        if source_id in docs:
            _estate(found, source_id, facts, docs[source_id], parts)
    return found


def _estate(
    found: Compared,
    source_id: str,
    facts: Mapping[str, Any],
    doc: Mapping[str, Any],
    parts: Mapping[str, Mapping[str, list[dict[str, Any]]]],
) -> None:
    ours = _flat(doc)
    for theirs, mine, turn in ESTATE:
        found.fields += 1
        if turn(facts.get(theirs)) != turn(ours.get(mine)):
            found.differs(f"{source_id} {mine}: {facts.get(theirs)!r} != {ours.get(mine)!r}")
    for theirs, mine in LISTS:
        found.fields += 1
        if _column(facts, theirs, "id") != [p["id"] for p in doc.get(mine, [])]:
            found.differs(f"{source_id} {mine}: other parts")
    owned = {kind: rows.get(doc["id"], []) for kind, rows in parts.items()}
    _viewings(found, source_id, facts, owned["viewing"])
    _bids(found, source_id, facts, owned["bid"])


def _viewings(found: Compared, source_id: str, facts: Mapping[str, Any], rows: list[dict[str, Any]]) -> None:
    theirs = sorted(
        zip(
            _column(facts, "viewings", "id"),
            map(_moment, _column(facts, "viewings", "startsAt")),
            map(_moment, _column(facts, "viewings", "endsAt")),
            strict=True,
        )
    )
    mine = sorted(
        (r["id"].split(":", 1)[1], _moment(r.get("starts_at")), _moment(r.get("ends_at"))) for r in rows
    )
    found.fields += 1 + len(theirs) * 2
    if theirs != mine:
        found.differs(f"{source_id} viewings: {theirs} != {mine}")


def _bids(found: Compared, source_id: str, facts: Mapping[str, Any], rows: list[dict[str, Any]]) -> None:
    theirs = sorted(
        zip(
            map(_number, _column(facts, "bidding.bids", "amount")),
            map(_moment, _column(facts, "bidding.bids", "placedAt")),
            _column(facts, "bidding.bids", "isCanceled"),
            strict=True,
        )
    )
    mine = sorted(
        (_number(r.get("amount_kr")), _moment(r.get("placed_at")), bool(r.get("cancelled"))) for r in rows
    )
    found.fields += 1 + len(theirs) * 3
    # An office may show only its highest bid, or none: what we saw before that is not withdrawn by it.
    well = theirs == mine if len(theirs) > 1 else all(bid in mine for bid in theirs)
    if not well:
        found.differs(f"{source_id} bids: {theirs} != {mine}")


def _column(facts: Mapping[str, Any], part: str, member: str) -> list[Any]:
    """The values of `part[…].member`, in the order in which they stand."""
    start, end = f"{part}[", f"].{member}"
    return [v for k, v in facts.items() if k.startswith(start) and k.endswith(end) and k.count("]") == 1]


def _flat(value: Any, path: str = "") -> dict[str, Any]:
    if isinstance(value, dict):
        return {
            k: v for key, inner in value.items() for k, v in _flat(inner, f"{path}.{key}".lstrip(".")).items()
        }
    if isinstance(value, list):
        return {k: v for n, inner in enumerate(value) for k, v in _flat(inner, f"{path}[{n}]").items()}
    return {path: value}


def _by_owner(docs: Mapping[str, dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    owned: dict[str, list[dict[str, Any]]] = {}
    for doc in docs.values():
        owned.setdefault(doc["estate_id"], []).append(doc)
    return owned


def _documents(database: str, kind: str, connections: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Source id → the stored JSON of every living record of that kind, by plain SQL."""
    sql = f"SELECT id, doc FROM rec_{kind} WHERE deleted_us IS NULL"  # noqa: S608 – kinds of the lines above
    prefixes = tuple(f"{name}:" for name in connections)
    return {
        record_id.split(":", 1)[1]: json.loads(doc)
        for record_id, doc in _select(database, sql)
        if record_id.startswith(prefixes)
    }


def _select(database: str, sql: str) -> list[tuple[Any, ...]]:
    if database.startswith("postgresql"):
        import psycopg

        with psycopg.connect(database) as server:
            return server.execute(sql.encode()).fetchall()
    path = database.removeprefix("sqlite:///")
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as file:
        return file.execute(sql).fetchall()
