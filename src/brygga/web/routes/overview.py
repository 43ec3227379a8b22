"""`/`: does everything go out as it should, and what needs me?"""

from __future__ import annotations

from litestar import get
from litestar.handlers import HTTPRouteHandler

from brygga.hub.views.overview import overview
from brygga.web.site import Asked, Made, Site, said, session_of, threaded, tongue_for


def routes(site: Site) -> list[HTTPRouteHandler]:
    """The first page."""

    @get("/")
    @threaded
    def first(request: Asked) -> Made:
        session = session_of(request)
        view = overview(site.hub, tongue_for(session).lang, site.look())
        return site.pages.make("overview.html", session, here="overview", view=view, done=said(request))

    return [first]
