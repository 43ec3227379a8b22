"""The one line of EXIF that a rendition keeps: the copyright notice (tag 0x8298 in IFD0).

We read and write these few bytes ourselves: libvips turns å, ä, ö and © into question marks, and
what we write holds nothing but the notice. Source: EXIF 2.32 §4.6, TIFF 6.0 section 2.
"""

from __future__ import annotations

import struct
import unicodedata

LONGEST_COPYRIGHT = 200  # characters

_MARK = b"Exif\x00\x00"
_COPYRIGHT, _ASCII = 0x8298, 2
_MOST_ENTRIES = 512
_ENTRY_BYTES = 12
_INLINE_BYTES = 4


def read_copyright(exif: bytes) -> str:
    """The notice in a picture's EXIF block, cleaned; empty when there is none or it cannot be read."""
    block = exif.removeprefix(_MARK)
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None:
        return ""
    try:
        return _plain(_found(block, order))
    except struct.error:  # cut or lying: then there is no notice that we could trust
        return ""


def _found(block: bytes, order: str) -> bytes:
    start = struct.unpack_from(f"{order}I", block, 4)[0]
    count = min(struct.unpack_from(f"{order}H", block, start)[0], _MOST_ENTRIES)
    for number in range(count):
        at = start + 2 + number * _ENTRY_BYTES
        tag, kind, length, value = struct.unpack_from(f"{order}HHII", block, at)
        if (tag, kind) == (_COPYRIGHT, _ASCII):
            where = at + 8 if length <= _INLINE_BYTES else value
            return block[where : where + min(length, 4 * LONGEST_COPYRIGHT)]
    return b""


def _plain(raw: bytes) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return clean_copyright(text.replace("\x00", " "))


def clean_copyright(text: str) -> str:
    """One line without control or direction characters, at most `LONGEST_COPYRIGHT` characters."""
    one_line = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(c for c in one_line if unicodedata.category(c)[0] != "C").strip()[:LONGEST_COPYRIGHT]


def with_copyright(jpeg: bytes, notice: str) -> bytes:
    """The JPEG with an EXIF block that holds the notice and nothing else; unchanged without notice."""
    if not notice:
        return jpeg
    value = notice.encode("utf-8") + b"\x00"
    value = value.ljust(_INLINE_BYTES + 1, b"\x00")  # so that it never has to lie inside the entry
    head = b"II*\x00" + struct.pack("<I", 8)
    entry = struct.pack("<HHHII", 1, _COPYRIGHT, _ASCII, len(value), 8 + 2 + _ENTRY_BYTES + 4)
    block = _MARK + head + entry + struct.pack("<I", 0) + value
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + jpeg[2:]
