"""The shapes of Mspecs' answers, as documented types.

Mappings read plain JSON through an `Intake`, so a wrong type in one field never fails a record;
these types say what the members are called and tell known ones from new ones.

deals     homes and projects, published and sold
parts     what several answers share: words, pictures, files, places, viewings, bids
people    offices, colleagues, sellers and buyers, subscribers
settings  the settings of one connection
"""

from __future__ import annotations

import functools
import typing
from typing import Any

import msgspec
from msgspec.structs import fields

from brygga.connectors.mspecs.schema.deals import Deal, PublishedDeal, SoldPage
from brygga.connectors.mspecs.schema.people import Office, Organization, Party, Subscriber, User
from brygga.connectors.mspecs.schema.settings import Settings, settings_of

SHAPES: dict[str, type[msgspec.Struct]] = {"estate": Deal, "project": Deal, "office": Office, "agent": User}
"""Record kind → the shape of its answer."""


@functools.cache
def names() -> frozenset[str]:
    """Every member name that some shape has: a name outside this set is new to us."""
    found: set[str] = set()
    shapes: list[type[msgspec.Struct]] = [*SHAPES.values(), Organization, Party, Subscriber]
    for shape in shapes:
        _collect(shape, found, set())
    return frozenset(found)


def _collect(shape: type[msgspec.Struct], found: set[str], seen: set[type]) -> None:
    if shape in seen:
        return
    seen.add(shape)
    for one in fields(shape):
        found.add(one.encode_name)
        for inner in _shapes_in(one.type):
            _collect(inner, found, seen)


def _shapes_in(hint: Any) -> list[type[msgspec.Struct]]:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return [hint]
    return [found for arg in typing.get_args(hint) for found in _shapes_in(arg)]


__all__ = [
    "SHAPES",
    "Deal",
    "Office",
    "Organization",
    "Party",
    "PublishedDeal",
    "Settings",
    "SoldPage",
    "Subscriber",
    "User",
    "names",
    "settings_of",
]
