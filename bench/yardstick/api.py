"""The yardstick source as a connector: whole records, page by page, several pages under way at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import msgspec
from yardstick import mapping

from brygga.connectors.abilities import Caller, Page, RawRecord, Ref
from brygga.model import Mapped
from brygga.wire.call import Call

AHEAD = 4
"""Pages asked for before the first of them is used, as the floor does."""


class _Row(msgspec.Struct):
    id: str


class _Answer(msgspec.Struct):
    data: list[msgspec.Raw]
    pages: int
    total: int = 0


_page = msgspec.json.Decoder(_Answer)
_row = msgspec.json.Decoder(_Row)


class YardstickConnector:
    """Reads everything the yardstick source has."""

    streams = ("estate",)

    def __init__(self, wire: Caller, *, connection: str, settings: Any, secrets: Any) -> None:
        self._wire, self._connection = wire, connection

    async def pages(
        self, stream: str, *, since: datetime | None = None, cursor: str = ""
    ) -> AsyncIterator[Page]:
        """All pages from `cursor` (a page number) on."""
        number = int(cursor or 1)
        first = await self._ask(number, since)
        pending = {n: asyncio.ensure_future(self._ask(n, since)) for n in _next(number, first.pages)}
        answer = first
        try:
            while True:
                last = number >= answer.pages
                yield Page(records=self._raws(answer), cursor=str(number + 1), last=last, total=answer.total)
                if last:
                    return
                number += 1
                ahead = number + AHEAD - 1
                if ahead <= answer.pages and ahead not in pending:
                    pending[ahead] = asyncio.ensure_future(self._ask(ahead, since))
                answer = await pending.pop(number)
        finally:
            for unused in pending.values():
                unused.cancel()

    async def _ask(self, number: int, since: datetime | None) -> _Answer:
        query = [("page", str(number))]
        if since is not None:
            query.append(("updated_since", since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")))
        answer = await self._wire.call(Call(operation="estate.list", path="/objects", query=tuple(query)))
        return _page.decode(answer.body)

    def _raws(self, answer: _Answer) -> list[RawRecord]:
        now = datetime.now(UTC)
        return [
            RawRecord(kind="estate", source_id=_row.decode(one).id, body=bytes(one), fetched_at=now)
            for one in answer.data
        ]

    async def fetch(self, ref: Ref) -> RawRecord | None:
        """The yardstick has no reading by id."""
        return None

    def map(self, raw: RawRecord) -> Mapped:
        """Pure: see mapping.py."""
        return mapping.estate(raw, self._connection)

    def covers(self, stream: str, source_id: str) -> bool:
        """The list is whole."""
        return True

    def follow(self, mapped: Mapped) -> list[Ref]:
        """Nothing is named that is not in the list."""
        return []


def _next(number: int, pages: int) -> range:
    return range(number + 1, min(number + AHEAD, pages + 1))
