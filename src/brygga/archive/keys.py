"""Keys of an archive: `documents/office=3AOBJ1/manifest.json`, valid on any disk and in any bucket.

A key is one or more segments joined by `/`. A segment is 1–150 ASCII characters out of
letters, digits and `._=+-`, begins with a letter, digit, `=` or `_` and does not end with a full
stop. So there is no `..`, no hidden file, no drive letter, no stream, no escape of any kind.
"""

from __future__ import annotations

import re

from brygga.archive.errors import bad_key

LONGEST_KEY = 600  # characters; object stores allow 1,024 bytes, and a disk adds its root
LONGEST_SEGMENT = 150  # characters; file systems allow 255 bytes, and a sidecar adds its ending

_SEGMENT = re.compile(r"[A-Za-z0-9=_](?:[A-Za-z0-9._=+-]*[A-Za-z0-9_=+-])?")
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{n}{i}" for n in ("com", "lpt") for i in range(1, 10))})
_KEPT = re.compile(r"[A-Za-z0-9_-]")


def check_key(key: str) -> tuple[str, ...]:
    """The segments of a key. Raises BadKey when it is not one."""
    if not key or len(key) > LONGEST_KEY:
        raise bad_key(key, f"1 to {LONGEST_KEY} characters are allowed")
    segments = tuple(key.split("/"))
    for part in segments:
        _check_segment(key, part)
    return segments


def _check_segment(key: str, part: str) -> None:
    if len(part) > LONGEST_SEGMENT:
        raise bad_key(key, f"a segment is longer than {LONGEST_SEGMENT} characters")
    if not _SEGMENT.fullmatch(part):
        raise bad_key(key, "a segment is empty or holds a character that is not allowed")
    if part.partition(".")[0].lower() in _DEVICES:
        raise bad_key(key, "a segment is the name of a device on some systems")


def check_prefix(prefix: str) -> tuple[str, ...]:
    """The segments of a listing's prefix; empty means all. A last `/` is allowed. Raises BadKey."""
    return check_key(prefix.removesuffix("/")) if prefix else ()


def segment(text: str) -> str:
    """Any text (an object's id) as one segment, reversible and without collisions.

    Bytes other than letters, digits, `_` and `-` become `=XX`. Raises BadKey when that is too long.
    """
    safe = "".join(c if _KEPT.fullmatch(c) else _escaped(c) for c in text)
    if safe.startswith("-") or safe.lower() in _DEVICES:
        safe = _escaped(safe[0]) + safe[1:]
    _check_segment(text, safe)
    return safe


def _escaped(character: str) -> str:
    return "".join(f"={byte:02X}" for byte in character.encode("utf-8", "surrogatepass"))
