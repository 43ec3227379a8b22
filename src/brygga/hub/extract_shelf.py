"""Extracts on the shelf: the file as it came, what was read of it, and pictures of its pages.

    extracts/<home>/<id>/file.pdf|txt   the file
    extracts/<home>/<id>/facts.json     the reading, with every fact's place
    extracts/<home>/<id>/about.json     who put it there, when, what came of it
    extracts/<home>/<id>/page-1.png     a page as it looks, drawn when first asked for
    extracts/<home>/<id>/page-1.json    its size in points

`about` is written last: an extract without it was cut off and is not on the shelf. The same file
for the same home is the same extract.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec

from brygga.archive import Archive, NotStored, segment
from brygga.extracts.facts import Document, Outcome, Reading, RegisterExtract
from brygga.model import Invalid
from brygga.swedish.masking import mask

ROOM: Final = "extracts"
LONGEST_NAME: Final = 120
KINDS: Final[Mapping[str, str]] = {"pdf": "application/pdf", "txt": "text/plain; charset=utf-8"}


class Shelved(msgspec.Struct, frozen=True, kw_only=True):
    """One extract of one home. `code` is empty when it was read, else why it could not be.

    `name` is what the file was called, persons hidden; `source` is the connection it was looked up
    in, or empty for a file that somebody gave us.
    """

    id: str
    estate_id: str
    name: str
    ending: str
    sha256: str
    size_bytes: int
    at: datetime
    by: str
    source: str = ""
    outcome: str = ""
    code: str = ""
    sv: str = ""
    layout_name: str = ""
    pages: int = 0


class Size(msgspec.Struct, frozen=True):
    """A page's size in points."""

    width: float
    height: float


class ExtractShelf:
    """The extracts of all homes in one archive. Raises what the archive raises."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    async def add(self, about: Shelved, data: bytes, reading: Reading | None) -> None:
        """Keep an extract whole; the same again changes nothing but who asked last."""
        home = _home(about.estate_id, about.id)
        await self._archive.put(f"{home}/file.{about.ending}", data, content_type=KINDS[about.ending])
        if reading is not None:
            facts = msgspec.json.encode(reading)
            await self._archive.put(f"{home}/facts.json", facts, content_type="application/json")
        body = msgspec.json.encode(about)
        await self._archive.put(f"{home}/about.json", body, content_type="application/json")

    async def newest(self, estate_id: str) -> tuple[Shelved, Reading] | None:
        """The home's newest extract that was read; None when there is none."""
        for about in await self.of(estate_id):
            if about.outcome == Outcome.READ and (reading := await self.reading(about)) is not None:
                return about, reading
        return None

    async def of(self, estate_id: str) -> list[Shelved]:
        """A home's extracts, the newest first."""
        prefix = f"{ROOM}/{segment(estate_id)}/"
        keys = [stored.key async for stored in self._archive.list(prefix)]
        found = [
            msgspec.json.decode(await self._archive.get(key), type=Shelved)
            for key in keys
            if key.endswith("/about.json")
        ]
        return sorted(found, key=lambda one: (one.at, one.id), reverse=True)

    async def about(self, estate_id: str, extract_id: str) -> Shelved:
        """One extract. Raises Invalid when there is none by that id."""
        try:
            body = await self._archive.get(f"{_home(estate_id, extract_id)}/about.json")
        except NotStored as error:
            raise Invalid("There is no such extract.", sv="Det finns inget sådant utdrag.") from error
        return msgspec.json.decode(body, type=Shelved)

    async def reading(self, about: Shelved) -> Reading | None:
        """What was read of it; None when it could not be read."""
        try:
            body = await self._archive.get(f"{_home(about.estate_id, about.id)}/facts.json")
        except NotStored:
            return None
        return msgspec.json.decode(body, type=Reading)

    async def file(self, about: Shelved) -> bytes:
        """The file as it came."""
        return await self._archive.get(f"{_home(about.estate_id, about.id)}/file.{about.ending}")

    async def picture(self, about: Shelved, page: int) -> tuple[Size, bytes] | None:
        """A page as it was drawn; None when nobody has drawn it yet."""
        home = _home(about.estate_id, about.id)
        try:
            size = msgspec.json.decode(await self._archive.get(f"{home}/page-{page}.json"), type=Size)
            return size, await self._archive.get(f"{home}/page-{page}.png")
        except NotStored:
            return None

    async def keep_picture(self, about: Shelved, page: int, size: Size, data: bytes) -> None:
        """Keep a page that was drawn. Its size comes last: without it there is no picture."""
        home = _home(about.estate_id, about.id)
        await self._archive.put(f"{home}/page-{page}.png", data, content_type="image/png")
        body = msgspec.json.encode(size)
        await self._archive.put(f"{home}/page-{page}.json", body, content_type="application/json")


def extract_id(data: bytes) -> str:
    """The id of a file: what it holds decides."""
    return hashlib.sha256(data).hexdigest()[:16]


def shown_name(name: str) -> str:
    """A file's name as it may be shown: its last part, short, with persons hidden."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return mask("".join(c if c.isprintable() else " " for c in last)).strip()[:LONGEST_NAME] or "utdrag"


def register_extract(reading: Reading | None) -> RegisterExtract | None:
    """The reading's one register extract; None when there is none, or several, which are two homes'."""
    found = [one for one in documents(reading) if isinstance(one, RegisterExtract)]
    return found[0] if len(found) == 1 else None


def documents(reading: Reading | None) -> list[Document]:
    """All documents of a reading."""
    return list(reading.documents) if reading is not None else []


def _home(estate_id: str, extract_id_: str) -> str:
    if not (extract_id_.isascii() and extract_id_.isalnum() and len(extract_id_) <= 64):
        raise Invalid("That is no extract's id.", sv="Det finns inget sådant utdrag.")
    return f"{ROOM}/{segment(estate_id)}/{extract_id_}"
