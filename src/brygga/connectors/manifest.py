"""A connector's manifest: what it can do, its limits, auth, region, sources and unknowns, as data."""

from __future__ import annotations

import functools
import importlib
import os
import sys
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import msgspec

from brygga.model import Invalid, SetupError
from brygga.wire.call import ErrorRule, Limits


class Setting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A setting of a connection; `secret` ones live in the vault. `sv`/`en` are the form's labels."""

    name: str
    sv: str
    en: str
    kind: str = "text"
    secret: bool = False
    required: bool = False
    default: Any = None
    help_sv: str = ""


class Unknown(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fact about the provider that nobody could tell us, and the setting that stands in for it."""

    fact: str
    setting: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One `manifest.toml`. `active` false: not offered unless an agreement setting says so.

    `compare_s`: the source's lists are read whole no more often than this, whatever the hub is set to.
    """

    name: str
    title: str
    module: str
    kind: str = "hub"
    abilities: tuple[str, ...]
    region: str
    base_url: str = ""
    auth: str = ""
    role: str = ""
    active: bool = True
    compare_s: float = 0.0
    limits: Limits = Limits()
    repeat: dict[str, str] = {}
    data_classes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    settings: tuple[Setting, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    errors: tuple[ErrorRule, ...] = ()
    quality: dict[str, str] = {}


PLACES = "BRYGGA_CONNECTORS"
"""Environment variable: folders (separated as in PATH) that hold connectors of one's own."""


@functools.cache
def load(name: str) -> Manifest:
    """The manifest of the connector in folder `name`.

    Raises Invalid when there is none by that name or its manifest is not one.
    """
    place = _places().get(name)
    if place is None:
        raise Invalid(f"There is no connector {name}; there are {', '.join(names())}.")
    try:
        return msgspec.toml.decode(place.joinpath("manifest.toml").read_bytes(), type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError, OSError) as error:
        raise Invalid(f"The manifest of {name} cannot be used: {error}") from error


def names() -> tuple[str, ...]:
    """All connectors there are: those of the house and one's own, by folder name."""
    return tuple(sorted(_places()))


def class_of(manifest: Manifest) -> Any:
    """The connector's class. Imported at first use, so that an unused one costs nothing.

    Raises Invalid when what the manifest names as `module` cannot be imported.
    """
    module, _, name = manifest.module.partition(":")
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError, SyntaxError) as error:
        what = type(error).__name__
        raise Invalid(
            f"The connector {manifest.name} cannot be used: importing {manifest.module!r} gave {what}.",
            code="connector_broken",
            sv=f"Kopplingen {manifest.title} går inte att läsa in.",
        ) from error


@functools.cache
def _places() -> dict[str, Traversable]:
    """Connector name → its folder. One's own folders are put on the import path."""
    rooms = [resources.files("brygga.connectors")]
    for folder in filter(None, os.environ.get(PLACES, "").split(os.pathsep)):
        path = str(Path(folder).resolve())
        if not Path(path).is_dir():
            raise SetupError(
                f"{PLACES} names the folder {folder}, which is not there.",
                code="no_connectors_folder",
                sv=f"Mappen {folder} i {PLACES} finns inte.",
            )
        if path not in sys.path:
            sys.path.insert(0, path)
        rooms.append(Path(path))
    return {
        place.name: place
        for room in rooms
        for place in room.iterdir()
        if place.is_dir() and place.joinpath("manifest.toml").is_file()
    }
