"""Foreign bytes → renditions, with libvips. Runs in the worker process only, never in the hub.

The header is read first and judged, then the picture is decoded once, strictly: a cut file is an
error, not a grey picture. Only loaders on our list are used, and libvips' own block on loaders
that were never meant for hostile files is on.
"""

from __future__ import annotations

import os
import re
from typing import Any

import msgspec

os.environ["VIPS_CONCURRENCY"] = "1"  # one thread: equal bytes every time, and the pool has the cores

import pyvips

from brygga.photos.exif import clean_copyright, read_copyright, with_copyright
from brygga.photos.recipe import Limits, Recipe

_LOADERS = frozenset(
    f"{kind}load_buffer" for kind in ("jpeg", "png", "webp", "tiff", "gif", "heif")
)  # heif means AVIF here, see `_sniffed`
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"})
_CUT = re.compile(  # the decoders' own words for a file that ends too soon
    r"premature end|truncated|end of (?:file|source|gif)|unexpected end|read error|bad seek|short read",
    re.IGNORECASE,
)
_NO_MEMORY = re.compile(
    r"(?:out of|insufficient|not enough) memory|unable to allocate|memory allocation|malloc", re.IGNORECASE
)
_TIFF_STARTS = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
_WHITE = [255, 255, 255]
_REASON_LENGTH = 200


_STEPS = range(0, 256, 15)  # both ends and 16 between, for each of three colours
_PATCH: Any = pyvips.Image.new_from_memory(
    bytes(c for red in _STEPS for green in _STEPS for blue in _STEPS for c in (red, green, blue)),
    len(_STEPS) ** 2,
    len(_STEPS),
    3,
    "uchar",
).copy(interpretation="srgb")


class Fault(Exception):
    """A picture that cannot be developed: `code` is one of `brygga.photos.errors.CODES`.

    An answer for the hub rather than an error of this process.
    """

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code
        self.why = why


class Developed(msgspec.Struct, frozen=True, kw_only=True):
    """Size of the original as it is to be seen (turned), its format, and (width, height, JPEG) per edge."""

    width_px: int
    height_px: int
    format: str
    renditions: list[tuple[int, int, bytes]]


def prepare() -> None:
    """Once per process: trust nothing, keep nothing."""
    pyvips.block_untrusted_set(True)
    pyvips.cache_set_max(0)
    pyvips.concurrency_set(1)


def develop(data: bytes, recipe: Recipe, limits: Limits) -> Developed:
    """Make the renditions of one picture. Raises Fault."""
    try:
        header = _header(data, limits)
        large = _first(data, header, recipe.long_edges_px[0])
        notice = _copyright(header) or clean_copyright(recipe.copyright)
        images = [large, *(_smaller(large, edge) for edge in recipe.long_edges_px[1:])]
        sizes = [(image.width, image.height, _saved(image, recipe.quality, notice)) for image in images]
    except pyvips.Error as error:
        raise _judged(error, data) from error
    except MemoryError as error:
        raise Fault("too_costly", "out of memory") from error
    width_px, height_px = _as_seen(header)
    kind = str(header.get("vips-loader")).partition("load")[0]
    return Developed(width_px=width_px, height_px=height_px, format=kind, renditions=sizes)


def _header(data: bytes, limits: Limits) -> Any:
    _sniffed(data)
    image = _opened(data)
    loader = image.get("vips-loader")
    if loader not in _LOADERS:
        raise Fault("format_not_read", f"{loader} is not on our list")
    if image.width * image.height > limits.pixels:
        raise Fault("too_many_pixels", f"{image.width} x {image.height} is more than {limits.pixels}")
    return image


def _sniffed(data: bytes) -> None:
    """libvips would say of HEIC only that it is "not in a known format": tell it apart."""
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS | {b"mif1", b"msf1"}:
        length = min(int.from_bytes(data[:4], "big"), 256)
        brands = {data[i : i + 4] for i in range(8, length, 4)}
        if brands & _HEIC_BRANDS:
            raise Fault("heic", "HEVC-coded")


