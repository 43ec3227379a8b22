"""The imitated BostadsAPI up to publishing: keys, agencies, listings, their pictures and persons."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from brygga.sandbox.hemnet.answers import body_of, page, refusal
from brygga.sandbox.hemnet.listing import Listing, Picture, Problem, digest
from brygga.sandbox.hemnet.market import Market
from brygga.sandbox.trouble import json_answer


class Adding(Market):
    """What an agency puts in. Paths the contract does not name are the connector's defaults."""

    def routes(self) -> Sequence[web.RouteDef]:
        """The paths of this part."""
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
        ]

    # Keys

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
