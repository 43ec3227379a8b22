"""The settings of one connection to Mspecs: what only the whole specification would settle is one of them."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import msgspec

from brygga.connectors import manifest
from brygga.model import Invalid


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one connection. Names, defaults and meaning: `manifest.toml`."""

    subscriber_id: str
    username: str
    grants: str
    signature_tolerance_s: float
    sold: bool
    sold_catchup: bool
    sold_limit: int
    projects: bool
    compare_whole: bool
    empty_is_404: bool
    believe_unpublish: bool
    organization_path: str
    status_path: str
    status_shown: str
    status_not_shown: str
    words: str


@functools.cache
def defaults() -> dict[str, Any]:
    """Setting name → default, from the manifest; those kept in the vault are left out."""
    known = {s.name: s.default for s in manifest.load("mspecs").settings if not s.secret}
    return {name: "" if value is None else value for name, value in known.items()}


def settings_of(given: Mapping[str, Any]) -> Settings:
    """The given settings laid over the defaults.

    Raises Invalid (`setting_unusable`) when one has the wrong type.
    """
    known = defaults()
    merged = known | {k: v for k, v in given.items() if k in known and v is not None}
    if isinstance(merged["grants"], list | tuple):
        merged["grants"] = ",".join(map(str, merged["grants"]))
    try:
        return msgspec.convert(merged, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise Invalid(
            f"a setting of the connection cannot be used: {error}",
            code="setting_unusable",
            sv=f"En inställning för Mspecs går inte att använda: {error}",
        ) from error
