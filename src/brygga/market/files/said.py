"""What a text in a list of sold homes says of itself: a price, a day, a size, a fee, a floor.

Each kind has one reader that accepts only texts which name their own kind (`slutpris … kr`,
`såld …`, `… kr/mån`, `… kr/m²`, `… m² tomt`, `3 rum`, `vån 2`, `+4 %`). A text in the column that
is meant for a kind needs no such word; `own` reads those. Nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any, Final

from brygga.swedish import NotUnderstood, dates, price, size

NOT_STATED: Final = frozenset({"", "null", "none", "nan", "-", "vån nan", "nan m²", "nan kr/m²", "nan rum"})
FEATURES: Final = frozenset({"balkong", "hiss", "uteplats", "nyproduktion"})

_CHANGE = re.compile(r"[+±-]? ?[0-9]{1,4}(?:,[0-9]+)? ?%")
_FLOOR = re.compile(r"vån(?:ing)? ?(-?[0-9]{1,2}(?:,[0-9])?)? ?(½)?")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _price(text: str) -> int | None:
    found = price.parse(text)
    return found.kr if found.per is None and found.kr > 0 and not found.approximate else None


def _named_price(text: str) -> int | None:
    """A price that says so: `slutpris …`, or an amount in kronor and nothing else."""
    return _price(text) if text.lower().startswith("slutpris") or text.lower().endswith("kr") else None


def _per(text: str, per: str) -> int | None:
    found = price.parse(text)
    return found.kr if found.per == per and found.kr >= 0 else None


def _day(text: str) -> date | None:
    return dates.parse(text) if text.lower().startswith("såld") or _ISO.fullmatch(text) else None


def _size(text: str) -> size.Size | None:
    found = size.parse(text)
    return found if found.living_m2 is not None or found.rooms is not None else None


def _plot(text: str) -> float | None:
    return size.parse(text).plot_m2 if "tomt" in text.lower() else None


def _floor(text: str) -> float | None:
    found = _FLOOR.fullmatch(text.lower())
    if found is None or (found[1] is None and found[2] is None):
        return None
    return float((found[1] or "0").replace(",", ".")) + (0.5 if found[2] else 0.0)


def _change(text: str) -> str | None:
    return text if _CHANGE.fullmatch(text) else None


def _features(text: str) -> frozenset[str] | None:
    words = frozenset(word.strip() for word in text.lower().split("&"))
    return words if words <= FEATURES else None


SAYING: Final[dict[str, Callable[[str], Any]]] = {
    "change": _change,
    "features": _features,
    "floor": _floor,
    "per_m2": lambda text: _per(text, "m2"),
    "fee": lambda text: _per(text, "month"),
    "sold": _day,
    "plot": _plot,
    "price": _named_price,
    "size": _size,
}
"""Kind → reader of texts that say what they are; the first that accepts a text has it."""

OWN: Final[dict[str, tuple[str, Callable[[str], Any]]]] = {
    "size:rooms": ("size", _size),
    "fee": ("fee", SAYING["fee"]),
    "features": ("features", _features),
    "sale_price": ("price", _price),
    "sold_date": ("sold", dates.parse),
    "value_dev": ("change", _change),
    "ppsqm": ("per_m2", SAYING["per_m2"]),
}
"""Column of the table → the kind meant, and its reader."""


def own(column: str, text: str) -> tuple[str, Any] | None:
    """Kind and value of a text in the column meant for it; None when it is not that."""
    if column not in OWN:
        return None
    kind, reader = OWN[column]
    value = _try(reader, text)
    return None if value is None else (kind, value)


def said(text: str) -> tuple[str, Any] | None:
    """Kind and value of a text by what it says; None when it says nothing known."""
    for kind, reader in SAYING.items():
        value = _try(reader, text)
        if value is not None:
            return kind, value
    return None


def _try(reader: Callable[[str], Any], text: str) -> Any:
    try:
        return reader(text)
    except NotUnderstood:
        return None
