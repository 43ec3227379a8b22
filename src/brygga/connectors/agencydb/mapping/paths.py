"""Paths in the model, such as `price.asking_kr` and `buildings[0].year_built`: get and set."""

from __future__ import annotations

import functools
import re
from typing import Any

_STEP = re.compile(r"([a-z_0-9]+)(?:\[([0-9]+)\])?")
Step = tuple[str, int | None]


@functools.cache
def steps(path: str) -> tuple[Step, ...]:
    """A path taken apart. Raises ValueError when it is none."""
    found: list[Step] = []
    for part in path.split("."):
        match = _STEP.fullmatch(part)
        if match is None:
            raise ValueError(path)
        found.append((match[1], int(match[2]) if match[2] else None))
    return tuple(found)


def get(record: Any, path: str) -> Any:
    """The value at a path of a struct; None when a part on the way is missing."""
    value = record
    for name, number in steps(path):
        value = getattr(value, name, None)
        if number is not None:
            value = value[number] if value is not None and len(value) > number else None
        if value is None:
            return None
    return value


def put(tree: dict[str, Any], path: str, value: Any) -> None:
    """Set a value in a tree of plain dicts and lists, making the parts on the way."""
    *way, (last, _) = steps(path)
    at = tree
    for name, number in way:
        if number is None:
            at = at.setdefault(name, {})
            continue
        rows = at.setdefault(name, [])
        while len(rows) <= number:
            rows.append({})
        at = rows[number]
    at[last] = value
