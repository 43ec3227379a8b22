"""What all parts of the store share: the database, the keys and the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from brygga.store.database import Database
from brygga.store.moments import to_us
from brygga.store.sealing import Sealer


class Room:
    """Base of the parts that `Store` is put together from."""

    def __init__(self, db: Database, sealer: Sealer, now: Callable[[], datetime]) -> None:
        self._db = db
        self._sealer = sealer
        self._now = now

    def _us(self, moment: datetime | None = None) -> int:
        """The moment given, else the clock's, as the tables keep it."""
        return to_us(moment if moment is not None else self._now())
