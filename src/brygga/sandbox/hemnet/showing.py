"""The imitated BostadsAPI from publishing on: market states, approval, taking down, sales."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from aiohttp import web

from brygga.sandbox.hemnet.adding import Adding
from brygga.sandbox.hemnet.answers import body_of, page, refusal
from brygga.sandbox.hemnet.listing import Listing, Problem, Sale
from brygga.sandbox.trouble import json_answer


class Showing(Adding):
    """What becomes of a listing."""

    def routes(self) -> Sequence[web.RouteDef]:
        """The paths of this part after those it builds on."""
        return [
            *super().routes(),
            web.post("/listings/{id}/update_market_state", self._move),
            web.post("/listings/{id}/publish", self._publish),
            web.post("/listings/{id}/unpublish", self._unpublish),
            web.get("/sales", self._list_sales),
            web.post("/sales", self._create_sale),
            web.get("/sales/{id}", self._read_sale),
            web.patch("/sales/{id}", self._update_sale),
        ]

    async def _move(self, request: web.Request) -> web.Response:
        listing, body = self._listing(request), await body_of(request)
        if problems := listing.move(str(body.get("marketState"))):
            return refusal(problems)
        self._count("market_state.set")
        return json_answer({"listing": listing.shown()})

    async def _publish(self, request: web.Request) -> web.Response:
        listing, body = self._listing(request), await body_of(request)
        auto = body.get("allowedAutoApprove") is True
        sale = listing.sale
        if problems := listing.publish(now=self.now(), auto_approve=auto):
            return refusal(problems)
        if sale is not None:
            self.sales.pop(sale.id, None)
        self._wrote("listing.publish", f"{listing.reference or listing.id} turn {listing.turn}")
        self._tell("listing", "published", listing)
        if not listing.approved and self.approve_after_s >= 0:
            self._later(self._approve_later(listing, listing.turn))
        return json_answer({"listing": listing.shown()})

    async def _approve_later(self, listing: Listing, turn: int) -> None:
        await asyncio.sleep(self.approve_after_s)
        if listing.published and not listing.approved and listing.turn == turn:
            self._approve(listing)

    def _approve(self, listing: Listing) -> None:
        listing.approved = True
        self._tell("listing", "approved", listing)

    async def _unpublish(self, request: web.Request) -> web.Response:
        listing = self._listing(request)
        listing.unpublish()
        self._count("listing.unpublish")
        self._tell("listing", "unpublished", listing)
        return json_answer({"listing": listing.shown()})

    async def _list_sales(self, request: web.Request) -> web.Response:
        wanted = request.query.get("listingId")
        found = [s for s in self.sales.values() if wanted in (None, s.listing_id)]
        return page("sales", [{"id": s.id, **s.facts} for s in found], request)

    async def _create_sale(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        listing = self.listings.get(str(body.get("listingId")))
        if listing is None:
            return refusal([Problem("ValidationError", "listingId is unknown")])
        sale = Sale(id=self._id(), listing_id=listing.id, facts=body, reported_at=self.now())
        if problems := listing.sell(sale):
            return refusal(problems)
        self.sales[sale.id] = sale
        self._wrote("sale.create", f"{listing.reference or listing.id} turn {listing.turn}")
        self._tell("sale", "created", listing, saleId=sale.id)
        return json_answer({"sale": {"id": sale.id, **sale.facts}}, status=201)

    async def _read_sale(self, request: web.Request) -> web.Response:
        sale = self._named(self.sales, request)
        return json_answer({"sale": {"id": sale.id, **sale.facts}})

    async def _update_sale(self, request: web.Request) -> web.Response:
        sale = self._named(self.sales, request)
        sale.facts.update(await body_of(request))
        self._count("sale.update")
        return json_answer({"sale": {"id": sale.id, **sale.facts}})
