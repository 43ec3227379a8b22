"""Each call to Mspecs that we make. Every one about a brokerage names it in a header (CONTRACT.md, model)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

import msgspec

from brygga.connectors.abilities import Caller
from brygga.connectors.mspecs.mapping import is_id
from brygga.connectors.mspecs.schema import Settings
from brygga.model import Fault, Invalid, Retryable
from brygga.wire.call import Answer, Call, Repeat

JSON: Final = "application/json"
_MISSING: Final = frozenset({404})
_NOT_SOLD: Final = frozenset({500})
"""What the statistics answer for a deal that is unknown or not sold (CONTRACT.md, errors)."""
_DECODER: Final = msgspec.json.Decoder()


class Calls:
    """The calls of one connection: one brokerage (*subscriber*) of one provider account."""

    def __init__(self, wire: Caller, *, connection: str, settings: Settings) -> None:
        self._wire = wire
        self._connection = connection
        self._settings = settings

    async def subscribers(self) -> list[dict[str, Any]]:
        """Every brokerage that has our service switched on, or had it."""
        call = Call(operation="subscriber.list", path="/api/provider/subscribers", headers={"Accept": JSON})
        return self._list(await self._wire.call(call), call.operation)

    async def organization(self, *, office: str = "", user: str = "") -> dict[str, Any]:
        """The brokerage with its offices and colleagues, or with one of them."""
        query = tuple((name, one) for name, one in (("officeId", office), ("userId", user)) if one)
        call = self._call("organization.read", self._settings.organization_path, query=query, sensitive=True)
        answer = await self._wire.call(
            msgspec.structs.replace(call, accept_status=_MISSING if query else frozenset())
        )
        return {} if answer.status == 404 else self._object(answer, call.operation)

    async def published(self) -> list[dict[str, Any]]:
        """The whole list of published deals. There is no paging."""
        accept = _MISSING if self._settings.empty_is_404 else frozenset()
        call = self._call("deal.list", "/api/marketing/deals", accept_status=accept)
        answer = await self._wire.call(call)
        return [] if answer.status == 404 else self._list(answer, call.operation)

    async def sold(self, *, cursor: str = "", after: datetime | None = None) -> tuple[Answer, dict[str, Any]]:
        """A page of deals published as sold, newest first: the answer and its decoded body."""
        query = [("limit", str(self._settings.sold_limit))]
        query += [("next", cursor)] if cursor else []
        query += [("afterDate", with_z(after))] if after is not None else []
        accept = _MISSING if self._settings.empty_is_404 else frozenset()
        call = self._call("sold.list", "/api/marketing/sold/deals", query=tuple(query), accept_status=accept)
        answer = await self._wire.call(call)
        return answer, {} if answer.status == 404 else self._object(answer, call.operation)

    async def deal(self, deal_id: str) -> Answer:
        """One deal, published or sold; status 404 when Mspecs has none by that id."""
        path = f"/api/marketing/deals/{self._id(deal_id)}"
        return await self._wire.call(self._call("deal.read", path, accept_status=_MISSING, sensitive=True))

    async def report(self, deal_id: str, status: str) -> None:
        """Set how a deal stands at us. The same PUT twice is the same as once."""
        path = self._settings.status_path.replace("{dealId}", self._id(deal_id))
        await self._wire.call(
            self._call("deal.status", path, method="PUT", json={"status": status}, repeat=Repeat.NATURAL)
        )

    async def restricted(self, deal_id: str) -> Answer:
        """The most sensitive part of a deal. Who calls this has looked at the grants."""
        path = f"/api/dealService/deals/{self._id(deal_id)}/restricted"
        return await self._wire.call(
            self._call("deal.restricted", path, accept_status=_MISSING, sensitive=True)
        )

    async def statistics(self, deal_id: str) -> dict[str, Any] | None:
        """What is told of a sold deal; None when it is unknown or not sold, which is answered by 500."""
        path = f"/api/statistics/sold/deals/{self._id(deal_id)}"
        answer = await self._wire.call(self._call("statistics.read", path, accept_status=_NOT_SOLD))
        return None if answer.status == 500 else self._object(answer, "statistics.read")

    async def bytes_at(self, path: str, query: tuple[tuple[str, str], ...], *, most: int) -> Answer:
        """A file's bytes from an address below our own base address."""
        return await self._wire.call(
            Call(
                operation="file.read",
                path=path,
                query=query,
                headers={"Accept": "*/*"},
                accept_status=frozenset({403, 404, 410}),
                max_bytes=most,
            )
        )

    async def bytes_elsewhere(self, url: str, *, most: int) -> Answer:
        """A file's bytes from a place of its own, without our sign-in. Raises Refused on our own net."""
        return await self._wire.call(
            Call(
                operation="file.read",
                path=url,
                elsewhere=True,
                headers={"Accept": "*/*"},
                accept_status=frozenset({403, 404, 410}),
                max_bytes=most,
            )
        )

    def odd(self, operation: str, code: str, message: str) -> Retryable:
        """An answer with status 200 that is none: the provider's passing fault."""
        return Retryable(
            message,
            code=code,
            sv="Mspecs gav ett svar som inte gick att läsa. Vi försöker igen. Du behöver inte göra något.",
            connection=self._connection,
            operation=operation,
            fault=Fault.PROVIDER,
        )

    def _call(self, operation: str, path: str, **more: Any) -> Call:
        headers: Mapping[str, str] = {"Accept": JSON, "subscriber-id": self._settings.subscriber_id}
        return Call(operation=operation, path=path, headers=headers, **more)

    def _id(self, value: str) -> str:
        """An id as one path segment. Dots stay (RFC 3986 §2.3), pipes are encoded; dots alone are no id."""
        if not is_id(value):
            raise Invalid("That is not an id of Mspecs'.", code="bad_reference", connection=self._connection)
        return quote(value, safe="")

    def _object(self, answer: Answer, operation: str) -> dict[str, Any]:
        value = self._decoded(answer, operation)
        if type(value) is not dict:
            raise self.odd(operation, "not_json", "The answer is not an object.")
        return value

    def _list(self, answer: Answer, operation: str) -> list[dict[str, Any]]:
        value = self._decoded(answer, operation)
        if type(value) is not list:
            raise self.odd(operation, "not_json", "The answer is not a list.")
        return [row if type(row) is dict else {} for row in value]

    def _decoded(self, answer: Answer, operation: str) -> Any:
        try:
            return _DECODER.decode(answer.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise self.odd(operation, "not_json", "The answer could not be read.") from error


def with_z(moment: datetime) -> str:
    """RFC 3339 in UTC with `Z`, as in the contract's example."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
