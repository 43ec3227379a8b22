"""The rules of the cross-check as data: words, weight, source, the facts they need."""

from __future__ import annotations

import functools
from importlib import resources

import msgspec

from brygga.sync.crosscheck.case import Weight


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of `rules.toml`. `source` is the statute or the house's own rule; `field` a model path."""

    weight: Weight
    sv: str
    en: str
    source: str
    field: str
    needs: tuple[str, ...] = ()


@functools.cache
def rules() -> dict[str, Rule]:
    """Code → rule."""
    data = resources.files("brygga.sync.crosscheck").joinpath("rules.toml").read_bytes()
    return msgspec.toml.decode(data, type=dict[str, Rule])
