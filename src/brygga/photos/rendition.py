"""Pictures of a home as renditions, made once per content and kept in the archive.

    photos/<2 hex>/<sha256 of the original>/<recipe>/2400.jpg, 1600.jpg, 800.jpg
    photos/<2 hex>/<sha256 of the original>/<recipe>/picture.json   written last: the set is whole

The address of a rendition follows from the original's bytes alone, so the same picture in two
homes, or fetched twice, is made and kept once.
"""

from __future__ import annotations

import asyncio
import hashlib
import weakref
from typing import Protocol

import msgspec

from brygga.photos.darkroom import Darkroom, Negative
from brygga.photos.recipe import Recipe

CONTENT_TYPE = "image/jpeg"


class Shelf(Protocol):
    """What this room asks of an archive; `brygga.archive.Archive` fulfils it."""

    async def put(self, key: str, data: bytes, *, content_type: str, if_absent: bool = False) -> object:
        """Store bytes under a key."""
        ...

    async def get(self, key: str) -> bytes:
        """The bytes under a key, checked."""
        ...

    async def exists(self, key: str) -> bool:
        """Whether there is something under a key."""
        ...


class Rendition(msgspec.Struct, frozen=True, kw_only=True):
    """One JPEG made from a picture (*bildstorlek*). `long_edge_px` is the size asked for."""

    key: str
    long_edge_px: int
    width_px: int
    height_px: int
    size_bytes: int
    sha256: str


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A picture and its renditions, largest first. Sizes of the original are as seen, turned upright.

    `content_hash` is the SHA-256 of the original's bytes, in hex.
    """

    content_hash: str
    format: str
    width_px: int
    height_px: int
    size_bytes: int
    renditions: list[Rendition]

    def at_most(self, long_edge_px: int) -> Rendition:
        """The largest rendition whose asked-for size is not above `long_edge_px`, else the smallest."""
        fitting = [r for r in self.renditions if r.long_edge_px <= long_edge_px]
        return fitting[0] if fitting else self.renditions[-1]


class Album:
    """Makes renditions in a darkroom and keeps them in an archive."""

    def __init__(self, shelf: Shelf, darkroom: Darkroom, *, recipe: Recipe | None = None) -> None:
        self._shelf = shelf
        self._darkroom = darkroom
        self._recipe = recipe or Recipe()
        self._busy: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()

    async def add(self, data: bytes) -> Picture:
        """The picture of these bytes with its renditions in the archive, made now unless they are there.

        Raises NotAPicture, TooLarge, Truncated (nothing is stored then), NotDeveloped, and what the
        archive's `put` raises.
        """
        digest = (await asyncio.to_thread(hashlib.sha256, data)).hexdigest()
        lock = self._busy.setdefault(digest, asyncio.Lock())
        async with lock:
            found = await self.find(digest)
            return found if found is not None else await self._made(digest, data)

    async def find(self, content_hash: str) -> Picture | None:
        """The picture with that hash, if its renditions are in the archive."""
        key = f"{self._home(content_hash)}/picture.json"
        if not await self._shelf.exists(key):
            return None
        return msgspec.json.decode(await self._shelf.get(key), type=Picture)

    async def read(self, rendition: Rendition) -> bytes:
        """The JPEG itself. Raises what the archive's `get` raises."""
        return await self._shelf.get(rendition.key)

    async def _made(self, digest: str, data: bytes) -> Picture:
        negative = await self._darkroom.develop(data, self._recipe)
        renditions = self._renditions(digest, negative)
        for rendition, printed in zip(renditions, negative.prints, strict=True):
            await self._shelf.put(rendition.key, printed.data, content_type=CONTENT_TYPE)
        picture = Picture(
            content_hash=digest,
            format=negative.format,
            width_px=negative.width_px,
            height_px=negative.height_px,
            size_bytes=len(data),
            renditions=renditions,
        )
        sheet = msgspec.json.encode(picture)
        await self._shelf.put(f"{self._home(digest)}/picture.json", sheet, content_type="application/json")
        return picture

    def _renditions(self, digest: str, negative: Negative) -> list[Rendition]:
        return [
            Rendition(
                key=f"{self._home(digest)}/{edge}.jpg",
                long_edge_px=edge,
                width_px=printed.width_px,
                height_px=printed.height_px,
                size_bytes=len(printed.data),
                sha256=hashlib.sha256(printed.data).hexdigest(),
            )
            for edge, printed in zip(self._recipe.long_edges_px, negative.prints, strict=True)
        ]

    def _home(self, digest: str) -> str:
        return f"photos/{digest[:2]}/{digest}/{self._recipe.name()}"
