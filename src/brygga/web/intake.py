"""Webhooks from outside: verified, committed, and only then answered.

A small bare ASGI app in front of the page's framework, because it must take thousands a second.
What is inside a webhook is worked on afterwards by a flow; here nothing but the signature and the
provider's own event id is looked at. Refusals say nothing of why.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

import msgspec

from brygga.connectors import manifest as manifests
from brygga.connectors.abilities import ReceiveWebhooks, WebhookRequest
from brygga.hub.connections import Credentials, Live, with_defaults
from brygga.hub.hub import Hub
from brygga.model import BryggaError, Invalid, Rejected
from brygga.store import InboxAdd
from brygga.sync.group_commit import GroupCommit
from brygga.web.asgi import Gone, Receive, Scope, Send, TooLarge, answer, read_body
from brygga.wire import correlation

log = logging.getLogger(__name__)

MOST_BYTES: Final = 1_000_000
BODY_S: Final = 10.0
"""How long a caller may take to send the body."""
COMMIT_S: Final = 1.5
"""How long verifying and committing may take; then the caller is told to come again."""
LIVE_S: Final = 2.0
"""How long an opened connection is used without asking the store whether it has changed."""
TELL_EVERY: Final = timedelta(minutes=1)
"""Wrong signatures are noted in the repair at most this often; between them they are counted."""
READ_KEY_BYTES: Final = 65_536
"""A larger body is not read for the provider's event id; its digest will do."""
LONGEST_NAME: Final = 100
FORGED: Final = frozenset({"bad_signature", "webhook_secret"})
"""Refusals that somebody should hear of; a message that is only too old is not one."""
MOST_AT_ONCE: Final = 1024
"""Webhooks under way at once; more are told to come again."""

KEPT_HEADERS: Final = re.compile(r"(?:content-type|user-agent|x-[a-z0-9-]{1,60}|webhook-[a-z-]{1,40})")
_SECRET_LIKE: Final = frozenset({"x-api-key", "x-auth-token", "x-forwarded-for", "x-real-ip"})

_OK = b""
"""An answer without a body leaves in one write instead of two: a sixth of the time per webhook."""
_REFUSED = {401: b"no\n", 403: b"no\n", 404: b"no\n"}


class Remembered(Credentials):
    """A connection's secrets, asked of the vault at most every other second: each webhook needs one."""

    def __init__(self, hub: Hub, connection: str, clock: Callable[[], float]) -> None:
        super().__init__(hub.vault, connection)
        self._clock = clock
        self._known: dict[str, tuple[str, float]] = {}

    async def __call__(self, field: str) -> str:
        """The secret's text. Raises NeedsSignIn when it has not been given."""
        known = self._known.get(field)
        if known is not None and self._clock() - known[1] < LIVE_S:
            return known[0]
        value = await super().__call__(field)
        self._known[field] = (value, self._clock())
        return value


class Gate(msgspec.Struct, frozen=True):
    """A connection that takes webhooks, as the intake uses it."""

    live: Live
    connector: ReceiveWebhooks
    until_s: float


class Refusals(msgspec.Struct):
    """Wrong signatures from one connection since the repair was last told."""

    told_at: datetime | None = None
    count: int = 0


