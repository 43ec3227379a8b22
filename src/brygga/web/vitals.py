"""Signs of life for machines: `/health/live`, `/health/ready`, `/metrics`. Nothing personal."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from brygga.hub.hub import Hub
from brygga.model import BryggaError
from brygga.web.asgi import Receive, Scope, Send, answer

JSON = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
READY_S = 1.5


class Vitals:
    """Answers the three addresses."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._own = CollectorRegistry()
        self._requests = Counter(
            "brygga_web_requests_total",
            "Answers by part of the program and status.",
            ("part", "status"),
            registry=self._own,
        )
        self._outbox = Gauge(
            "brygga_outbox_rows",
            "Rows on their way out, by connection and state.",
            ("connection", "state"),
            registry=self._own,
        )
        self._inbox = Gauge("brygga_inbox_rows", "Webhooks, by state.", ("state",), registry=self._own)
        self._records = Gauge("brygga_records", "Records held, by kind.", ("kind",), registry=self._own)
        self._repairs = Gauge(
            "brygga_repairs_open", "What waits for a person, by code.", ("code",), registry=self._own
        )

    def answered(self, part: str, status: int) -> None:
        """Count an answer."""
        self._requests.labels(part, str(status)).inc()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        del receive
        head = scope["method"] == "HEAD"
        if scope["method"] not in {"GET", "HEAD"}:
            await answer(send, 405, b"GET\n", [(b"allow", b"GET, HEAD")])
        elif scope["path"] == "/health/live":
            await answer(send, 200, b'{"live":true}', JSON, head=head)
        elif scope["path"] == "/health/ready":
            ready = await self._ready()
            await answer(send, 200 if ready else 503, msgspec.json.encode({"ready": ready}), JSON, head=head)
        elif scope["path"] == "/metrics":
            await self._metrics(send, head=head)
        else:
            await answer(send, 404, b"not found\n", head=head)

    async def _ready(self) -> bool:
        """Whether the store answers in good time."""
        try:
            async with asyncio.timeout(READY_S):
                await asyncio.to_thread(self._hub.store.setting_get, "ready")
        except (BryggaError, TimeoutError):
            return False
        return True

    async def _metrics(self, send: Send, *, head: bool) -> None:
        try:
            await asyncio.to_thread(self._measure)
        except BryggaError:
            await answer(send, 503, b"later\n", [(b"retry-after", b"10")], head=head)
            return
        body = b"".join(generate_latest(registry) for registry in self._registries())
        kind = [(b"content-type", CONTENT_TYPE_LATEST.encode())]
        await answer(send, 200, body, kind, head=head)

    def _registries(self) -> list[Any]:
        meters = getattr(self._hub.kit.meters, "registry", None)
        return [self._own, *([meters] if meters is not None else [])]

    def _measure(self) -> None:
        store = self._hub.store
        for gauge in (self._outbox, self._inbox, self._records, self._repairs):
            gauge.clear()
        for (connection, state), count in store.outbox_counts().items():
            self._outbox.labels(connection, state).set(count)
        for state, count in store.inbox_counts().items():
            self._inbox.labels(state).set(count)
        for kind, (live, _) in store.counts().items():
            self._records.labels(kind).set(live)
        for repair in store.repair_list():
            self._repairs.labels(repair.code).inc()
