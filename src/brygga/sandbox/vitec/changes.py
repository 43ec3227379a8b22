"""What happens at the agency: each mutation changes the world, its change dates, and tells it.

Called through the control API (`mutate`). `id` names the record, else one that fits is drawn
from the world's own randomness; `count` repeats. Other arguments override what would be drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from brygga.model import Invalid
from brygga.sandbox.content import phrases
from brygga.sandbox.content.ident import long_id, wall
from brygga.sandbox.hooks import Event
from brygga.sandbox.vitec.blank import Json
from brygga.sandbox.vitec.circle import Arguments, Facts
from brygga.sandbox.vitec.desk import Desk
from brygga.sandbox.vitec.media import entry
from brygga.sandbox.vitec.news import News
from brygga.sandbox.vitec.notices import estate_removed
from brygga.sandbox.vitec.row import Row, rows
from brygga.sandbox.vitec.sale import bid, viewing
from brygga.sandbox.vitec.state import World
from brygga.sandbox.vitec.words import STATUS_NAMES, status

ON_SALE: Final = frozenset({"ForSale", "Coming", "Advantage", "SoonForSale"})
MOST_AT_ONCE: Final = 100_000


class Changes(News):
    """Carries mutations out; see `Circle` and `News` for what happens to people, offices and calendars."""

    def __init__(self, world: World, tell: Callable[[Event], None], desk: Desk) -> None:
        super().__init__(world, tell)
        self.desk = desk

    def carry_out(self, what: str, arguments: Arguments) -> list[Facts]:
        """Do `what` `count` times. Raises Invalid (`unknown_mutation`, `nothing_fits`)."""
        if what not in MUTATIONS and what != "mixed":
            raise Invalid(f"no mutation {what!r}; there are {', '.join(MUTATIONS)}", code="unknown_mutation")
        count = min(int(arguments.get("count", 1)), MOST_AT_ONCE)
        done = []
        for _ in range(count):
            chosen = self._world.rng.choice(EVERYDAY) if what == "mixed" else what
            done.append({"what": chosen, **MUTATIONS[chosen](self, arguments)})
        return done

    def _set_status(self, row: Row, chosen: str) -> Json:
        body = self._world.edit(row)
        row.status = chosen
        body["status"] = status(chosen)
        return body

    def price(self, arguments: Arguments) -> Facts:
        """Another asking price: up or down by a few per cent, or `kr`."""
        row = self._row(arguments, lambda r: r.status in ON_SALE and r.type != "Premises")
        body = self._world.edit(row)
        old = body["price"]["startingPrice"] or 1_000_000
        drawn = round(old * self._world.rng.choice((0.93, 0.95, 0.97, 1.04)) / 5000) * 5000
        body["price"]["startingPrice"] = int(arguments.get("kr", drawn))
        return self._told(row, ["price.startingPrice"], old=old, new=body["price"]["startingPrice"])

    def viewing(self, arguments: Arguments) -> Facts:
        """A new viewing in the coming days."""
        row = self._row(arguments, lambda r: r.status in ON_SALE)
        body = self._world.edit(row)
        start = self._world.agency.today + timedelta(days=self._world.rng.randint(1, 14), hours=17)
        identifier = long_id("VIS", self._world.seed, row.id, "new", len(body["viewings"]), wall(start))
        body["viewings"].append(
            viewing(identifier, starts=wall(start), ends=wall(start + timedelta(minutes=45)), comment=None)
        )
        return self._told(row, ["viewings"], viewing=identifier)

    def bid(self, arguments: Arguments) -> Facts:
        """A higher bid, or `kr`."""
        row = self._row(arguments, lambda r: r.status == "ForSale" and r.type != "Premises")
        body = self._world.edit(row)
        bids = body["bidding"]["bids"]
        top = max(
            (b["amount"] for b in bids),
            default=round((body["price"]["startingPrice"] or 1_000_000) * 0.95, -4),
        )
        amount = int(arguments.get("kr", top + self._world.rng.choice((10_000, 25_000, 50_000))))
        alias = f"Budgivare {self._world.rng.randint(1, 5)}"
        bids.append(bid(at=wall(self._world.now()), amount=amount, alias=alias))
        body["bidding"]["isActive"] = True
        return self._told(row, ["bidding.bids"], new=amount)

    def bid_cancelled(self, arguments: Arguments) -> Facts:
        """The last bid is taken back."""
        row = self._row(arguments, self._has_bids)
        body = self._world.edit(row)
        body["bidding"]["bids"][-1]["isCanceled"] = True
        return self._told(row, ["bidding.bids"])

    def _has_bids(self, row: Row) -> bool:
        if row.status != "ForSale":
            return False
        bids = self._world.body(row)["bidding"]["bids"]
        return bool(bids) and not bids[-1]["isCanceled"]

    def withdraw(self, arguments: Arguments) -> Facts:
        """The assignment is withdrawn; the estate stays in the list while published."""
        row = self._row(arguments, lambda r: r.status in ON_SALE)
        self._set_status(row, "AssignmentWithdrawn")
        return self._told(row, ["status"], new="AssignmentWithdrawn")

    def sold(self, arguments: Arguments) -> Facts:
        """Sold, with final price (`kr`) and contract date."""
        row = self._row(arguments, lambda r: r.status == "ForSale" and r.type != "Premises")
        body = self._set_status(row, "Sold")
        bids = [b["amount"] for b in body["bidding"]["bids"] if not b["isCanceled"]]
        final = int(arguments.get("kr", max(bids, default=body["price"]["startingPrice"] or 1_000_000)))
        body["price"]["finalPrice"] = final
        body["sale"]["contractDate"] = wall(self._world.agency.today)
        body["bidding"]["isActive"] = False
        return self._told(row, ["status", "price.finalPrice", "sale.contractDate"], new=final)

    def status(self, arguments: Arguments) -> Facts:
        """Any status, given as `status`."""
        chosen = str(arguments.get("status", "Resting"))
        if chosen not in STATUS_NAMES:
            raise Invalid(f"no status {chosen!r}", code="unknown_status")
        row = self._row(arguments, lambda r: r.status in ON_SALE)
        self._set_status(row, chosen)
        return self._told(row, ["status"], new=chosen)

    def text(self, arguments: Arguments) -> Facts:
        """One more sentence in the long text, or `text` instead of it."""
        row = self._row(arguments, lambda r: r.status in ON_SALE)
        body = self._world.edit(row)
        more = (
            f"{body['sale']['description'] or ''} {self._world.rng.choice(phrases.CHANGED_SENTENCES)}".strip()
        )
        body["sale"]["description"] = str(arguments.get("text", more))
        return self._told(row, ["sale.description"])

    def image_added(self, arguments: Arguments) -> Facts:
        """One more picture."""
        row = self._row(arguments, lambda _: True)
        body = self._world.edit(row)
        number = 0x100 + len(body["images"])
        added = entry(row, number, self._world.seed, changed=wall(self._world.now()))
        body["images"].append(added)
        return self._told(row, ["images"], image=added["id"])

    def image_removed(self, arguments: Arguments) -> Facts:
        """The last picture goes."""
        row = self._row(arguments, lambda r: len(self._world.body(r)["images"]) > 1)
        body = self._world.edit(row)
        gone = body["images"].pop()["id"] if body["images"] else None
        return self._told(row, ["images"], image=gone)

    def unpublish(self, arguments: Arguments) -> Facts:
        """Off the website: gone from the list, still answering by id."""
        row = self._row(arguments, lambda _: True)
        self._world.edit(row)["marketing"]["isPublished"] = False
        row.published = False
        self._tell(estate_removed(row, customer=self._customer(row)))
        return {"kind": "estate", "id": row.id, "fields": ["marketing.isPublished"]}

    def remove(self, arguments: Arguments) -> Facts:
        """Deleted in the broker system: gone from the list and 404 by id."""
        row = self._row(arguments, lambda _: True)
        self._world.edit(row)
        row.published, row.removed = False, True
        self._tell(estate_removed(row, customer=self._customer(row)))
        return {"kind": "estate", "id": row.id, "fields": []}

    def republish(self, arguments: Arguments) -> Facts:
        """Back on the website."""
        hidden = [r.id for r in self._world.rows.values() if not r.published and not r.removed]
        row = self._row({"id": arguments.get("id", hidden[0] if hidden else "")}, lambda _: True)
        self._world.edit(row)["marketing"]["isPublished"] = True
        row.published = True
        return self._told(row, ["marketing.isPublished"])

    def new_estate(self, _: Arguments) -> Facts:
        """A home more on the website."""
        index = max(self._world.by_index, default=-1) + 1
        row = rows(self._world.agency, index + 1)[-1]
        row.status = "ForSale"
        self._world.rows[row.id] = self._world.by_index[index] = row
        body = self._world.edit(row)
        body["marketing"]["publishedAt"] = wall(self._world.now())
        return self._told(row, [], new=True)


MUTATIONS: Final[dict[str, Callable[[Changes, Arguments], Facts]]] = {
    name: getattr(Changes, name)
    for name in (
        "price", "viewing", "bid", "bid_cancelled", "withdraw", "sold", "status", "text", "image_added",
        "image_removed", "unpublish", "remove", "republish", "new_estate", "merge_contacts", "contact",
        "agent", "office", "project", "seller", "participant", "meeting", "note", "area", "lead",
    )
}  # fmt: skip  # one list
"""Names for `mutate`. `mixed` draws from EVERYDAY."""

EVERYDAY: Final = ("price", "price", "viewing", "bid", "bid", "text", "image_added", "sold", "withdraw")
