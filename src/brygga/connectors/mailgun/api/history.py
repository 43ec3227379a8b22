"""The list of events: for reading a doubtful send back, and for what webhooks missed.

Source: the OpenAPI file (events, at most 300 a page) and the older manual: events come late and out
of order, so the last half hour is read again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec

from brygga.connectors.abilities import Caller, Delivery
from brygga.connectors.mailgun.mapping import events
from brygga.model import Fault, Retryable
from brygga.wire.call import Call

PAGE = 300
MOST_PAGES = 2_000


class _Paging(msgspec.Struct, frozen=True):
    next: str = ""


class _Events(msgspec.Struct, frozen=True):
    items: list[dict[str, Any]] = []
    paging: _Paging = _Paging()


_PAGES = msgspec.json.Decoder(_Events)


async def happened(wire: Caller, domain: str, *, since: datetime, until: datetime) -> AsyncIterator[Delivery]:
    """All events of a time, oldest first."""
    query = (
        ("begin", f"{since.timestamp():.0f}"),
        ("end", f"{until.timestamp():.0f}"),
        ("ascending", "yes"),
        ("limit", str(PAGE)),
    )
    async for row in _rows(wire, domain, query):
        yield events.delivery(row)


async def of_message(wire: Caller, domain: str, message_id: str) -> list[Delivery]:
    """The events of one mail, by its Message-ID."""
    query = (("message-id", message_id.strip("<>")), ("limit", str(PAGE)))
    return [events.delivery(row) async for row in _rows(wire, domain, query)]


async def _rows(
    wire: Caller, domain: str, query: tuple[tuple[str, str], ...]
) -> AsyncIterator[dict[str, Any]]:
    path = f"/v3/{domain}/events"
    for _ in range(MOST_PAGES):
        answer = await wire.call(_reading(path, query))
        try:
            page = _PAGES.decode(answer.body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise unreadable() from error
        for row in page.items:
            yield row
        path = next_path(page.paging.next)
        query = ()
        if not page.items or not path:
            return


def _reading(path: str, query: tuple[tuple[str, str], ...]) -> Call:
    return Call(
        operation="event.list",
        path=path,
        query=query,
        headers={"Accept": "application/json"},
        sensitive=True,
    )


def next_path(address: str) -> str:
    """The path of a following page. Only that is taken: an answer does not choose whom we call."""
    return urlsplit(address).path if address else ""


def unreadable() -> Retryable:
    """A list that is not one."""
    return Retryable(
        "Mailgun's list cannot be read",
        code="answer_unreadable",
        sv="Mailgun svarade med något vi inte kan läsa. Vi försöker igen.",
        fault=Fault.PROVIDER,
    )
