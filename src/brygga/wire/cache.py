"""Kept answers: asked again only if changed, and shown with their age while the provider is down."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from brygga.wire.call import Answer, Call
from brygga.wire.state import AnswerStore, Kept
from brygga.wire.threads import ask
from brygga.wire.transport import Reply

_LEFT_OUT = frozenset({"authorization", "set-cookie", "www-authenticate", "connection", "keep-alive"})
NOT_MODIFIED = 304


def is_kept(call: Call) -> bool:
    """Only plain reads that the connector calls cacheable, never sensitive ones."""
    return call.cacheable and not call.sensitive and call.method == "GET"


class Cache:
    """The kept answers of one connection. `now`: zone-aware wall clock."""

    def __init__(self, scope: str, store: AnswerStore, *, now: Callable[[], datetime]) -> None:
        self._scope, self._store, self._now = scope, store, now

    @staticmethod
    def key(call: Call, url: str) -> str:
        """Operation, address and wanted form as one hash: query values do not stand in a table."""
        wanted = sorted((k.lower(), v) for k, v in call.headers.items() if k.lower().startswith("accept"))
        text = "\n".join([call.operation, url, *(f"{k}:{v}" for k, v in wanted)])
        return hashlib.sha256(text.encode()).hexdigest()

    async def find(self, key: str) -> Kept | None:
        """The kept answer, or None."""
        return await ask(self._store, self._store.get, self._scope, key)

    async def keep(self, key: str, reply: Reply) -> None:
        """Keep a good answer, unless the provider forbids it (`Cache-Control: no-store`)."""
        headers = reply.headers
        if reply.status != 200 or "no-store" in headers.get("cache-control", "").lower():
            return
        kept = Kept(
            status=reply.status,
            headers={name: value for name, value in headers.items() if name not in _LEFT_OUT},
            body=reply.body,
            fetched_at=self._now().timestamp(),
            etag=headers.get("etag", ""),
            last_modified=headers.get("last-modified", ""),
        )
        await ask(self._store, self._store.put, self._scope, key, kept)

    async def still_true(self, key: str, kept: Kept) -> Kept:
        """The provider said "not modified": the kept answer holds from now."""
        at = self._now().timestamp()
        await ask(self._store, self._store.touch, self._scope, key, at)
        return msgspec.structs.replace(kept, fetched_at=at)

    def answer(self, kept: Kept, *, attempts: int, stale: bool) -> Answer:
        """A kept answer as an Answer. `age_s` counts only when it is stale."""
        age_s = max(0.0, self._now().timestamp() - kept.fetched_at)
        return Answer(
            status=kept.status,
            headers=kept.headers,
            body=kept.body,
            attempts=attempts,
            from_cache=True,
            stale=stale,
            fetched_at=datetime.fromtimestamp(kept.fetched_at, UTC),
            age_s=age_s if stale else 0.0,
        )


def conditions(kept: Kept | None) -> dict[str, str]:
    """Headers that ask for the answer only if it has changed (RFC 9110 §13.1)."""
    if kept is None:
        return {}
    asked: dict[str, str] = {}
    if kept.etag:
        asked["If-None-Match"] = kept.etag
    if kept.last_modified:
        asked["If-Modified-Since"] = kept.last_modified
    return asked
