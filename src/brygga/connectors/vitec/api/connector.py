"""Vitec Connect: listings, records by id, pictures and files, notifications, and what can be written.

The advertising section lists ids and change dates; each record is fetched by its id (CONTRACT.md §2,
§6). The CRM section has no pages (§3).
"""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import msgspec

from brygga.connectors.abilities import (
    Caller,
    Checked,
    Draft,
    Notice,
    Page,
    RawRecord,
    Ref,
    Secrets,
    WebhookRequest,
    Writable,
    Written,
)
from brygga.connectors.vitec import mapping
from brygga.connectors.vitec.api import webhooks
from brygga.connectors.vitec.api.asking import Crm
from brygga.connectors.vitec.api.bids import BID
from brygga.connectors.vitec.api.contacts import CONTACT
from brygga.connectors.vitec.api.dealings import Dealings
from brygga.connectors.vitec.api.listings import JSON, SECTIONS, STREAMS, Listings, odd_answer
from brygga.connectors.vitec.api.meetings import MEETING, PROFILE
from brygga.connectors.vitec.api.relations import RELATION, Relations
from brygga.connectors.vitec.mapping.outward import seen
from brygga.connectors.vitec.mapping.reading import is_id
from brygga.model import BryggaError, Invalid, Mapped, Record, Rejected, Unsupported
from brygga.wire.basic import basic
from brygga.wire.call import Call

_EXTENDABLE = {"estate", "project"}
_NOT_FOUND = frozenset({404})
_IMAGE_BYTES = 60_000_000
_FILE_BYTES = 100_000_000


def utc_now() -> datetime:
    """The real time, zone-aware."""
    return datetime.now(UTC)


class VitecConnector:
    """Reads and writes an office's database in Vitec. One connection is one customer id."""

    streams: tuple[str, ...] = STREAMS

    def __init__(
        self,
        wire: Caller,
        *,
        connection: str,
        settings: Mapping[str, Any],
        secrets: Secrets,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._wire = wire
        self._connection = connection
        self._secrets = secrets
        self._customer = str(settings.get("customer_id") or "")
        self._listings = Listings(
            wire,
            connection=connection,
            customer=self._customer,
            page_size=int(settings.get("page_size") or 100),
        )
        self._relations = Relations(wire, connection=connection, customer=self._customer, settings=settings)
        crm = Crm(wire, connection=connection, customer=self._customer)
        self._dealings = Dealings(crm, self._relations, settings=settings, now=now)
        names = str(settings.get("extend") or "").replace(",", " ").split()
        self._extend = str(settings.get("extend_joiner") or "+").join(names)
        self._read_contacts = bool(settings.get("read_contacts", True))
        self.streams = (*STREAMS, *self._dealings.streams)

    @classmethod
    def authorise(
        cls, settings: Mapping[str, Any], secrets: Secrets
    ) -> Callable[[Call], Awaitable[Mapping[str, str]]]:
        """HTTP Basic with the partner's user name and the customer's password, read at each try."""
        username = str(settings.get("username") or "")

        async def headers(_: Call) -> Mapping[str, str]:
            return basic(username, await secrets("password"))

        return headers

    # ------------------------------------------------------------------ check

    async def check(self) -> Checked:
        """One row of the office list and of the estate list: both rights that reading needs."""
        offices = await self._listings.page("office", 0, size=1)
        estates = await self._listings.page("estate", 0, size=1)
        return Checked(
            ok=True,
            sv="Vitec svarar och släpper in oss.",
            abilities={
                "check": "ok",
                "read": "ok",
                "files": "unknown",
                "webhooks": "unknown",
                "write": "unknown",
            },
            facts={"offices": offices.total_row_count, "estates": estates.total_row_count},
        )

    # ------------------------------------------------------------------ read

    def pages(self, stream: str, *, since: datetime | None = None, cursor: str = "") -> AsyncIterator[Page]:
        """The listing of one kind; see `Listings.pages` and `Dealings.pages`."""
        if stream in self._dealings.streams:
            return self._dealings.pages(stream, since=since, cursor=cursor)
        return self._listings.pages(stream, since=since, cursor=cursor)

    async def fetch(self, ref: Ref) -> RawRecord | None:
        """One record by id; None when Vitec answers 404. Raises Unsupported for other kinds."""
        if ref.kind in {RELATION, BID, PROFILE}:
            return await self._dealings.fetch(ref)
        source_id = self._checked_id(ref.source_id)
        if ref.kind in {CONTACT, MEETING}:
            return await self._dealings.fetch(ref)
        if ref.kind not in SECTIONS:
            raise Unsupported(
                f"Vitec has no {ref.kind} to fetch.", connection=self._connection, operation="read"
            )
        found = await self._record(ref.kind, source_id)
        if found is None and ref.kind == "office" and (named := await self._listings.office_of(source_id)):
            return await self._record(ref.kind, named)
        return found

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
                path=f"/Advertising/{SECTIONS[kind]}/{middle}{quote(source_id, safe='')}",
                query=(("extend", extend),) if extend else (),
                headers=JSON,
                accept_status=_NOT_FOUND,
            )
        )
        return None if answer.status == 404 else _raw(kind, source_id, answer.body, answer.fetched_at)

    def map(self, raw: RawRecord) -> Mapped:
        """Pure; see `mapping.to_model` and `Dealings.without_ad_bids`."""
        return self._dealings.without_ad_bids(mapping.to_model(raw, self._connection))

    def covers(self, stream: str, source_id: str) -> bool:
        """See `Dealings.covers`."""
        return self._dealings.covers(stream, source_id)

    def follow(self, mapped: Mapped) -> list[Ref]:
        """See `Dealings.follow`."""
        return self._dealings.follow(mapped)

    # ------------------------------------------------------------------ write

    def writable(self) -> Mapping[str, Writable]:
        """What the settings allow of what Vitec's pages can do; see `outward.seen`."""
        return self._dealings.writing.writable()

    def as_seen(self, record: Record) -> Record:
        """Pure; see `outward.seen.as_seen`."""
        return seen.as_seen(record)

    async def write(self, drafts: Sequence[Draft]) -> list[Written | BryggaError]:
        """See `Writing.write`."""
        return await self._dealings.writing.write(drafts)

    async def read_back(self, draft: Draft) -> Written | None:
        """See `Writing.read_back`."""
        return await self._dealings.writing.read_back(draft)

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
            raise odd_answer(self._connection, operation, "empty", "The file is empty.")
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
        """Pure; see `webhooks.notices`. News of what is not read is no news."""
        found = webhooks.notices(request.body, request.query, self._customer)
        wanted = [one for one in found if self._dealings.wants(one)]
        return [*(self._by_its_word(one) for one in wanted), *self._dealings.more_to_look_at(wanted)]

    def _by_its_word(self, notice: Notice) -> Notice:
        """The end of a relation that Vitec cannot be asked for is taken from the notice, as its start was."""
        if notice.kind != RELATION or notice.event != "remove":
            return notice
        if self._read_contacts and self._relations.answers_for(notice.source_id):
            return notice
        return msgspec.structs.replace(notice, source_id="", merged_ids=(notice.source_id,))

    def from_notice(self, notice: Notice) -> Mapped | None:
        """A relation needs no fetch: the notice is all of it. None for other notices."""
        return mapping.from_notice(notice, self._connection)


def _raw(kind: str, source_id: str, body: bytes, fetched_at: datetime | None) -> RawRecord:
    return RawRecord(kind=kind, source_id=source_id, body=body, fetched_at=fetched_at or datetime.now(UTC))
