"""Reading from an outside system: listings, records, files."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

import msgspec

from brygga.model import Mapped


class Ref(msgspec.Struct, frozen=True, kw_only=True):
    """A record named by its source but not fetched yet."""

    kind: str
    source_id: str
    changed_at: datetime | None = None


class RawRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record as its source gave it: the exact bytes, kept raw (encrypted) in the store."""

    kind: str
    source_id: str
    body: bytes
    fetched_at: datetime


class Page(msgspec.Struct, kw_only=True):
    """One page of a listing: whole records, or references to fetch one by one.

    `cursor` resumes after this page; `last` marks the end; `total` is the source's own count.
    """

    refs: list[Ref] = []
    records: list[RawRecord] = []
    cursor: str = ""
    last: bool = False
    total: int | None = None


@runtime_checkable
class ReadRecords(Protocol):
    """Ability `read`: list, fetch, map. `streams` are the kinds that can be listed, in order."""

    streams: tuple[str, ...]

    def pages(self, stream: str, *, since: datetime | None = None, cursor: str = "") -> AsyncIterator[Page]:
        """The listing of one kind, from `cursor` on; with `since`, only what changed after it."""
        ...

    async def fetch(self, ref: Ref) -> RawRecord | None:
        """One record by its source id; None when the source says that it does not exist."""
        ...

    def map(self, raw: RawRecord) -> Mapped:
        """Pure: raw bytes → records and findings. Raises Invalid when nothing usable is left."""
        ...

    def covers(self, stream: str, source_id: str) -> bool:
        """Pure: whether the listing of `stream` would name this record if it were still there."""
        ...

    def follow(self, mapped: Mapped) -> list[Ref]:
        """Pure: records that only this one names (an association has no listing of its own)."""
        ...


@runtime_checkable
class ReadFiles(Protocol):
    """Ability `files`: bytes of pictures and documents by their source id."""

    async def image(self, source_id: str) -> bytes:
        """The picture's bytes as the source has them."""
        ...

    async def file(self, source_id: str) -> bytes:
        """The document's bytes as the source has them."""
        ...


class Captured(msgspec.Struct, kw_only=True):
    """What a connector found in a file that somebody saved. `what`: in Swedish, what the file is.

    `outside`: member name → how many leaves lie beside the rows.
    """

    rows: list[RawRecord]
    outside: dict[str, int]
    what: str


@runtime_checkable
class ReadCaptured(Protocol):
    """Ability `captured`: read a saved answer without a connection. Both are called on the class."""

    @staticmethod
    def captured(body: bytes, *, fetched_at: datetime) -> Captured | None:
        """Pure: the rows of a saved file; None when it is nothing of this system's."""
        ...

    @staticmethod
    def map_captured(raw: RawRecord, connection: str) -> Mapped:
        """Pure: as `map`, without a connection that is set up."""
        ...


@runtime_checkable
class ReadRegister(Protocol):
    """Ability `register`: all that the property register may tell us of one property (*fastighet*)."""

    async def extract(self, designation: str) -> Any:
        """Gather the products that the firm may use, and say which it may not (`outcomes`).

        Raises Invalid (`not_a_designation`), Rejected (`designation_not_found`, `several_exact`).
        A person's name or number is never a search key.
        """
        ...


@runtime_checkable
class Acknowledge(Protocol):
    """Ability `acknowledge`: the source waits to be told that what it published is shown with us.

    Called after the record is stored, safe to repeat.
    """

    def pending(self, raw: RawRecord) -> bool:
        """Pure: whether the source still waits for our word on this record."""
        ...

    async def acknowledge(self, source_id: str, shown: bool) -> None:
        """Report the record as shown, or as not. Raises what wire raises."""
        ...
