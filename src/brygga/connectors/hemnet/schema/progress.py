"""How far a publication at Hemnet has come: what the hub keeps between the steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec


class SentImage(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A picture that Hemnet has been given: its id there, and how far its fetching has come."""

    id: str
    state: str = "in_progress"
    detail: str = ""


class SentSale(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A reported sale. `reported_at` (ISO time) starts the window in which republishing deletes it."""

    id: str
    fingerprint: str = ""
    reported_at: str = ""


class Progress(msgspec.Struct, kw_only=True, omit_defaults=True):
    """How far a publication has come: the `state` that the hub keeps. Ids, hashes and times only.

    `images` is keyed by `<image id>@<content hash>`. `status`: empty · draft ·
    published_pending_approval · visible · unpublished · sold. `been` are the market states that it has
    been published under. `price_kr` is the asking price that Hemnet was last given.
    """

    agency_office: str = ""
    agency_id: str = ""
    listing_id: str = ""
    listing_hash: str = ""
    price_kr: int | None = None
    images: dict[str, SentImage] = {}
    image_polls: int = 0
    seller_hash: str = ""
    seller_at: str = ""
    billing_hash: str = ""
    billing_at: str = ""
    market_state: str = ""
    allowed_market_states: list[str] = []
    been: list[str] = []
    status: str = ""
    published_at: str = ""
    approval_polls: int = 0
    approval_given_up: bool = False
    sale: SentSale | None = None


def progress_of(state: Mapping[str, Any]) -> Progress:
    """The progress in a kept state; an empty state is a publication not begun."""
    return msgspec.convert(dict(state), Progress)


def kept(progress: Progress, state: Mapping[str, Any]) -> dict[str, Any]:
    """The whole new state: members that are not ours stay as they are, emptied ones are reset.

    Every member is written, so that it does not matter whether the hub replaces or merges.
    """
    ours = {name: msgspec.to_builtins(getattr(progress, name)) for name in Progress.__struct_fields__}
    return {**state, **ours}
