"""`/ko`: what waits, on what, and does it go by itself? Each row may be tried, answered for or discarded."""

from __future__ import annotations

from typing import Any, Final

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler

from brygga.hub import mending
from brygga.hub.views.names import kind_word
from brygga.hub.views.queues import one_outgoing, queue_page
from brygga.model import BryggaError, Invalid, Refused
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

ACTOR = "page"
TABS: Final = {"": "out", "in": "in", "at-sidan": "aside", "osakra": "doubt"}
"""Path under `/ko` → tab."""
PATHS: Final = {tab: f"/ko/{path}" if path else "/ko" for path, tab in TABS.items()}


def routes(site: Site) -> list[HTTPRouteHandler]:
    """The tabs, the acts, and the question before something is discarded."""

    def tab_page(request: Asked, tab: str) -> Made:
        session = session_of(request)
        view = queue_page(site.hub, site.look(), tongue_for(session), tab)
        return site.pages.make(
            "queue.html",
            session,
            here="queue",
            view=view,
            paths=PATHS,
            done=said(request),
            **lead(site, view),
        )

    @get("/ko")
    @threaded
    def out(request: Asked) -> Made:
        return tab_page(request, "out")

    @get("/ko/{tab:str}")
    @threaded
    def other(request: Asked) -> Made:
        tab = part(request, "tab")
        if tab not in TABS or not tab:
            raise NotFoundException
        return tab_page(request, TABS[tab])

    @post("/ko/forsok")
    async def again(request: Asked) -> Made:
        fields = await form_of(request)
        return back(PATHS[tab_of(fields.get("slag", "out"))], await tried(site, fields))

    @post("/ko/alla")
    async def all_again(request: Asked) -> Made:
        fields = await form_of(request)
        rows = [number(text) for text in fields.get("rader", "").split(",")[:500] if text]
        for n in rows:
            await retry(site, n)
        return back("/ko", "retried_all")

    @post("/ko/avgor")
    async def decide(request: Asked) -> Made:
        fields = await form_of(request)
        arrived = fields.get("svar") == "kom-fram"
        try:
            await do(
                site, mending.resolve_doubt, site.hub, number(fields.get("n")), arrived=arrived, actor=ACTOR
            )
        except Invalid:
            return back("/ko/osakra", "gone")
        return back("/ko/osakra", "arrived" if arrived else "sent_again")

    return [out, other, again, all_again, decide, *discarding(site)]


def discarding(site: Site) -> list[HTTPRouteHandler]:
    """`/ko/kasta`: the question and its answer."""

    def question(request: Asked, wanted: dict[str, str], error: str = "") -> Made:
        session = session_of(request)
        what, title = named(site, wanted, tongue_for(session).lang)
        return site.pages.make(
            "ask_discard.html",
            session,
            here="queue",
            status=422 if error else 200,
            what=what,
            title=title,
            wanted=wanted,
            away=PATHS[tab_of(wanted["slag"])],
            error=error,
        )

    @get("/ko/kasta")
    @threaded
    def ask(request: Asked) -> Made:
        names = ("slag", "n", "anslutning", "post", "kalla")
        return question(request, {name: limited(request.query_params.get(name)) for name in names})

    @post("/ko/kasta")
    async def discard(request: Asked) -> Made:
        fields = await form_of(request)
        names = ("slag", "n", "anslutning", "post", "kalla")
        wanted = {name: limited(fields.get(name)) for name in names}
        if not limited(fields.get("varfor")):
            return question(request, wanted, "confirm.reason_missing")
        await dropped(site, wanted, limited(fields.get("varfor"), 500))
        return back(PATHS[tab_of(wanted["slag"])], "dropped")

    return [ask, discard]


async def dropped(site: Site, wanted: dict[str, str], reason: str) -> None:
    """Discard what was named. Raises NotFoundException when it is not there."""
    hub = site.hub
    try:
        if wanted["slag"] == "out":
            await do(site, mending.drop_outgoing, hub, number(wanted["n"]), reason=reason, actor=ACTOR)
        elif wanted["slag"] == "in":
            await do(site, mending.drop_incoming, hub, number(wanted["n"]), reason=reason, actor=ACTOR)
        else:
            record = (wanted["anslutning"], wanted["post"], wanted["kalla"])
            await do(site, mending.drop_parked, hub, *record, reason=reason, actor=ACTOR)
    except Invalid as error:
        raise NotFoundException from error


def named(site: Site, wanted: dict[str, str], lang: str) -> tuple[str, str]:
    """What is about to be discarded, and whom it will not reach."""
    from brygga.hub.views.tongue import tongue_of

    tongue, seen = tongue_of(lang), site.look()
    if wanted["slag"] == "out":
        row = one_outgoing(site.hub, seen, tongue, number(wanted["n"]))
        if row is None:
            raise NotFoundException
        return row["name"], row["connection_title"]
    if wanted["slag"] == "in":
        number(wanted["n"])
        return tongue.say("queue.what.notice"), ""
    if wanted["slag"] != "aside":
        raise NotFoundException
    return f"{kind_word(wanted['post'], tongue)} {wanted['kalla']}", seen.title(wanted["anslutning"])


async def tried(site: Site, fields: Any) -> str:
    """Try one row; gives the key of what to say."""
    kind = fields.get("slag", "")
    if kind == "in":
        return "retried" if await do(site, site.hub.store.inbox_retry, number(fields.get("n"))) else "gone"
    if kind == "aside":
        record = (fields.get("anslutning", ""), fields.get("post", ""), fields.get("kalla", ""))
        try:
            how = await do(site, mending.retry_parked, site.hub, *record, actor=ACTOR)
        except BryggaError:
            return "unreadable"
        return "read_again" if how == "mapped" else "asked_again"
    return await retry(site, number(fields.get("n")))


async def retry(site: Site, n: int) -> str:
    """Try one outgoing row now; a doubtful one is never sent by this."""
    try:
        await do(site, mending.retry_outgoing, site.hub, n, actor=ACTOR)
    except (Invalid, Refused):
        return "gone"
    return "retried"


def tab_of(kind: str) -> str:
    """The tab that a row's kind is shown on; anything else is the first one."""
    return kind if kind in PATHS else "out"


def lead(site: Site, view: dict[str, Any]) -> dict[str, Any]:
    """What the heading counts: all that is on its way, and what of it waits for a key."""
    del site
    stuck = [g for g in view["groups"] if g["why"] == "waits_key"]
    return {"stuck": (len(stuck[0]["rows"]), stuck[0]["rows"][0]["connection_title"]) if stuck else None}
