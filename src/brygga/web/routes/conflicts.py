"""`/konflikter`: two systems say different things and no rule decides. Which value counts?"""

from __future__ import annotations

from typing import Any

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from markupsafe import Markup, escape

from brygga.hub import settling
from brygga.hub.views.conflicts import card
from brygga.model import Invalid
from brygga.web.page import Speech
from brygga.web.sessions import Session
from brygga.web.site import (
    Asked,
    Made,
    Site,
    back,
    do,
    form_of,
    limited,
    number,
    said,
    session_of,
    threaded,
    tongue_for,
)

ACTOR = "page"
MOST = 100


def routes(site: Site) -> list[HTTPRouteHandler]:
    """The list and the answer."""

    def page(session: Session, *, done: str = "", error: str = "", wrong: int = 0) -> Made:
        return site.pages.make(
            "conflicts.html",
            session,
            here="conflicts",
            status=422 if error else 200,
            conflicts=cards(site, session),
            total=site.hub.store.conflict_count(),
            done=done,
            error=error,
            wrong=wrong,
        )

    @get("/konflikter")
    @threaded
    def all_of_them(request: Asked) -> Made:
        return page(session_of(request), done=said(request))

    @post("/konflikter")
    async def choose(request: Asked) -> Made:
        fields = await form_of(request)
        session = session_of(request)
        n, take, why = number(fields.get("n")), fields.get("svar", ""), limited(fields.get("varfor"), 500)
        speech = Speech(tongue_for(session), site.look().now)
        if not why:
            return await do(site, page, session, error=speech("conflicts.why_missing"), wrong=n)
        try:
            await do(site, chosen, site, n, take, limited(fields.get("varde"), 2000), why)
        except Invalid as error:
            text = error.sv if session.lang == "sv" else speech("conflicts.wrong_value")
            return await do(site, page, session, error=text, wrong=n)
        return back("/konflikter", "conflict")

    return [all_of_them, choose]


def chosen(site: Site, n: int, take: str, text: str, why: str) -> None:
    """Write the answer down. Raises Invalid."""
    found = site.hub.store.conflict_get(n)
    value = settling.typed(found, text) if found is not None and take == "value" else None
    settling.settle(site.hub, n, take=take, value=value, why=why, who=ACTOR)


def cards(site: Site, session: Session) -> list[dict[str, Any]]:
    """Conflicts with their values.

    Elsewhere a page hides persons in every value. Here somebody must choose between two of them, so
    who may change things sees them whole; a reader who may not sees them hidden as always.
    """
    tongue, now = tongue_for(session), site.look().now
    found = [card(site.hub, one, tongue, now) for one in site.hub.store.conflicts(limit=MOST)]
    if session.may_change:
        for row in found:
            for side in row["sides"]:
                side["value"] = Markup(escape(side["value"]))  # noqa: S704 – escaped, and made of nothing else
    return found
