"""Records as fields: path → value, as field history writes them, and putting values back by path.

A field that holds its default is not there at all, so "absent" and "empty" are one thing here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from brygga.model import Record
from brygga.model.codec import READERS, encode

LEFT_OUT: Final = frozenset({"id", "changed_at", "extra", "created_at"})
"""Members that name or date a record on its own side; they are never carried over."""

PRINT_BYTES: Final = 8
NOTHING: Final = b""
"""The print of an absent value."""

_plain = msgspec.json.Decoder()
_STEP = re.compile(r"([^.\[\]]+)(?:\[([^\[\]]*)\])?(?:\.|$)")
_UNSAFE = re.compile(r"[\[\]]")


def values_of(doc: bytes | str) -> dict[str, Any]:
    """An encoded record → path → value, without what stays on its own side.

    Lists of parts are keyed by their `id` where each has one of its own, else by number.
    """
    found: dict[str, Any] = {}
    for name, value in _plain.decode(doc).items():
        if name not in LEFT_OUT:
            _spread(name, value, found)
    return found


def _spread(path: str, value: Any, into: dict[str, Any]) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            _spread(f"{path}.{key}", inner, into)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        keys = _keys(value)
        if keys is None:
            into[path] = value
            return
        for key, inner in zip(keys, value, strict=True):
            _spread(f"{path}[{key}]", inner, into)
    elif value is not None and value != "" and value != []:
        into[path] = value


def _keys(parts: list[Any]) -> list[str] | None:
    """What tells the parts of a list apart; None when nothing does, then the list is one value."""
    keys = [str(part.get("id", number)) for number, part in enumerate(parts)]
    if len(set(keys)) < len(keys) or any(_UNSAFE.search(key) for key in keys):
        return None
    return keys


def print_of(value: Any) -> bytes:
    """A short print of a value: tells values apart and says nothing by itself. Absent: `NOTHING`."""
    if value is None:
        return NOTHING
    return hashlib.blake2b(encode(value), digest_size=PRINT_BYTES).digest()


def with_values(kind: str, doc: bytes | str, values: Mapping[str, Any], *, record_id: str) -> Record:
    """The record with some of its fields replaced; None takes a field away.

    Raises msgspec.ValidationError when the values do not fit that kind of record.
    """
    plain = _plain.decode(doc)
    plain["id"] = record_id
    for path, value in values.items():
        _put(plain, _STEP.findall(path), value)
    _prune(plain)
    return READERS[kind].decode(encode(plain))


def _put(into: dict[str, Any], steps: list[tuple[str, str]], value: Any) -> None:
    (name, key), *rest = steps
    if not rest and not key:
        if value is None:
            into.pop(name, None)
        else:
            into[name] = value
        return
    into = _part(into.setdefault(name, []), key) if key else into.setdefault(name, {})
    if rest:
        _put(into, rest, value)


def _part(parts: list[Any], key: str) -> dict[str, Any]:
    for number, part in enumerate(parts):
        if str(part.get("id", number)) == key:
            found: dict[str, Any] = part
            return found
    made: dict[str, Any] = {}
    parts.append(made)
    return made


def _prune(value: Any) -> None:
    """Take away parts of lists of which nothing is left, and lists of which no part is left."""
    if isinstance(value, dict):
        for name in list(value):
            inner = value[name]
            _prune(inner)
            if isinstance(inner, list) and inner and all(part == {} for part in inner):
                del value[name]
    elif isinstance(value, list):
        for inner in value:
            _prune(inner)
        while value and value[-1] == {}:
            value.pop()


class Scope:
    """Which paths a side can take: exact ones, and all below one that ends in `*`."""

    def __init__(self, fields: frozenset[str] = frozenset()) -> None:
        self._exact = frozenset(f for f in fields if not f.endswith("*"))
        self._below = tuple(f.rstrip("*").rstrip(".") for f in fields if f.endswith("*"))
        self._known: dict[str, bool] = {}

    def __contains__(self, path: object) -> bool:
        """Whether the path can be written; `images[MED1].name` also goes by `images[].name`."""
        text = str(path)
        known = self._known.get(text)
        if known is None:
            known = self._known[text] = self._look(text)
        return known

    def __bool__(self) -> bool:
        return bool(self._exact or self._below)

    def _look(self, path: str) -> bool:
        bare = re.sub(r"\[[^\[\]]*\]", "[]", path)
        if path in self._exact or bare in self._exact or bare.replace("[]", "") in self._exact:
            return True
        return any(not b or path == b or path.startswith((f"{b}.", f"{b}[")) for b in self._below)
