"""`/objekt` and one home's timeline; publishing and taking down, each after a question."""

from __future__ import annotations

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler

from brygga.hub.views.names import addresses
from brygga.hub.views.objects import CHOICES, object_list
from brygga.hub.views.timeline import FIRST_SHOWN, TOPICS, timeline
from brygga.model import Invalid
from brygga.web.page import address
from brygga.web.site import (
    Asked,
    Made,
    Site,
    back,
    do,
    form_of,
    limited,
    number,
    part,
    said,
    session_of,
    threaded,
    tongue_for,
)

PER_PAGE = 50
MOST_SHOWN = 500


def routes(site: Site) -> list[HTTPRouteHandler]:
    """Homes."""

    @get("/objekt")
    @threaded
    def all_of_them(request: Asked) -> Made:
        session, query = session_of(request), request.query_params
        choice = query.get("urval", "")
        view = object_list(
            site.hub,
            site.look(),
            tongue_for(session),
            choice=choice if choice in {*CHOICES, "wrong"} else "",
            text=limited(query.get("q")),
            page=number(query.get("sida", "1"), most=100_000),
            per_page=PER_PAGE,
        )
        return site.pages.make("objects.html", session, here="objects", view=view, done=said(request))

    @get("/objekt/{name:path}")
    @threaded
    def one(request: Asked) -> Made:
        name = part(request, "name")
        session, query = session_of(request), request.query_params
        topic = query.get("visa", "all")
        try:
            view = timeline(
                site.hub,
                name.removeprefix("/"),
                site.look(),
                tongue_for(session),
                may_see_persons=session.may_see_persons,
                topic=topic if topic in TOPICS else "all",
                most=number(query.get("antal", str(FIRST_SHOWN)), most=MOST_SHOWN),
            )
        except Invalid as error:
            raise NotFoundException from error
        unasked = [
            s
            for s in site.look().seen.values()
            if s.target and s.name not in {p.connection for p in view["places"]}
        ]
        return site.pages.make(
            "timeline.html", session, here="objects", view=view, targets=unasked, done=said(request)
        )

    return [all_of_them, one, *publishing(site)]


def publishing(site: Site) -> list[HTTPRouteHandler]:  # noqa: C901 – counts the small handlers inside
    """Questions before a home is shown or taken down, and their answers."""

    def ask(request: Asked, act: str) -> Made:
        session = session_of(request)
        estate_id, target = limited(request.query_params.get("objekt")), request.query_params.get("plats", "")
        street = addresses(site.hub, [estate_id]).get(estate_id)
        seen = site.look().seen.get(target)
        if street is None or seen is None or not seen.target:
            raise NotFoundException
        return site.pages.make(
            "ask_publish.html", session, here="objects", act=act, id=estate_id, street=street, target=seen
        )

    @get("/publicera")
    @threaded
    def ask_publish(request: Asked) -> Made:
        return ask(request, "publish")

    @get("/avpublicera")
    @threaded
    def ask_unpublish(request: Asked) -> Made:
        return ask(request, "unpublish")

    @post("/publicera")
    async def publish(request: Asked) -> Made:
        return await answered(request, take_down=False)

    @post("/avpublicera")
    async def unpublish(request: Asked) -> Made:
        return await answered(request, take_down=True)

    async def answered(request: Asked, *, take_down: bool) -> Made:
        fields = await form_of(request)
        estate_id, target = fields.get("objekt", ""), fields.get("plats", "")
        try:
            await do(site, site.hub.unpublish if take_down else site.hub.publish, estate_id, target)
        except Invalid as error:
            raise NotFoundException from error
        return back(address(f"/objekt/{estate_id}"), "publishing")

    @post("/hamta")
    async def fetch(request: Asked) -> Made:
        fields = await form_of(request)
        source, estate_id = fields.get("kalla", ""), fields.get("objekt", "")
        if source not in site.look().seen or not site.look().seen[source].source:
            raise NotFoundException
        await do(site, site.hub.store.signal_raise, [("pull", f"{source}|catchup")])
        site.hub.wake()
        return back(address(f"/objekt/{estate_id}"), "refetching")

    return [ask_publish, ask_unpublish, publish, unpublish, fetch]
