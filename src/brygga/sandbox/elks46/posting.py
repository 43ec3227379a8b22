"""Webhooks that each have an address of their own, as providers of text messages send them.

The imitated Twilio and Sinch use it too. A refused one is sent again as `again` says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import aiohttp
from yarl import URL

from brygga.sandbox.hooks import Event, WebhookSender

PER_MESSAGE = "per-message"


class Posted(Event, frozen=True, kw_only=True):
    """A webhook and where it goes, its query included."""

    url: str


class Posts(WebhookSender):
    """Sends each webhook to its own address. `again(status)`: whether an answer asks for another try."""

    def __init__(
        self, *, seed: int = 0, again: Callable[[int], bool] = lambda _: False, tries: int = 5
    ) -> None:
        super().__init__(seed=seed)
        self.url = PER_MESSAGE
        self.again = again
        self.tries = tries
        self.wait_s = 0.01

    async def _post(self, event: Event) -> None:
        if not isinstance(event, Posted) or self._session is None:
            return
        if self.delivery.delay_s:
            await asyncio.sleep(self.delivery.delay_s)
        for number in range(self.tries):
            status = await self._try(event, self._session)
            if not self.again(status):
                break
            await asyncio.sleep(self.wait_s * 2**number)

    async def _try(self, event: Posted, session: aiohttp.ClientSession) -> int:
        """One try; its status, 599 when nobody answered."""
        self.counts["sent"] += 1
        try:
            async with session.post(
                URL(event.url, encoded=True),
                data=event.body,
                headers=dict(event.headers),
                timeout=aiohttp.ClientTimeout(total=self.delivery.timeout_s),
                allow_redirects=False,
            ) as answer:
                status = answer.status
        except (aiohttp.ClientError, TimeoutError):
            status = 599
        self._count(str(status))
        self.counts["accepted" if status < 300 else "failed"] += 1
        return status
