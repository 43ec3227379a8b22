"""The facts that lie beside each file of the disk archive: fingerprint, size, kind, time.

A note normally holds one fact. While a file is being replaced it holds the new fact and the old
one, and the one that matches the bytes is the truth: so a power cut between the two renames
never makes a sound file look damaged.
"""

from __future__ import annotations

import hashlib
import os
from datetime import datetime

import msgspec

from brygga.archive.protocol import Stored

MOST_OPEN = 8  # facts in one note: more replacements than this cut short in a row is not to be expected
LONGEST_NOTE_BYTES = 1 << 16


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One state of a file. `sha256` in hex."""

    sha256: str
    size_bytes: int
    content_type: str
    stored_at: datetime

    def stored(self, key: str) -> Stored:
        """The fact as the archive's callers see it."""
        return Stored(
            key=key,
            size_bytes=self.size_bytes,
            sha256=self.sha256,
            content_type=self.content_type,
            stored_at=self.stored_at,
        )


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """What lies beside a file: its facts, newest first."""

    facts: list[Fact]


def fact_of(data: bytes, *, content_type: str, stored_at: datetime) -> Fact:
    """The fact of bytes about to be stored."""
    digest = hashlib.sha256(data).hexdigest()
    return Fact(sha256=digest, size_bytes=len(data), content_type=content_type, stored_at=stored_at)


def encoded(facts: list[Fact]) -> bytes:
    """A note's bytes."""
    return msgspec.json.encode(Note(facts=facts[:MOST_OPEN]))


def decoded(data: bytes) -> list[Fact]:
    """The facts of a note; none when it cannot be read."""
    try:
        return msgspec.json.decode(data, type=Note).facts
    except msgspec.DecodeError:
        return []


def digest_of(descriptor: int) -> str:
    """SHA-256 of an open file, in hex; leaves it at its beginning."""
    os.lseek(descriptor, 0, os.SEEK_SET)
    with os.fdopen(os.dup(descriptor), "rb", buffering=0) as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    os.lseek(descriptor, 0, os.SEEK_SET)
    return digest


def match(facts: list[Fact], digest: str) -> Fact | None:
    """The fact that these bytes fulfil."""
    return next((fact for fact in facts if fact.sha256 == digest), None)
