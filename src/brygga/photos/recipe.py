"""How renditions are made: sizes, quality and the limits a picture must keep to."""

from __future__ import annotations

import hashlib

import msgspec


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """Renditions to make, each at most `long_edges_px` on its long edge (largest first), as sRGB JPEG.

    A picture is never enlarged: one of 1,200 px gives a "2400" of 1,200 px. `copyright` is written
    into pictures that state none of their own. `revision` rises when the code changes the bytes.
    """

    long_edges_px: tuple[int, ...] = (2400, 1600, 800)
    quality: int = 82
    copyright: str = ""
    revision: int = 1

    def name(self) -> str:
        """A short name for this way of making them, safe in a key; other settings give another."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()[:12]


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one picture may cost. CPU and memory are held by the operating system.

    The 24 megapixels of a camera take about 0.5 s and 0.3 GB; a progressive JPEG of 150 megapixels
    needs about 0.9 GB because its coefficients cannot be streamed.
    """

    file_bytes: int = 64 << 20
    pixels: int = 150_000_000
    memory_bytes: int = 2 << 30
    cpu_s: int = 30
    wall_s: float = 90.0
