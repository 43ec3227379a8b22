"""Fields of a record by their path: `buildings[0].energy.rating` read, and set on a copy."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import msgspec

from brygga.model import Estate, encode
from brygga.model.codec import decode
from brygga.store import StoredRow


def with_fields(row: StoredRow, values: Mapping[str, Any]) -> Estate:
    """The record with these fields set; parts that are not there yet are made."""
    document = msgspec.json.decode(row.doc)
    for path, value in values.items():
        _set(document, path, value)
    made = decode(row.kind, msgspec.json.encode(document))
    assert isinstance(made, Estate)  # noqa: S101 – the row is of kind estate; said for the type checker
    return made


def value_at(record: Estate, path: str) -> Any:
    """The plain value of a field; None when a part on the way is not there."""
    value: Any = msgspec.json.decode(encode(record))
    for step in _steps(path):
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and len(value) > step else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value


def _steps(path: str) -> list[str | int]:
    steps: list[str | int] = []
    for part in path.split("."):
        name, _, index = part.partition("[")
        steps.append(name)
        if index:
            steps.append(int(index.rstrip("]")))
    return steps


def _set(document: Any, path: str, value: Any) -> None:
    """Set a leaf, making the objects and list entries on the way."""
    steps = _steps(path)
    here = document
    for step, after in itertools.pairwise(steps):
        fresh: Any = [] if isinstance(after, int) else {}
        if isinstance(step, int):
            while len(here) <= step:
                here.append({})
            here = here[step]
        else:
            if here.get(step) is None:
                here[step] = fresh
            here = here[step]
    here[steps[-1]] = value
