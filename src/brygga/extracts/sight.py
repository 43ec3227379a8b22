"""Whether a person looking at a PDF page sees a piece of text, judged from how it is painted."""

from __future__ import annotations

import ctypes
from typing import Any

import pypdfium2.raw as c

from brygga.extracts.ink import Ink, in_layer

_HIDDEN_MODES = {c.FPDF_TEXTRENDERMODE_INVISIBLE, c.FPDF_TEXTRENDERMODE_CLIP}
_STROKED = {c.FPDF_TEXTRENDERMODE_STROKE, c.FPDF_TEXTRENDERMODE_STROKE_CLIP}
_WHITE = 240  # a channel from here up is as good as white
_FAINT = 20  # of 255: as good as transparent
_SMALLEST_PT = 1.5
_MOST_AREAS = 2000
_MOST_OF_A_PAGE = 0.6

Box = tuple[float, float, float, float]


class Sight:
    """One page: its visible box and what is painted where. Boxes are left, bottom, right, top.

    `pictured`: one picture covers most of it; known once a text on it has been looked at.
    """

    def __init__(self, page: Any) -> None:
        self._page = page
        box = c.FS_RECTF()
        c.FPDF_GetPageBoundingBox(page, ctypes.byref(box))
        self.left, self.bottom, self.right, self.top = box.left, box.bottom, box.right, box.top
        self._seen: dict[Any, tuple[bool, bool, Box | None]] = {}
        self._areas: list[tuple[int, Box, bool]] | None = None
        self._order: dict[Any, int] = {}
        self._ink = Ink(page)
        self.pictured = False
        self._layers: dict[Any, bool] = {}

    def sees(self, text_object: Any, left: float, bottom: float, right: float, top: float) -> bool:
        """True when text in that box, painted by that object, would be seen."""
        x, y = (left + right) / 2, (bottom + top) / 2
        if not (self.left <= x <= self.right and self.bottom <= y <= self.top):
            return False
        if top - bottom < _SMALLEST_PT:
            return False
        if text_object is None:
            return True
        if text_object not in self._seen:
            self._seen[text_object] = _look(text_object)
        painted, white, clip = self._seen[text_object]
        if not painted or (clip is not None and not _inside(clip, x, y)):
            return False
        order = self._order_of(text_object)
        if white and not any(_inside(b, x, y) and dark for n, b, dark in self._filled() if n < order):
            return False
        if any(n > order and _inside(box, x, y) for n, box, _ in self._filled()):
            return False
        return not self._untold(text_object) or self._ink.at((left, bottom, right, top))

    def _untold(self, text_object: Any) -> bool:
        """Whether only painting tells: text in a layer, or inside a form object."""
        if text_object not in self._layers:
            inside = text_object not in self._order
            item = ctypes.cast(text_object, c.FPDF_PAGEOBJECT)
            self._layers[text_object] = inside or in_layer(item)
        return self._layers[text_object]

    def _order_of(self, text_object: Any) -> int:
        """When it is painted; text inside a form object has no known order and counts as last."""
        self._filled()
        return self._order.get(text_object, 1 << 30)

    def _filled(self) -> list[tuple[int, Box, bool]]:
        """Filled areas in the order they are painted: number, box, whether white text shows on it."""
        if self._areas is None:
            self._areas = []
            for number in range(c.FPDFPage_CountObjects(self._page)):
                item = c.FPDFPage_GetObject(self._page, number)
                kind = c.FPDFPageObj_GetType(item)
                if kind == c.FPDF_PAGEOBJ_TEXT:
                    self._order[ctypes.cast(item, ctypes.c_void_p).value] = number
                elif kind in {c.FPDF_PAGEOBJ_PATH, c.FPDF_PAGEOBJ_IMAGE} and len(self._areas) < _MOST_AREAS:
                    self._note(item, kind, number)
        return self._areas

    def _note(self, item: Any, kind: int, number: int) -> None:
        if self._areas is None or (box := _bounds(item)) is None:
            return
        if kind == c.FPDF_PAGEOBJ_IMAGE:
            covered = (box[2] - box[0]) * (box[3] - box[1])
            whole = (self.right - self.left) * (self.top - self.bottom)
            self.pictured = self.pictured or covered > _MOST_OF_A_PAGE * whole
            self._areas.append((number, box, True))
            return
        mode, stroke = ctypes.c_int(), ctypes.c_int()
        c.FPDFPath_GetDrawMode(item, ctypes.byref(mode), ctypes.byref(stroke))
        colour = _fill(item)
        if mode.value != c.FPDF_FILLMODE_NONE and colour[3] > 200:
            self._areas.append((number, box, min(colour[:3]) < _WHITE))


def _look(text_object: int) -> tuple[bool, bool, Box | None]:
    item = ctypes.cast(text_object, c.FPDF_PAGEOBJECT)
    mode = c.FPDFTextObj_GetTextRenderMode(item)
    if mode in _HIDDEN_MODES:
        return (False, False, None)
    red, green, blue, alpha = _stroke(item) if mode in _STROKED else _fill(item)
    return (alpha > _FAINT, min(red, green, blue) >= _WHITE, _clip(item))


def _fill(item: Any) -> tuple[int, int, int, int]:
    return _colour(c.FPDFPageObj_GetFillColor, item)


def _stroke(item: Any) -> tuple[int, int, int, int]:
    return _colour(c.FPDFPageObj_GetStrokeColor, item)


def _colour(ask: Any, item: Any) -> tuple[int, int, int, int]:
    parts = [ctypes.c_uint() for _ in range(4)]
    if not ask(item, *(ctypes.byref(part) for part in parts)):
        return (0, 0, 0, 255)
    return (parts[0].value, parts[1].value, parts[2].value, parts[3].value)


def _bounds(item: Any) -> Box | None:
    sides = [ctypes.c_float() for _ in range(4)]
    if not c.FPDFPageObj_GetBounds(item, *(ctypes.byref(side) for side in sides)):
        return None
    return (sides[0].value, sides[1].value, sides[2].value, sides[3].value)


def _clip(item: Any) -> Box | None:
    """What all clip paths leave open; None when nothing is clipped."""
    path = c.FPDFPageObj_GetClipPath(item)
    count = c.FPDFClipPath_CountPaths(path) if path else 0
    box: Box | None = None
    for number in range(min(max(count, 0), 20)):
        points = list(_points(path, number))
        if not points:
            continue
        xs, ys = [x for x, _ in points], [y for _, y in points]
        one = (min(xs), min(ys), max(xs), max(ys))
        box = one if box is None else _common(box, one)
    return box


def _points(path: Any, number: int) -> list[tuple[float, float]]:
    found = []
    for index in range(min(max(c.FPDFClipPath_CountPathSegments(path, number), 0), 50)):
        x, y = ctypes.c_float(), ctypes.c_float()
        segment = c.FPDFClipPath_GetPathSegment(path, number, index)
        if segment and c.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y)):
            found.append((x.value, y.value))
    return found


def _common(one: Box, other: Box) -> Box:
    return (max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3]))


def _inside(box: Box, x: float, y: float) -> bool:
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]
