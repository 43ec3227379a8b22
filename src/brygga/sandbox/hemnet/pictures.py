"""Fetches an imitated listing's pictures for real, over loopback, and looks whether they are JPEGs."""

from __future__ import annotations

import asyncio
from typing import Final

import aiohttp
from yarl import URL

from brygga.sandbox.hemnet.listing import Picture

LARGEST_BYTES: Final = 25_000_000
FETCH_S: Final = 10.0
HERE: Final = frozenset({"127.0.0.1", "localhost", "::1"})
FRAMES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""Markers of a frame header, which holds height and width (ITU-T T.81, table B.1)."""


class Fetcher:
    """Fetches pictures of one imitation. `delay_s`: how long a picture stays `in_progress` at least."""

    def __init__(self, *, delay_s: float, at_once: int = 8) -> None:
        self.delay_s = delay_s
        self._slots = asyncio.Semaphore(at_once)
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Open the client."""
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=FETCH_S))

    async def stop(self) -> None:
        """Close it."""
        if self._session is not None:
            await self._session.close()

    async def fetch(self, picture: Picture) -> None:
        """Fetch, check, and note what came of it: `completed` or `failed` with the reason."""
        await asyncio.sleep(self.delay_s)
        async with self._slots:
            try:
                body = await self._bytes(picture.url)
            except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                picture.state, picture.detail = "failed", f"could not be fetched: {type(error).__name__}"
                return
        size = jpeg_size(body)
        if size is None:
            picture.state, picture.detail = "failed", "is not a complete JPEG"
            return
        picture.size_bytes = len(body)
        picture.width_px, picture.height_px = size
        picture.state = "completed"

    async def _bytes(self, url: str) -> bytes:
        """Raises ValueError for an address that is not on this machine: an imitation calls nobody else."""
        assert self._session is not None  # noqa: S101 - start() came first
        if URL(url).host not in HERE:
            raise ValueError("not on loopback")
        async with self._session.get(url, allow_redirects=False) as answer:
            if answer.status != 200:
                raise ValueError(f"status {answer.status}")
            body = bytearray()
            async for chunk in answer.content.iter_chunked(1 << 16):
                body += chunk
                if len(body) > LARGEST_BYTES:
                    raise ValueError("too large")
            return bytes(body)


def jpeg_size(body: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of a complete JPEG; None if it is not one (ITU-T T.81, B.1)."""
    if not body.startswith(b"\xff\xd8") or not body.rstrip(b"\x00").endswith(b"\xff\xd9"):
        return None
    place = 2
    while place + 9 <= len(body) and body[place] == 0xFF:
        marker, length = body[place + 1], int.from_bytes(body[place + 2 : place + 4], "big")
        if marker in FRAMES:
            height, width = (int.from_bytes(body[place + n : place + n + 2], "big") for n in (5, 7))
            return (width, height) if width and height else None
        place += 2 + length
    return None
