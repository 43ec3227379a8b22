"""`/atgarda`: what should I do next, and how urgent is it? Each repair is mended on its own page."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import Any

from litestar import get, post
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler

from brygga.connectors import manifest as manifests
from brygga.hub import mending
from brygga.hub.checking import check_one
from brygga.hub.views.names import addresses, kind_word
from brygga.hub.views.queues import queue_page
from brygga.hub.views.repairs import grouped, last_solved, one_repair
from brygga.model import Invalid
from brygga.store import canonical_id
from brygga.web.page import Speech
from brygga.web.sessions import Session
from brygga.web.site import Asked, Made, Site, back, do, form_of, part, said, session_of, threaded, tongue_for

ACTOR = "page"
LATER = timedelta(hours=1)
MOST_MISSING = 100
KEYED = frozenset({"key_refused", "rights_missing", "bad_signature"})


def routes(site: Site) -> list[HTTPRouteHandler]:  # noqa: C901 – counts the small handlers inside
    """The list, a repair, the question before a removal, and the answers."""

    def found(session: Session, name: str) -> dict[str, Any]:
        repair = one_repair(site.hub, site.look(), tongue_for(session), name)
        if repair is None:
            raise NotFoundException
        return repair

    def page(session: Session, repair: dict[str, Any], *, error: str = "", done: str = "") -> Made:
        return site.pages.make(
            "repair.html",
            session,
            here="repairs",
            status=422 if error else 200,
            repair=repair,
            error=error,
            done=done,
            fields=secret_fields(site, repair),
            missing=missing(site, repair),
            missing_count=missing_count(repair),
            kind_text=kind_word(str(repair["facts"].get("stream", "estate")), tongue_for(session)),
            waiting=waiting(site, session, repair["connection"]),
        )

    @get("/atgarda")
    @threaded
    def all_of_them(request: Asked) -> Made:
        session = session_of(request)
        tongue, seen = tongue_for(session), site.look()
        open_now = grouped(site.hub, seen, tongue, snoozed=True)
        solved = last_solved(site.hub, seen, tongue) if not open_now else None
        return site.pages.make(
            "repairs.html", session, here="repairs", repairs=open_now, solved=solved, done=said(request)
        )

    @get("/atgarda/{name:str}")
    @threaded
    def one(request: Asked) -> Made:
        name = part(request, "name")
        session = session_of(request)
        return page(session, found(session, name), done=said(request))

    @get("/atgarda/{name:str}/ta-bort")
    @threaded
    def ask_removal(request: Asked) -> Made:
        name = part(request, "name")
        return removal(request, name)

    def removal(request: Asked, name: str, error: str = "") -> Made:
        session = session_of(request)
        repair = found(session, name)
        if repair["code"] != "vanish":
            raise NotFoundException
        gone = missing_count(repair)
        kind = kind_word(str(repair["facts"].get("stream", "estate")), tongue_for(session))
        return site.pages.make(
            "ask_removal.html",
            session,
            here="repairs",
            status=422 if error else 200,
            repair=repair,
            gone=gone,
            kind_text=kind,
            error=error,
        )

    @post("/atgarda/{name:str}")
    async def mend(request: Asked) -> Made:
        name = part(request, "name")
        fields = await form_of(request)
        session = session_of(request)
        repair = await do(site, found, session, name)
        answer = fields.get("svar", "")
        if repair["closed_at"] is not None:
            return back(f"/atgarda/{name}")
        if answer == "ta-bort" and not fields.get("sett"):
            return removal(request, name, "confirm.tick_missing")
        if answer == "nyckel":
            return await new_key(session, repair, fields)
        done = await answered(site, repair, answer)
        return back(f"/atgarda/{name}" if done in {"still_down", "snoozed"} else "/atgarda", done)

    async def new_key(session: Session, repair: dict[str, Any], fields: Any) -> Made:
        """Save what was given, ask whether it holds, and close the repair only if it does."""
        name = repair["connection"]
        speech = Speech(tongue_for(session), site.look().now)
        given = {f["name"]: fields[f["name"]] for f in secret_fields(site, repair) if fields.get(f["name"])}
        title = repair["connection_title"]
        if not given and fields.get("samma") != "ja":
            return page(session, repair, error=speech("errors.key_empty", name=title))
        if given:
            await site.hub.connect(site.hub.connections.get(name), given)
        live = site.hub.connections.live(name)
        await live.wire.unblock()
        checked = await check_one(site.hub.services, name)
        site.looks.forget()
        if checked["exit"]:
            key = "errors.key_refused" if checked["exit"] == 1 else "errors.not_reached"
            return page(session, repair, error=speech(key, name=title))
        await close(site, repair)
        return back("/atgarda", "key_holds")

    return [all_of_them, one, ask_removal, mend]


async def answered(site: Site, repair: dict[str, Any], answer: str) -> str:
    """Do what the person chose; gives the key of what to say afterwards."""
    hub, n = site.hub, repair["n"]
    if answer == "senare":
        until = hub.services.now() + LATER
        await do(
            site, hub.store.repair_snooze, repair["code"], repair["connection"], repair["subject"], until
        )
        return "snoozed"
    if answer in {"kom-fram", "kom-inte-fram"} and isinstance(n, int):
        arrived = answer == "kom-fram"
        await do(site, mending.resolve_doubt, hub, n, arrived=arrived, actor=ACTOR)
        return "arrived" if arrived else "sent_again"
    if answer == "forsok" and isinstance(n, int):
        await do(site, mending.retry_outgoing, hub, n, actor=ACTOR)
        await close(site, repair)
        return "retried"
    if answer == "spegla":
        await do(site, mending.mirror_again, hub, repair["connection"])
        await close(site, repair)
        return "retried"
    if answer == "prova":
        return await tested(site, repair)
    if answer in {"behall", "ta-bort", "klart", "godta"}:
        await close(site, repair, remove=answer in {"ta-bort", "godta"})
        return {"behall": "kept", "ta-bort": "removing"}.get(answer, "mended")
    raise NotFoundException


async def tested(site: Site, repair: dict[str, Any]) -> str:
    """Ask the connection something harmless."""
    checked = await check_one(site.hub.services, repair["connection"])
    site.looks.forget()
    if checked["exit"]:
        return "still_down"
    await close(site, repair)
    return "tested"


async def close(site: Site, repair: dict[str, Any], *, remove: bool = False) -> None:
    """Mark it as solved; one that somebody else has just solved is as well."""
    names = (repair["code"], repair["connection"], repair["subject"])
    with contextlib.suppress(Invalid):
        await do(site, mending.resolve_repair, site.hub, *names, remove=remove, actor=ACTOR)


def secret_fields(site: Site, repair: dict[str, Any]) -> list[dict[str, Any]]:
    """The secrets that the repair is about, for the form that changes them; never their values."""
    if repair["code"] not in KEYED or repair["connection"] not in site.look().seen:
        return []
    connection = site.look().seen[repair["connection"]].connection
    signs = repair["code"] == "bad_signature"
    return [
        {"name": s.name, "sv": s.sv, "en": s.en}
        for s in manifests.load(connection.connector).settings
        if s.secret and (s.name.startswith("webhook") if signs else s.required)
    ]


def missing_count(repair: dict[str, Any]) -> int:
    """How many a listing lacks."""
    facts = repair["facts"]
    return max(len(facts.get("missing", [])), int(facts.get("held", 0)) - int(facts.get("listed", 0)))


def missing(site: Site, repair: dict[str, Any]) -> list[dict[str, str]]:
    """What a listing lacks, by address where it is a home."""
    ids = [str(one) for one in repair["facts"].get("missing", [])][:MOST_MISSING]
    if repair["code"] != "vanish" or not ids:
        return []
    stream = str(repair["facts"].get("stream", "estate"))
    names = [canonical_id(repair["connection"], one) for one in ids]
    streets = addresses(site.hub, names) if stream == "estate" else {}
    return [
        {"id": name if name in streets else "", "name": streets.get(name, source)}
        for name, source in zip(names, ids, strict=True)
    ]


def waiting(site: Site, session: Session, connection: str) -> list[dict[str, Any]]:
    """What waits for a connection, in the order in which it will be sent."""
    groups = queue_page(site.hub, site.look(), tongue_for(session), "out")["groups"]
    return [row for group in groups if group["connection"] == connection for row in group["rows"]]
