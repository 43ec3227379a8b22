"""What there is in the imitated Mspecs: deals, publication, the subscription; and what happens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from brygga.model import Invalid
from brygga.sandbox.mspecs.deals import STATUSES, facts, viewing
from brygga.sandbox.mspecs.idents import Json, Seed, day, ident, offset, word
from brygga.sandbox.mspecs.people import COLLEAGUES, sellers
from brygga.swedish.dates import STOCKHOLM

PENDING: Final = "ENUM_DEAL_MARKETING_PLACES_STATUS_PENDING"
PUBLISHED: Final = "ENUM_DEAL_MARKETING_PLACES_STATUS_PUBLISHED"
ERROR: Final = "ENUM_DEAL_MARKETING_PLACES_STATUS_ERROR"
ACTIVE: Final = "ENUMS_PROVIDER_SERVICE_SUBSCRIPTION_STATUS_ACTIVE"
INACTIVE: Final = "ENUMS_PROVIDER_SERVICE_SUBSCRIPTION_STATUS_INACTIVE"
PER_OFFICE: Final = 30


class Deal(msgspec.Struct, kw_only=True):
    """A deal: its facts in the published shape, and how it stands at the provider."""

    index: int
    facts: Json
    sellers: list[Json]
    office: int
    brokers: tuple[int, ...]
    sale_status: str
    updated: datetime
    published: bool = True
    preview: bool = False
    status: str = PUBLISHED
    first_published: datetime | None = None
    final_price: int | None = None
    contract: str = ""
    images: int = 4

    @property
    def id(self) -> str:
        """Mspecs' id."""
        return str(self.facts["id"])

    @property
    def sold(self) -> bool:
        """Whether it is published as sold."""
        return self.sale_status == "SOLD"


