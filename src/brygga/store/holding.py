"""Keeping what a drifting source would make a record lose: its old facts stay until a person has looked.

A record that its source suddenly gives with members missing or of another type loses facts
without anybody having meant it. For such records (`Batch.keep_lost`) every fact that we hold and
the new state lacks stays as it was; what the new state does say is taken.
"""

from __future__ import annotations

from typing import Any

import msgspec

from brygga.model import decode, encode
from brygga.store.prepare import prepared
from brygga.store.shapes import Batch, Prepared

_plain = msgspec.json.Decoder().decode

Lost = dict[tuple[str, str], list[str]]
"""(kind, id) → paths of the facts that were kept."""


def held(
    batch: Batch, arriving: list[Prepared], docs: dict[tuple[str, str], str]
) -> tuple[list[Prepared], Lost]:
    """The arriving records with lost facts put back, and which. `docs`: those we hold of `keep_lost`."""
    lost: Lost = {}
    ready: list[Prepared] = []
    for one in arriving:
        doc = docs.get((one.kind, one.id)) if (one.kind, one.id) in batch.keep_lost else None
        ready.append(one if doc is None else _held(batch, one, doc, lost))
    return ready, lost


def _held(batch: Batch, one: Prepared, doc: str, lost: Lost) -> Prepared:
    new, kept = _plain(one.doc), list[str]()
    _put_back(_plain(doc), new, "", kept)
    if not kept:
        return one
    lost[one.kind, one.id] = kept
    record = decode(one.kind, encode(new))
    return prepared(record, batch.connection, raw=one.raw, findings=one.findings)


def _put_back(old: dict[str, Any], new: dict[str, Any], path: str, kept: list[str]) -> None:
    """What `old` says and `new` does not goes into `new`. A list is one fact; so is a part as a whole."""
    for name, value in old.items():
        here = f"{path}.{name}" if path else name
        if name == "extra":
            continue  # members we do not know are never missed
        if name not in new:
            new[name] = value
            kept.append(here)
        elif isinstance(value, dict) and isinstance(new[name], dict):
            _put_back(value, new[name], here, kept)
