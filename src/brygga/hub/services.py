"""What every flow is given: the store, the connections, the archive, the clock and chance."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from brygga.archive import Archive
from brygga.hub.connections import Connections
from brygga.hub.obstacle import Obstacles
from brygga.hub.settings import Settings
from brygga.model import Retryable
from brygga.photos import Album
from brygga.store import Store
from brygga.vault import Vault
from brygga.wire.state import SlotStore

ALONE_WITHIN_S = 60.0
ALONE_POLL_S = 0.05
ALONE_HOLDS_S = 120.0


def utc_now() -> datetime:
    """The moment, zone-aware."""
    return datetime.now(UTC)


@dataclass(kw_only=True)
class Services:
    """One hub process' tools. `sign(key, expires_at)` makes the path of a signed link to an archived file."""

    settings: Settings
    store: Store
    vault: Vault
    connections: Connections
    archive: Archive
    album: Album
    sign: Callable[[str, datetime], str]
    public_url: Callable[[], str]
    slots: SlotStore
    now: Callable[[], datetime] = utc_now
    obstacles: Obstacles = field(default_factory=Obstacles)
    rng: random.Random = field(default_factory=random.Random)
    wake: Callable[[], None] = lambda: None
    """Something was written that asks for another flow: look at once, do not wait for the next round."""

    @contextlib.asynccontextmanager
    async def alone(self, scope: str) -> AsyncIterator[None]:
        """Be the only one at work under `scope` over all processes; with an empty scope, nothing.

        Held as a slot of the shared limiter, so that a killed process gives it back by itself.
        Raises Retryable when nobody lets go within a minute.
        """
        if not scope:
            yield
            return
        lease = await self._take(f"alone|{scope}")
        try:
            yield
        finally:
            await asyncio.to_thread(self.slots.give_back, lease, spent=0, cools_s=0.0)

    async def _take(self, key: str) -> str:
        for _ in range(int(ALONE_WITHIN_S / ALONE_POLL_S)):
            grant = await asyncio.to_thread(
                self.slots.take, key, calls=1, at_once=1, tokens=1, permits=1, holds_s=ALONE_HOLDS_S
            )
            if grant.lease:
                return grant.lease
            await asyncio.sleep(ALONE_POLL_S)
        raise Retryable("Somebody else is at work on the same thing for long.", code="not_alone")
