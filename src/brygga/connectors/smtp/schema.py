"""The settings of one SMTP connection, and a message ready to be handed over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from brygga.connectors import manifest
from brygga.model import Invalid
from brygga.wire.smtp_dial import Security


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Names, defaults and meaning: `manifest.toml`. Limits left out are the manifest's."""

    host: str
    port: int
    security: Security
    greeting_name: str
    most_bytes: int
    user: str = ""
    sender: str = ""
    reply_to: str = ""
    message_domain: str = ""
    allow_private: bool = False
    calls: Annotated[int, msgspec.Meta(gt=0)] | None = None
    per_s: Annotated[float, msgspec.Meta(gt=0)] | None = None
    at_once: Annotated[int, msgspec.Meta(gt=0)] | None = None


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """A message as bytes, and who it is from and for on the envelope. Bcc exists only there."""

    sender: str
    recipients: tuple[str, ...]
    message_id: str
    message: bytes


def settings_of(given: Mapping[str, Any]) -> Settings:
    """The given settings over the manifest's defaults. Raises Invalid when one cannot be used."""
    known = {s.name: s.default for s in manifest.load("smtp").settings if s.default is not None}
    filled = {name: value for name, value in given.items() if value not in (None, "")}
    try:
        settings = msgspec.convert({**known, **filled}, Settings)
    except msgspec.ValidationError as error:
        raise Invalid(
            f"a setting of the mail server cannot be used: {error}",
            code="setting_unusable",
            sv=f"En inställning för mejlservern går inte att använda: {error}",
        ) from error
    return settings
