"""A connector's manifest: what it can do, its limits, auth, region, sources and unknowns, as data."""

from __future__ import annotations

import functools
from importlib import resources
from typing import Any

import msgspec

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
    """One `manifest.toml`. `active` false: not offered unless an agreement setting says so."""

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
    limits: Limits = Limits()
    repeat: dict[str, str] = {}
    data_classes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    settings: tuple[Setting, ...] = ()
    unknown: tuple[Unknown, ...] = ()
    errors: tuple[ErrorRule, ...] = ()
    quality: dict[str, str] = {}


@functools.cache
def load(name: str) -> Manifest:
    """The manifest of the connector in folder `name`. Raises msgspec.ValidationError if it is not one."""
    text = resources.files("brygga.connectors").joinpath(name, "manifest.toml").read_bytes()
    return msgspec.toml.decode(text, type=Manifest)


def parse(text: bytes) -> Manifest:
    """A manifest from TOML text, for connectors that live outside this package."""
    return msgspec.toml.decode(text, type=Manifest)


@functools.cache
def names() -> tuple[str, ...]:
    """All connectors in the house, by folder name."""
    rooms = resources.files("brygga.connectors").iterdir()
    return tuple(sorted(r.name for r in rooms if r.is_dir() and r.joinpath("manifest.toml").is_file()))
