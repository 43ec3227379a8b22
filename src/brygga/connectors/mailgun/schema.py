"""Settings of one connection, a request with its recipients, and the shapes of answers and events."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec

from brygga.connectors import manifest
from brygga.model import Invalid
from brygga.wire.call import Call

NAME = "mailgun"
REGIONS = {"eu": "https://api.eu.mailgun.net", "us": "https://api.mailgun.net"}
KEY = "brygga_key"
"""The variable that carries our own id, so that events find their mail."""

Above0 = Annotated[float, msgspec.Meta(gt=0)]
Count = Annotated[int, msgspec.Meta(gt=0)]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Names, defaults and meaning: `manifest.toml`."""

    region: Literal["eu", "us"]
    domain: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9.-]{1,253}$")] = ""
    base_url: str = ""
    sender: str = ""
    reply_to: str = ""
    sandbox_mode: bool
    own_message_id: bool
    hide_variables: bool
    require_tls: bool
    most_bytes: Count
    tags_most: Count
    ahead_h: Above0
    settle_s: Above0
    webhook_window_s: Above0
    replays_kept: Count


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """One request and whom it reaches. `message_id` is ours, if the mail carries one."""

    call: Call
    recipients: tuple[str, ...]
    message_id: str = ""


class Queued(msgspec.Struct, frozen=True):
    """The receipt of a mail."""

    id: str
    message: str = ""


class Signature(msgspec.Struct, frozen=True):
    """What a webhook is signed with. The time stamp is a text of seconds; a number is read too."""

    timestamp: str | int = ""
    token: str = ""
    signature: str = ""


class Hook(msgspec.Struct, frozen=True, rename={"data": "event-data"}):
    """A webhook: its signature, and the event as it is."""

    signature: Signature
    data: dict[str, Any] = {}


class SignedOnly(msgspec.Struct, frozen=True):
    """A webhook of which nothing but the signature is read."""

    signature: Signature


@functools.cache
def defaults() -> dict[str, Any]:
    """Setting name → default, from the manifest; those kept in the vault are left out."""
    return {s.name: s.default for s in manifest.load(NAME).settings if not s.secret and s.default is not None}


def settings_of(given: Mapping[str, Any]) -> Settings:
    """The given settings over the defaults. Raises Invalid: `setting_unusable`, `region_mismatch`."""
    filled = {name: value for name, value in given.items() if value not in (None, "")}
    try:
        settings = msgspec.convert({**defaults(), **filled}, Settings)
    except msgspec.ValidationError as error:
        raise _unusable(str(error), "setting_unusable") from error
    host = urlsplit(settings.base_url or manifest.load(NAME).base_url).hostname or ""
    wrong = [r for r, url in REGIONS.items() if urlsplit(url).hostname == host and r != settings.region]
    if wrong:
        raise _unusable(f"adressen hör till region {wrong[0]}, inte {settings.region}", "region_mismatch")
    return settings


def _unusable(why: str, code: str) -> Invalid:
    return Invalid(
        f"a setting of the connection cannot be used: {why}",
        code=code,
        sv=f"En inställning för Mailgun går inte att använda: {why}",
    )
