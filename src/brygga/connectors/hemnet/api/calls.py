"""The calls Hemnet's BostadsAPI takes, one method each: what is sent and what its answer means.

Paths and member names come from the settings. No call repeats itself: `wire` does that where
the manifest says that it is safe, and the saga looks before it writes where it is not.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlsplit

import msgspec

from brygga.connectors import manifest
from brygga.connectors.abilities import Caller
from brygga.connectors.hemnet.schema import Problem, PublicationStatus, Settings, publication_status
from brygga.model import Fault, OutcomeUnknown, Rejected, Retryable
from brygga.wire import correlation
from brygga.wire.call import Answer, Call, Repeat

_PROBLEM = msgspec.json.Decoder(Problem)  # built at import, as two threads must not build it at once

SENSITIVE: Final = frozenset({"seller.put", "billing.put", "key.create"})
"""Operations whose bodies are personal or secret: never logged, cached or kept."""

UNPROCESSABLE: Final = 422
MISSING: Final = 404
MOST_PAGES: Final = 2_000

Row = dict[str, Any]


class Calls:
    """Typed access to one connection's interface. Raises what `wire` raises, and Rejected for a 422."""

    def __init__(self, wire: Caller, *, connection: str, settings: Settings) -> None:
        self._wire = wire
        self._connection = connection
        self._settings = settings
        self._repeats = manifest.load("hemnet").repeat

    async def keys(self) -> list[Row]:
        """All keys of the account: never empty when the key in use is good (developer guide)."""
        return self._rows("key.list", await self._ask("key.list"))

    async def key(self, key_id: str) -> Row:
        """One key, with its name and expiry."""
        return _one(await self._ask("key.read", ids={"id": key_id}))

    async def create_key(self, name: str) -> Row:
        """Make a key. Its token is shown in this answer and never again."""
        return self._created("key.create", await self._ask("key.create", body={"name": name}, wrap="key"))

    async def delete_key(self, key_id: str) -> None:
        """Remove a key; one that is gone already is well."""
        await self._ask("key.delete", ids={"id": key_id}, accept=frozenset({MISSING}))

    def agencies(self) -> AsyncIterator[Row]:
        """The broker agencies this key may use."""
        return self._list("agency.list")

    async def create_agency(self, body: Row) -> Row:
        """Create a broker agency."""
        return self._created(
            "agency.create", await self._ask("agency.create", body=body, wrap="broker_agency")
        )

    def listings(self, reference: str) -> AsyncIterator[Row]:
        """The listings, narrowed to our reference where the interface can."""
        narrow = self._settings.reference_query
        return self._list("listing.list", query=((narrow, reference),) if narrow else ())

    async def create_listing(self, body: Row) -> Row:
        """Create a listing; it is not published by that."""
        return self._created("listing.create", await self._ask("listing.create", body=body, wrap="listing"))

    async def listing(self, listing_id: str) -> Row:
        """One listing."""
        return _one(await self._ask("listing.read", ids={"id": listing_id}))

    async def status(self, listing_id: str) -> PublicationStatus:
        """How a listing stands now."""
        return publication_status(await self.listing(listing_id))

    async def update_listing(self, listing_id: str, body: Row) -> None:
        """Change a listing partially."""
        await self._ask("listing.update", ids={"id": listing_id}, body=body, wrap="listing")

    def images(self, listing_id: str) -> AsyncIterator[Row]:
        """A listing's images with their state."""
        return self._list("image.list", ids={"id": listing_id})

    async def create_image(self, listing_id: str, body: Row) -> Row:
        """Give an image by its address; Hemnet fetches it afterwards."""
        return self._created(
            "image.create", await self._ask("image.create", ids={"id": listing_id}, body=body, wrap="image")
        )

    async def delete_image(self, listing_id: str, image_id: str) -> None:
        """Remove an image; one that is gone already is well."""
        ids = {"id": listing_id, "image_id": image_id}
        await self._ask("image.delete", ids=ids, accept=frozenset({MISSING}))

    async def put_seller(self, listing_id: str, body: Row) -> None:
        """Write the seller information (write-only there)."""
        await self._ask("seller.put", ids={"id": listing_id}, body=body, wrap="seller_information")

    async def put_billing(self, listing_id: str, body: Row) -> None:
        """Write the billing information (write-only there)."""
        await self._ask("billing.put", ids={"id": listing_id}, body=body, wrap="billing_information")

    async def set_market_state(self, listing_id: str, state: str) -> None:
        """Move to another market state; ask `status` first which ones are allowed."""
        await self._ask("market_state.set", ids={"id": listing_id}, body={"marketState": state})

    async def publish(self, listing_id: str, *, auto_approve: bool) -> None:
        """Publish. With `auto_approve` either published and approved, or neither (changelog 044)."""
        body = {"allowedAutoApprove": True} if auto_approve else {}
        await self._ask("listing.publish", ids={"id": listing_id}, body=body)

    async def unpublish(self, listing_id: str) -> None:
        """Take a listing down."""
        await self._ask("listing.unpublish", ids={"id": listing_id}, body={})

    def sales(self, listing_id: str) -> AsyncIterator[Row]:
        """The reported sales, narrowed to a listing where the interface can."""
        return self._list("sale.list", query=((self._settings.sale_listing_member, listing_id),))

    async def create_sale(self, body: Row) -> Row:
        """Report a sale."""
        return self._created("sale.create", await self._ask("sale.create", body=body, wrap="sale"))

    async def update_sale(self, sale_id: str, body: Row) -> None:
        """Correct a reported sale."""
        await self._ask("sale.update", ids={"id": sale_id}, body=body, wrap="sale")

    async def _list(
        self, operation: str, *, ids: Mapping[str, str] | None = None, query: tuple[tuple[str, str], ...] = ()
    ) -> AsyncIterator[Row]:
        """All rows over all pages: by the `next` member where there is one, else by offset."""
        limit, offset = self._settings.list_limit, 0
        cursor: tuple[tuple[str, str], ...] = ()
        seen: set[str] = set()
        for _ in range(MOST_PAGES):
            paging = cursor or ((self._settings.offset_query, str(offset)),) * bool(offset)
            size = ((self._settings.limit_query, str(limit)),)
            document = await self._ask(operation, ids=ids, query=(*query, *size, *paging))
            rows = self._rows(operation, document)
            fresh = [row for row in rows if row_id(row) not in seen]
            for row in fresh:
                yield row
            seen.update(row_id(row) for row in fresh)
            offset += len(rows)
            cursor = self._cursor(document)
            if not fresh or (not cursor and len(rows) < limit):
                return

    def _cursor(self, document: Any) -> tuple[tuple[str, str], ...]:
        """The question for the next page. Of an address only its query is used, never its host."""
        value = document.get(self._settings.next_member) if isinstance(document, dict) else None
        if not isinstance(value, str | int) or not value:
            return ()
        if str(value).startswith(("http:", "https:", "/", "?")):
            taken = {self._settings.limit_query, self._settings.reference_query}
            return tuple((k, v) for k, v in parse_qsl(urlsplit(str(value)).query) if k not in taken)
        return ((self._settings.cursor_query, str(value)),)

    async def _ask(
        self,
        operation: str,
        *,
        ids: Mapping[str, str] | None = None,
        query: tuple[tuple[str, str], ...] = (),
        body: Row | None = None,
        wrap: str = "",
        accept: frozenset[int] = frozenset(),
    ) -> Any:
        """One call; its decoded answer."""
        method, _, path = self._settings.paths[operation.replace(".", "_")].partition(" ")
        quoted = {name: quote(value, safe="") for name, value in (ids or {}).items()}
        repeat = Repeat(self._repeats.get(operation, "read"))
        call = Call(
            operation=operation,
            method=method,
            path=path.format(**quoted),
            query=query,
            json={wrap: body} if wrap and self._settings.wrap_requests else body,
            repeat=repeat,
            sensitive=operation in SENSITIVE,
            accept_status=accept | ({UNPROCESSABLE} if repeat is not Repeat.READ else frozenset()),
        )
        answer = await self._wire.call(call)
        if answer.status == UNPROCESSABLE:
            raise self._refusal(call, answer)
        return self._decoded(call, answer)

    def _decoded(self, call: Call, answer: Answer) -> Any:
        """The answer's JSON. Unreadable: a write that cannot be repeated may well have been done."""
        if not answer.body.strip() or answer.status == MISSING:
            return {}
        try:
            return msgspec.json.decode(answer.body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise self._unreadable(call.operation, "the answer is not JSON") from error

    def _unreadable(self, operation: str, why: str) -> OutcomeUnknown | Retryable:
        """Doubt after a write that cannot be repeated blindly; otherwise only a reason to ask again."""
        doubtful = self._repeats.get(operation) in (Repeat.READBACK, Repeat.NONE)
        return (OutcomeUnknown if doubtful else Retryable)(
            why,
            code="answer_unreadable",
            sv="Hemnet svarade med något vi inte kan läsa.",
            connection=self._connection,
            operation=operation,
            correlation_id=correlation.current(),
            fault=Fault.PROVIDER,
        )

    def _created(self, operation: str, document: Any) -> Row:
        """The resource that a create gave. Without an id nobody knows what was made."""
        row = _one(document)
        if not row_id(row):
            raise self._unreadable(operation, "the answer to a create names no id")
        return row

    def _rows(self, operation: str, document: Any) -> list[Row]:
        """The rows of a list answer: the list itself, or the first list in its wrapping.

        Anything else is not an empty list: nothing may be concluded from it.
        """
        found = document
        if isinstance(document, dict):
            found = next((v for v in document.values() if isinstance(v, list)), None)
        if not isinstance(found, list):
            raise self._unreadable(operation, "the answer is not a list")
        return [row for row in found if isinstance(row, dict)]

    def _refusal(self, call: Call, answer: Answer) -> Rejected:
        """A 422 as Rejected: machine codes always, words for people only where they are not personal."""
        try:
            problems = _PROBLEM.decode(answer.body).errors
        except (msgspec.DecodeError, UnicodeDecodeError):
            problems = ()
        codes = ", ".join(p.type for p in problems if p.type) or "not_accepted"
        reason = "; ".join(p.message.rstrip(".") for p in problems if p.message)
        shown = "uppgifterna" if call.sensitive or not reason else f"uppgifterna: {reason[:500]}"
        return Rejected(
            f"{call.operation} was refused: {codes}",
            code="not_accepted",
            sv=f"Hemnet tog inte emot {shown}. Att skicka igen hjälper inte. Rätta dem först.",
            connection=self._connection,
            operation=call.operation,
            correlation_id=correlation.current(),
            fault=Fault.OFFICE,
            status=UNPROCESSABLE,
        )


def row_id(row: Mapping[str, Any]) -> str:
    """The id of a resource as text; an empty text when it has none."""
    value = row.get("id")
    return "" if value is None else str(value)


def _one(document: Any) -> Row:
    """A single resource, taken out of its wrapping (`{"key": {…}}`) where there is one."""
    if not isinstance(document, dict):
        return {}
    if len(document) == 1 and isinstance(inner := next(iter(document.values())), dict):
        return inner
    return document
