"""The imitated BostadsAPI: what it keeps, its paths and what they do."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import random
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from aiohttp import web

from brygga.sandbox.hemnet_answers import Key, body_of, page, refusal
from brygga.sandbox.hemnet_listing import Listing, Picture, Problem, Sale, digest
from brygga.sandbox.hemnet_pictures import Fetcher
from brygga.sandbox.hooks import Event
from brygga.sandbox.server import Imitation, utc_now
from brygga.sandbox.trouble import Handler, json_answer

KEY_LIFE: Final = timedelta(days=90)
TYPES: Final = {
    400: "ValidationError",
    401: "AuthenticationError",
    403: "AuthorizationError",
    404: "NotFound",
}

T = TypeVar("T")


class Marketplace(Imitation):
    """State and paths. `approve_after_s` < 0: nobody approves until a mutation does."""

    def __init__(
        self,
        *,
        seed: int = 0,
        faults: str = "none",
        now: Callable[[], datetime] = utc_now,
        approve_after_s: float = 0.3,
        image_delay_s: float = 0.05,
    ) -> None:
        super().__init__(seed=seed, faults=faults, now=now)
        self._rng = random.Random(f"{seed}:hemnet")  # noqa: S311 - imitation, not secrecy
        self.approve_after_s = approve_after_s
        self.pictures = Fetcher(delay_s=image_delay_s)
        self.webhook_keys = [self._hex(16)]
        self.keys: dict[str, Key] = {}
        self.agencies: dict[str, dict[str, Any]] = {}
        self.listings: dict[str, Listing] = {}
        self.sales: dict[str, Sale] = {}
        self.counts: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self.first_key = self._new_key("brygga")

    def app(self) -> web.Application:
        """With the key demanded on every path, and the picture fetcher's client beside it."""
        app = super().app()
        app.middlewares.append(self._demand_key)
        app.cleanup_ctx.append(self._alive)
        return app

    async def _alive(self, _: web.Application) -> AsyncIterator[None]:
        await self.pictures.start()
        yield
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.pictures.stop()

    def routes(self) -> Sequence[web.RouteDef]:
        """The interface's paths. Those the contract does not name are the connector's defaults."""
        return [
            web.get("/keys", self._list_keys),
            web.get("/keys/{id}", self._read_key),
            web.post("/keys", self._create_key),
            web.delete("/keys/{id}", self._delete_key),
            web.get("/broker_agencies", self._list_agencies),
            web.post("/broker_agencies", self._create_agency),
            web.get("/listings", self._list_listings),
            web.post("/listings", self._create_listing),
            web.get("/listings/{id}", self._read_listing),
            web.patch("/listings/{id}", self._update_listing),
            web.get("/listings/{id}/images", self._list_images),
            web.post("/listings/{id}/images", self._create_image),
            web.delete("/listings/{id}/images/{image}", self._delete_image),
            web.put("/listings/{id}/seller_information", self._put_seller),
            web.put("/listings/{id}/billing_information", self._put_billing),
            web.post("/listings/{id}/update_market_state", self._move),
            web.post("/listings/{id}/publish", self._publish),
            web.post("/listings/{id}/unpublish", self._unpublish),
            web.get("/sales", self._list_sales),
            web.post("/sales", self._create_sale),
            web.get("/sales/{id}", self._read_sale),
            web.patch("/sales/{id}", self._update_sale),
        ]

    def refuse(self, status: int, text: str) -> web.Response:
        """The error envelope (changelog 034)."""
        return refusal([Problem(TYPES.get(status, "Error"), text)], status=status)

    @web.middleware
    async def _demand_key(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        key = next((key for key in self.keys.values() if key.token == token), None)
        if key is None or key.expires_at <= self.now():
            return self.refuse(401, "the key is unknown or has expired")
        return await handler(request)

    # Keys

    def _hex(self, length: int) -> str:
        return f"{self._rng.getrandbits(length * 8):0{length * 2}x}"

    def _id(self) -> str:
        return self._hex(8)

    def _new_key(self, name: str) -> Key:
        key_id = self._id()
        key = Key(id=key_id, name=name, token=f"{key_id}.{self._hex(16)}", expires_at=self.now() + KEY_LIFE)
        self.keys[key_id] = key
        return key

    async def _list_keys(self, _: web.Request) -> web.Response:
        return json_answer({"keys": [key.shown() for key in self.keys.values()]})

    async def _read_key(self, request: web.Request) -> web.Response:
        return json_answer({"key": self._named(self.keys, request).shown()})

    async def _create_key(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        key = self._new_key(str(body.get("name") or "key"))
        self._count("key.create")
        return json_answer({"key": {**key.shown(), "token": key.token}}, status=201)

    async def _delete_key(self, request: web.Request) -> web.Response:
        del self.keys[self._named(self.keys, request).id]
        self._count("key.delete")
        return web.Response(status=204)

    # Agencies and listings

    async def _list_agencies(self, request: web.Request) -> web.Response:
        return page("broker_agencies", list(self.agencies.values()), request)

    async def _create_agency(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        agency = {**body, "id": self._id()}
        self.agencies[agency["id"]] = agency
        self._wrote("agency.create", str(body.get("externalId") or agency["id"]))
        return json_answer({"broker_agency": agency}, status=201)

    async def _list_listings(self, request: web.Request) -> web.Response:
        wanted = request.query.get("externalId")
        found = [ad for ad in self.listings.values() if wanted in (None, ad.reference)]
        return page("listings", [ad.shown() for ad in found], request)

    async def _create_listing(self, request: web.Request) -> web.Response:
        body = await body_of(request)
        if body.get("brokerAgencyId") not in self.agencies:
            return refusal([Problem("ValidationError", "brokerAgencyId is unknown")])
        listing_id = self._id()
        reference = str(body.get("externalId") or "")
        listing = Listing(id=listing_id, reference=reference, facts=body)
        self.listings[listing.id] = listing
        self._wrote("listing.create", reference or listing.id)
        return json_answer({"listing": listing.shown()}, status=201)

    async def _read_listing(self, request: web.Request) -> web.Response:
        return json_answer({"listing": self._listing(request).shown()})

    async def _update_listing(self, request: web.Request) -> web.Response:
        listing = self._listing(request)
        listing.merge(await body_of(request))
        self._count("listing.update")
        return json_answer({"listing": listing.shown()})

    # Pictures

    async def _list_images(self, request: web.Request) -> web.Response:
        return page("images", [p.shown() for p in self._listing(request).pictures.values()], request)

    async def _create_image(self, request: web.Request) -> web.Response:
        listing, body = self._listing(request), await body_of(request)
        url = body.get("url")
        if not isinstance(url, str) or not url.startswith(("http://", "https://")):
            return refusal([Problem("ValidationError", "url must be an http address")])
        reference = str(body.get("externalId") or url)
        picture = Picture(id=self._id(), reference=reference, url=url, facts=body)
        listing.pictures[picture.id] = picture
        self._wrote("image.create", f"{listing.reference or listing.id} {reference}")
        self._later(self._fetch(listing, picture))
        return json_answer({"image": picture.shown()}, status=201)

    async def _fetch(self, listing: Listing, picture: Picture) -> None:
        await self.pictures.fetch(picture)
        if picture.state == "failed":
            self._tell("listing_image", "failed", listing, imageId=picture.id)

    async def _delete_image(self, request: web.Request) -> web.Response:
        listing = self._listing(request)
        if listing.pictures.pop(request.match_info["image"], None) is None:
            raise web.HTTPNotFound
        self._count("image.delete")
        return web.Response(status=204)

    # Persons

    async def _put_seller(self, request: web.Request) -> web.Response:
        listing, body = self._listing(request), await body_of(request)
        if not (body.get("name") and body.get("identificationNumber")):
            return refusal([Problem("ValidationError", "name and identificationNumber are needed")])
        listing.seller_digest = digest(await request.read())
        self._count("seller.put")
        return web.Response(status=204)

    async def _put_billing(self, request: web.Request) -> web.Response:
        listing, body = self._listing(request), await body_of(request)
        if not (body.get("name") and body.get("streetAddress")):
            return refusal([Problem("ValidationError", "name and streetAddress are needed")])
        listing.billing_digest = digest(await request.read())
        self._count("billing.put")
        return web.Response(status=204)

    # Publishing

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

    # Sales

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

    def _wrote(self, operation: str, identity: str) -> None:
        """A write that must not happen twice: `GET _control/writes` names it when it does."""
        self._count(operation)
        self.writes.note(operation, identity=identity)

    def _count(self, operation: str) -> None:
        self.counts[operation] += 1

    def _tell(self, kind: str, action: str, listing: Listing, **more: str) -> None:
        """Send a webhook. User text is escaped as the real one does it: sign the bytes, not the JSON."""
        data = {
            "listingId": listing.id,
            "externalId": listing.reference,
            "title": listing.facts.get("title", ""),
            **more,
        }
        text = json.dumps({"type": kind, "action": action, "data": data}, ensure_ascii=False)
        for character in "&<>":
            text = text.replace(character, f"\\u{ord(character):04x}")
        body = text.encode()
        signatures = [hmac.new(key.encode(), body, hashlib.sha256).hexdigest() for key in self.webhook_keys]
        headers = {
            "User-Agent": "Hemnet API Client",
            "X-Timestamp": str(round(self.now().timestamp() * 1000)),
            "X-Signature": ",".join(signatures),
            "X-Request-Id": str(uuid.UUID(int=self._rng.getrandbits(128), version=4)),
        }
        self.hooks.send(Event(body=body, headers=headers))

    def _later(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _listing(self, request: web.Request) -> Listing:
        return self._named(self.listings, request)

    @staticmethod
    def _named(rows: Mapping[str, T], request: web.Request) -> T:
        found = rows.get(request.match_info["id"])
        if found is None:
            raise web.HTTPNotFound
        return found
