"""Mspecs for one brokerage: events in, deals fetched by their ids, publication reported back.

It only translates. Calls stand in `calls`, lists in `listings`, events in `webhooks`, bytes in
`files`; what may be kept of persons in `mapping.grants`.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from brygga.connectors import manifest
from brygga.connectors.abilities import Caller, Checked, Notice, Page, RawRecord, Ref, Secrets, WebhookRequest
from brygga.connectors.mspecs import mapping
from brygga.connectors.mspecs.api import webhooks
from brygga.connectors.mspecs.api.calls import Calls
from brygga.connectors.mspecs.api.files import FILE_BYTES, IMAGE_BYTES, Files
from brygga.connectors.mspecs.api.listings import DEALS, ORGANIZATION, STREAMS, Listings
from brygga.connectors.mspecs.mapping import granting, is_id
from brygga.connectors.mspecs.schema import settings_of
from brygga.model import Estate, Invalid, Mapped, NeedsSignIn, Project, Unsupported
from brygga.model.intake import Intake
from brygga.wire.basic import basic
from brygga.wire.call import Call

_DECODER = msgspec.json.Decoder()
PENDING = "_STATUS_PENDING"
SECRETS = ("webhook_secret", "webhook_secret_previous")


class MspecsConnector:
    """One connection is one brokerage (*subscriber*). Abilities: check, read, files, webhooks.

    `dropped` counts personal data that came without a grant of ours and was thrown away, by member.
    """

    streams: tuple[str, ...] = STREAMS

    def __init__(
        self,
        wire: Caller,
        *,
        connection: str,
        settings: Mapping[str, Any],
        secrets: Secrets,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connection = connection
        self._secrets = secrets
        self._settings = settings_of(settings)
        self._grants = granting.parse(self._settings.grants)
        self._tables = mapping.tables(self._settings.words)
        self.dropped: Counter[str] = Counter()
        self._calls = Calls(wire, connection=connection, settings=self._settings)
        self._listings = Listings(
            self._calls,
            connection=connection,
            settings=self._settings,
            grants=self._grants,
            dropped=self.dropped,
            clock=clock,
        )
        self._files = Files(
            self._calls,
            connection=connection,
            base_url=str(settings.get("base_url") or manifest.load("mspecs").base_url),
            deal=self._deal_answer,
            user=lambda user: self._member("agent", user),
        )
        if not self._settings.projects:
            self.streams = tuple(stream for stream in STREAMS if stream != "project")

    @classmethod
    def authorise(
        cls, settings: Mapping[str, Any], secrets: Secrets
    ) -> Callable[[Call], Awaitable[Mapping[str, str]]]:
        """HTTP Basic with the provider account, read at each try. The session cookie is not needed."""
        username = str(settings.get("username") or "")

        async def headers(_: Call) -> Mapping[str, str]:
            return basic(username, await secrets("password"))

        return headers

    async def check(self) -> Checked:
        """The list of subscribers: the account works, and the brokerage still has our service on."""
        own = await self._listings.subscription()
        pending = str(own.get("status") or "").endswith(PENDING)
        signed = "ok" if await self._webhook_secrets() else "unknown"
        return Checked(
            ok=not pending,
            sv="Kontoret väntar på att vi godkänner tjänsten i Mspecs."
            if pending
            else "Mspecs svarar, och kontoret har vår tjänst påslagen.",
            abilities={
                "check": "ok",
                "read": "unknown" if pending else "ok",
                "files": "unknown",
                "webhooks": signed,
            },
            facts={"status": str(own.get("status") or ""), "grants": sorted(self._grants)},
        )

    # ------------------------------------------------------------------ read

    def pages(self, stream: str, *, since: datetime | None = None, cursor: str = "") -> AsyncIterator[Page]:
        """The listing of one kind; nothing is asked for when `since` is given. See `Listings`."""
        return self._listings.pages(stream, since=since, cursor=cursor)

    async def fetch(self, ref: Ref) -> RawRecord | None:
        """One record by id, cut to what is granted; None when Mspecs has none.

        A deal turns out to be a home or a project only now: the record says which.
        """
        if not is_id(ref.source_id):
            raise Invalid("That is not an id of Mspecs'.", code="bad_reference", connection=self._connection)
        if ref.kind in ORGANIZATION:
            return await self._colleague(ref)
        if ref.kind not in DEALS:
            raise Unsupported(
                f"Mspecs has no {ref.kind} to fetch.", connection=self._connection, operation="read"
            )
        return await self._deal(ref)

    async def _colleague(self, ref: Ref) -> RawRecord | None:
        row = await self._member(ref.kind, ref.source_id)
        if row is None:
            return None
        body = msgspec.json.encode(row)
        return RawRecord(kind=ref.kind, source_id=ref.source_id, body=body, fetched_at=datetime.now(UTC))

    async def _member(self, kind: str, source_id: str) -> dict[str, Any] | None:
        """An office or colleague, picked out of the answer about the brokerage."""
        answer = await self._calls.organization(**{"office" if kind == "office" else "user": source_id})
        rows = answer.get(ORGANIZATION[kind])
        found = [row for row in rows if type(row) is dict] if type(rows) is list else []
        return next((row for row in found if row.get("id") == source_id), None)

    async def _deal(self, ref: Ref) -> RawRecord | None:
        """The exact bytes, unless something had to be cut away."""
        answer = await self._calls.deal(ref.source_id)
        if answer.status == 404:
            return None
        at = answer.fetched_at or datetime.now(UTC)
        try:
            deal = Intake().document(answer.body)
        except Invalid as error:
            raise self._calls.odd("deal.read", "not_json", "The deal could not be read.") from error
        kept, gone = granting.cut(deal, self._grants)
        self.dropped.update(gone)
        self._files.remember(ref.source_id, kept)
        body = answer.body if kept is deal else msgspec.json.encode(kept)
        kind = "project" if mapping.is_project(kept) else "estate"
        return RawRecord(kind=kind, source_id=ref.source_id, body=body, fetched_at=at)

    async def _deal_answer(self, deal_id: str) -> dict[str, Any] | None:
        answer = await self._calls.deal(deal_id)
        return None if answer.status == 404 else _object(answer.body)

    def map(self, raw: RawRecord) -> Mapped:
        """Pure; see `mapping.to_model`. A grant that was taken back holds for kept bytes too."""
        return mapping.to_model(raw, self._connection, tables=self._tables, grants=self._grants)

    def covers(self, stream: str, source_id: str) -> bool:
        """The lists name all that is published; sold homes only where they are read too."""
        return stream in self.streams

    def follow(self, mapped: Mapped) -> list[Ref]:
        """What a deal names and the night's lists may not have told of yet: its office and colleagues."""
        named: set[tuple[str, str]] = set()
        for record in mapped.records:
            if isinstance(record, Estate | Project):
                named |= {("office", record.office_id), ("agent", record.agent_id)}
                named |= {("agent", record.second_agent_id)}
        own = f"{self._connection}:"
        return [Ref(kind=kind, source_id=one.removeprefix(own)) for kind, one in sorted(named) if one]

    # ------------------------------------------------------------------ files

    async def image(self, source_id: str) -> bytes:
        """A picture's bytes, unscaled. Raises Rejected when it is gone; see `Files.read`."""
        return await self._files.read(source_id, most=IMAGE_BYTES)

    async def file(self, source_id: str) -> bytes:
        """A document's bytes."""
        return await self._files.read(source_id, most=FILE_BYTES)

    # ------------------------------------------------------------------ webhooks

    async def verify(self, request: WebhookRequest) -> None:
        """Raises Rejected when signature, time or brokerage do not hold, NeedsSignIn without a secret."""
        secrets = await self._webhook_secrets()
        if not secrets:
            raise NeedsSignIn(
                "no webhook secret is set",
                code="webhook_key_missing",
                sv="Hemligheten för händelser från Mspecs saknas. Fyll i den.",
                connection=self._connection,
            )
        webhooks.verify(request, secrets=secrets, settings=self._settings, connection=self._connection)

    def notices(self, request: WebhookRequest) -> list[Notice]:
        """Pure; see `webhooks.notices`."""
        return webhooks.notices(request, settings=self._settings, connection=self._connection)

    async def _webhook_secrets(self) -> list[str]:
        """The secret in use and, while it is changed, the one before."""
        found: list[str] = []
        for name in SECRETS:
            try:
                found.append(await self._secrets(name))
            except NeedsSignIn:
                continue
        return [secret for secret in found if secret]

    # ------------------------------------------------------------------ reporting back

    def pending(self, raw: RawRecord) -> bool:
        """Pure: whether Mspecs still waits to hear that this deal is published at us."""
        deal = _object(raw.body) or {}
        published = deal.get("publishingInformation")
        status = published.get("status") if type(published) is dict else None
        return str(mapping.constant(status) or "").endswith(PENDING)

    async def acknowledge(self, source_id: str, shown: bool) -> None:
        """Report that a deal is published at us, or (`shown` false) that it could not be.

        One PUT, safe to repeat. After UN_PUBLISH nothing is to be reported.
        """
        status = self._settings.status_shown if shown else self._settings.status_not_shown
        await self._calls.report(source_id, status)

    # ------------------------------------------------------------------ on request only

    async def restricted(self, source_id: str) -> bytes | None:
        """The most sensitive part of a deal, for who asks for it; it is neither mapped nor kept.

        Raises Unsupported, before anything is sent, without a grant ending in READ_SENSITIVE.
        """
        if not granting.may_read_restricted(self._grants):
            raise Unsupported(
                "no grant of ours covers restricted data",
                code="not_granted",
                sv="Vi har inte behörighet till de känsligaste uppgifterna i Mspecs.",
                connection=self._connection,
                operation="deal.restricted",
            )
        answer = await self._calls.restricted(source_id)
        return None if answer.status == 404 else answer.body

    async def statistics(self, source_id: str) -> dict[str, Any] | None:
        """What Mspecs tells of a sold deal; None when it is unknown or not sold."""
        return await self._calls.statistics(source_id)


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        value = _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return value if type(value) is dict else None
