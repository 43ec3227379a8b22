"""Which characters our fonts can draw: a missing glyph would vanish from the page without an error.

We read the `cmap` table of the shipped fonts ourselves (format 12, which they all have).
Source: OpenType 1.9, "cmap – Character to Glyph Index Mapping Table".
"""

from __future__ import annotations

import functools
import struct
import unicodedata
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"
UNKNOWN = "\u25a1"  # an empty square: the reader sees that a letter is missing

_FORMAT_12 = 12


@functools.cache
def drawable() -> frozenset[str]:
    """Every character that at least one family can draw; they stand in for each other."""
    families = {path.name.partition("-")[0] for path in FONTS.glob("*.ttf")}
    return frozenset().union(*(_of_family(family) for family in families))


def _of_family(family: str) -> frozenset[str]:
    """What *all* weights of a family can draw, so that bold text loses nothing."""
    return frozenset.intersection(*(_mapped(path.read_bytes()) for path in FONTS.glob(f"{family}-*.ttf")))


def _mapped(font: bytes) -> frozenset[str]:
    cmap = _table(font, b"cmap")
    count = struct.unpack_from(">H", font, cmap + 2)[0]
    offsets = (struct.unpack_from(">I", font, cmap + 4 + 8 * n + 4)[0] for n in range(count))
    wide = next(cmap + o for o in offsets if struct.unpack_from(">H", font, cmap + o)[0] == _FORMAT_12)
    groups = struct.unpack_from(">I", font, wide + 12)[0]
    found: set[str] = set()
    for number in range(groups):
        first, last, _ = struct.unpack_from(">III", font, wide + 16 + 12 * number)
        found.update(map(chr, range(first, last + 1)))
    return frozenset(found)


def _table(font: bytes, name: bytes) -> int:
    count = struct.unpack_from(">H", font, 4)[0]
    records = (struct.unpack_from(">4sIII", font, 12 + 16 * n) for n in range(count))
    return next(int(offset) for tag, _, offset, _ in records if tag == name)


def drawn(text: str) -> str:
    """The text in characters that will show: look-alikes where there are any, symbols left out, else □."""
    known = drawable()
    if known.issuperset(text):
        return text
    return "".join(c if c in known else _instead(c, known) for c in text)


def _instead(character: str, known: frozenset[str]) -> str:
    simpler = unicodedata.normalize("NFKD", character)
    if simpler != character:
        kept = "".join(c for c in simpler if c in known and not unicodedata.combining(c))
        if kept:
            return kept
    kind = unicodedata.category(character)
    return "" if kind[0] in "SMCZ" else UNKNOWN  # emoji, loose accents, odd spaces: nothing is lost
