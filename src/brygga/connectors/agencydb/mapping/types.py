"""What a column's type can hold: values rounded to it, and refused when they do not fit. Never cut."""

from __future__ import annotations

import functools
import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

import msgspec

_SIZE = re.compile(r"\(\s*([0-9]+)\s*(?:,\s*([0-9]+)\s*)?\)")
_WHOLE: Final = {
    "tinyint": 2**7,
    "smallint": 2**15,
    "mediumint": 2**23,
    "int": 2**31,
    "integer": 2**31,
    "bigint": 2**63,
}


class ColumnType(msgspec.Struct, frozen=True):
    """A declared type, as far as it limits values. `least` is what a whole number must stay below."""

    base: str
    length: int | None = None
    precision: int | None = None
    scale: int | None = None
    below: int | None = None


def column_type(base: str, declared: str) -> ColumnType:
    """From the base word and the declaration, `text` and `varchar(40)`."""
    found = _SIZE.search(declared)
    name = declared.lower().partition("(")[0].strip()
    first, second = (found[1], found[2]) if found else (None, None)
    if base == "text":
        return ColumnType(base, length=int(first) if first else None)
    if base == "numeric" and first:
        return ColumnType(base, precision=int(first), scale=int(second or 0))
    if base == "int":
        return ColumnType(base, below=_WHOLE.get(name.replace(" unsigned", ""), 2**63))
    return ColumnType(base)


@functools.cache
def parse(text: str) -> ColumnType:
    """The type as the mapping file writes it: `base declared`, `text varchar(40)`."""
    base, _, declared = text.partition(" ")
    return column_type(base, declared or base)


def fitted(value: Any, kind: ColumnType) -> Any:
    """The value as the column would hold it: numbers rounded to its scale, half up."""
    if type(value) not in {int, float, Decimal}:
        return value
    if kind.base == "int":
        return int(Decimal(str(value)).quantize(Decimal(1), ROUND_HALF_UP))
    if kind.base == "numeric" and kind.scale is not None:
        rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-kind.scale), ROUND_HALF_UP)
        return int(rounded) if rounded == rounded.to_integral_value() else float(rounded)
    return str(value) if kind.base == "text" else value


def too_large(value: Any, kind: ColumnType) -> str:
    """Why a value does not fit, in Swedish; empty when it does."""
    if isinstance(value, str) and kind.length is not None and len(value) > kind.length:
        return f"rymmer {kind.length} tecken, texten har {len(value)}"
    if type(value) not in {int, float}:
        return ""
    most = kind.below
    if kind.precision is not None and kind.scale is not None:
        most = 10 ** (kind.precision - kind.scale)
    return f"rymmer inga tal från {most} och uppåt" if most is not None and abs(value) >= most else ""
