"""Pictures and files of the advertising section: bytes, or base64 with `Accept: text/x-base64`."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Sequence

from aiohttp import web

from brygga.sandbox.content import pictures
from brygga.sandbox.vitec.blank import Json
from brygga.sandbox.vitec.media import document, file_owner, picture
from brygga.sandbox.vitec.office import picture_owner
from brygga.sandbox.vitec.row import Row
from brygga.sandbox.vitec.state import World

MOTIFS = {"agent": "portrait", "project": "facade", "area": "meadow"}


class Media:
    """Answers with bytes over one world. Drawing happens in a thread, off the event loop."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def image(self, request: web.Request, offices: list[int]) -> web.Response:
        """A picture that its owner still shows; 404 for any other id."""
        identifier = request.match_info["id"]
        owner = picture_owner(identifier, seed=self._world.seed)
        if owner is None:
            raise web.HTTPNotFound(reason="Bilden finns inte.")
        kind, first, second = owner
        if kind == "estate":
            row, body = self._holder(first, offices)
            version = _entry(body["images"], identifier)["dataChangedAt"]
            data = await asyncio.to_thread(picture, row, second, version, body)
        else:
            data = await asyncio.to_thread(pictures.jpeg, MOTIFS[kind], f"{kind}:{first}:{second}")
        return _answer(request, data, "image/jpeg")

    async def file(self, request: web.Request, offices: list[int]) -> web.Response:
        """A document that its estate still has; 404 for any other id."""
        identifier = request.match_info["id"]
        owner = file_owner(identifier)
        if owner is None:
            raise web.HTTPNotFound(reason="Filen finns inte.")
        _, body = self._holder(owner, offices)
        name = _entry(body["files"], identifier)["name"]
        return _answer(request, document(name, body), "application/pdf")

    def _holder(self, index: int, offices: list[int]) -> tuple[Row, Json]:
        row = self._world.by_index.get(index)
        if row is None or row.removed or row.office not in offices:
            raise web.HTTPNotFound(reason="Bilden eller filen finns inte.")
        return row, self._world.body(row)


def _entry(entries: Sequence[Json], identifier: str) -> Json:
    for entry in entries:
        if entry["id"] == identifier:
            return entry
    raise web.HTTPNotFound(reason="Bilden eller filen finns inte.")


def _answer(request: web.Request, data: bytes, content_type: str) -> web.Response:
    if "text/x-base64" in request.headers.get("Accept", ""):
        return web.Response(text=base64.b64encode(data).decode(), content_type="text/x-base64")
    return web.Response(body=data, content_type=content_type)
