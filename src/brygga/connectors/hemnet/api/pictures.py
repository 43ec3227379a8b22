"""Steps that give Hemnet the pictures by address and wait until it has fetched them."""

from __future__ import annotations

from brygga.connectors.abilities import Publication
from brygga.connectors.hemnet.api.calls import UNPROCESSABLE, Row, row_id
from brygga.connectors.hemnet.api.stage import Done, Look, Run, Stage, growing_s
from brygga.connectors.hemnet.mapping import plan
from brygga.connectors.hemnet.mapping.words import image_number, some_failed, some_waiting
from brygga.connectors.hemnet.schema import Progress, SentImage
from brygga.model import Fault, Rejected, Retryable


class Pictures(Stage):
    """A picture is known by its id and its bytes; a changed one is a new one, and the old goes last."""

    def runs(self) -> dict[str, Run]:
        """The steps of this group."""
        return {"images": self._images, "images_ready": self._images_ready}

    def looks(self) -> dict[str, Look]:
        """Those of them whose effect can be looked up."""
        return {"images": self._find_images}

    async def _images(self, p: Publication, progress: Progress) -> Done:
        await self._find_images(p, progress)
        for key, picture in plan.wanted(p, self.settings).items():
            if key not in progress.images:
                progress.images[key] = await self._send_image(progress, self.bodies.image(picture))
        progress.image_polls = 0
        return Done(sv=f"Hemnet har fått adresserna till {len(p.pictures)} bilder.")

    async def _send_image(self, progress: Progress, body: Row) -> SentImage:
        """A picture that Hemnet refuses outright does not stop the others."""
        try:
            row = await self.calls.create_image(self.listing_id(progress), body)
        except Rejected as error:
            if error.status != UNPROCESSABLE:
                raise
            return SentImage(id="", state=self.settings.image_failed_states[0], detail=error.code)
        return SentImage(id=row_id(row), state=str(row.get("state", "")) or "in_progress")

    async def _find_images(self, p: Publication, progress: Progress) -> bool:
        """Take over pictures that Hemnet has and we do not remember; whether all are there."""
        member, wanted = self.settings.image_reference_member, plan.wanted(p, self.settings)
        missing = [key for key in wanted if key not in progress.images]
        rows = await self.ours(self.calls.images(self.listing_id(progress)), member) if missing else {}
        for key in missing:
            if row := rows.get(key):
                progress.images[key] = SentImage(id=row_id(row), state=str(row.get("state", "")))
        return all(key in progress.images for key in wanted)

    async def _images_ready(self, p: Publication, progress: Progress) -> Done:
        rows = {row_id(row): row async for row in self.calls.images(self.listing_id(progress))}
        for image in progress.images.values():
            if image.id and (row := rows.get(image.id)):
                image.state = str(row.get("state", image.state))
                image.detail = self._detail(row)
        if waits := plan.waiting(p, progress, self.settings):
            return self._wait_for_images(len(waits), progress)
        failed = self._failed(p, progress)
        if p.pictures and len(failed) == len(plan.wanted(p, self.settings)):
            raise self.rejected("images_failed", "Hemnet kunde inte läsa någon av bilderna. Byt bilderna.")
        await self._remove_stale(p, progress)
        return Done(sv=some_failed(failed) or "Alla bilder är på plats hos Hemnet.")

    def _wait_for_images(self, count: int, progress: Progress) -> Done:
        progress.image_polls += 1
        if progress.image_polls > self.settings.image_polls:
            raise Retryable(
                f"{count} images are still in progress",
                code="images_slow",
                sv=some_waiting(count),
                connection=self.connection,
                fault=Fault.PROVIDER,
                after_s=self.settings.image_most_wait_s,
            )
        s = self.settings
        wait_s = growing_s(progress.image_polls, first_s=s.image_first_wait_s, most_s=s.image_most_wait_s)
        return Done(sv=some_waiting(count), again_after_s=wait_s)

    def _failed(self, p: Publication, progress: Progress) -> list[str]:
        """The places (from 1) of wanted pictures that Hemnet could not use."""
        states = self.settings.image_failed_states
        return [
            image_number(place)
            for place, key in enumerate(plan.wanted(p, self.settings), start=1)
            if key in progress.images and progress.images[key].state in states
        ]

    async def _remove_stale(self, p: Publication, progress: Progress) -> None:
        for key in plan.stale(p, progress, self.settings):
            if image_id := progress.images[key].id:
                await self.calls.delete_image(self.listing_id(progress), image_id)
            del progress.images[key]

    def _detail(self, row: Row) -> str:
        """Why a picture failed, as Hemnet says it; at most 200 characters."""
        found = (row.get(member) for member in self.settings.image_detail_members)
        return next((str(v)[:200] for v in found if v), "")
