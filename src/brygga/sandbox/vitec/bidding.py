"""Bids of the CRM section: who bid, hidden ones, new ones, annulled ones.

Source: contract §3 and §11 (the amount is a text here). A visible bid is the ad's bid with an id and a
contact; a hidden one is in no ad. An annulled bid stays, marked.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aiohttp import web

from brygga.sandbox.content.ident import long_id, wall
from brygga.sandbox.vitec.blank import Json
from brygga.sandbox.vitec.contacts import SELLERS
from brygga.sandbox.vitec.row import Row
from brygga.sandbox.vitec.sale import bid
from brygga.sandbox.vitec.state import World

_WITH_HIDDEN = 17
"""One home in so many has a hidden bid from the start, if it has bids."""


class Bidding:
    """The bids of one world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._facts: dict[str, Json] = {}
        self._hidden: dict[str, list[Json]] = {}
        self._home_of: dict[str, str] = {}

    def visible(self, request: web.Request, offices: list[int]) -> list[Json]:
        """Bids by `EstateId`, `ContactId` or both."""
        return self._listed(request, offices, self._shown)

    def hidden(self, request: web.Request, offices: list[int]) -> list[Json]:
        """The hidden ones, the same way."""
        return self._listed(request, offices, self._unseen)

    def one(self, request: web.Request, offices: list[int]) -> Json:
        """One bid by its id. Raises HTTPNotFound."""
        return self._find(request.match_info["id"], offices)[1]

    def create(self, request: web.Request, body: Any, offices: list[int]) -> Json:
        """A new bid of a contact on a home. Raises HTTPNotFound, HTTPBadRequest."""
        row = self._row(request.match_info["estate"], offices)
        contact = self._world.contacts.known(request.match_info["contact"])
        text = str(body.get("amount", "")) if isinstance(body, dict) else ""
        if contact is None:
            raise web.HTTPNotFound(reason="Kontakten finns inte.")
        if not (text.isascii() and text.isdigit() and int(text)):
            raise web.HTTPBadRequest(reason="Beloppet kan inte tolkas.")
        person = request.match_info["contact"]
        facts = {
            "contactId": person,
            "identifiedBidder": bool(body.get("identifiedBidder", True)),
            "condition": body.get("condition"),
        }
        made = self._add(row, int(text), facts, hidden=bool(body.get("isHidden")))
        self._home_of[made["id"]] = row.id
        return made

    def _add(self, row: Row, amount: int, facts: Json, *, hidden: bool) -> Json:
        at, home = wall(self._world.now()), self._world.edit(row)
        alias = f"Budgivare {len({b['alias'] for b in home['bidding']['bids']}) + 1}"
        if hidden:
            made = {
                **facts, "id": self._next(row, "hidden"), "estateId": row.id, "isCanceled": False,
                "alias": alias, "amount": str(amount), "createdAt": at, "isHidden": True,
            }  # fmt: skip  # one bid
            self._unseen(row).append(made)
            return made
        bids = home["bidding"]["bids"]
        bids.append(bid(at=at, amount=amount, alias=alias))
        home["bidding"]["isActive"] = True
        self._facts[self._id(row, len(bids) - 1)] = facts
        return self._seen(row, len(bids) - 1, bids[-1])

    def annul(self, request: web.Request, offices: list[int]) -> Json:
        """Takes a bid back; it stays, marked. Annulling twice is the same as once."""
        row, found = self._find(request.match_info["id"], offices)
        home = self._world.edit(row)
        for number, one in enumerate(home["bidding"]["bids"]):
            if self._id(row, number) == found["id"]:
                one["isCanceled"] = True
        for one in self._unseen(row):
            if one["id"] == found["id"]:
                one["isCanceled"] = True
        return {**found, "isCanceled": True}

    def count(self) -> int:
        """All bids of all homes, hidden ones too."""
        rows = [row for row in self._world.rows.values() if not row.removed]
        return sum(len(self._shown(row)) + len(self._unseen(row)) for row in rows)

    # ------------------------------------------------------------------ looking

    def _listed(self, request: web.Request, offices: list[int], of: Any) -> list[Json]:
        wanted, contact = request.query.get("EstateId", ""), request.query.get("ContactId", "")
        rows: Iterable[Row] = [self._row(wanted, offices)] if wanted else self._homes(offices)
        found = [one for row in rows for one in of(row)]
        return [one for one in found if not contact or one["contactId"] == contact]

    def _homes(self, offices: list[int]) -> list[Row]:
        return [row for row in self._world.rows.values() if row.office in offices and not row.removed]

    def _row(self, identifier: str, offices: list[int]) -> Row:
        row = self._world.find(identifier, offices)
        if row is None:
            raise web.HTTPNotFound(reason="Bostaden finns inte.")
        return row

    def _find(self, identifier: str, offices: list[int]) -> tuple[Row, Json]:
        known = self._world.find(self._home_of.get(identifier, ""), offices)
        for row in [known] if known is not None else self._homes(offices):
            for one in (*self._shown(row), *self._unseen(row)):
                if one["id"] == identifier:
                    self._home_of[identifier] = row.id
                    return row, one
        raise web.HTTPNotFound(reason="Budet finns inte.")

    def _shown(self, row: Row) -> list[Json]:
        bids = self._world.body(row)["bidding"]["bids"]
        return [self._seen(row, number, one) for number, one in enumerate(bids)]

    def _seen(self, row: Row, number: int, shown: Json) -> Json:
        bidder = SELLERS + (row.index + int(shown["alias"].split()[-1])) % 10
        person = self._world.contacts.identifier(bidder)
        facts: Json = {"contactId": person, "identifiedBidder": True, "condition": None}
        facts |= self._facts.get(self._id(row, number), {})
        merged = self._world.contacts.merged
        return {
            "id": self._id(row, number),
            "estateId": row.id,
            **facts,
            "contactId": merged.get(facts["contactId"], facts["contactId"]),
            "isCanceled": shown["isCanceled"],
            "alias": shown["alias"],
            "amount": str(shown["amount"]),
            "createdAt": shown["placedAt"],
            "isHidden": False,
        }

    def _unseen(self, row: Row) -> list[Json]:
        if row.id not in self._hidden:
            by_chance = self._world.agency.amounts.bids is None
            seeded = self._shown(row)[:1] if by_chance and row.index % _WITH_HIDDEN == 1 else []
            self._hidden[row.id] = [
                {**one, "id": self._next(row, "seeded"), "isHidden": True, "alias": "Budgivare 9"}
                for one in seeded
            ]
        return self._hidden[row.id]

    def _next(self, row: Row, word: str) -> str:
        return long_id("BUD", self._world.seed, row.id, word, len(self._hidden.get(row.id, ())))

    def _id(self, row: Row, number: int) -> str:
        return long_id("BUD", self._world.seed, row.id, number)
