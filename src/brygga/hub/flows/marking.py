"""Which mapping made a record: a mark that changes when the code or the settings behind it change.

Bytes that we hold need no mapping again while their mark is the same. `full` does not ask: it
maps everything anew, also after a change that the mark cannot see (a library of others).
"""

from __future__ import annotations

import functools
import hashlib
import importlib
from pathlib import Path

import msgspec

from brygga import __version__
from brygga.hub.connections import Live

_ROOMS = ("brygga.model", "brygga.swedish")
"""What every mapping stands on, besides its connector's own package."""


def mark_of(live: Live) -> bytes:
    """16 bytes over the connector's code, the model's, the Swedish parsers' and the connection's settings."""
    settings = msgspec.json.encode(live.connection.settings, order="deterministic")
    code = _code(live.manifest.module.partition(":")[0].rpartition(".")[0])
    return hashlib.blake2b(code + settings, digest_size=16).digest()


@functools.cache
def _code(connector: str) -> bytes:
    digest = hashlib.blake2b(__version__.encode(), digest_size=16)
    for package in (connector, *_ROOMS):
        for file in _files(package):
            digest.update(file.name.encode() + b"\x00" + file.read_bytes())
    return digest.digest()


def _files(package: str) -> list[Path]:
    """The sources of a package; none where only compiled code is installed."""
    folders = getattr(importlib.import_module(package), "__path__", ()) if package else ()
    return sorted(file for folder in folders for file in Path(folder).rglob("*.py"))
