"""What every archive can do, whether it is a disk, a bucket or a document library."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Protocol, runtime_checkable

import msgspec


class Stored(msgspec.Struct, frozen=True, kw_only=True):
    """What an archive knows of a file without opening it. `sha256` is of the whole file, in hex."""

    key: str
    size_bytes: int
    sha256: str
    content_type: str
    stored_at: datetime


@runtime_checkable
class Archive(Protocol):
    """Files by key. A file is there whole or not at all, and reading checks that it is unchanged.

    Keys: `brygga.archive.keys`. Errors: `brygga.archive.errors`; every method may raise BadKey.
    """

    async def put(self, key: str, data: bytes, *, content_type: str, if_absent: bool = False) -> Stored:
        """Store `data`; when it returns, the file has reached the medium.

        Replaces what was there, unless `if_absent`: then AlreadyStored is raised and of several
        at once exactly one succeeds. Raises ArchiveFull or ArchiveUnwritable with nothing changed.
        """
        ...

    async def get(self, key: str) -> bytes:
        """The whole file. Raises NotStored, or Damaged when it does not match its fingerprint."""
        ...

    async def info(self, key: str) -> Stored:
        """What is known of a file. Raises NotStored, or Damaged when its facts are lost."""
        ...

    def stream(
        self, key: str, *, start: int = 0, end: int | None = None, chunk_bytes: int = 1 << 18
    ) -> AsyncIterator[bytes]:
        """Bytes `start` up to but not including `end`, in chunks; the whole file is checked first.

        Raises NotStored, Damaged, and Invalid for a range outside the file.
        """
        ...

    async def exists(self, key: str) -> bool:
        """Whether a file lies under that key."""
        ...

    def list(self, prefix: str = "") -> AsyncIterator[Stored]:
        """Every file under a folder (`documents/`), in the order of their keys; all without prefix."""
        ...

    async def delete(self, key: str) -> bool:
        """Remove a file for good; False if there was none."""
        ...
