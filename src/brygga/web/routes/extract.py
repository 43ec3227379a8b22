"""`/utdrag`: a home's extracts, one beside its facts with what disagrees on top, and filling in from it."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from typing import Any, Final

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler

from brygga.hub import crosschecking, extracting, filling
from brygga.hub.extract_shelf import Shelved, Size, documents, register_extract
from brygga.hub.views.extract import MOST_PAGES, extract_list, extract_page
from brygga.hub.views.words import Words, read
from brygga.model import BryggaError, Invalid, Retryable
from brygga.web.page import address
from brygga.web.sessions import Session
from brygga.web.site import (
    Asked,
    Made,
    NotYours,
    Site,
    back,
    form_of,
    limited,
    number,
    part,
    session_of,
    tongue_for,
)

ACTOR: Final = "page"
FORM_BYTES: Final = extracting.FILE_BYTES + 200_000
"""The file and the rest of its form."""
PICTURE_KEPT: Final = "private, max-age=3600"


@functools.cache
def words() -> Words:
    """The sentences of these pages."""
    return Words(read("brygga.web", "extract.toml"))


def routes(site: Site) -> list[HTTPRouteHandler]:
    """Looking at extracts, and what changes something."""
    return [*_looking(site), *_changing(site)]


def _looking(site: Site) -> list[HTTPRouteHandler]:
    @get("/utdrag")
    async def all_of_them(request: Asked) -> Made:
        return await _list(site, request)

    @get("/utdrag/{name:str}")
    async def one(request: Asked) -> Made:
        return await _one(site, request)

    @get("/utdrag-sida/{name:str}")
    async def picture(request: Asked) -> Response[bytes]:
        if not session_of(request).may_see_persons:
            raise NotYours
        about = await _about(site, request)
        try:
            _, data = await extracting.page_picture(
                site.hub, about, number(request.query_params.get("sida", "1"))
            )
        except Invalid as error:
            raise NotFoundException from error
        return Response(data, media_type="image/png", headers={"cache-control": PICTURE_KEPT})

    return [all_of_them, one, picture]


def _changing(site: Site) -> list[HTTPRouteHandler]:
    @post("/utdrag", request_max_body_size=FORM_BYTES)
    async def upload(request: Asked) -> Made:
        await form_of(request)
        given = (await request.form()).get("fil")
        data = await given.read() if isinstance(given, UploadFile) else b""
        name = given.filename if isinstance(given, UploadFile) else ""
        estate_id = _estate_id(site, request)
        return await _kept(
            site, request, extracting.take_file(site.hub, estate_id, data, name=name, by=ACTOR)
        )

    @post("/utdrag/uppslag")
    async def look_up(request: Asked) -> Made:
        fields = await form_of(request)
        wanted, estate_id = limited(fields.get("beteckning"), 120), _estate_id(site, request)
        return await _kept(site, request, extracting.look_up(site.hub, estate_id, wanted, by=ACTOR))

    @post("/utdrag/{name:str}/infor")
    async def fill_in(request: Asked) -> Made:
        fields = await form_of(request)
        chosen = [str(one) for one in (await request.form()).getall("falt", [])]
        about = await _about(site, request)
        document = await _document(site, about, request)
        if document is None:
            raise NotFoundException
        proposal = await asyncio.to_thread(
            filling.propose, site.hub, document, about.estate_id, file=about.name
        )
        if str(proposal.version) != fields.get("version"):
            return await _one(site, request, error=_speech(session_of(request))("refused.changed"))
        try:
            await filling.apply(site.hub, proposal, chosen, ACTOR, fields.get("varfor", ""))
        except BryggaError as error:
            return await _one(site, request, error=error.sv)
        finally:
            site.looks.forget()
        await crosschecking.check_and_keep(site.hub.services, about.estate_id)
        return back(address(f"/utdrag/{about.id}", objekt=about.estate_id), "filled")

    return [upload, look_up, fill_in]


async def _kept(site: Site, request: Asked, work: Any) -> Made:
    """Take an extract in, check the home against it, and show it; what went wrong stands on the list."""
    try:
        about = await work
    except BryggaError as error:
        return await _list(site, request, error=error.sv)
    await crosschecking.check_and_keep(site.hub.services, about.estate_id)
    site.looks.forget()
    return back(address(f"/utdrag/{about.id}", objekt=about.estate_id), "kept")


async def _list(site: Site, request: Asked, *, error: str = "") -> Made:
    session, estate_id = session_of(request), _estate_id(site, request)
    shelved = await extracting.shelf(site.hub).of(estate_id)
    can = bool(site.hub.connections.who_can(extracting.ABILITY))
    view = await asyncio.to_thread(extract_list, site.hub, estate_id, shelved, can_look_up=can)
    return await _made(site, session, "extracts.html", view, error=error)


async def _one(site: Site, request: Asked, *, error: str = "") -> Made:
    session, hub = session_of(request), site.hub
    about = await _about(site, request)
    reading = await extracting.shelf(hub).reading(about)
    document = await _document(site, about, request)
    remarks = (
        await crosschecking.remarks(hub.services, about.estate_id, reading=reading)
        if document is not None
        else []
    )
    if register_extract(reading) is None:
        remarks = [one for one in remarks if one.place is None]
    proposal = (
        await asyncio.to_thread(filling.propose, hub, document, about.estate_id, file=about.name)
        if document is not None
        else None
    )
    view = await asyncio.to_thread(
        extract_page,
        hub,
        about,
        reading,
        tongue_for(session),
        remarks=remarks,
        proposal=proposal,
        sizes=await _sizes(site, about) if session.may_see_persons else [],
        text=await _text(site, about) if session.may_see_persons else "",
        number=_nr(request),
        persons=session.may_see_persons,
    )
    done = f"done.{request.query_params.get('klart', '')}"
    shown = bool(view["sheets"] or view["lines"])
    return await _made(
        site, session, "extract.html", view, error=error, shown=shown, done=done if words().has(done) else ""
    )


async def _made(
    site: Site, session: Session, template: str, view: dict[str, Any], *, error: str, **more: Any
) -> Made:
    def make() -> Made:
        return site.pages.make(
            template,
            session,
            here="objects",
            status=422 if error else 200,
            view=view,
            error=error,
            w=_speech(session),
            **more,
        )

    return await asyncio.to_thread(make)


def _speech(session: Session) -> Callable[..., str]:
    lang = tongue_for(session).lang
    return lambda key, **facts: words().say(key, lang, **facts)


async def _about(site: Site, request: Asked) -> Shelved:
    try:
        return await extracting.shelf(site.hub).about(_estate_id(site, request), part(request, "name"))
    except Invalid as error:
        raise NotFoundException from error


async def _document(site: Site, about: Shelved, request: Asked) -> Any:
    """The document asked for by number; None when the file gave none."""
    found = documents(await extracting.shelf(site.hub).reading(about))
    return found[min(_nr(request), len(found)) - 1] if found else None


async def _sizes(site: Site, about: Shelved) -> list[Size]:
    """The pages' sizes; drawing stops at the first page that cannot be drawn."""
    sizes: list[Size] = []
    if about.ending != "pdf":
        return sizes
    for page in range(1, min(max(1, about.pages), MOST_PAGES) + 1):
        try:
            size, _ = await extracting.page_picture(site.hub, about, page)
        except (Invalid, Retryable):
            break
        sizes.append(size)
    return sizes


async def _text(site: Site, about: Shelved) -> str:
    if about.ending != "txt":
        return ""
    data = await extracting.shelf(site.hub).file(about)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _estate_id(site: Site, request: Asked) -> str:
    estate_id = limited(request.query_params.get("objekt"))
    if site.hub.store.row("estate", estate_id) is None:
        raise NotFoundException
    return estate_id


def _nr(request: Asked) -> int:
    return number(request.query_params.get("nr", "1"), most=1_000)
