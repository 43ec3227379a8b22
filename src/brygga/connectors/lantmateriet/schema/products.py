"""The products of the property register that we know, and the settings of one connection."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib import resources
from typing import Any, Final

import msgspec

from brygga.connectors import manifest
from brygga.model import Fault, Invalid

SEARCH: Final = "registerbeteckning"
"""The product that turns a designation into the register's own id; without it nothing can be asked."""


class Product(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One product: its Swedish name, its path below the base address, the scope of its tokens.

    `personal`: its answers hold owners, so neither requests nor answers are logged or cached.
    """

    sv: str
    path: str
    scope: str
    personal: bool = False


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """One connection's settings, over the manifest's defaults; see `manifest.toml` for what each means."""

    base_url: str = ""
    token_url: str = ""
    sign_in: str = "oauth"
    username: str = ""
    products: list[str] = []
    xml_products: list[str] = []
    product_table: dict[str, dict[str, Any]] = {}
    max_hits: int = 30
    batch: int = 250
    register_include: str = "total"
    property_include: str = "total"
    taxation_include: str = "total"
    address_include: str = "total"
    building_include: str = "total"
    right_include: str = "total"
    facility_include: str = "total"
    check_text: str = "STOCKHOLM"
    allow_private: bool = False
    calls: int | None = None
    per_s: float | None = None
    at_once: int | None = None


@functools.cache
def products() -> dict[str, Product]:
    """Product name → its facts, from `products.toml`."""
    data = resources.files("brygga.connectors.lantmateriet.schema").joinpath("products.toml").read_bytes()
    return msgspec.toml.decode(data, type=dict[str, Product])


def settings_of(given: Mapping[str, Any]) -> Settings:
    """Settings with the manifest's defaults under them. Raises Invalid when one does not fit."""
    defaults = {s.name: s.default for s in manifest.load("lantmateriet").settings if s.default is not None}
    try:
        return msgspec.convert({**defaults, **given}, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise Invalid(
            f"A setting does not fit: {error}", code="bad_setting", sv="En inställning går inte att använda."
        ) from error


def table_of(settings: Settings) -> dict[str, Product]:
    """The products as this connection has them. Raises Invalid for a name or member that there is not."""
    made = dict(products())
    for name, own in settings.product_table.items():
        known = made.get(name)
        if known is None:
            raise _no_such(name)
        try:
            made[name] = msgspec.convert({**msgspec.to_builtins(known), **own}, Product)
        except msgspec.ValidationError as error:
            raise Invalid(
                f"product_table: {name}: {error}", code="bad_setting", fault=Fault.OFFICE
            ) from error
    for name in (*settings.products, *settings.xml_products):
        if name not in made:
            raise _no_such(name)
    return made


def _no_such(name: str) -> Invalid:
    return Invalid(
        f"There is no product {name}; there are {', '.join(products())}.",
        code="bad_setting",
        sv=f"Det finns ingen produkt som heter {name}.",
        fault=Fault.OFFICE,
    )
