"""Whether there is anything to see at a place of a page, told from the page as it would be painted.

Only asked for text whose visibility the objects do not tell: in a layer that can be switched off
(*optional content*), or inside a form object that may itself be hidden, clipped or painted over.
"""

from __future__ import annotations

import ctypes
from typing import Any

import pypdfium2.raw as c

_SCALE = 1.5  # pixels a point
_MOST_PIXELS = 4_000_000
_LEAST_SCALE = 0.5
_CONTRAST = 24  # of 255, between the darkest and the lightest pixel
_MOST_CHECKS = 20_000
_OC = "OC".encode("utf-16-le")

Box = tuple[float, float, float, float]


def in_layer(item: Any) -> bool:
    """Whether a page object is marked as part of a layer (ISO 32000-1, 8.11.3.2)."""
    for number in range(min(max(c.FPDFPageObj_CountMarks(item), 0), 20)):
        mark = c.FPDFPageObj_GetMark(item, number)
        if mark and _name(mark) == _OC:
            return True
    return False


def _name(mark: Any) -> bytes:
    buffer, length = (ctypes.c_ushort * 8)(), ctypes.c_ulong()
    if not c.FPDFPageObjMark_GetName(mark, buffer, ctypes.sizeof(buffer), ctypes.byref(length)):
        return b""
    return bytes(buffer)[: max(0, min(length.value, ctypes.sizeof(buffer)) - 2)]


class Ink:
    """One page, painted small and grey the first time that somebody asks."""

    def __init__(self, page: Any) -> None:
        self._page = page
        self._pixels: bytes | None = None
        self._width = self._height = self._stride = 0
        self._scale = 0.0
        self._checks = 0

    def at(self, box: Box) -> bool:
        """True when the box (left, bottom, right, top, in page space) is not all of one shade."""
        if self._pixels is None:
            self._paint()
        self._checks += 1
        if not self._pixels or self._checks > _MOST_CHECKS:
            return False
        corners = [self._device(box[0], box[1]), self._device(box[2], box[3])]
        left, right = sorted(x for x, _ in corners)
        top, bottom = sorted(y for _, y in corners)
        rows = range(max(0, top), min(self._height, bottom + 1))
        start, end = max(0, left), min(self._width, right + 1)
        seen = b"".join(self._pixels[y * self._stride + start : y * self._stride + end] for y in rows)
        return bool(seen) and max(seen) - min(seen) >= _CONTRAST

    def _device(self, x: float, y: float) -> tuple[int, int]:
        across, down = ctypes.c_int(), ctypes.c_int()
        c.FPDF_PageToDevice(
            self._page, 0, 0, self._width, self._height, 0, x, y, ctypes.byref(across), ctypes.byref(down)
        )
        return across.value, down.value

    def _paint(self) -> None:
        wide, high = c.FPDF_GetPageWidthF(self._page), c.FPDF_GetPageHeightF(self._page)
        self._pixels = b""
        if not (0 < wide < 1e6 and 0 < high < 1e6):
            return
        scale = min(_SCALE, (_MOST_PIXELS / (wide * high)) ** 0.5)
        self._width, self._height = int(wide * scale), int(high * scale)
        if scale < _LEAST_SCALE or not self._width or not self._height:
            return
        bitmap = c.FPDFBitmap_CreateEx(self._width, self._height, c.FPDFBitmap_Gray, None, 0)
        if not bitmap:
            return
        try:
            c.FPDFBitmap_FillRect(bitmap, 0, 0, self._width, self._height, 0xFFFFFFFF)
            c.FPDF_RenderPageBitmap(bitmap, self._page, 0, 0, self._width, self._height, 0, c.FPDF_GRAYSCALE)
            self._stride = c.FPDFBitmap_GetStride(bitmap)
            self._pixels = ctypes.string_at(c.FPDFBitmap_GetBuffer(bitmap), self._stride * self._height)
        finally:
            c.FPDFBitmap_Destroy(bitmap)
