"""Vitec Connect, read side: listings, records by id, pictures and files, notifications.

Lists give ids and change dates only; each record is fetched by its id (CONTRACT.md §2, §6).
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import msgspec

from brygga.connectors.abilities import (
    Caller,
    Checked,
    Notice,
    Page,
    RawRecord,
    Ref,
    Secrets,
    WebhookRequest,
)
from brygga.connectors.vitec import mapping, webhooks
from brygga.connectors.vitec.reading import is_id
from brygga.connectors.vitec.schema import ListPage, ListRow
from brygga.model import Estate, Fault, Invalid, Mapped, Rejected, Relation, Retryable, Unsupported
from brygga.model.intake import Intake
from brygga.wire.call import Call

_SECTIONS = {
    "office": "Office",
    "agent": "User",
    "area": "Area",
    "brand": "Brand",
    "project": "Project",
    "estate": "Estate",
    "association": "Association",
}
_EXTENDABLE = {"estate", "project"}
_JSON = {"Accept": "application/json"}
_NOT_FOUND = frozenset({404})
_IMAGE_BYTES = 60_000_000
_FILE_BYTES = 100_000_000


class VitecConnector:
    """Reads an office's database in Vitec. One connection is one customer id."""

    streams = ("office", "agent", "area", "brand", "project", "estate")

    def __init__(
        self, wire: Caller, *, connection: str, settings: Mapping[str, Any], secrets: Secrets
    ) -> None:
        self._wire = wire
        self._connection = connection
        self._secrets = secrets
        self._customer = str(settings.get("customer_id") or "")
        self._page_size = int(settings.get("page_size") or 100)
        names = str(settings.get("extend") or "").replace(",", " ").split()
        self._extend = str(settings.get("extend_joiner") or "+").join(names)
        kinds = str(settings.get("contact_kinds") or "Person,Company,DeceasedEstate")
        self._read_contacts = bool(settings.get("read_contacts", True))
        self._contact_kinds = [kind.strip() for kind in kinds.split(",") if kind.strip()]

    @classmethod
    def authorise(
        cls, settings: Mapping[str, Any], secrets: Secrets
    ) -> Callable[[Call], Awaitable[Mapping[str, str]]]:
        """HTTP Basic with the partner's user name and the customer's password, read at each try."""
        username = str(settings.get("username") or "")

        async def headers(_: Call) -> Mapping[str, str]:
            pair = f"{username}:{await secrets('password')}".encode()
            return {"Authorization": f"Basic {base64.b64encode(pair).decode('ascii')}"}

        return headers

    # ------------------------------------------------------------------ check

    async def check(self) -> Checked:
        """One row of the office list and of the estate list: both rights that reading needs."""
        offices = await self._list("office", 0, since=None, size=1)
        estates = await self._list("estate", 0, since=None, size=1)
        return Checked(
            ok=True,
            sv="Vitec svarar och släpper in oss.",
            abilities={"check": "ok", "read": "ok", "files": "unknown", "webhooks": "unknown"},
            facts={"offices": offices.total_row_count, "estates": estates.total_row_count},
        )

    # ------------------------------------------------------------------ read

    async def pages(
        self, stream: str, *, since: datetime | None = None, cursor: str = ""
    ) -> AsyncIterator[Page]:
        """The listing of one kind; `cursor` is the index of the next page.

        Rows have no promised order: one that was seen already is given once, and one without an id
        is left out (`total` then tells that the listing has holes). An empty page in the middle is
        a fault, not an end: Retryable.
        """
        index = int(cursor) if cursor.isdigit() else 0
        seen: set[str] = set()
        while True:
            answer = await self._list(stream, index, since=since, size=self._page_size)
            last = index + 1 >= answer.count
            if not answer.rows and not last:
                raise self._odd(f"{stream}.list", "empty_page", "A page in the middle of the list is empty.")
            yield self._page(stream, answer, seen, cursor=str(index + 1), last=last)
            if last:
                return
            index += 1

    def _page(self, stream: str, answer: ListPage, seen: set[str], *, cursor: str, last: bool) -> Page:
        """References (or, for brands, whole records) of the rows that are new."""
        page = Page(cursor=cursor, last=last, total=answer.total_row_count)
        for raw in answer.rows:
            row = _row(raw)
            if row is None or row.id is None or row.id in seen or not is_id(row.id):
                continue
            seen.add(row.id)
            if stream == "brand":
                page.records.append(_raw(stream, row.id, bytes(raw), None))
            else:
                page.refs.append(Ref(kind=stream, source_id=row.id, changed_at=_changed(row.changed_at)))
        return page

    async def _list(self, stream: str, index: int, *, since: datetime | None, size: int) -> ListPage:
        if stream not in self.streams:
            raise Unsupported(
                f"Vitec has no list of {stream}.", connection=self._connection, operation="list"
            )
        operation = f"{stream}.list"
        answer = await self._wire.call(self._list_call(operation, stream, index, since, size))
        try:
            page = msgspec.json.decode(answer.body, type=ListPage)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise self._odd(operation, "not_json", "The list could not be read.") from error
        if page.index != index:
            raise self._odd(operation, "other_page", "Another page came than the one asked for.")
        return page

    def _list_call(self, operation: str, stream: str, index: int, since: datetime | None, size: int) -> Call:
        """Brands have a path and a prefix of their own (CONTRACT.md §6)."""
        brand = stream == "brand"
        prefix = "criteria.paging." if brand else "paging."
        query = [(f"{prefix}pageIndex", str(index)), (f"{prefix}pageSize", str(size))]
        if since is not None:
            query.append(("criteria.changedAtMinValue", _with_offset(since)))
        section = "Brand/List" if brand else _SECTIONS[stream]
        return Call(
            operation=operation,
            path=f"/Advertising/{section}/{quote(self._customer, safe='')}",
            query=tuple(query),
            headers=_JSON,
        )

    async def fetch(self, ref: Ref) -> RawRecord | None:
        """One record by id; None when Vitec answers 404. Raises Unsupported for other kinds.

        A relation lives in its notices alone; one that is asked for by id is one that a notice took
        away, so it is None.
        """
        if ref.kind == "relation":
            return None
        source_id = self._checked_id(ref.source_id)
        if ref.kind == "contact":
            return await self._contact(source_id)
        if ref.kind not in _SECTIONS:
            raise Unsupported(
                f"Vitec has no {ref.kind} to fetch.", connection=self._connection, operation="read"
            )
        if ref.kind == "office" and source_id == self._customer:
            return await self._office_of_customer()
        return await self._record(ref.kind, source_id)

    def _checked_id(self, source_id: str) -> str:
        if not is_id(source_id):
            raise Invalid("That is not an id of Vitec's.", code="bad_reference", connection=self._connection)
        return source_id

    async def _record(self, kind: str, source_id: str) -> RawRecord | None:
        middle = "" if kind == "brand" else f"{quote(self._customer, safe='')}/"
        extend = self._extend if kind in _EXTENDABLE else ""
        answer = await self._wire.call(
            Call(
                operation=f"{kind}.read",
                path=f"/Advertising/{_SECTIONS[kind]}/{middle}{quote(source_id, safe='')}",
                query=(("extend", extend),) if extend else (),
                headers=_JSON,
                accept_status=_NOT_FOUND,
            )
        )
        return None if answer.status == 404 else _raw(kind, source_id, answer.body, answer.fetched_at)

    async def _office_of_customer(self) -> RawRecord | None:
        """A notice may name the office by its customer id; its own id is in the list (§8)."""
        async for page in self.pages("office"):
            for ref in page.refs:
                found = await self._record("office", ref.source_id)
                row = None if found is None else _row(msgspec.Raw(found.body))
                if row is not None and row.customer_id == self._customer:
                    return found
        return None

    async def _contact(self, source_id: str) -> RawRecord | None:
        """Contacts lie under a path per kind, and nobody says which: they are tried in turn."""
        for kind in self._contact_kinds:
            answer = await self._wire.call(
                Call(
                    operation="contact.read",
                    path=f"/CRM/Contact/{quote(self._customer, safe='')}/{kind}/{quote(source_id, safe='')}",
                    headers=_JSON,
                    accept_status=_NOT_FOUND,
                    sensitive=True,
                )
            )
            if answer.status != 404 and answer.body.strip() not in {b"", b"null", b"[]"}:
                return _raw("contact", source_id, answer.body, answer.fetched_at)
        return None

    def map(self, raw: RawRecord) -> Mapped:
        """Pure; see `mapping.to_model`."""
        return mapping.to_model(raw, self._connection)

    def follow(self, mapped: Mapped) -> list[Ref]:
        """What only these records name: a flat's association (there is no list), a relation's contact."""
        named: set[tuple[str, str]] = set()
        for record in mapped.records:
            if isinstance(record, Estate) and record.share is not None and record.share.association_id:
                named.add(("association", record.share.association_id))
            if isinstance(record, Relation) and record.contact_id and self._read_contacts:
                named.add(("contact", record.contact_id))
        own = f"{self._connection}:"
        return [Ref(kind=kind, source_id=one.removeprefix(own)) for kind, one in sorted(named)]

    # ------------------------------------------------------------------ files

    async def image(self, source_id: str) -> bytes:
        """A picture's bytes, unscaled."""
        return await self._bytes("image.read", "Image", source_id, _IMAGE_BYTES)

    async def file(self, source_id: str) -> bytes:
        """A document's bytes."""
        return await self._bytes("file.read", "File", source_id, _FILE_BYTES)

    async def _bytes(self, operation: str, section: str, source_id: str, most: int) -> bytes:
        if not is_id(source_id):
            raise Invalid("That is not an id of Vitec's.", code="bad_reference", connection=self._connection)
        answer = await self._wire.call(
            Call(
                operation=operation,
                path=f"/Advertising/{section}/{quote(self._customer, safe='')}/{quote(source_id, safe='')}",
                headers={"Accept": "*/*"},
                max_bytes=most,
            )
        )
        if not answer.body:
            raise self._odd(operation, "empty", "The file is empty.")
        return answer.body

    # ------------------------------------------------------------------ webhooks

    async def verify(self, request: WebhookRequest) -> None:
        """Notices are unsigned: the secret in the address is all there is. Raises Rejected."""
        secret = (await self._secrets("webhook_secret")).encode()
        if not secret or not hmac.compare_digest(secret, request.path_secret.encode("utf-8", "replace")):
            raise Rejected(
                "The secret in the notification's address does not match.",
                code="webhook_secret",
                sv="Händelsen kom till fel adress och togs inte emot.",
                connection=self._connection,
                operation="webhook",
            )

    def notices(self, request: WebhookRequest) -> list[Notice]:
        """Pure; see `webhooks.notices`. Without the right to read contacts, their news is no news."""
        found = webhooks.notices(request.body, request.query, self._customer)
        return found if self._read_contacts else [one for one in found if not _needs_contacts(one)]

    def from_notice(self, notice: Notice) -> Mapped | None:
        """A relation needs no fetch: the notice is all of it. None for other notices."""
        return mapping.relation(notice, self._connection)

    def _odd(self, operation: str, code: str, message: str) -> Retryable:
        return Retryable(
            message,
            code=code,
            sv="Vitec gav ett svar som inte gick att läsa. Vi försöker igen.",
            connection=self._connection,
            operation=operation,
            fault=Fault.PROVIDER,
        )


def _raw(kind: str, source_id: str, body: bytes, fetched_at: datetime | None) -> RawRecord:
    return RawRecord(kind=kind, source_id=source_id, body=body, fetched_at=fetched_at or datetime.now(UTC))


def _needs_contacts(notice: Notice) -> bool:
    return notice.kind == "contact" and notice.event == "update"


def _row(row: msgspec.Raw) -> ListRow | None:
    try:
        return msgspec.json.decode(row, type=ListRow)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _changed(text: str | None) -> datetime | None:
    return Intake().moment(text, "changedAt")


def _with_offset(moment: datetime) -> str:
    """With an explicit offset, which Vitec honours; `Z`, because a plus is a space in some readers."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
