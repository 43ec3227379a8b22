"""Steps that show a listing, take it down or report it sold."""

from __future__ import annotations

from brygga.connectors.abilities import Publication
from brygga.connectors.hemnet.api.calls import Row, row_id
from brygga.connectors.hemnet.api.stage import Done, Look, Run, Stage, growing_s
from brygga.connectors.hemnet.mapping import plan
from brygga.connectors.hemnet.mapping.bodies import fingerprint
from brygga.connectors.hemnet.mapping.words import no_such_state
from brygga.connectors.hemnet.schema import Progress, SentSale
from brygga.model import Fault, Refused
from brygga.model.vocabulary import SOLD as SOLD_STATUSES


class Showing(Stage):
    """Hemnet alone knows what is allowed now, so each step asks how the listing stands first."""

    def runs(self) -> dict[str, Run]:
        """The steps of this group."""
        return {
            "market_state": self._market_state,
            "publish": self._publish,
            "visible": self._visible,
            "sale": self._sale,
            "unpublish": self._unpublish,
        }

    def looks(self) -> dict[str, Look]:
        """Those of them whose effect can be looked up."""
        return {
            "publish": self._find_published,
            "sale": self._find_sale,
            "unpublish": self._find_unpublished,
        }

    async def _market_state(self, p: Publication, progress: Progress) -> Done:
        """What is allowed depends on history that only Hemnet has: ask, never reckon (changelog 036)."""
        wish = self.bodies.market_state(p.wish)
        status = await self.calls.status(self.listing_id(progress))
        if wish and status.market_state != wish:
            if status.allowed_market_states and wish not in status.allowed_market_states:
                why = no_such_state(status.market_state, wish, status.allowed_market_states)
                raise self.rejected("market_state_not_allowed", why)
            await self.calls.set_market_state(progress.listing_id, wish)
        progress.market_state = wish
        progress.allowed_market_states = []
        if progress.status in plan.SHOWN:
            self._note_state(progress)
        return Done(sv="Läget är bytt hos Hemnet.")

    async def _publish(self, p: Publication, progress: Progress) -> Done:
        self._guard_sold(p, progress)
        if not await self._find_published(p, progress):
            auto = bool(p.options.get("auto_approve")) and p.wish in self.settings.auto_approve_wishes
            await self.calls.publish(self.listing_id(progress), auto_approve=auto)
            self._published(p, progress)
        return Done(sv="Annonsen är publicerad men väntar på godkännande hos Hemnet.")

    async def _find_published(self, p: Publication, progress: Progress) -> bool:
        status = await self.calls.status(self.listing_id(progress))
        if status.is_published:
            self._published(p, progress)
        return status.is_published

    def _published(self, p: Publication, progress: Progress) -> None:
        progress.status = plan.PENDING
        progress.market_state = progress.market_state or self.bodies.market_state(p.wish)
        progress.published_at = self.stamp()
        progress.approval_polls, progress.approval_given_up = 0, False
        progress.sale = None  # publishing again deletes it there (changelog 010)
        self._note_state(progress)

    def _note_state(self, progress: Progress) -> None:
        if progress.market_state and progress.market_state not in progress.been:
            progress.been.append(progress.market_state)

    def _guard_sold(self, p: Publication, progress: Progress) -> None:
        """Publishing a sold listing silently deletes its sale (changelog 010): not by accident."""
        if p.options.get("even_if_sold"):
            return
        if p.estate.status in SOLD_STATUSES or plan.sale_is_fresh(progress, self.settings, self.now()):
            raise Refused(
                "the estate is sold here; publishing it again would delete the sale",
                code="sold_here",
                sv="Objektet är sålt här. Publiceras det igen tas slutpriset bort hos Hemnet.",
                connection=self.connection,
                operation="listing.publish",
                fault=Fault.OFFICE,
            )

    async def _visible(self, _: Publication, progress: Progress) -> Done:
        """Visible is published *and* approved (changelog 044). Approval is given outside the interface."""
        status = await self.calls.status(self.listing_id(progress))
        progress.market_state = status.market_state or progress.market_state
        progress.allowed_market_states = list(status.allowed_market_states)
        if status.is_published and status.is_approved:
            progress.status, progress.approval_given_up = plan.VISIBLE, False
            return Done(sv="Annonsen syns på Hemnet.")
        progress.status = plan.PENDING
        progress.approval_polls += 1
        s = self.settings
        progress.approval_given_up = progress.approval_polls > s.approval_polls
        wait_s = growing_s(
            progress.approval_polls, first_s=s.approval_first_wait_s, most_s=s.approval_most_wait_s
        )
        return Done(
            sv="Hemnet har annonsen, men den är inte godkänd än.",
            again_after_s=None if progress.approval_given_up else wait_s,
        )

    async def _sale(self, p: Publication, progress: Progress) -> Done:
        body = self.bodies.sale(p, listing_id=self.listing_id(progress))
        if p.estate.price.final_kr is None:
            raise self.invalid("final_price_missing", "Slutpris saknas.")
        if p.estate.sale is None or p.estate.sale.contract_at is None:
            raise self.invalid("contract_date_missing", "Kontraktsdag saknas.")
        if row := await self._known_sale(progress):
            if any(row.get(member) != value for member, value in body.items()):
                await self.calls.update_sale(row_id(row), body)
        else:
            row = await self.calls.create_sale(body)
        self._take_sale(row, fingerprint(body), progress)
        return Done(sv="Slutpriset är rapporterat till Hemnet.")

    async def _known_sale(self, progress: Progress) -> Row | None:
        rows = self.calls.sales(self.listing_id(progress))
        return (await self.ours(rows, self.settings.sale_listing_member)).get(progress.listing_id)

    async def _find_sale(self, p: Publication, progress: Progress) -> bool:
        row = await self._known_sale(progress)
        if row is None:
            return False
        body = self.bodies.sale(p, listing_id=progress.listing_id)
        same = all(row.get(member) == value for member, value in body.items())
        self._take_sale(row, fingerprint(body) if same else "", progress)
        return True

    def _take_sale(self, row: Row, mark: str, progress: Progress) -> None:
        reported_at = progress.sale.reported_at if progress.sale else self.stamp()
        progress.sale = SentSale(id=row_id(row), fingerprint=mark, reported_at=reported_at)
        if not self.settings.unpublish_after_sale:
            progress.status = plan.SOLD

    async def _unpublish(self, p: Publication, progress: Progress) -> Done:
        if p.wish == "sold" and progress.sale is None:
            raise Refused(
                "no sale is reported yet; taken down now the ad would count as withdrawn",
                code="sale_first",
                sv="Slutpriset är inte rapporterat. "
                "Tas annonsen bort nu räknas den som borttagen, inte såld.",
                connection=self.connection,
            )
        if not await self._find_unpublished(p, progress):
            await self.calls.unpublish(self.listing_id(progress))
            progress.status = _down(p)
        return Done(sv="Annonsen är avpublicerad hos Hemnet.")

    async def _find_unpublished(self, p: Publication, progress: Progress) -> bool:
        status = await self.calls.status(self.listing_id(progress))
        if not status.is_published:
            progress.status = _down(p)
        return not status.is_published


def _down(p: Publication) -> str:
    """What an ad that was taken down is: sold, or just gone."""
    return plan.SOLD if p.wish == "sold" else plan.UNPUBLISHED
