"""Vitec's lists, page by page: ids and change dates, from which records are fetched one by one.

CONTRACT.md §6: `index`, `count` (pages), `totalRowCount`, `rows`; no order is promised and no
snapshot is held, so a row may come twice or be missed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from urllib.parse import quote

import msgspec

from brygga.connectors.abilities import Caller, Page, RawRecord, Ref
from brygga.connectors.vitec.mapping.reading import is_id
from brygga.connectors.vitec.schema import ListPage, ListRow, Office
from brygga.model import Fault, Retryable, Unsupported
from brygga.model.intake import Intake
from brygga.wire.call import Call

# Built at import: two threads that first build the same decoder at once can crash msgspec 0.22.
_LIST_PAGE = msgspec.json.Decoder(ListPage)
_LIST_ROW = msgspec.json.Decoder(ListRow)
_OFFICE = msgspec.json.Decoder(Office)

SECTIONS = {
    "office": "Office",
    "agent": "User",
    "area": "Area",
    "brand": "Brand",
    "project": "Project",
    "estate": "Estate",
    "association": "Association",
}
"""Kind of record → its name in the vendor's paths. Associations have no list."""

STREAMS = ("office", "agent", "area", "brand", "project", "estate")
JSON = {"Accept": "application/json"}
_GROUP = "G"
"""How the customer id of a group begins (§1); the list of areas refuses such an id (§11)."""


class Listings:
    """The lists of one customer id, or of a group of customers."""

    def __init__(self, wire: Caller, *, connection: str, customer: str, page_size: int) -> None:
        self._wire = wire
        self._connection = connection
        self._customer = customer
        self._page_size = page_size

    async def pages(
        self, stream: str, *, since: datetime | None = None, cursor: str = ""
    ) -> AsyncIterator[Page]:
        """One kind's list. `cursor`: page index; for a group's areas `<office number>.<page index>`.

        A row that was seen already is given once; one without a usable id is left out, and
        `total` then tells that the listing has holes. An empty page in the middle is a fault, not
        an end: Retryable.
        """
        customers = [self._customer]
        if stream == "area" and self._customer.startswith(_GROUP):
            customers = await self._customers_of_group()
        if not customers:
            yield Page(last=True)
        first, _, index = cursor.rpartition(".")
        seen: set[str] = set()
        for number in range(_whole(first), len(customers)):
            at = _whole(index) if number == _whole(first) else 0
            more = number + 1 < len(customers)
            async for page in self._of_customer(stream, customers[number], at, since, seen):
                if len(customers) > 1:
                    page.cursor = f"{number + 1}.0" if page.last else f"{number}.{page.cursor}"
                    page.last, page.total = page.last and not more, None
                yield page

    async def _of_customer(
        self, stream: str, customer: str, index: int, since: datetime | None, seen: set[str]
    ) -> AsyncIterator[Page]:
        while True:
            answer = await self.page(stream, index, customer=customer, since=since, size=self._page_size)
            last = index + 1 >= answer.count
            if not answer.rows and not last:
                raise self._odd(f"{stream}.list", "empty_page", "A page in the middle of the list is empty.")
            page = Page(cursor=str(index + 1), last=last, total=answer.total_row_count)
            _fill(page, stream, answer, seen)
            yield page
            if last:
                return
            index += 1

    async def page(
        self, stream: str, index: int, *, size: int, customer: str = "", since: datetime | None = None
    ) -> ListPage:
        """One page as it came. Raises Retryable when it is not the page that was asked for."""
        if stream not in STREAMS:
            raise Unsupported(
                f"Vitec has no list of {stream}.", connection=self._connection, operation="list"
            )
        operation = f"{stream}.list"
        call = _call(operation, stream, customer or self._customer, index, since, size)
        answer = await self._wire.call(call)
        try:
            page = _LIST_PAGE.decode(answer.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise self._odd(operation, "not_json", "The list could not be read.") from error
        if page.index != index:
            raise self._odd(operation, "other_page", "Another page came than the one asked for.")
        return page

    async def office_of(self, customer_id: str) -> str:
        """The id of the office with a customer id, which notices name it by (§8); `""` if none."""
        offices = await self._offices()
        return next((one for one, customer in offices.items() if customer == customer_id), "")

    async def _customers_of_group(self) -> list[str]:
        return sorted({customer for customer in (await self._offices()).values() if is_id(customer)})

    async def _offices(self) -> dict[str, str]:
        """Office id → customer id. A group's list may leave the latter out (§11), so each is read."""
        found: dict[str, str] = {}
        async for page in self._of_customer("office", self._customer, 0, None, set()):
            for ref in page.refs:
                found[ref.source_id] = await self._customer_of(ref.source_id)
        return found

    async def _customer_of(self, office_id: str) -> str:
        call = Call(
            operation="office.read",
            path=f"/Advertising/Office/{quote(self._customer, safe='')}/{quote(office_id, safe='')}",
            headers=JSON,
            accept_status=frozenset({404}),
        )
        answer = await self._wire.call(call)
        if answer.status == 404:
            return ""
        try:
            return _OFFICE.decode(answer.body).customer_id or ""
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise self._odd("office.read", "not_json", "The office could not be read.") from error

    def _odd(self, operation: str, code: str, message: str) -> Retryable:
        return odd_answer(self._connection, operation, code, message)


def odd_answer(connection: str, operation: str, code: str, message: str) -> Retryable:
    """An answer with status 200 that is none: the provider's passing fault."""
    return Retryable(
        message,
        code=code,
        sv="Vitec gav ett svar som inte gick att läsa. Vi försöker igen. Du behöver inte göra något.",
        connection=connection,
        operation=operation,
        fault=Fault.PROVIDER,
    )


def _call(operation: str, stream: str, customer: str, index: int, since: datetime | None, size: int) -> Call:
    """Brands have a path and a prefix of their own (§6)."""
    prefix = "criteria.paging." if stream == "brand" else "paging."
    query = [(f"{prefix}pageIndex", str(index)), (f"{prefix}pageSize", str(size))]
    if since is not None:
        query.append(("criteria.changedAtMinValue", with_offset(since)))
    section = "Brand/List" if stream == "brand" else SECTIONS[stream]
    path = f"/Advertising/{section}/{quote(customer, safe='')}"
    return Call(operation=operation, path=path, query=tuple(query), headers=JSON)


def _fill(page: Page, stream: str, answer: ListPage, seen: set[str]) -> None:
    """References (or, for brands, whole records) of the rows that are new."""
    for raw in answer.rows:
        row = _row(raw)
        if row is None or row.id is None or row.id in seen or not is_id(row.id):
            continue
        seen.add(row.id)
        if stream == "brand":
            now = datetime.now(UTC)
            page.records.append(RawRecord(kind=stream, source_id=row.id, body=bytes(raw), fetched_at=now))
        else:
            changed_at = Intake().moment(row.changed_at, "changedAt")
            page.refs.append(Ref(kind=stream, source_id=row.id, changed_at=changed_at))


def _row(raw: msgspec.Raw) -> ListRow | None:
    try:
        return _LIST_ROW.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def with_offset(moment: datetime) -> str:
    """With an explicit offset, which Vitec honours; `Z`, because a plus is a space to some readers."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