def _first(data: bytes, header: Any, edge: int) -> Any:
    """Decode, turn, colours to sRGB, 8 bits, on white, at most `edge`: in memory.

    `thumbnail_buffer` would be shorter, but with libvips 8.18 it lets cut files pass whatever its
    `fail_on` says; opening the file ourselves does not.
    """
    image = _opened(data, **_shrink_on_load(header, edge))
    colours = {"output_profile": "srgb", "intent": "relative"} if _other_colours(header) else {}
    image = image.thumbnail_image(edge, height=edge, size="down", **colours)
    if image.hasalpha():
        image = image.flatten(background=_WHITE)
    if image.interpretation != "srgb" or image.bands != len(_WHITE):
        image = image.colourspace("srgb")
    return image.cast("uchar").copy_memory()


def _opened(data: bytes, **options: Any) -> Any:
    """Only TIFF needs `error` to notice a missing half, and only it gives none for harmless oddities."""
    fail_on = "error" if data[:4] in _TIFF_STARTS else "truncated"
    return pyvips.Image.new_from_buffer(data, "", access="sequential", fail_on=fail_on, **options)


def _other_colours(header: Any) -> bool:
    """Whether colours must be converted. That is three quarters of the work, and most often for nothing.

    Cameras nearly always embed a profile that *is* sRGB: we send a few hundred colours through it,
    and if none moves by more than one step of 255 there is nothing to convert.
    """
    if header.interpretation not in {"srgb", "b-w"} or header.format != "uchar":
        return True
    if header.get_typeof("icc-profile-data") == 0:
        return False
    if header.interpretation == "b-w":
        return True
    patch = _PATCH.copy()
    patch.set_type(pyvips.GValue.blob_type, "icc-profile-data", header.get("icc-profile-data"))
    moved = patch.icc_transform("srgb", embedded=True, intent="relative") - _PATCH
    return bool(moved.abs().max() > 1)


def _shrink_on_load(header: Any, edge: int) -> dict[str, int]:
    """JPEG can be decoded at a part of its size; we leave at least a factor of two to the good filter."""
    if header.get("vips-loader") != "jpegload_buffer":
        return {}
    factor = max(header.width, header.height) / edge
    return {"shrink": next((n for n in (8, 4, 2) if factor >= 2 * n), 1)}


def _smaller(image: Any, edge: int) -> Any:
    return image.thumbnail_image(edge, height=edge, size="down").copy_memory()


def _saved(image: Any, quality: int, notice: str) -> bytes:
    """`keep="none"`: no place, camera, profile, preview, caption or history goes along."""
    saved: bytes = image.jpegsave_buffer(
        Q=quality,
        subsample_mode="on",
        optimize_coding=True,
        interlace=True,
        trellis_quant=True,
        overshoot_deringing=True,
        quant_table=3,
        keep="none",
    )
    return with_copyright(saved, notice)


def _copyright(header: Any) -> str:
    if header.get_typeof("exif-data") == 0:
        return ""
    return read_copyright(bytes(header.get("exif-data")))


def _as_seen(header: Any) -> tuple[int, int]:
    """Width and height after the turn that the EXIF orientation asks for (5–8 lie on their side)."""
    turned = header.get_typeof("orientation") != 0 and header.get("orientation") >= 5
    return (header.height, header.width) if turned else (header.width, header.height)


def _judged(error: Any, data: bytes) -> Fault:
    """What a decoder's complaint means. The words are the decoders' own and not for people."""
    words = str(error.detail).strip() or "no reason given"
    why = words.splitlines()[0][:_REASON_LENGTH]
    if _NO_MEMORY.search(words):
        return Fault("too_costly", why)
    return Fault("truncated" if _CUT.search(words) or _ends_early(data) else "not_a_picture", why)


def _ends_early(data: bytes) -> bool:
    """Whether the file's own account of its length says that more should come."""
    if data[:4] == b"RIFF":
        return int.from_bytes(data[4:8], "little") + 8 > len(data)
    if data[:4] in _TIFF_STARTS[:2]:
        order: Any = "little" if data[:2] == b"II" else "big"
        return int.from_bytes(data[4:8], order) >= len(data)
    return data[:8] == b"\x89PNG\r\n\x1a\n" and b"IEND" not in data[-64:]
