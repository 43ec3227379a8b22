"""The settings of one connection to Sinch, and the shapes of its answers."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec

from brygga.connectors import manifest
from brygga.model import Invalid

TITLE = "Sinch"
Count = Annotated[int, msgspec.Meta(ge=1)]
Amount = Annotated[float, msgspec.Meta(ge=0)]
_PLAN = re.compile("[A-Za-z0-9_-]{1,64}")
LONGEST_WAIT_S = 3 * 24 * 3600


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Names, defaults and meaning: `manifest.toml`."""

    service_plan_id: str
    sender: str
    reply_number: str
    foreign: bool
    make_plainer: bool
    most_parts: Count
    most_chars: Annotated[int, msgspec.Meta(ge=1, le=2000)]
    expire_s: Annotated[int, msgspec.Meta(ge=60, le=LONGEST_WAIT_S)]
    delivery_report: Literal["none", "summary", "full", "per_recipient", "per_recipient_final"]
    number_plus: bool
    webhook_url: str
    kr_per_part: Amount
    settle_s: Amount
    list_by_reference: bool
    list_limit: Annotated[int, msgspec.Meta(ge=1, le=100)]
    webhook_window_s: Annotated[float, msgspec.Meta(gt=0)]
    refuse_replays: bool
    stop_words: tuple[str, ...]

    @property
    def batches_path(self) -> str:
        """Where the plan's batches are."""
        return f"/xms/v1/{self.service_plan_id}/batches"


class Batch(msgspec.Struct, frozen=True):
    """A batch as Sinch tells it: one message, here always to one number.

    Only the id must be what it should: an oddity beside it must not make a sent message a doubtful one.
    """

    id: str = ""
    to: Any = ()
    sender: Any = msgspec.field(name="from", default=None)
    body: Any = None
    created_at: Any = None
    client_reference: Any = None


class Batches(msgspec.Struct, frozen=True):
    """A page of batches; `count` is of all pages."""

    batches: tuple[Batch, ...]
    count: int = 0
    page: int = 0


class Trial(msgspec.Struct, frozen=True):
    """What one number would get."""

    number_of_parts: int = 0


class DryRun(msgspec.Struct, frozen=True):
    """What a batch would be."""

    number_of_messages: int = 0
    per_recipient: tuple[Trial, ...] = ()


@functools.cache
def defaults() -> dict[str, Any]:
    """Setting name → default, from the manifest; those kept in the vault are left out."""
    known = {s.name: s.default for s in manifest.load("sinch").settings if not s.secret}
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
    if not _PLAN.fullmatch(settings.service_plan_id):
        raise _unusable("service_plan_id")
    if settings.webhook_url and not is_address(settings.webhook_url):
        raise _unusable("webhook_url")
    return settings


def is_address(url: str) -> bool:
    """Whether a provider can be told to call it: a web address without fragment or odd characters."""
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
