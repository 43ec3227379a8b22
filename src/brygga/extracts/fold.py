"""Labels compared without what layouts and fonts do to them: case, blanks, hyphens, marks.

`fold` is exact up to that. `stem` also forgives fonts whose ligature glyphs come out as stray
characters (`Lägenhetsuppgi9ter`, `Pantsä;tningsavgi9t`): the first letter of ff, fi, ft, ti, tt …
may be anything.
"""

from __future__ import annotations

import re
from functools import lru_cache

_KEPT = re.compile(r"[^0-9a-zåäöéüæø]+")
_STRAY = re.compile(r"(?:[ft](?=[tifl])|[^\sa-zåäöéüæø](?=[tifl]))")


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Lower case letters and digits only; `Senaste ändring` and `SENASTEÄNDRING*` are the same."""
    return _KEPT.sub("", text.lower())


@lru_cache(maxsize=8192)
def stem(text: str) -> str:
    """As `fold`, with the first letter of each possible ligature left open (`?`)."""
    lowered = re.sub(r"\s+", "", text.lower())
    opened = _STRAY.sub("\x00", lowered)
    return "".join("?" if character == "\x00" else _KEPT.sub("", character) for character in opened)


def has_stray(text: str) -> bool:
    """Whether a letter seems to be replaced by a sign: `Sto9te`, `Mä;tarens`."""
    return re.search(r"[^\W\d_][0-9;:=<>{}|~^][^\W\d_]", text) is not None
