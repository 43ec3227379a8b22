"""The settings of one connection to 46elks, and the shapes of its answers."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec

from brygga.connectors import manifest
from brygga.model import Invalid

TITLE = "46elks"
Count = Annotated[int, msgspec.Meta(ge=1)]
Amount = Annotated[float, msgspec.Meta(ge=0)]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Names, defaults and meaning: `manifest.toml`."""

    username: str
    sender: str
    reply_number: str
    foreign: bool
    make_plainer: bool
    most_parts: Count
    most_chars: Count
    dontlog: bool
    webhook_url: str
    currency: str
    kr_per_part: Amount
    settle_s: Amount
    list_limit: Annotated[int, msgspec.Meta(ge=1, le=100)]
    stop_words: tuple[str, ...]


class Message(msgspec.Struct, frozen=True):
    """A message as 46elks tells it. `cost` is in 1/10 000 of the account's currency.

    Only the id must be what it should: an oddity beside it must not make a sent message a doubtful one.
    """

    id: str = ""
    status: Any = ""
    direction: Any = ""
    sender: Any = msgspec.field(name="from", default="")
    to: Any = ""
    message: Any = ""
    created: Any = ""
    parts: Any = 0
    cost: Any = None
    estimated_cost: Any = None


class History(msgspec.Struct, frozen=True):
    """A page of the history. `next`: the moment to ask from for older ones."""

    data: tuple[Message, ...]
    next: str | None = None


class Account(msgspec.Struct, frozen=True):
    """`GET /me`; `balance` is in 1/10 000 of the currency."""

    balance: Any = None
    currency: Any = ""


@functools.cache
def defaults() -> dict[str, Any]:
    """Setting name → default, from the manifest; those kept in the vault are left out."""
    known = {s.name: s.default for s in manifest.load("elks46").settings if not s.secret}
    return {name: "" if value is None else value for name, value in known.items()}


def settings_of(given: Mapping[str, Any]) -> Settings:
    """The given settings laid over the defaults. Raises Invalid (`setting_unusable`)."""
    known = defaults()
    merged = known | {k: v for k, v in given.items() if k in known and v is not None}
    if isinstance(merged["stop_words"], str):
        merged["stop_words"] = merged["stop_words"].replace(",", " ").split()
    try:
        settings = msgspec.convert(merged, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise _unusable(str(error)) from error
    if settings.webhook_url and not is_address(settings.webhook_url):
        raise _unusable("webhook_url")
    return settings


def is_address(url: str) -> bool:
    """Whether a provider can be told to call it: a web address without user, fragment or odd characters."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and " " not in url
    return plain and parts.scheme in ("https", "http") and bool(parts.hostname) and not parts.fragment


def _unusable(why: str) -> Invalid:
    return Invalid(
        f"a setting of the connection cannot be used: {why}",
        code="setting_unusable",
        sv=f"En inställning för {TITLE} går inte att använda: {why}",
    )
