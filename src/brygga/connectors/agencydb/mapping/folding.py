"""Names made comparable: å, ä and ö written or stripped, snake or camel, in one row of letters."""

from __future__ import annotations

import functools
import re
import unicodedata

_CAMEL = re.compile(r"(?<=[a-zåäö0-9])(?=[A-ZÅÄÖ])|(?<=[A-Z])(?=[A-Z][a-z])")
_SPLIT = re.compile(r"[^a-z0-9]+")


@functools.lru_cache(maxsize=8192)
def tokens(name: str) -> tuple[str, ...]:
    """`utgångsPris_kr` → utgangs, pris, kr."""
    spaced = _CAMEL.sub("_", name)
    bare = "".join(c for c in unicodedata.normalize("NFKD", spaced.lower()) if not unicodedata.combining(c))
    return tuple(one for one in _SPLIT.split(bare.replace("ø", "o").replace("æ", "a")) if one)


def squashed(name: str) -> str:
    """All its letters in one row: `utgångs_pris` and `UtgangsPris` are the same."""
    return "".join(tokens(name))
