"""Pictures for the tests, made when asked for: nobody's photographs."""

from __future__ import annotations

import io
from typing import Any

import pyvips
from PIL import Image

from brygga.photos.exif import with_copyright


def gradient(size: tuple[int, int] = (640, 480), mode: str = "RGB") -> Image.Image:
    """Something with colours and detail in it."""
    ramp = Image.linear_gradient("L").resize(size)
    rings = Image.radial_gradient("L").resize(size)
    return Image.merge("RGB", (ramp, ramp.rotate(180), rings)).convert(mode)


def encoded(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """The picture as a file's bytes."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def plain(size: tuple[int, int], colour: tuple[int, ...]) -> Image.Image:
    """One colour."""
    return Image.new("RGB", size, colour)


def camera_jpeg(size: tuple[int, int] = (640, 480)) -> bytes:
    """As a telephone saves it: lying on its side, with place, camera, owner and caption."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x013B] = 6, "Testkameran", "Fotograf Testsson"
    exif[0x010E], exif[0x8298] = "Sovrummet hos familjen", "Foto Testsson AB"
    place = exif.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", (59.0, 19.0, 45.0), "E", (18.0, 4.0, 7.0)
    return encoded(gradient(size), exif=exif, comment=b"hemligt")


def signed_jpeg(notice: str) -> bytes:
    """A picture whose only EXIF is a copyright notice, as UTF-8."""
    return with_copyright(encoded(gradient()), notice)


def wide_gamut_jpeg() -> bytes:
    """Pure sRGB red, stored as Display P3 with its profile: the numbers are not those of sRGB."""
    red = pyvips.Image.new_from_memory(bytes((255, 0, 0)) * 64 * 64, 64, 64, 3, "uchar")
    return red.copy(interpretation="srgb").icc_transform("p3").jpegsave_buffer(Q=100, subsample_mode="off")


def srgb_jpeg() -> bytes:
    """A picture with an sRGB profile embedded, as most cameras do."""
    image = pyvips.Image.new_from_buffer(encoded(gradient(), "PNG"), "")
    return image.jpegsave_buffer(Q=95, profile="srgb")


def pixel_bomb() -> bytes:
    """A PNG of a few kilobytes that unfolds to 400 million points."""
    return pyvips.Image.black(20_000, 20_000).pngsave_buffer(compression=9, bitdepth=1)


def opened(data: bytes) -> Image.Image:
    """A rendition as any reader sees it."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image
