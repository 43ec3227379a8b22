"""What the steps of a publication share: the calls, the bodies, and looking up what is ours."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Final

import msgspec

from brygga.connectors.abilities import Publication
from brygga.connectors.hemnet.api.calls import Calls, Row
from brygga.connectors.hemnet.mapping.bodies import Bodies, fingerprint
from brygga.connectors.hemnet.schema import Progress, Settings
from brygga.model import Fault, Invalid, Refused, Rejected


class Done(msgspec.Struct, frozen=True):
    """What a step has to say beside the progress it changed."""

    sv: str = ""
    again_after_s: float | None = None


Run = Callable[[Publication, Progress], Awaitable[Done]]
Look = Callable[[Publication, Progress], Awaitable[bool]]


class Stage:
    """A group of steps. `runs`: step → how it is done. `looks`: step → how its effect is looked up."""

    def __init__(
        self,
        calls: Calls,
        *,
        connection: str,
        bodies: Bodies,
        settings: Settings,
        now: Callable[[], datetime],
    ) -> None:
        self.calls: Final = calls
        self.connection: Final = connection
        self.bodies: Final = bodies
        self.settings: Final = settings
        self._now = now

    def runs(self) -> dict[str, Run]:
        """The steps of this group."""
        raise NotImplementedError

    def looks(self) -> dict[str, Look]:
        """Those of them whose effect can be looked up."""
        raise NotImplementedError

    async def ours(self, rows: AsyncIterator[Row], member: str) -> dict[str, Row]:
        """Rows by the reference they carry under `member`.

        Raises Refused (`reference_unsupported`) when there are rows and none has that member: then
        a missing reference proves nothing. Without a member nothing can be looked up: empty.
        """
        if not member:
            return {}
        seen = [row async for row in rows]
        if seen and not any(member in row for row in seen):
            raise Refused(
                f"rows come without the member {member!r}, so nothing can be looked up by it",
                code="reference_unsupported",
                sv="Hemnet visar inte vår referens, så vi kan inte se vad som redan finns där. "
                "Ändra inställningen för fältet med vår egen referens.",
                connection=self.connection,
                fault=Fault.OURS,
            )
        # The first one wins, so that repeated look-ups agree should there ever be two.
        return {str(row[member]): row for row in reversed(seen) if row.get(member) is not None}

    def listing_sent(self, p: Publication, progress: Progress) -> None:
        """Remember what Hemnet was given of the listing."""
        progress.listing_hash = fingerprint(self.bodies.update(p))
        progress.price_kr = p.estate.price.asking_kr

    def listing_id(self, progress: Progress) -> str:
        """The listing's id. Raises Invalid (`no_listing`) when there is none yet."""
        if not progress.listing_id:
            raise self.invalid("no_listing", "Annonsen är inte upplagd hos Hemnet än.")
        return progress.listing_id

    def now(self) -> datetime:
        """The time, zone-aware."""
        return self._now()

    def stamp(self) -> str:
        """The time as ISO text."""
        return self._now().isoformat()

    def invalid(self, code: str, sv: str) -> Invalid:
        """A fact of ours that cannot be sent."""
        return Invalid(code.replace("_", " "), code=code, sv=sv, connection=self.connection)

    def rejected(self, code: str, sv: str) -> Rejected:
        """Something that Hemnet does not take."""
        return Rejected(
            code.replace("_", " "), code=code, sv=sv, connection=self.connection, fault=Fault.OFFICE
        )


def growing_s(attempt: int, *, first_s: float, most_s: float) -> float:
    """Seconds to wait before asking again: doubled each time from `first_s`, never above `most_s`."""
    return float(min(most_s, first_s * 2 ** min(attempt - 1, 30)))
