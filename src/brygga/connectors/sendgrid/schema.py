"""Settings of one connection, a request with its recipients, and the shape of an event."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec

from brygga.connectors import manifest
from brygga.model import Invalid
from brygga.wire.call import Call

NAME = "sendgrid"
REGIONS = {"eu": "https://api.eu.sendgrid.com", "us": "https://api.sendgrid.com"}
KEY = "brygga_key"
"""The custom argument that carries our own id, so that events find their mail."""

Share = Annotated[float, msgspec.Meta(gt=0)]
Count = Annotated[int, msgspec.Meta(gt=0)]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Names, defaults and meaning: `manifest.toml`."""

    region: Literal["eu", "us"]
    base_url: str = ""
    sender: str = ""
    reply_to: str = ""
    sandbox_mode: bool
    own_message_id: bool
    on_behalf_of: str = ""
    ip_pool: str = ""
    unsubscribe_group: int | None = None
    most_bytes: Count
    refuse_personal_metadata: bool
    activity: bool
    webhook_key: str = ""
    webhook_key_previous: str = ""
    webhook_window_s: Share
    replays_kept: Count


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """One request and whom it reaches. `message_id` is ours, if the mail carries one."""

    call: Call
    recipients: tuple[str, ...]
    message_id: str = ""


class Event(msgspec.Struct, frozen=True, kw_only=True, rename={"smtp_id": "smtp-id"}):
    """One row of the event webhook: the names that are known. Others are custom arguments."""

    event: str = ""
    email: str = ""
    timestamp: float | str = 0
    sg_event_id: str = ""
    sg_message_id: str = ""
    smtp_id: str = ""
    reason: str = ""
    response: str = ""
    status: str = ""
    type: str = ""
    url: str = ""
    category: Any = None
    attempt: Any = None
    bounce_classification: str = ""
    asm_group_id: Any = None


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
        sv=f"En inställning för SendGrid går inte att använda: {why}",
    )
