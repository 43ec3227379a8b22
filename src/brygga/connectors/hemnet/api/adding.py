"""Steps that put a listing and its facts at Hemnet: agency, listing, update, seller, billing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from brygga.connectors.abilities import Publication
from brygga.connectors.hemnet.api.calls import Calls, row_id
from brygga.connectors.hemnet.api.stage import Done, Look, Run, Stage
from brygga.connectors.hemnet.mapping import plan
from brygga.connectors.hemnet.mapping.bodies import Bodies, fingerprint
from brygga.connectors.hemnet.schema import Progress, Settings


class Adding(Stage):
    """Agency and listing are made once; everything else is written over what is there."""

    def __init__(
        self,
        calls: Calls,
        *,
        connection: str,
        bodies: Bodies,
        settings: Settings,
        now: Callable[[], datetime],
    ) -> None:
        super().__init__(calls, connection=connection, bodies=bodies, settings=settings, now=now)
        self._agencies: dict[str, str] = dict(settings.agencies)
        self._agency_lock = asyncio.Lock()

    def runs(self) -> dict[str, Run]:
        """The steps of this group."""
        return {
            "agency": self._agency,
            "listing": self._listing,
            "update": self._update,
            "seller": self._seller,
            "billing": self._billing,
        }

    def looks(self) -> dict[str, Look]:
        """Those of them whose effect can be looked up."""
        return {"agency": self._find_agency, "listing": self._find_listing}

    async def _agency(self, p: Publication, progress: Progress) -> Done:
        async with self._agency_lock:  # for whoever runs steps without heeding their scope
            if await self._find_agency(p, progress):
                return Done()
            if p.office is None:
                raise self.invalid("office_missing", "Objektet har inget kontor.")
            if not self.settings.may_create_agencies:
                raise self.invalid("office_unknown", "Kontoret finns inte hos Hemnet än. Koppla kontoret.")
            row = await self.calls.create_agency(self.bodies.agency(p.office))
            self._take_agency(p.office.id, row_id(row), progress)
        return Done(sv="Kontoret är upplagt hos Hemnet.")

    async def _find_agency(self, p: Publication, progress: Progress) -> bool:
        if p.office is None:
            return False
        known = self._agencies.get(p.office.id, "")
        if not known:
            rows = await self.ours(self.calls.agencies(), self.settings.reference_member)
            known = row_id(rows.get(p.office.id, {}))
        if known:
            self._take_agency(p.office.id, known, progress)
        return bool(known)

    def _take_agency(self, office_id: str, agency_id: str, progress: Progress) -> None:
        self._agencies[office_id] = agency_id
        progress.agency_office, progress.agency_id = office_id, agency_id

    async def _listing(self, p: Publication, progress: Progress) -> Done:
        if not progress.listing_id and await self._find_listing(p, progress):
            return Done(sv="Annonsen fanns redan hos Hemnet.")
        if progress.listing_id:
            return Done()
        row = await self.calls.create_listing(self.bodies.new_listing(p, agency_id=progress.agency_id))
        progress.listing_id = row_id(row)
        progress.status = "draft"
        self.listing_sent(p, progress)
        return Done(sv="Annonsen är upplagd hos Hemnet, men inte publicerad.")

    async def _find_listing(self, p: Publication, progress: Progress) -> bool:
        """Take over a listing with our reference. What it was made from is not known: no hash."""
        rows = await self.ours(self.calls.listings(p.estate.id), self.settings.reference_member)
        row = rows.get(p.estate.id)
        if row is None:
            return False
        progress.listing_id, progress.listing_hash, progress.status = row_id(row), "", "draft"
        return True

    async def _update(self, p: Publication, progress: Progress) -> Done:
        await self.calls.update_listing(self.listing_id(progress), self.bodies.update(p))
        self.listing_sent(p, progress)
        return Done(sv="Hemnet har de nya uppgifterna.")

    async def _seller(self, p: Publication, progress: Progress) -> Done:
        if party := plan.seller(p):
            body = self.bodies.seller(party)
            await self.calls.put_seller(self.listing_id(progress), body)
            progress.seller_hash = fingerprint(body, salt=progress.listing_id)
            progress.seller_at = self.stamp()
        return Done(sv="Säljarens uppgifter är skickade till Hemnet.")

    async def _billing(self, p: Publication, progress: Progress) -> Done:
        if p.billing:
            body = self.bodies.billing(p.billing)
            await self.calls.put_billing(self.listing_id(progress), body)
            progress.billing_hash = fingerprint(body, salt=progress.listing_id)
            progress.billing_at = self.stamp()
        return Done(sv="Fakturauppgifterna är skickade till Hemnet.")
