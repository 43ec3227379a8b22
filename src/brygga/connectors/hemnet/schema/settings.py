"""The settings of one connection to Hemnet: every unknown of the contract is one of them."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import msgspec

from brygga.connectors import manifest
from brygga.model import Invalid


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of one connection. Names, defaults and meaning: `manifest.toml`."""

    base_url: str
    reference_member: str
    reference_query: str
    image_reference_member: str
    agency_member: str
    sale_listing_member: str
    limit_query: str
    offset_query: str
    cursor_query: str
    next_member: str
    list_limit: int
    wrap_requests: bool
    send_nulls: bool
    image_completed_state: str
    image_failed_states: tuple[str, ...]
    image_detail_members: tuple[str, ...]
    image_first_wait_s: float
    image_most_wait_s: float
    image_polls: int
    images_most: int
    image_min_width_px: int
    delete_images: bool
    approval_first_wait_s: float
    approval_most_wait_s: float
    approval_polls: int
    auto_approve_wishes: tuple[str, ...]
    republish_window_days: int
    unpublish_after_sale: bool
    create_agencies: bool
    agencies: dict[str, str]
    price_change_percent: float
    fee_low_kr: int
    fee_high_kr: int
    rules: dict[str, str]
    key_name: str
    key_expiry_member: str
    key_token_member: str
    key_renew_days: int
    key_delete_old: bool
    signature_mode: str
    webhook_window_s: float
    webhook_id_members: tuple[str, ...]
    body: dict[str, Any]
    paths: dict[str, str]

    @property
    def may_create_agencies(self) -> bool:
        """Only with a reference of ours: without one nobody could tell that it is there already."""
        return self.create_agencies and bool(self.reference_member)


@functools.cache
def defaults() -> dict[str, Any]:
    """Setting name → default, from the manifest; those kept in the vault are left out."""
    return {s.name: s.default for s in manifest.load("hemnet").settings if not s.secret}


def settings_of(given: Mapping[str, Any]) -> Settings:
    """The given settings laid over the defaults; `path_…` ones become `paths`.

    Raises Invalid (`setting_unusable`) when one has the wrong type.
    """
    known = defaults()
    # A setting that nobody filled in (null) keeps its default.
    merged = known | {k: v for k, v in given.items() if k in known and v is not None}
    paths = {k.removeprefix("path_"): v for k, v in merged.items() if k.startswith("path_")}
    try:
        return msgspec.convert({**merged, "base_url": merged["base_url"] or "", "paths": paths}, Settings)
    except msgspec.ValidationError as error:
        raise Invalid(
            f"a setting of the connection cannot be used: {error}",
            code="setting_unusable",
            sv=f"En inställning för Hemnet går inte att använda: {error}",
        ) from error
