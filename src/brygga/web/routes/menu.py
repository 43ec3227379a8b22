"""`/meny`, the way in and out, the language, and the stream of news."""

from __future__ import annotations

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect, Stream

from brygga.hub.views.words import LANGUAGES
from brygga.web.page import bare
from brygga.web.sessions import AUDITOR, IDLE_S
from brygga.web.site import Asked, Made, Site, form_of, said, session_of, threaded


def routes(site: Site) -> list[HTTPRouteHandler]:
    """The menu and everything around a session."""

    @get("/meny")
    @threaded
    def menu(request: Asked) -> Made:
        return site.pages.make("menu.html", session_of(request), here="menu", link="", done=said(request))

    @post("/granskare")
    async def invite(request: Asked) -> Made:
        await form_of(request)
        link = f"{request.scope['scheme']}://{request.headers['host']}/in?nyckel={site.door.invite(AUDITOR)}"
        return site.pages.make("menu.html", session_of(request), here="menu", link=link, done="")

    @post("/sprak")
    async def language(request: Asked) -> Made:
        fields = await form_of(request, change=False)
        chosen = fields.get("till", "")
        if chosen not in LANGUAGES:
            raise NotFoundException
        session_of(request).lang = chosen
        return Redirect("/meny", status_code=303)

    @post("/logga-ut")
    async def leave(request: Asked) -> Response[str]:
        await form_of(request, change=False)
        lang = session_of(request).lang
        site.door.leave(request.cookies.get(site.cookie, ""))
        made = bare("no_entry.html", lang, 200)
        made.delete_cookie(site.cookie, path="/")
        return made

    @get("/strom")
    async def news(request: Asked) -> Response[str] | Stream:
        session_of(request)
        if site.pulse.full:
            return Response("", status_code=204)
        return Stream(
            site.pulse.stream(),
            media_type="text/event-stream",
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )

    return [menu, invite, language, leave, news, entry(site)]


def entry(site: Site) -> HTTPRouteHandler:
    """`/in?nyckel=…`: the one-time link. The key is used up and leaves the address at once."""

    @get("/in", sync_to_thread=False)
    def enter(request: Asked) -> Made:
        cookie = site.door.enter(request.query_params.get("nyckel", ""))
        if cookie is None:
            return bare("no_entry.html", reads(request), 403)
        session = site.door.session(cookie)
        if session is not None:
            session.lang = reads(request)
        kept = Cookie(
            key=site.cookie, value=cookie, path="/", httponly=True, samesite="strict", max_age=int(IDLE_S)
        )
        return Redirect("/", status_code=303, cookies=[kept])

    return enter


def reads(request: Asked) -> str:
    """The language that the browser asks for first: English only if it says so, else Swedish."""
    wanted = request.headers.get("accept-language", "").strip().lower()
    return "en" if wanted.startswith("en") else "sv"
