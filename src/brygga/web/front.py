"""The first thing a request meets: outside endpoints are answered at once, the page only at home.

Webhooks, picture links and signs of life may be asked for from anywhere. The page, until there
are accounts, answers only callers on this machine who also name this machine: a foreign name in
`Host` that leads here (DNS rebinding) is refused, and so is a proxy that passes strangers on.
"""

from __future__ import annotations

import ipaddress
from typing import Final

from brygga.web.asgi import Asgi, Message, Receive, Scope, Send, answer, header
from brygga.web.intake import Intake
from brygga.web.links import PictureLinks
from brygga.web.vitals import Vitals

LOCAL_NAMES: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
FORWARDED: Final = (b"forwarded", b"x-forwarded-for", b"x-real-ip")
POLICY: Final = (
    b"default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self';"
    b" connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
GUARDED: Final = [
    (b"content-security-policy", POLICY),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    # Not "no-referrer": with that, browsers say "Origin: null" of our own forms.
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), interest-cohort=()"),
]


class Front:
    """Dispatches by path. `page` is the framework's app."""

    def __init__(self, *, intake: Intake, links: PictureLinks, vitals: Vitals, page: Asgi) -> None:
        self.intake = intake
        self._links = links
        self._vitals = vitals
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the framework's own start and stop."""
        if scope["type"] == "lifespan":
            await self._page(scope, receive, send)
            return
        if scope["type"] != "http":
            await receive()
            await send({"type": "websocket.close", "code": 1000})
            return
        path = scope["path"]
        if path.startswith("/in/"):
            await self.intake(scope, receive, send)
        elif path.startswith("/b/"):
            await self._links(scope, receive, send)
        elif path.startswith("/health/"):
            await self._vitals(scope, receive, send)
        elif not is_at_home(scope):
            await answer(send, 403, "Sidan visas bara på datorn där brygga körs.\n".encode(), GUARDED)
        elif path == "/metrics":
            await self._vitals(scope, receive, send)
        else:
            await self._guarded(scope, receive, send)

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The page, with the headers that keep a browser strict."""

        async def strict(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._vitals.answered("page", message["status"])
                names = {key for key, _ in message["headers"]}
                message["headers"] = [*message["headers"], *GUARDED]
                if b"cache-control" not in names:
                    message["headers"].append((b"cache-control", b"no-store"))
            await send(message)

        await self._page(scope, receive, strict)


def is_at_home(scope: Scope) -> bool:
    """Whether the caller is on this machine, directly, and calls it by one of its own names."""
    client = scope.get("client")
    if client is None or not _is_loopback(client[0]):
        return False
    if any(header(scope, name) for name in FORWARDED):
        return False
    return host_name(header(scope, b"host").decode("latin-1")) in LOCAL_NAMES


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def host_name(host: str) -> str:
    """The name in a Host header without its port."""
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0].lower()