class World:
    """All that is true. `now` is the imitation's wall clock; `tell` sends an event's facts."""

    def __init__(
        self, *, seed: int, deals: int, now: Callable[[], datetime], tell: Callable[[Json], None]
    ) -> None:
        self.now = now
        self._tell = tell
        today = now().astimezone(STOCKHOLM).replace(hour=0, minute=0, second=0, microsecond=0)
        self.seed = Seed(seed, today)
        self.offices = max(1, -(-deals // PER_OFFICE))
        self.subscriber_id = ident("subscriber", 284)
        self.other_subscriber_id = ident("subscriber", 285)
        self.subscription = ACTIVE
        self.granted: frozenset[str] = frozenset()
        self.leaks = False
        self.list_calls: Counter[str] = Counter()
        self.reports: list[tuple[str, str]] = []
        self.rng = self.seed.rng("life")
        self.deals = {deal.id: deal for deal in map(self._make, range(1, deals + 1))}

    def _make(self, index: int) -> Deal:
        made = facts(self.seed, index)
        office = (index - 1) % self.offices
        project = "project" in made
        deal = Deal(
            index=index,
            facts=made,
            sellers=[] if project else sellers(self.seed.rng("sellers", index), index),
            office=office,
            brokers=tuple(office * COLLEAGUES + (index + n) % (COLLEAGUES - 1) for n in range(1 + index % 2)),
            sale_status="FOR_SALE" if project else STATUSES[index % len(STATUSES)],
            updated=self.seed.day(-30 + index % 29, hour=index % 12),
        )
        deal.first_published = deal.updated
        if deal.sold:
            self._close(deal)
        return deal

    def _close(self, deal: Deal) -> None:
        asked = deal.facts["saleInformation"]["price"]
        deal.final_price = round(asked * self.rng.uniform(0.97, 1.12) / 5_000) * 5_000
        deal.contract = day(deal.updated)

    def find(self, deal_id: str) -> Deal | None:
        """The published deal by that id."""
        deal = self.deals.get(deal_id)
        return deal if deal is not None and deal.published else None

    def shown(self, *, sold: bool) -> list[Deal]:
        """What is published, as sold or not."""
        return [deal for deal in self.deals.values() if deal.published and deal.sold is sold]

    # ------------------------------------------------------------------ what happens

    def carry_out(self, what: str, arguments: Mapping[str, Any]) -> list[Json]:
        """One mutation, `count` times. Raises Invalid (`unknown_mutation`, `nothing_fits`)."""
        act = MUTATIONS.get(what)
        if act is None:
            raise Invalid(f"no mutation {what!r}; there are {', '.join(MUTATIONS)}", code="unknown_mutation")
        return [{"what": what, **act(self, arguments)} for _ in range(int(arguments.get("count", 1)))]

    def _pick(self, arguments: Mapping[str, Any], *, published: bool = True, sold: bool = False) -> Deal:
        wanted = arguments.get("id")
        fitting = [
            deal
            for deal in self.deals.values()
            if deal.published is published and (deal.id == wanted if wanted else deal.sold is sold)
            and (wanted or "project" not in deal.facts)
        ]  # fmt: skip  # one condition a line
        if not fitting:
            raise Invalid("no deal fits", code="nothing_fits")
        return self.rng.choice(fitting)

    def _event(self, deal: Deal, kind: str, **data: Any) -> Json:
        """Send a publication event, as Mspecs does after the broker has saved."""
        fact: Json = {
            "eventType": kind,
            "accessToken": self.subscriber_id,
            "subscriberId": self.subscriber_id,
            "dealId": deal.id,
            "saleStatus": f"ENUMS_SALE_STATUS_{deal.sale_status}",
            "isPreview": deal.preview,
        }
        self._tell(fact | ({"eventData": data} if data else {}))
        return {"id": deal.id, "sale_status": deal.sale_status}

    def _publish(self, deal: Deal) -> Json:
        deal.published, deal.status, deal.updated = True, PENDING, self.now()
        return self._event(deal, "PUBLISH")

    def publish(self, arguments: Mapping[str, Any]) -> Json:
        """The broker publishes a home (again); `preview` for a look beforehand."""
        deal = self._pick(arguments, published=not arguments.get("again", False))
        deal.preview = bool(arguments.get("preview", False))
        return self._publish(deal)

    def price(self, arguments: Mapping[str, Any]) -> Json:
        """Another asking price, published anew."""
        deal = self._pick(arguments)
        sale = deal.facts["saleInformation"]
        sale["price"] = int(arguments.get("kr", sale["price"] - 50_000))
        return self._publish(deal) | {"kr": sale["price"]}

    def sell(self, arguments: Mapping[str, Any]) -> Json:
        """The home is sold: PUBLISH with the sale status SOLD, and the answer takes the sold shape."""
        deal = self._pick(arguments)
        deal.sale_status, deal.updated = "SOLD", self.now()
        self._close(deal)
        return self._publish(deal) | {"kr": deal.final_price}

    def unpublish(self, arguments: Mapping[str, Any]) -> Json:
        """The broker takes the home down."""
        deal = self._pick(arguments)
        deal.published = False
        return self._event(deal, "UN_PUBLISH")

    def viewing(self, arguments: Mapping[str, Any]) -> Json:
        """Another viewing."""
        deal = self._pick(arguments)
        deal.facts["viewings"].append(viewing(self.seed, deal.index, len(deal.facts["viewings"]) + 1))
        return self._event(deal, "VIEWING", viewings=deal.facts["viewings"])

    def bid(self, arguments: Mapping[str, Any]) -> Json:
        """Another bid, a little higher."""
        deal = self._pick(arguments)
        bidding = deal.facts["bidding"]
        last = max((row["amount"] for row in bidding["bids"]), default=deal.facts["saleInformation"]["price"])
        row = {
            "date": offset(self.now() + timedelta(seconds=len(bidding["bids"]))),
            "amount": last + 25_000,
            "alias": 1 + len(bidding["bids"]) % 3,
            "bidStatus": word("ENUMS_BID_STATUS_ACTIVE", "Aktiv"),
            "bidderStatus": word("ENUMS_BIDDER_STATUS_ACTIVE", "Aktiv"),
        }
        bidding["isActive"] = True
        bidding["bids"].append(row)
        return self._event(deal, "BIDDING", bidding=bidding)

    def lose(self, arguments: Mapping[str, Any]) -> Json:
        """A home is taken down (`gone`, the default) or changed, and no event tells of it."""
        deal = self._pick(arguments)
        if arguments.get("gone", True):
            deal.published = False
        else:
            deal.facts["saleInformation"]["price"] += 1_000
            deal.updated = self.now()
        return {"id": deal.id}

    def subscriber(self, arguments: Mapping[str, Any]) -> Json:
        """The brokerage switches our service on or off (`on`)."""
        on = bool(arguments.get("on", True))
        self.subscription = ACTIVE if on else INACTIVE
        self._tell(
            {
                "eventType": "SUBSCRIBER_ADDED" if on else "SUBSCRIBER_REMOVED",
                "subscriberId": self.subscriber_id,
                "serviceId": ident("service", 1),
            }
        )
        return {"on": on}

    def activate(self, arguments: Mapping[str, Any]) -> Json:
        """A deal service's event (`event`: ACTIVATE · UPDATE · CANCEL)."""
        deal = self._pick(arguments)
        kind = str(arguments.get("event", "ACTIVATE"))
        self._tell(
            {
                "eventType": kind,
                "subscriberId": self.subscriber_id,
                "serviceId": ident("service", 1),
                "dealId": deal.id,
            }
        )
        return {"id": deal.id, "event": kind}


MUTATIONS: Final[dict[str, Callable[[World, Mapping[str, Any]], Json]]] = {
    "publish": World.publish,
    "price": World.price,
    "sell": World.sell,
    "unpublish": World.unpublish,
    "viewing": World.viewing,
    "bid": World.bid,
    "lose": World.lose,
    "subscriber": World.subscriber,
    "activate": World.activate,
}
"""What may happen, by name."""