class Intake:
    """`POST /in/{connection}` and `POST /in/{connection}/{secret}`."""

    def __init__(self, hub: Hub, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._hub = hub
        self._clock = clock
        self._gates: dict[str, Gate] = {}
        self._refusals: dict[str, Refusals] = {}
        self._under_way = 0
        self._commit: GroupCommit[InboxAdd, int | None] = GroupCommit(self._write)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one webhook."""
        if scope["method"] != "POST":
            await answer(send, 405, b"POST\n", [(b"allow", b"POST")])
            return
        if self._under_way >= MOST_AT_ONCE:
            await answer(send, 503, b"later\n", [(b"retry-after", b"1")])
            return
        self._under_way += 1
        try:
            status = await self._take(scope, receive)
        finally:
            self._under_way -= 1
        if status is None:
            return
        if status == 503:
            await answer(send, 503, b"later\n", [(b"retry-after", b"2")])
        else:
            await answer(send, status, _OK if status < 300 else _REFUSED.get(status, b"no\n"))

    async def close(self) -> None:
        """Wait for the group under way."""
        await self._commit.close()

    async def _take(self, scope: Scope, receive: Receive) -> int | None:
        """The status to answer with; None when nobody is there to be answered."""
        try:
            async with asyncio.timeout(BODY_S):
                body = await read_body(scope, receive, MOST_BYTES)
        except TooLarge:
            return 413
        except TimeoutError:
            return 408
        except Gone:
            return None
        try:
            async with asyncio.timeout(COMMIT_S):
                return await self._keep(scope, body)
        except TimeoutError:
            return 503
        except Rejected as refused:
            return self._refused_status(refused)
        except BryggaError as error:
            log.warning("a webhook could not be kept: %s", error.code)
            return 503
        except Exception as error:  # noqa: BLE001 – the sender must come again, whatever broke here
            log.warning("a webhook could not be kept: %s", type(error).__name__)
            return 503

    async def _keep(self, scope: Scope, body: bytes) -> int:
        name, _, secret = scope["path"].removeprefix("/in/").partition("/")
        gate = await self._gate(name) if len(name) <= LONGEST_NAME else None
        if gate is None:
            return 404
        request = _request(scope, body, secret, self._hub.services.now())
        try:
            await gate.connector.verify(request)
        except Rejected as refused:
            if refused.code in FORGED:
                await self._note_refusal(name, refused)
            raise
        await self._commit.put(_row(gate, request))
        self._hub.wake()
        return 200

    def _write(self, rows: Sequence[InboxAdd]) -> Sequence[int | None]:
        return self._hub.store.inbox_add_many(rows)

    async def _gate(self, name: str) -> Gate | None:
        """The connection if it takes webhooks. A paused one takes them too: nothing is lost."""
        known = self._gates.get(name)
        if known is not None and self._clock() < known.until_s:
            return known
        live = await asyncio.to_thread(self._open, name)
        if live is None:
            self._gates.pop(name, None)
            return None
        if "webhooks" not in live.manifest.abilities:
            return None
        same = known is not None and known.live is live
        connector = known.connector if known is not None and same else self._connector(live)
        self._gates[name] = Gate(live, connector, self._clock() + LIVE_S)
        return self._gates[name]

    def _open(self, name: str) -> Live | None:
        """None when there is no such connection; one that cannot be opened raises: the sender comes again."""
        if self._hub.store.setting_get(f"connection:{name}") is None:
            return None
        return self._hub.connections.live(name)

    def _connector(self, live: Live) -> ReceiveWebhooks:
        """The connection's connector once more, with secrets that are remembered for a moment."""
        made: ReceiveWebhooks = manifests.class_of(live.manifest)(
            live.wire,
            connection=live.name,
            settings=with_defaults(live.manifest, live.connection),
            secrets=Remembered(self._hub, live.name, self._clock),
        )
        return made

    @staticmethod
    def _refused_status(refused: Rejected) -> int:
        """A wrong secret in the path is an address that does not exist; a wrong signature is a no."""
        if refused.code == "webhook_secret":
            return 404
        return 401 if refused.code in FORGED else 403

    async def _note_refusal(self, name: str, refused: Rejected) -> None:
        """Open or count up the repair, at most once a minute per connection."""
        noted = self._refusals.setdefault(name, Refusals())
        noted.count += 1
        now = self._hub.services.now()
        if noted.told_at is not None and now - noted.told_at < TELL_EVERY:
            return
        facts = {"code": refused.code, "refused": noted.count}
        noted.told_at = now
        await asyncio.to_thread(self._hub.store.repair_open, "bad_signature", name, "", facts, now)


def _request(scope: Scope, body: bytes, secret: str, now: datetime) -> WebhookRequest:
    headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
    query = scope.get("query_string", b"")
    pairs = tuple(parse_qsl(query.decode("latin-1"), keep_blank_values=True)) if query else ()
    return WebhookRequest(
        headers=headers, body=body, query=pairs, path_secret=unquote(secret), received_at=now
    )


def _row(gate: Gate, request: WebhookRequest) -> InboxAdd:
    key = _event_key(gate, request)
    return InboxAdd(
        connection=gate.live.name,
        body=request.body,
        headers=kept_headers(request.headers),
        query=request.query,
        key=key,
        digest=hashlib.blake2b(request.body, digest_size=16).digest() if key is None else None,
        correlation_id=correlation.new_id(),
        received_at=request.received_at,
    )


def _event_key(gate: Gate, request: WebhookRequest) -> str | None:
    """The provider's own id of the event, if all in the request share one."""
    if len(request.body) > READ_KEY_BYTES:
        return None
    try:
        keys = {notice.key for notice in gate.connector.notices(request)}
    except Invalid:
        return None
    return next(iter(keys)) or None if len(keys) == 1 else None


def kept_headers(headers: Mapping[str, Any]) -> dict[str, str]:
    """The headers that a later reading may need; never cookies, credentials or the sender's address."""
    return {
        name: str(value)[:2000]
        for name, value in headers.items()
        if name not in _SECRET_LIKE and KEPT_HEADERS.fullmatch(name)
    }
