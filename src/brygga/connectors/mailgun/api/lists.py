"""The lists of addresses that the provider does not send to: reading, adding, removing.

Source: the OpenAPI file (bounces, unsubscribes, complaints; pages of at most 1,000).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl, quote, urlsplit

import msgspec

from brygga.connectors.abilities import Caller, Delivery
from brygga.connectors.mailgun.api.history import unreadable
from brygga.connectors.mailing.boxes import box
from brygga.model import Unsupported
from brygga.wire.call import Call, Repeat

PAGE = 1_000
MOST_PAGES = 10_000
LISTS = {"bounces": "bounced_hard", "complaints": "complained", "unsubscribes": "unsubscribed"}
"""Their list → what it says of an address."""
_SV = {
    "bounces": "Adressen har studsat.",
    "complaints": "Mottagaren har anmält skräppost.",
    "unsubscribes": "Mottagaren har avregistrerat sig.",
}
_READS = {"Accept": "application/json"}


class Row(msgspec.Struct, frozen=True):
    """One address of a list. `tags`: unsubscribed from those only; `*` is from everything."""

    address: str = ""
    created_at: str = ""
    code: str | int = ""
    error: str = ""
    tags: list[str] | None = None


class _Paging(msgspec.Struct, frozen=True):
    next: str = ""


class _Page(msgspec.Struct, frozen=True):
    items: list[Row] = []
    paging: _Paging = _Paging()


_PAGES = msgspec.json.Decoder(_Page)


async def rows(wire: Caller, domain: str, *, since: datetime | None) -> AsyncIterator[Delivery]:
    """Every address of every list; with `since` those added after it."""
    for name in LISTS:
        query: tuple[tuple[str, str], ...] = (("limit", str(PAGE)),)
        for _ in range(MOST_PAGES):
            page = await _page(wire, domain, name, query)
            for row in page.items:
                made = _delivery(name, row)
                if since is None or made.at is None or made.at >= since:
                    yield made
            query = tuple(parse_qsl(urlsplit(page.paging.next).query))
            if not page.items or not query:
                break


async def _page(wire: Caller, domain: str, name: str, query: tuple[tuple[str, str], ...]) -> _Page:
    call = Call(
        operation="suppression.list",
        path=f"/v3/{domain}/{name}",
        query=query,
        headers=_READS,
        sensitive=True,
    )
    answer = await wire.call(call)
    try:
        return _PAGES.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise unreadable() from error


def _delivery(name: str, row: Row) -> Delivery:
    facts = {"list": name} | ({"code": str(row.code)} if row.code else {})
    if row.tags:
        facts["tags"] = ",".join(row.tags)
    return Delivery(
        event=LISTS[name],
        recipient=row.address,
        id=f"{name}:{row.address.lower()}:{row.created_at}",
        at=_moment(row.created_at),
        sv=_SV[name],
        detail=row.error[:500],
        facts=facts,
    )


def _moment(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


async def add(wire: Caller, domain: str, address: str, *, which: str) -> None:
    """Put an address on a list. Raises Invalid for what is no address, Unsupported for no list."""
    row: dict[str, object] = {"address": box(address, wide=True).address}
    if _known(which) == "unsubscribes":
        row["tags"] = ["*"]
    call = Call(
        operation="suppression.add",
        method="POST",
        path=f"/v3/{domain}/{which}",
        headers=_READS,
        json=[row],
        repeat=Repeat.NATURAL,
        sensitive=True,
    )
    await wire.call(call)


async def remove(wire: Caller, domain: str, address: str, *, which: str) -> None:
    """Take an address off a list; one that is not there is well too."""
    call = Call(
        operation="suppression.remove",
        method="DELETE",
        path=f"/v3/{domain}/{_known(which)}/{quote(box(address, wide=True).address, safe='')}",
        headers=_READS,
        repeat=Repeat.NATURAL,
        accept_status=frozenset({404}),
        sensitive=True,
    )
    await wire.call(call)


def _known(which: str) -> str:
    if which not in LISTS:
        raise Unsupported(f"there is no list {which}", code="no_such_list", sv="Den listan finns inte.")
    return which
