"""Cleaning of text before anything reads it: one form of letters, spaces and dashes.

PDFs deliver decomposed å, ä, ö; pages deliver no-break spaces, en dashes and soft hyphens;
hostile input delivers bidi overrides. After `clean` none of that is left.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from brygga.swedish.outcome import NotUnderstood

LONGEST_FIELD = 200  # characters; no price, area or number of ours is near this


def _chars(*ranges: tuple[int, int]) -> Iterable[int]:
    for first, last in ranges:
        yield from range(first, last + 1)


_SPACES = _chars(
    (0x09, 0x0D), (0x1C, 0x1F), (0x85, 0x85), (0xA0, 0xA0), (0x1680, 0x1680),
    (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000),
)  # fmt: skip  # code points read best as a block
_DASHES = _chars(
    (0x058A, 0x058A), (0x05BE, 0x05BE), (0x2010, 0x2015), (0x2043, 0x2043), (0x2212, 0x2212),
    (0x2E3A, 0x2E3B), (0xFE58, 0xFE58), (0xFE63, 0xFE63), (0xFF0D, 0xFF0D),
)  # fmt: skip  # the same
_NOTHING = _chars(
    (0x00, 0x08), (0x0E, 0x1B), (0x7F, 0x84), (0x86, 0x9F),  # controls
    (0xAD, 0xAD), (0x061C, 0x061C), (0x180E, 0x180E), (0x200B, 0x200F),  # soft hyphen, joiners, marks
    (0x202A, 0x202E), (0x2060, 0x206F), (0xD800, 0xDFFF),  # bidi, invisible operators, lone surrogates
    (0xFEFF, 0xFEFF), (0xFFF9, 0xFFFB), (0xE0000, 0xE007F),  # BOM, annotations, tags
)  # fmt: skip  # the same

_SWAPS: dict[int, str | None] = {
    **dict.fromkeys(_SPACES, " "),
    **dict.fromkeys(_DASHES, "-"),
    **dict.fromkeys(_NOTHING, None),
}
_PLAIN = re.compile(r"[ -~\u00a1-\u00ac\u00ae-\u00ff]*")
"""Latin-1 without spaces of its own, controls and soft hyphen: composed already, nothing to swap."""
_RUN_OF_SPACES = re.compile(r" {2,}")


def clean(text: str) -> str:
    """NFC, every space → one space, every dash → `-`, controls and bidi marks gone, ends stripped.

    Idempotent. Line breaks become spaces: this is for fields, not for descriptions.
    """
    if not (text.isascii() and text.isprintable()):
        text = text.replace("\u00a0", " ")
        if not _PLAIN.fullmatch(text):
            text = unicodedata.normalize("NFC", text.translate(_SWAPS))
    if "  " in text:
        text = _RUN_OF_SPACES.sub(" ", text)
    return text.strip(" ")


def field(text: str, *, kind: str) -> str:
    """`clean(text)`, or NotUnderstood `empty` or `too_long` (over 200 characters)."""
    if len(text) > LONGEST_FIELD:
        raise NotUnderstood(kind, "too_long", position=LONGEST_FIELD)
    cleaned = clean(text)
    if not cleaned:
        raise NotUnderstood(kind, "empty")
    return cleaned
