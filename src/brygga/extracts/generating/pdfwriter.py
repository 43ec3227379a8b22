"""A small PDF writer that can also write what honest programs do not: hidden, clipped, odd text.

Helvetica in its two weights, one byte a sign. What a reader takes out is decided sign by sign
through the ToUnicode table, so decomposed letters, ligatures and soft hyphens come out as wanted.
"""

from __future__ import annotations

import unicodedata
import zlib
from dataclasses import dataclass, field

A4 = (595.0, 842.0)

_WIDTHS = {
    **dict.fromkeys("0123456789abdeghnopquåäöé_?#$§", 556),
    **dict.fromkeys("ckvsxyzJ", 500),
    **dict.fromkeys("ijl", 222),
    **dict.fromkeys(" !,./:;ftI[]\\", 278),
    **dict.fromkeys("()-`r", 333),
    **dict.fromkeys("mM", 833),
    **dict.fromkeys("ABEKPSVXYÅÄ&", 667),
    **dict.fromkeys("CDHNRUw", 722),
    **dict.fromkeys("FLTZ", 611),
    **dict.fromkeys("GOQÖ", 778),
    **dict.fromkeys("+<>=", 584),
    "W": 944, "*": 389, "%": 889, "@": 1015, "'": 191, '"': 355, "|": 260, "²": 333, "–": 556,
}  # fmt: skip  # thousandths of the size, as Adobe's metrics state them
_WIDEST_GUESS = 556
_GLYPHS = {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi"}


@dataclass(slots=True)
class Text:
    """A string at a place: points from the page's top left corner to the left end of its base line."""

    x: float
    y: float
    text: str
    size: float = 9.0
    bold: bool = False
    before: str = ""
    after: str = ""


@dataclass(slots=True)
class Rule:
    """A filled rectangle; `grey` 0 is black. Points from the top left corner."""

    x: float
    y: float
    width: float
    height: float
    grey: float = 0.0


@dataclass(slots=True)
class Sheet:
    """What is painted on one page, in order."""

    items: list[Text | Rule] = field(default_factory=list)


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Its width in points; ligatures and decomposed letters count as what they stand for."""
    plain = unicodedata.normalize("NFC", "".join(_GLYPHS.get(c, c) for c in text.replace("\u00ad", "-")))
    return sum(_WIDTHS.get(c, _WIDEST_GUESS) for c in plain) * size / 1000 * (1.06 if bold else 1.0)


class _Signs:
    """One byte per sign: its shape in the font's own code, and the text that it stands for."""

    def __init__(self) -> None:
        self.text_of: dict[int, str] = {}
        self._code_of: dict[str, int] = {}
        self._free = [*range(128, 160), *range(161, 256), *range(1, 32)]
        self.shapes: dict[int, str] = {}

    def encoded(self, text: str) -> bytes:
        """The bytes of a text; letters with their combining marks are one sign."""
        return bytes(code for piece in _pieces(text) for code in self._codes(piece))

    def _codes(self, piece: str) -> list[int]:
        if piece in _GLYPHS and len(_GLYPHS[piece]) == 3:
            return [*self._codes("f"), *self._codes("\ufb01")] if piece == "\ufb03" else []
        if piece.isascii() and piece.isprintable():
            self.text_of[ord(piece)] = piece
            return [ord(piece)]
        if piece not in self._code_of:
            code = self._free.pop(0)
            self._code_of[piece] = code
            self.text_of[code] = piece
            self.shapes[code] = _glyph_name(piece)
        return [self._code_of[piece]]


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    for character in text:
        if unicodedata.combining(character) and pieces:
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


_NAMES = {
    "å": "aring", "ä": "adieresis", "ö": "odieresis", "Å": "Aring", "Ä": "Adieresis", "Ö": "Odieresis",
    "é": "eacute",
    "\u00ad": "hyphen", "–": "endash", "²": "twosuperior", "§": "section", "\ufb01": "fi", "\ufb02": "fl",
    "\ufb00": "f", "ü": "udieresis",
}  # fmt: skip  # names of Adobe's glyph list


def _glyph_name(piece: str) -> str:
    return _NAMES.get(unicodedata.normalize("NFC", piece), "question")


def pdf_of(sheets: list[Sheet], *, size: tuple[float, float] = A4) -> bytes:
    """The file. No dates or ids in it, so the same sheets give the same bytes."""
    signs = _Signs()
    contents = [_content(sheet, signs, size[1]) for sheet in sheets]
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    first = 7
    kids = " ".join(f"{first + 2 * n} 0 R" for n in range(len(sheets)))
    objects[1] = f"<< /Type /Pages /Kids [{kids}] /Count {len(sheets)} >>".encode()
    objects += [_font("Helvetica"), _font("Helvetica-Bold"), _stream(_to_unicode(signs)), _encoding(signs)]
    for number, content in enumerate(contents):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {size[0]:g} {size[1]:g}] "
            f"/Contents {first + 2 * number + 1} 0 R "
            "/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>".encode()
        )
        objects.append(_stream(content))
    return _file(objects)


def _font(name: str) -> bytes:
    return f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding 6 0 R /ToUnicode 5 0 R >>".encode()


def _encoding(signs: _Signs) -> bytes:
    differences = " ".join(f"{code} /{name}" for code, name in sorted(signs.shapes.items()))
    return f"<< /Type /Encoding /BaseEncoding /WinAnsiEncoding /Differences [{differences}] >>".encode()


def _to_unicode(signs: _Signs) -> bytes:
    pairs = [
        f"<{code:02x}> <{text.encode('utf-16-be').hex()}>" for code, text in sorted(signs.text_of.items())
    ]
    blocks = [pairs[n : n + 100] for n in range(0, len(pairs), 100)]
    body = "\n".join(f"{len(b)} beginbfchar\n" + "\n".join(b) + "\nendbfchar" for b in blocks)
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Signs def /CMapType 2 def\n"
        f"1 begincodespacerange <00> <ff> endcodespacerange\n{body}\nendcmap end end\n"
    ).encode()


def _content(sheet: Sheet, signs: _Signs, height: float) -> bytes:
    parts: list[bytes] = []
    for item in sheet.items:
        if isinstance(item, Rule):
            box = f"{item.x:.2f} {height - item.y - item.height:.2f} {item.width:.2f} {item.height:.2f}"
            parts.append(f"q {item.grey:g} g {box} re f Q\n".encode())
            continue
        shown = signs.encoded(item.text).replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
        shown = shown.replace(b"\r", b"\\r").replace(b"\n", b"\\n")
        font = "F2" if item.bold else "F1"
        parts.append(
            f"q {item.before} BT /{font} {item.size:g} Tf {item.x:.2f} {height - item.y:.2f} Td (".encode()
            + shown
            + f") Tj ET {item.after} Q\n".encode()
        )
    return b"".join(parts)


def _stream(data: bytes) -> bytes:
    packed = zlib.compress(data, 6)
    return f"<< /Length {len(packed)} /Filter /FlateDecode >>\nstream\n".encode() + packed + b"\nendstream"


def _file(objects: list[bytes]) -> bytes:
    out = bytearray(b"%PDF-1.7\n%\xe5\xe4\xf6\xc5\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{offset:010d} 00000 n \n".encode() for offset in offsets)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)
