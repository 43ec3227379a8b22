"""`/data`, `/rapport`, `/logg`: what is wrong or missing in the details, what has happened."""

from __future__ import annotations

from litestar import get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler

from brygga.hub.views.findings import findings_page
from brygga.hub.views.log import log
from brygga.hub.views.report import report_of
from brygga.web.site import Asked, Made, Site, limited, number, session_of, threaded, tongue_for

LOG_SHOWN = 100
LOG_MOST = 1000


def routes(site: Site) -> list[HTTPRouteHandler]:
    """Findings, figures, the log."""

    @get("/data")
    @threaded
    def data(request: Asked) -> Made:
        session = session_of(request)
        code = limited(request.query_params.get("kod"), 60)
        view = findings_page(site.hub, site.look(), tongue_for(session), code=code)
        if code and not view["chosen"]:
            raise NotFoundException
        return site.pages.make("data.html", session, here="data", view=view)

    @get("/rapport")
    @threaded
    def report(request: Asked) -> Made:
        session = session_of(request)
        view = report_of(site.hub, tongue_for(session).lang)
        return site.pages.make("report.html", session, here="report", view=view, at=site.look().now)

    @get("/logg")
    @threaded
    def events(request: Asked) -> Made:
        session, seen = session_of(request), site.look()
        connection = limited(request.query_params.get("anslutning"))
        if connection and connection not in seen.seen:
            raise NotFoundException
        most = number(request.query_params.get("antal", str(LOG_SHOWN)), most=LOG_MOST)
        view = log(site.hub, seen, tongue_for(session), connection=connection, limit=most)
        names = [(s.name, s.title) for s in sorted(seen.seen.values(), key=lambda s: s.title)]
        return site.pages.make(
            "log.html",
            session,
            here="log",
            view=view,
            connection=connection,
            names=names,
            title=seen.title(connection) if connection else "",
            most=most,
        )

    return [data, report, events]
