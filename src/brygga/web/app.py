"""The page's application: routes, sessions, what is said when something goes wrong."""

from __future__ import annotations

import logging
import secrets
import time
import traceback
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import Any

from litestar import Litestar, Response
from litestar.exceptions import HTTPException, NotAuthorizedException
from litestar.static_files import create_static_files_router

from brygga.hub.hub import Hub
from brygga.model import BryggaError, Retryable
from brygga.web.asgi import Asgi, Receive, Scope, Send, header
from brygga.web.front import Front
from brygga.web.intake import Intake
from brygga.web.links import PictureLinks
from brygga.web.live import Pulse
from brygga.web.looks import Looks
from brygga.web.page import Pages, bare
from brygga.web.routes import conflicts, data, extract, menu, objects, overview, queue, repairs
from brygga.web.sessions import Door, Session
from brygga.web.site import Asked, NotYours, Site, TooOld
from brygga.web.vitals import Vitals

log = logging.getLogger(__name__)

STATIC = Path(__file__).with_name("static")
KEEP = "public, max-age=31536000, immutable"


class App:
    """Everything that one process answers with. `asgi` is for the server, `door` makes one-time links."""

    def __init__(self, hub: Hub, *, cookie: str = "brygga", every_s: float = 5.0) -> None:
        self.door = Door(clock=time.monotonic)
        self.pulse = Pulse(hub, every_s=every_s)
        looks = Looks(hub)
        self.site = Site(
            hub=hub, pages=Pages(hub, looks), looks=looks, door=self.door, pulse=self.pulse, cookie=cookie
        )
        self.intake = Intake(hub)
        vitals = Vitals(hub)
        page = Sessions(framework(self.site), self.door, cookie)
        self.asgi: Asgi = Front(intake=self.intake, links=PictureLinks(hub), vitals=vitals, page=page)

    async def close(self) -> None:
        """End streams and wait for webhooks under way."""
        await self.pulse.close()
        await self.intake.close()


def framework(site: Site) -> Litestar:
    """The framework's app with all routes."""
    static = create_static_files_router("/static", [STATIC], cache_control=None, after_request=_keep)
    parts = (overview, objects, extract, repairs, conflicts, queue, data, menu)
    return Litestar(
        route_handlers=[static, *(handler for part in parts for handler in part.routes(site))],
        exception_handlers={
            HTTPException: _refused,
            BryggaError: _trouble,
            Exception: _broke,
        },
        openapi_config=None,
        logging_config=None,
        request_max_body_size=200_000,
        debug=False,
    )


def _keep(response: Response[Any]) -> Response[Any]:
    """Static files carry their fingerprint in the address, so a browser may keep them for good."""
    response.headers["cache-control"] = KEEP
    return response


class Sessions:
    """Finds out whose request it is; without a session only the way in and the looks are there."""

    def __init__(self, app: Asgi, door: Door, cookie: str) -> None:
        self._app = app
        self._door = door
        self._cookie = cookie

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or start and stop."""
        if scope["type"] == "http":
            found = self._door.session(self._value(scope))
            scope.setdefault("state", {})["session"] = found
        await self._app(scope, receive, send)

    def _value(self, scope: Scope) -> str:
        try:
            jar = SimpleCookie(header(scope, b"cookie").decode("latin-1"))
        except CookieError:
            return ""
        return jar[self._cookie].value if self._cookie in jar else ""


def _lang(request: Asked) -> str:
    session = request.scope.get("state", {}).get("session")
    if isinstance(session, Session) and session.lang:
        return session.lang
    return menu.reads(request)


def _refused(request: Asked, error: HTTPException) -> Response[str]:
    """Who may not, what is not there, what cannot be read: each in its own words, none with a code."""
    session = request.scope.get("state", {}).get("session")
    if isinstance(error, NotAuthorizedException) or session is None:
        return bare("no_entry.html", _lang(request), 403)
    lang = _lang(request)
    if isinstance(error, NotYours):
        return bare("message.html", lang, 403, text="page.no_right", case="", ways=["overview"])
    if isinstance(error, TooOld):
        return bare("message.html", lang, 403, text="page.too_old", case="", ways=["overview"])
    if error.status_code in {404, 405}:
        return bare(
            "message.html", lang, error.status_code, text="page.not_found", case="", ways=["find_objects"]
        )
    return bare("message.html", lang, error.status_code, text="page.bad_request", case="", ways=["overview"])


def _trouble(request: Asked, error: BryggaError) -> Response[str]:
    """Our own database is away, or a rule of ours was broken."""
    text = "page.store_away" if isinstance(error, Retryable) or error.kind == "setup" else "page.broke"
    return _ours(request, error, text, 503 if text == "page.store_away" else 500)


def _broke(request: Asked, error: Exception) -> Response[str]:
    """A fault of ours: a case number for the page and the log, nothing else of it."""
    return _ours(request, error, "page.broke", 500)


def _ours(request: Asked, error: Exception, text: str, status: int) -> Response[str]:
    case = f"{secrets.token_hex(2)}-{secrets.token_hex(1)}".upper()
    log.error("case %s: %s at %s", case, type(error).__name__, _where(error))
    return bare("message.html", _lang(request), status, text=text, case=case, ways=["again"])


def _where(error: BaseException) -> str:
    """The places in our own code that an error came through; never its text, which may name someone."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in frames if "brygga" in f.filename]
    return " < ".join(reversed(ours[-6:])) or "unknown place"


__all__ = ["App", "framework"]
