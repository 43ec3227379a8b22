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
from brygga.connectors.vitec import mapping
from brygga.connectors.vitec.api import webhooks
from brygga.connectors.vitec.api.listings import JSON, SECTIONS, STREAMS, Listings, odd_answer
from brygga.connectors.vitec.api.relations import RELATION, Relations
from brygga.connectors.vitec.mapping.reading import is_id
from brygga.model import Estate, Invalid, Mapped, Rejected, Relation, Unsupported
from brygga.wire.call import Call

_EXTENDABLE = {"estate", "project"}
_NOT_FOUND = frozenset({404})
_IMAGE_BYTES = 60_000_000
_FILE_BYTES = 100_000_000


class VitecConnector:
    """Reads an office's database in Vitec. One connection is one customer id."""

    streams: tuple[str, ...] = STREAMS

    def __init__(
        self, wire: Caller, *, connection: str, settings: Mapping[str, Any], secrets: Secrets
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
        names = str(settings.get("extend") or "").replace(",", " ").split()
        self._extend = str(settings.get("extend_joiner") or "+").join(names)
        kinds = str(settings.get("contact_kinds") or "Person,Company,DeceasedEstate")
        self._read_contacts = bool(settings.get("read_contacts", True))
        self._contact_kinds = [kind.strip() for kind in kinds.split(",") if kind.strip()]
        if self._read_contacts:
            self.streams = (*STREAMS, RELATION)

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
        offices = await self._listings.page("office", 0, size=1)
        estates = await self._listings.page("estate", 0, size=1)
        return Checked(
            ok=True,
            sv="Vitec svarar och släpper in oss.",
            abilities={"check": "ok", "read": "ok", "files": "unknown", "webhooks": "unknown"},
            facts={"offices": offices.total_row_count, "estates": estates.total_row_count},
        )

    # ------------------------------------------------------------------ read

    def pages(self, stream: str, *, since: datetime | None = None, cursor: str = "") -> AsyncIterator[Page]:
        """The listing of one kind; see `Listings.pages` and `Relations.pages`."""
        if stream == RELATION and self._read_contacts:
            return self._relations.pages(since=since, cursor=cursor)
        return self._listings.pages(stream, since=since, cursor=cursor)

    async def fetch(self, ref: Ref) -> RawRecord | None:
        """One record by id; None when Vitec answers 404. Raises Unsupported for other kinds."""
        if ref.kind == RELATION:
            return await self._relations.fetch(ref)
        source_id = self._checked_id(ref.source_id)
        if ref.kind == "contact":
            return await self._contact(source_id)
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

    async def _contact(self, source_id: str) -> RawRecord | None:
        """Contacts lie under a path per kind, and nobody says which: they are tried in turn."""
        for kind in self._contact_kinds:
            answer = await self._wire.call(
                Call(
                    operation="contact.read",
                    path=f"/CRM/Contact/{quote(self._customer, safe='')}/{kind}/{quote(source_id, safe='')}",
                    headers=JSON,
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

    def covers(self, stream: str, source_id: str) -> bool:
        """The list of relations is one of sellers: other parts come by notice only."""
        return stream != "relation" or source_id.split("|")[2:3] == ["Seller"]

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
        """Pure; see `webhooks.notices`. Without the right to read contacts, their news is no news."""
        found = webhooks.notices(request.body, request.query, self._customer)
        wanted = found if self._read_contacts else [one for one in found if not _needs_contacts(one)]
        return [self._by_its_word(one) for one in wanted]

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


def _needs_contacts(notice: Notice) -> bool:
    return notice.kind in {"contact", RELATION} and notice.event == "update"
