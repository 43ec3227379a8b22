"""Opening a store by its address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from brygga.store import migrate, trouble
from brygga.store.audit import Audit
from brygga.store.conflicts import Conflicts
from brygga.store.database import Database
from brygga.store.differing import Differing
from brygga.store.events import Events
from brygga.store.feed import Feed
from brygga.store.groups import OutboxGroups
from brygga.store.homes import Homes
from brygga.store.inbox import Inbox
from brygga.store.links import Links
from brygga.store.mirroring import Mirroring
from brygga.store.outbox import Outbox
from brygga.store.parking import Parking
from brygga.store.postgres import PostgresDatabase
from brygga.store.progress import Progress
from brygga.store.purge import Purging
from brygga.store.raws import Raws
from brygga.store.records import Records
from brygga.store.repairs import Repairs
from brygga.store.sealing import Sealer
from brygga.store.settings import Settings
from brygga.store.signals import Signals
from brygga.store.sqlite import SqliteDatabase


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Store(
    Mirroring, Records, Homes, Feed, Inbox, Outbox, Signals, Links, Events, Repairs, Parking,
    Progress, Settings, Audit, Purging, OutboxGroups, Differing, Conflicts, Raws,
):  # fmt: skip
    """Everything the hub remembers, in SQLite or PostgreSQL. Blocking calls; safe from several threads."""

    _db: SqliteDatabase | PostgresDatabase

    @classmethod
    def open(cls, url: str, *, keys: Sealer, now: Callable[[], datetime] = _utc_now) -> Self:
        """Open `sqlite:///path/file.db` (four slashes: from the root) or `postgresql://…`.

        Raises SetupError with one sentence: wrong address, nobody there, wrong password, no such
        folder, read-only or full disk, not a database.
        """
        return cls(connect(url), keys, now)

    @property
    def database(self) -> Database:
        """The database itself, for `wire_state` and `credentials`, which share it."""
        return self._db

    def migrate(self) -> bool:
        """Bring the tables up to date; True if anything had to be done. Raises SetupError."""
        return migrate.migrate(self._db)

    def close(self) -> None:
        """Give all connections back."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def connect(url: str) -> SqliteDatabase | PostgresDatabase:
    """The database at an address. Raises SetupError."""
    if url.startswith("sqlite:///"):
        path = url.removeprefix("sqlite:///")
        if not path or path == ":memory:":
            raise trouble.wrong_url(url)
        return SqliteDatabase(Path(path))
    for prefix in ("postgresql+psycopg://", "postgresql://", "postgres://"):
        if url.startswith(prefix):
            return PostgresDatabase("postgresql://" + url.removeprefix(prefix))
    raise trouble.wrong_url(url)
