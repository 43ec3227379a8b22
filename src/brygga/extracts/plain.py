"""Text files: which encoding they are in, and their lines as pages of cells.

Two or more spaces, or a tab, part cells: that is how text reports draw columns. A column's
position in characters stands for x; a text file's facts have no points.
"""

from __future__ import annotations

import re

from brygga.extracts.errors import FileFault
from brygga.extracts.page import Cell, Line, Page, tidy

_QUOTED = re.compile(r"^ ?(?:> ?)+", re.MULTILINE)
_TWICE = re.compile(r"[ÃÂ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
_BLANK = re.compile(r"[^\S\t\n]")
_CELL = re.compile(r"\S+(?: \S+)*")
MOST_LINES = 50_000
LONGEST_LINE = 10_000
_TAB = 8


def decoded(data: bytes) -> str:
    """UTF-8, UTF-16 (by its mark, or by its noughts) or Windows-1252. Raises FileFault `not_a_pdf`.

    Anything is Windows-1252, so what holds control characters is refused as no text at all.
    """
    text = _unquoted(_mended(_decoded(data)))
    strange = sum(1 for c in text[:20_000] if c < " " and c not in "\t\n\r\f\v\x1b\x02")
    if strange > len(text[:20_000]) // 200:
        raise FileFault("not_a_pdf", "the bytes are neither a PDF nor text")
    return text


def _decoded(data: bytes) -> str:
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16", "replace")
    noughts = data[:400].count(0)
    if noughts > len(data[:400]) // 4:
        odd = data[1:400:2].count(0) >= noughts - data[1:400:2].count(0)
        return data.decode("utf-16-le" if odd else "utf-16-be", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _mended(text: str) -> str:
    """UTF-8 that some program took for Windows-1252 and wrote again: `Ã¤` is `ä`. Whole files only."""
    if len(_TWICE.findall(text)) < 2:  # once may be somebody's odd name
        return text
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text


def _unquoted(text: str) -> str:
    """Without the marks that a mail program puts before each line that it quotes."""
    lines = text.count("\n") + 1
    return _QUOTED.sub("", text) if len(_QUOTED.findall(text)) > lines // 2 else text


def pages_of(data: bytes) -> list[Page]:
    """The file's pages: a form feed begins a new one. Raises FileFault `not_a_pdf`, `too_large`."""
    text = decoded(data).replace("\r\n", "\n").replace("\r", "\n")
    if text.count("\n") > MOST_LINES:
        raise FileFault("too_large", f"more than {MOST_LINES} lines")
    pages, number = [Page(1)], 0
    for sheet_number, sheet in enumerate(text.split("\f"), start=1):
        if sheet_number > 1:
            pages.append(Page(sheet_number))
        for raw in sheet.split("\n"):
            number += 1
            line = _line(raw[:LONGEST_LINE], sheet_number, number)
            if line.cells:
                pages[-1].lines.append(line)
    return pages


def _line(raw: str, page: int, number: int) -> Line:
    spaced = _BLANK.sub(" ", raw).expandtabs(_TAB)
    cells = [
        Cell(tidy(m[0]), page, number, m.start() * 6.0, 0.0, m.end() * 6.0) for m in _CELL.finditer(spaced)
    ]
    return Line([cell for cell in cells if cell.text], page, number)
