"""The settings of one connection to Twilio, and the shapes of its answers."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec

from brygga.connectors import manifest
from brygga.model import Invalid

TITLE = "Twilio"
Count = Annotated[int, msgspec.Meta(ge=1)]
Amount = Annotated[float, msgspec.Meta(ge=0)]
_SERVICE = re.compile("MG[0-9a-fA-F]{32}")
_ACCOUNT = re.compile("AC[0-9a-fA-F]{32}")
_KEY = re.compile("SK[0-9a-fA-F]{32}")


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Names, defaults and meaning: `manifest.toml`."""

    account_sid: str
    api_key: str
    messaging_service: str
    sender: str
    reply_number: str
    foreign: bool
    make_plainer: bool
    most_parts: Count
    most_chars: Annotated[int, msgspec.Meta(ge=1, le=1600)]
    discard_content: bool
    mask_address: bool
    smart_encoded: bool
    validity_s: Annotated[int, msgspec.Meta(ge=1, le=36_000)]
    schedule_least_s: Count
    schedule_most_days: Count
    webhook_url: str
    kr_per_part: Amount
    settle_s: Amount
    list_limit: Annotated[int, msgspec.Meta(ge=1, le=1000)]
    stop_words: tuple[str, ...]

    @property
    def messages_path(self) -> str:
        """Where this account's messages are."""
        return f"/2010-04-01/Accounts/{self.account_sid}/Messages.json"


class Message(msgspec.Struct, frozen=True):
    """A message as Twilio tells it (`api.v2010.account.message`): counts and prices are text.

    Only the sid must be what it should: an oddity beside it must not make a sent message a doubtful one.
    """

    sid: str | None = None
    status: Any = None
    direction: Any = None
    sender: Any = msgspec.field(name="from", default=None)
    to: Any = None
    body: Any = None
    num_segments: Any = None
    price: Any = None
    price_unit: Any = None
    error_code: Any = None
    date_created: Any = None


class Page(msgspec.Struct, frozen=True):
    """A page of messages; `next_page_uri` carries the token of the next."""

    messages: tuple[Message, ...]
    next_page_uri: str | None = None


class Problem(msgspec.Struct, frozen=True):
    """An error body. Not in the specification; the shape that clients have seen."""

    code: int | None = None
    message: str = ""


class Account(msgspec.Struct, frozen=True):
    """`GET /2010-04-01/Accounts/{sid}.json`: active, suspended or closed."""

    status: str = ""


@functools.cache
def defaults() -> dict[str, Any]:
    """Setting name → default, from the manifest; those kept in the vault are left out."""
    known = {s.name: s.default for s in manifest.load("twilio").settings if not s.secret}
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
    for name, form in (("account_sid", _ACCOUNT), ("messaging_service", _SERVICE), ("api_key", _KEY)):
        value = getattr(settings, name)
        if not form.fullmatch(value) and (value or name == "account_sid"):
            raise _unusable(name)
    if settings.webhook_url and not is_address(settings.webhook_url):
        raise _unusable("webhook_url")
    return settings


def is_address(url: str) -> bool:
    """Whether Twilio can be told to call it: plain, and no underscore in the host (specification)."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and " " not in url
    host = parts.hostname or ""
    return (
        plain and parts.scheme in ("https", "http") and bool(host) and "_" not in host and not parts.fragment
    )


def _unusable(why: str) -> Invalid:
    return Invalid(
        f"a setting of the connection cannot be used: {why}",
        code="setting_unusable",
        sv=f"En inställning för {TITLE} går inte att använda: {why}",
    )
