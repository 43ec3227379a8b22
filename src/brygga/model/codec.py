"""Records to bytes and back, the content hash, and the members we do not know.

The bytes are JSON with a fixed member order, so equal records have equal bytes and equal
hashes. A member that this version does not know goes to `Record.extra` and comes out again.
"""

from __future__ import annotations

import functools
import hashlib
import typing
from typing import Any

import msgspec

from brygga.model.records import RECORD_TYPES, Record, kind_of

_encoder = msgspec.json.Encoder(order="deterministic", decimal_format="string")
_plain = msgspec.json.Decoder()

READERS: typing.Final = {kind: msgspec.json.Decoder(cls) for kind, cls in RECORD_TYPES.items()}
"""Kind → what reads its JSON. Made here, once: msgspec 0.22 can crash the process when two threads meet
a type for the first time in the same moment."""

encode: typing.Final = _encoder.encode
"""Any model value → JSON bytes, members in a fixed order."""


def content_hash(data: bytes) -> bytes:
    """16 bytes of BLAKE2b: enough to tell versions of a record apart, not a signature."""
    return hashlib.blake2b(data, digest_size=16).digest()


def decode(kind: str, data: bytes | str) -> Record:
    """JSON bytes → record of that kind; unknown members land in `extra`.

    Raises msgspec.ValidationError if the bytes are not such a record.
    """
    cls = RECORD_TYPES[kind]
    record = READERS[kind].decode(data)
    loose = _plain.decode(data)
    unknown = loose.keys() - _names(cls)
    if unknown:
        record.extra = {**record.extra, **{k: loose[k] for k in sorted(unknown)}}
    return record


def decode_any(record: Record, data: bytes) -> Record:
    """Decode `data` as the same kind as `record`."""
    return decode(kind_of(record), data)


def flat(data: bytes | str) -> dict[str, Any]:
    """JSON bytes of a record → path → leaf value, list parts keyed by their `id` where they have one.

    This is the shape that field history compares: `price.asking_kr`, `images[MED1].name`.
    """
    found: dict[str, Any] = {}
    _flatten("", _plain.decode(data), found)
    return found


def _flatten(path: str, value: Any, into: dict[str, Any]) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            _flatten(f"{path}.{key}" if path else key, inner, into)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for number, inner in enumerate(value):
            _flatten(f"{path}[{inner.get('id', number)}]", inner, into)
    else:
        into[path] = value


def changed_fields(old: bytes | str, new: bytes | str) -> dict[str, tuple[Any, Any]]:
    """Path → (old, new) for every leaf that differs between two encoded records."""
    before, after = flat(old), flat(new)
    paths = before.keys() | after.keys()
    return {p: (before.get(p), after.get(p)) for p in sorted(paths) if before.get(p) != after.get(p)}


@functools.cache
def _names(cls: type[msgspec.Struct]) -> frozenset[str]:
    return frozenset(cls.__struct_encode_fields__)


@functools.cache
def _plan(cls: type[msgspec.Struct]) -> dict[str, tuple[type[msgspec.Struct] | None, bool]]:
    """Encoded member name → (nested struct, is it a list) of a wire or model type."""
    hints = typing.get_type_hints(cls)
    pairs = zip(cls.__struct_encode_fields__, cls.__struct_fields__, strict=True)
    return {encoded: _nested(hints[name]) for encoded, name in pairs}


def _nested(hint: Any) -> tuple[type[msgspec.Struct] | None, bool]:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return hint, False
    many = typing.get_origin(hint) is list
    for arg in typing.get_args(hint):
        found, inner = _nested(arg)
        if found is not None:
            return found, many or inner
    return None, False


def unknown_members(raw: dict[str, Any], cls: type[msgspec.Struct], path: str = "") -> dict[str, Any]:
    """Members of a provider's JSON object that its wire type does not name: JSON path → value.

    Used by mappings to fill `Record.extra`, and by the drift count in the report.
    """
    plan = _plan(cls)
    found: dict[str, Any] = {}
    for key, value in raw.items():
        step = plan.get(key)
        if step is None:
            found[f"{path}{key}"] = value
        elif step[0] is not None and value is not None:
            _descend(value, step[0], f"{path}{key}", found)
    return found


def _descend(value: Any, cls: type[msgspec.Struct], path: str, into: dict[str, Any]) -> None:
    if isinstance(value, dict):
        into.update(unknown_members(value, cls, f"{path}."))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            if isinstance(inner, dict):
                into.update(unknown_members(inner, cls, f"{path}[{number}]."))
