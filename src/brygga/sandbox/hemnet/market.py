"""What every part of the imitated BostadsAPI stands on: its state, the key it demands, its webhooks."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import random
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from aiohttp import web

from brygga.sandbox.hemnet.answers import Key, refusal
from brygga.sandbox.hemnet.listing import Listing, Problem, Sale
from brygga.sandbox.hemnet.pictures import Fetcher
from brygga.sandbox.hooks import Event
from brygga.sandbox.server import Imitation, utc_now
from brygga.sandbox.trouble import Handler

KEY_LIFE: Final = timedelta(days=90)
TYPES: Final = {
    400: "ValidationError",
    401: "AuthenticationError",
    403: "AuthorizationError",
    404: "NotFound",
}

T = TypeVar("T")


class Market(Imitation):
    """State and what is done with all of it. `approve_after_s` < 0: nobody approves until a mutation does."""

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

    def _hex(self, length: int) -> str:
        return f"{self._rng.getrandbits(length * 8):0{length * 2}x}"

    def _id(self) -> str:
        return self._hex(8)

    def _new_key(self, name: str) -> Key:
        key_id = self._id()
        key = Key(id=key_id, name=name, token=f"{key_id}.{self._hex(16)}", expires_at=self.now() + KEY_LIFE)
        self.keys[key_id] = key
        return key

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
