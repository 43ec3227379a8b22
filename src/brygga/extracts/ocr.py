"""Pictures of pages → text, with tesseract and its Swedish data where the machine has them.

Only for files without any text. Everything read so is marked as OCR and is never sure. Settings
that measured best: 200 dots per inch, grey, page segmentation 4, language `swe`.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from functools import cache
from typing import Any

import msgspec
import pypdfium2.raw as c

from brygga.extracts.errors import FileFault
from brygga.extracts.facts import Fact, Reading, Section, State
from brygga.extracts.limits import Limits
from brygga.extracts.page import Page, Word, lines_of
from brygga.extracts.reading import read_pages

_DPI = 200
_MOST_PIXELS = 20_000_000
_PAGE_S = 30.0
_LEAST_CONFIDENCE = 30.0
_WORD_COLUMNS = 12  # tesseract's TSV: level … left top width height conf text


@cache
def installed() -> bool:
    """Whether tesseract and its Swedish data are on this machine."""
    program = shutil.which("tesseract")
    if program is None:
        return False
    try:
        listed = subprocess.run([program, "--list-langs"], capture_output=True, timeout=10, check=False)  # noqa: S603  # a program found by us, no foreign words
    except (OSError, subprocess.TimeoutExpired):
        return False
    return b"swe" in listed.stdout.split()


def read_pictures(data: bytes, limits: Limits) -> Reading:
    """The file's pages, recognised and read. Raises FileFault as `pdf.pages_of`, and `took_too_long`."""
    document = c.FPDF_LoadMemDocument64(data, len(data), None)
    if not document:
        raise FileFault("damaged", "pdfium refused it")
    try:
        count = min(c.FPDF_GetPageCount(document), limits.ocr_pages)
        pages = [_recognised(document, index) for index in range(count)]
    finally:
        c.FPDF_CloseDocument(document)
    reading: Reading = doubted(read_pages(pages, from_ocr=True))
    return reading


def _recognised(document: Any, index: int) -> Page:
    picture = _picture(document, index)
    command = ["tesseract", "stdin", "stdout", "-l", "swe", "--psm", "4", "--dpi", str(_DPI), "tsv"]
    try:
        done = subprocess.run(command, input=picture, capture_output=True, timeout=_PAGE_S, check=False)  # noqa: S603  # fixed words
    except subprocess.TimeoutExpired as error:
        raise FileFault("took_too_long", "OCR of a page") from error
    if done.returncode:
        raise FileFault("damaged", f"tesseract ended with {done.returncode}")
    return Page(index + 1, lines_of(words_of(done.stdout.decode("utf-8", "replace")), page=index + 1))


def words_of(table: str) -> list[Word]:
    """Tesseract's table of words with boxes in pixels, as words in points."""
    words = []
    for row in table.splitlines()[1:]:
        cells = row.split("\t")
        if len(cells) != _WORD_COLUMNS or not cells[11].strip() or float(cells[10]) < _LEAST_CONFIDENCE:
            continue
        left, top, width, height = (int(cell) * 72 / _DPI for cell in cells[6:10])
        words.append(Word(cells[11], left, top, left + width, top + height))
    return words


def _picture(document: Any, index: int) -> bytes:
    """A page as a grey PGM picture."""
    page = c.FPDF_LoadPage(document, index)
    if not page:
        raise FileFault("damaged", f"page {index + 1} cannot be opened")
    try:
        width = max(1, int(c.FPDF_GetPageWidthF(page) * _DPI / 72))
        height = max(1, int(c.FPDF_GetPageHeightF(page) * _DPI / 72))
        if width * height > _MOST_PIXELS:
            raise FileFault("too_large", f"a page of {width} x {height} pixels")
        bitmap = c.FPDFBitmap_CreateEx(width, height, c.FPDFBitmap_Gray, None, 0)
        try:
            c.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, 0xFFFFFFFF)
            c.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, c.FPDF_GRAYSCALE)
            stride = c.FPDFBitmap_GetStride(bitmap)
            raw = ctypes.string_at(c.FPDFBitmap_GetBuffer(bitmap), stride * height)
        finally:
            c.FPDFBitmap_Destroy(bitmap)
    finally:
        c.FPDF_ClosePage(page)
    rows = b"".join(raw[y * stride : y * stride + width] for y in range(height))
    return b"P5 %d %d 255\n" % (width, height) + rows


def doubted(value: Any) -> Any:
    """The same with every fact not sure, and no part whole, because a machine guessed its letters."""
    if isinstance(value, Fact):
        return msgspec.structs.replace(value, sure=False, remark=value.remark or "ocr")
    if isinstance(value, Section) and value.state is not State.ABSENT:
        return msgspec.structs.replace(value, items=doubted(value.items), whole=False)
    if isinstance(value, list):
        return [doubted(item) for item in value]
    if isinstance(value, msgspec.Struct):
        return type(value)(**{name: doubted(getattr(value, name)) for name in value.__struct_fields__})
    return value
