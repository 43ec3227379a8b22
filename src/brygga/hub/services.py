"""What every flow is given: the store, the connections, the archive, the clock and chance."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from brygga.archive import Archive
from brygga.hub.connections import Connections
from brygga.hub.settings import Settings
from brygga.photos import Album
from brygga.store import Store
from brygga.vault import Vault


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
    now: Callable[[], datetime] = utc_now
    rng: random.Random = field(default_factory=random.Random)
