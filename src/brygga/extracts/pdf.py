"""Visible text with places from a born-digital PDF, with pdfium. Only ever run in the child process.

pdfium gives every character in the content streams, also those that no reader of the page sees.
What is painted invisible, in white on nothing, at no size, off the page, outside its clip or under
a later filled area is left out (`sight`), because text that cannot be seen is not a fact.
"""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pypdfium2.raw as c

from brygga.extracts.errors import FileFault
from brygga.extracts.page import Page, Word, lines_of
from brygga.extracts.sight import Sight
from brygga.extracts.turning import Turn, upright

MOST_PAGES = 200
MOST_CHARS_A_PAGE = 60_000

_FAULTS = {
    c.FPDF_ERR_PASSWORD: ("encrypted", "it asks for a password"),
    c.FPDF_ERR_SECURITY: ("encrypted", "an unsupported security handler"),
    c.FPDF_ERR_FORMAT: ("damaged", "not in PDF form"),
}
_SAMPLE = 40
_LINE_HYPHENS = frozenset("\ufffe\x02")
_BLANK = frozenset(" \t\r\n\f\v\u00a0\u2002\u2003\u2009\u202f\u200b\u0000")


def is_pdf(data: bytes) -> bool:
    """The mark stands within the first kilobyte (ISO 32000-1 annex H)."""
    return b"%PDF-" in data[:1024]


def pages_of(data: bytes) -> list[Page]:
    """All pages' visible text.

    Raises FileFault `encrypted`, `damaged`, `form`, `too_many_pages`, `too_large`.
    """
    document = c.FPDF_LoadMemDocument64(data, len(data), None)
    if not document:
        code, why = _FAULTS.get(c.FPDF_GetLastError(), ("damaged", "pdfium refused it"))
        raise FileFault(code, why)
    try:
        return list(_pages(document))
    finally:
        c.FPDF_CloseDocument(document)


def _pages(document: Any) -> Iterator[Page]:
    count = c.FPDF_GetPageCount(document)
    if count > MOST_PAGES:
        raise FileFault("too_many_pages", f"{count} pages, most are {MOST_PAGES}")
    if count < 1:
        raise FileFault("damaged", "no pages")
    form = c.FPDF_GetFormType(document) != c.FORMTYPE_NONE
    signatures = max(0, c.FPDF_GetSignatureCount(document))
    widgets = 0
    for index in range(count):
        page = c.FPDF_LoadPage(document, index)
        if not page:
            raise FileFault("damaged", f"page {index + 1} cannot be opened")
        try:
            widgets += _widgets(page) if form else 0
            if widgets > signatures:
                raise FileFault("form", "it has fields to fill in")
            yield _page(page, index + 1)
        finally:
            c.FPDF_ClosePage(page)


def _widgets(page: Any) -> int:
    found = 0
    for index in range(min(c.FPDFPage_GetAnnotCount(page), 500)):
        note = c.FPDFPage_GetAnnot(page, index)
        if note:
            found += c.FPDFAnnot_GetSubtype(note) == c.FPDF_ANNOT_WIDGET
            c.FPDFPage_CloseAnnot(note)
    return found


def _page(page: Any, number: int) -> Page:
    text_page = c.FPDFText_LoadPage(page)
    if not text_page:
        raise FileFault("damaged", f"page {number} has no readable text layer")
    try:
        reader = _Words(page, text_page)
        words = reader.words()
        turn = reader.turn if reader.turn.text != reader.turn.shown else None
        return Page(number, lines_of(words, page=number), reader.hidden, turn, pictured=reader.pictured)
    finally:
        c.FPDFText_ClosePage(text_page)


def _quarters_of_text(text_page: Any) -> int:
    """How many quarter turns make most of the text stand upright; judged from a sample of letters."""
    count = c.FPDFText_CountChars(text_page)
    step = max(1, count // _SAMPLE)
    angles = (c.FPDFText_GetCharAngle(text_page, index) for index in range(0, max(count, 0), step))
    turns = Counter(-round(angle / (math.pi / 2)) % 4 for angle in angles if angle >= 0)
    return turns.most_common(1)[0][0] if turns else 0


class _Words:
    """The words of one page: runs of characters of one kind of visibility without blank or jump."""

    def __init__(self, page: Any, text_page: Any) -> None:
        self._text_page = text_page
        self._sight = Sight(page)
        self.hidden = 0
        self._box = c.FS_RECTF()
        self._into = ctypes.byref(self._box)
        sight = self._sight
        self.turn = Turn(
            _quarters_of_text(text_page),
            max(0, c.FPDFPage_GetRotation(page)),
            sight.right - sight.left,
            sight.top - sight.bottom,
        )

    def words(self) -> list[Word]:
        """In the order of the content; each has its box from the page's top left corner."""
        found: list[Word] = []
        run: list[int] = []
        text = self._text()
        last_object: Any = None
        owner = c.FPDFText_GetTextObject
        for index, character in enumerate(text):
            if character in _BLANK:
                if run:
                    self._add(text, run, last_object, found)
                    run = []
                continue
            if run and character in _LINE_HYPHENS:
                run.append(index)  # pdfium's own mark: it has neither an object nor a box
                continue
            pointer = owner(self._text_page, index)
            this_object = ctypes.addressof(pointer.contents) if pointer else None
            if run and this_object != last_object:
                self._add(text, run, last_object, found)
                run = []
            last_object = this_object
            run.append(index)
        if run:
            self._add(text, run, last_object, found)
        return found

    @property
    def pictured(self) -> bool:
        """Whether the page is one picture, perhaps with a few words stamped on it."""
        return self._sight.pictured

    def _text(self) -> str:
        count = c.FPDFText_CountChars(self._text_page)
        if count > MOST_CHARS_A_PAGE:
            raise FileFault("too_large", f"{count} characters on one page")
        if count <= 0:
            return ""
        buffer = ctypes.create_string_buffer(2 * count + 2)
        written = c.FPDFText_GetText(
            self._text_page, 0, count, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort))
        )
        text = buffer.raw[: 2 * max(0, written - 1)].decode("utf-16-le", "replace")
        if len(text) == count:
            return text
        return "".join(self._character(index) for index in range(count))

    def _character(self, index: int) -> str:
        code = c.FPDFText_GetUnicode(self._text_page, index)
        return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\ufffd"

    def _add(self, text: str, run: list[int], text_object: Any, found: list[Word]) -> None:
        first = self._corners(run[0])
        end = next((index for index in reversed(run) if text[index] not in _LINE_HYPHENS), run[0])
        last = first if end == run[0] else self._corners(end)
        left, right = min(first[0], last[0]), max(first[2], last[2])
        bottom, top = min(first[1], last[1]), max(first[3], last[3])
        if not self._sight.sees(text_object, left, bottom, right, top):
            self.hidden += len(run)
            return
        word = "".join([text[index] for index in run])
        x, y = self._sight.left, self._sight.bottom
        box = upright(left - x, bottom - y, right - x, top - y, self.turn.text, self.turn)
        found.append(Word(word, *box))

    def _corners(self, index: int) -> tuple[float, float, float, float]:
        box = self._box
        if not c.FPDFText_GetLooseCharBox(self._text_page, index, self._into):
            return (0.0, 0.0, 0.0, 0.0)
        return (box.left, box.bottom, box.right, box.top)
