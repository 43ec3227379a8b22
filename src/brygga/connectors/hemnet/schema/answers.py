"""Shapes of Hemnet's BostadsAPI, as far as an official page names them.

Members marked unknown in the manifest are read by names from the settings, so most answers
stay plain JSON objects and only what is documented has a type here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from brygga.model import Invalid

FOR_SALE = "FOR_SALE"
"""The market state of a listing that nobody has set another for."""


class ProblemItem(msgspec.Struct, frozen=True):
    """One error: `type` is the machine's code, `message` is for people and may change."""

    type: str = ""
    message: str = ""


class Problem(msgspec.Struct, frozen=True):
    """The error envelope (changelog 034)."""

    errors: tuple[ProblemItem, ...] = ()


class PublicationStatus(msgspec.Struct, frozen=True, rename="camel"):
    """How a listing stands (changelogs 034, 036, 044). Visible means published *and* approved."""

    market_state: str = ""
    allowed_market_states: tuple[str, ...] = ()
    is_published: bool = False
    is_approved: bool = False


class WebhookBody(msgspec.Struct, frozen=True):
    """What every webhook holds; the members of `data` are not known."""

    type: str
    action: str = ""
    data: dict[str, Any] = {}


def publication_status(listing: Mapping[str, Any]) -> PublicationStatus:
    """The status of a listing. The flags may stand in `publicationStatus` or beside it (not known)."""
    inner = listing.get("publicationStatus")
    flags = {k: listing[k] for k in ("isPublished", "isApproved") if k in listing}
    try:
        return msgspec.convert({**flags, **(inner if isinstance(inner, dict) else {})}, PublicationStatus)
    except msgspec.ValidationError as error:
        raise Invalid(f"a publication status cannot be read: {error}", code="answer_unusable") from error
