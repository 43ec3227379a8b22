"""What all page handlers share, and the checks that every one of them goes through."""

from __future__ import annotations

import asyncio
import functools
import hmac
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from litestar import Request, Response
from litestar.exceptions import NotAuthorizedException, NotFoundException, PermissionDeniedException
from litestar.response import Redirect
from markupsafe import Markup

from brygga.hub.hub import Hub
from brygga.hub.views.snapshot import Snapshot
from brygga.hub.views.tongue import Tongue, tongue_of
from brygga.web.live import Pulse
from brygga.web.looks import Looks
from brygga.web.page import Pages, page_words
from brygga.web.sessions import Door, Session

P = ParamSpec("P")
T = TypeVar("T")
Asked = Request[Any, Any, Any]
Made = Response[str] | Redirect


class NotYours(PermissionDeniedException):
    """Signed in, but the role may not change things."""


class TooOld(PermissionDeniedException):
    """The form is not one that this session was given, or was sent from another site."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """One process' page."""

    hub: Hub
    pages: Pages
    looks: Looks
    door: Door
    pulse: Pulse
    cookie: str

    def look(self) -> Snapshot:
        """The newest look at the store."""
        return self.looks.now()


def session_of(request: Asked) -> Session:
    """Whose request it is. Raises NotAuthorizedException without a session."""
    found = request.scope.get("state", {}).get("session")
    if not isinstance(found, Session):
        raise NotAuthorizedException
    return found


def tongue_for(session: Session) -> Tongue:
    """The reader's language."""
    return tongue_of(session.lang)


def threaded(make: Callable[P, T]) -> Callable[P, Coroutine[Any, Any, T]]:
    """A handler that reads the store, run in a thread.

    The framework's own way of doing so wraps a handler twice when its address takes both GET and
    POST, and then answers with a coroutine.
    """

    @functools.wraps(make)
    async def handler(*args: P.args, **named: P.kwargs) -> T:
        return await asyncio.to_thread(make, *args, **named)

    return handler


async def form_of(request: Asked, *, change: bool = True) -> Mapping[str, str]:
    """A form that this session was given. Raises NotYours, TooOld.

    Three locks against other sites: the cookie is SameSite=Strict, the Origin must be ours where
    the browser tells it, and the form carries the session's secret.
    """
    session = session_of(request)
    if change and not session.may_change:
        raise NotYours
    origin = request.headers.get("origin")
    if origin is not None and origin != f"http://{request.headers.get('host', '')}":
        raise TooOld
    form = await request.form()
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    if not hmac.compare_digest(fields.get("form", "").encode(), session.form.encode()):
        raise TooOld
    return fields


async def do(site: Site, work: Callable[..., T], *args: Any, **named: Any) -> T:
    """A blocking act of the hub, in a thread; pages look anew afterwards."""
    try:
        return await asyncio.to_thread(functools.partial(work, *args, **named))
    finally:
        site.looks.forget()


def back(path: Markup | str, done: str = "") -> Redirect:
    """After a form: to a page that says what was done, so that reloading does nothing twice."""
    where = path.unescape() if isinstance(path, Markup) else path
    joint = "&" if "?" in where else "?"
    return Redirect(f"{where}{joint}klart={done}" if done else where, status_code=303)


def said(request: Asked) -> str:
    """The key of what was just done, if it is one of ours."""
    key = f"done.{request.query_params.get('klart', '')}"
    return key if page_words().has(key) else ""


def number(text: str | None, *, least: int = 1, most: int = 1_000_000_000) -> int:
    """A whole number out of an address or a form. Raises NotFoundException."""
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 12:
        raise NotFoundException
    value = int(text)
    if not least <= value <= most:
        raise NotFoundException
    return value


def part(request: Asked, name: str) -> str:
    """A part of the path as text."""
    return str(request.path_params[name]).removeprefix("/")


def limited(text: str | None, most: int = 200) -> str:
    """A text out of an address, no longer than is of use."""
    return (text or "").strip()[:most]
