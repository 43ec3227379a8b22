"""The lists of addresses that the provider does not send to: reading, adding, removing.

Source: the provider's OpenAPI file (suppressions). Only the global list of those who have
unsubscribed can be added to.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from urllib.parse import quote

import msgspec

from brygga.connectors.abilities import Caller, Delivery
from brygga.connectors.mailing.boxes import box
from brygga.model import Fault, Retryable, Unsupported
from brygga.wire.call import Call, Repeat

PAGE = 500
LISTS = {
    "bounces": "bounced_hard",
    "blocks": "bounced_soft",
    "invalid_emails": "rejected",
    "spam_reports": "complained",
    "unsubscribes": "unsubscribed",
}
"""Their list → what it says of an address."""
_SV = {
    "bounces": "Adressen har studsat.",
    "blocks": "Mottagarens server har spärrat ett mejl.",
    "invalid_emails": "Adressen går inte att skicka till.",
    "spam_reports": "Mottagaren har anmält skräppost.",
    "unsubscribes": "Mottagaren har avregistrerat sig.",
}
_READS = {"Accept": "application/json"}


class Row(msgspec.Struct, frozen=True):
    """One address of a list."""

    email: str = ""
    created: int = 0
    reason: str = ""
    status: str = ""


_ROWS = msgspec.json.Decoder(list[Row])


async def rows(wire: Caller, *, since: datetime | None) -> AsyncIterator[Delivery]:
    """Every address of every list, those added since `since` only if it is given."""
    for name in LISTS:
        offset = 0
        while True:
            found = await _page(wire, name, offset, since)
            for row in found:
                yield _delivery(name, row)
            if len(found) < PAGE:
                break
            offset += PAGE


async def _page(wire: Caller, name: str, offset: int, since: datetime | None) -> list[Row]:
    query: tuple[tuple[str, str], ...] = (("limit", str(PAGE)), ("offset", str(offset)))
    if since is not None:
        query += (("start_time", str(int(since.timestamp()))),)
    call = Call(
        operation="suppression.list",
        path=f"/v3/suppression/{name}",
        query=query,
        headers=_READS,
        sensitive=True,
    )
    answer = await wire.call(call)
    try:
        return _ROWS.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Retryable(
            "SendGrid's list is not a list of addresses",
            code="answer_unreadable",
            sv="SendGrid svarade med något vi inte kan läsa. Vi försöker igen.",
            fault=Fault.PROVIDER,
        ) from error


def _delivery(name: str, row: Row) -> Delivery:
    at = datetime.fromtimestamp(row.created, UTC) if 0 < row.created < 1e11 else None
    return Delivery(
        event=LISTS[name],
        recipient=row.email,
        id=f"{name}:{row.email.lower()}:{row.created}",
        at=at,
        sv=_SV[name],
        detail=row.reason[:500],
        facts={"list": name} | ({"status": row.status} if row.status else {}),
    )


async def add(wire: Caller, address: str, *, which: str) -> None:
    """Raises Invalid for what is no address, Unsupported for a list that only the provider fills."""
    if which != "unsubscribes":
        raise Unsupported(
            f"{which} cannot be added to",
            code="list_not_writable",
            sv="SendGrid fyller själv på den listan. Lägg adressen bland de avregistrerade i stället.",
        )
    call = Call(
        operation="suppression.add",
        method="POST",
        path="/v3/asm/suppressions/global",
        headers=_READS,
        json={"recipient_emails": [box(address).address]},
        repeat=Repeat.NATURAL,
        sensitive=True,
    )
    await wire.call(call)


async def remove(wire: Caller, address: str, *, which: str) -> None:
    """Take an address off a list; one that is not there is well too. Raises Invalid, Unsupported."""
    if which not in LISTS:
        raise Unsupported(f"there is no list {which}", code="no_such_list", sv="Den listan finns inte.")
    place = "/v3/asm/suppressions/global" if which == "unsubscribes" else f"/v3/suppression/{which}"
    call = Call(
        operation="suppression.remove",
        method="DELETE",
        path=f"{place}/{quote(box(address).address, safe='')}",
        headers=_READS,
        repeat=Repeat.NATURAL,
        accept_status=frozenset({404}),
        sensitive=True,
    )
    await wire.call(call)
