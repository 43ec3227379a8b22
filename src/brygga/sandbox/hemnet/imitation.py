"""The imitated Hemnet as the sandbox starts it: what a test may ask of it, and what people there do.

It answers as the contract notes say and is strict where they are silent. Approval, which at the
real one comes from a seller's payment, comes here by itself after `approve_after_s` (control).
Seller and billing information are kept as digests only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from aiohttp import web

from brygga.sandbox.hemnet.listing import Listing, outside
from brygga.sandbox.hemnet.showing import Showing


class Plan(Protocol):
    """What the imitation reads of the sandbox's plan."""

    @property
    def seed(self) -> int: ...
    @property
    def faults(self) -> str: ...
    @property
    def now(self) -> Callable[[], datetime]: ...


def make(plan: Plan) -> Hemnet:
    """The imitation as the sandbox starts it."""
    return Hemnet(seed=plan.seed, faults=plan.faults, now=plan.now)


class Hemnet(Showing):
    """The imitated marketplace with what a test or a demo may ask of it and do to it."""

    name = "hemnet"

    def settings(self) -> dict[str, Any]:
        """The first key, and what signs webhooks."""
        return {
            "token": self.first_key.token,
            "key_id": self.first_key.id,
            "webhook_key": self.webhook_keys[-1],
        }

    def control_routes(self) -> dict[tuple[str, str], Callable[[web.Request], Any]]:
        """`counts`: accepted writes by operation. `settle?wait=`: until nothing is being fetched."""
        return {("GET", "counts"): self._counts, ("GET", "settle"): self._settle}

    def truth(self, kinds: Sequence[str] = ()) -> dict[str, Any]:
        """`listings` as a visitor sees them, `agencies` and `sales`, by Hemnet's id."""
        found = {
            "listings": {key: outside(listing) for key, listing in self.listings.items()},
            "agencies": dict(self.agencies),
            "sales": {key: {"listing_id": s.listing_id, **s.facts} for key, s in self.sales.items()},
        }
        return {kind: rows for kind, rows in found.items() if not kinds or kind in kinds}

    def mutate(self, what: str, arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What people at Hemnet or a seller do: `approve`, `take_down`, `expire_keys`,
        `change_webhook_key`, `end_webhook_change`, `tune`."""
        acts: dict[str, Callable[[Mapping[str, Any]], list[dict[str, Any]]]] = {
            "approve": self._approve_some,
            "take_down": self._take_down,
            "expire_keys": self._expire_keys,
            "change_webhook_key": self._change_webhook_key,
            "end_webhook_change": self._end_webhook_change,
            "tune": self._tune,
        }
        if what not in acts:
            return super().mutate(what, arguments)
        return acts[what](arguments)

    def _approve_some(self, arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
        """One listing by `id` or `reference`, or all that wait."""
        waiting = [ad for ad in self._chosen(arguments) if ad.published and not ad.approved]
        for listing in waiting:
            self._approve(listing)
        return [{"id": ad.id, "approved": True} for ad in waiting]

    def _take_down(self, arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Somebody removes it in the portal."""
        shown = [ad for ad in self._chosen(arguments) if ad.published]
        for listing in shown:
            listing.unpublish()
            self._tell("listing", "unpublished", listing)
        return [{"id": ad.id, "published": False} for ad in shown]

    def _expire_keys(self, arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
        """All keys, or the one with `id`, end in `in_s` seconds (default: now)."""
        ends = self.now() + timedelta(seconds=float(arguments.get("in_s", 0)))
        for key in self.keys.values():
            if arguments.get("id") in (None, key.id):
                key.expires_at = ends
        return [{"expires_at": ends.isoformat()}]

    def _change_webhook_key(self, _: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Begin a change: both keys sign until it is ended."""
        self.webhook_keys = [self.webhook_keys[-1], self._hex(16)]
        return [{"webhook_key": self.webhook_keys[-1]}]

    def _end_webhook_change(self, _: Mapping[str, Any]) -> list[dict[str, Any]]:
        self.webhook_keys = self.webhook_keys[-1:]
        return [{"keys": len(self.webhook_keys)}]

    def _tune(self, arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
        """`approve_after_s` (negative: never by itself) and `image_delay_s`."""
        self.approve_after_s = float(arguments.get("approve_after_s", self.approve_after_s))
        self.pictures.delay_s = float(arguments.get("image_delay_s", self.pictures.delay_s))
        return [{"approve_after_s": self.approve_after_s, "image_delay_s": self.pictures.delay_s}]

    def _chosen(self, arguments: Mapping[str, Any]) -> list[Listing]:
        wanted = {arguments.get("id"), arguments.get("reference")} - {None}
        every = list(self.listings.values())
        return [ad for ad in every if not wanted or ad.id in wanted or ad.reference in wanted]

    async def _counts(self, _: web.Request) -> Any:
        return {"counts": dict(self.counts), "sent_twice": self.writes.repeated()}

    async def _settle(self, request: web.Request) -> Any:
        wait_s = float(request.query.get("wait", "5"))
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=wait_s)
        return {"settled": not self._tasks}
