"""Parts that several of Mspecs' answers share: words, pictures, files, places, viewings, bids."""

from __future__ import annotations

from typing import Any

import msgspec


class Shape(msgspec.Struct, kw_only=True, rename="camel"):
    """An object of Mspecs'; every member may be missing or null."""


class Word(Shape):
    """A word of an enumeration. The translation changes without notice; only the constant counts."""

    constant: str | None = None
    translation: str | None = None


class Languages(Shape):
    """A text in other languages."""

    sv: str | None = None
    en: str | None = None


class Picture(Shape):
    """A picture. Its addresses may get a time to live without further notice: download it."""

    id: str | None = None
    original_url: str | None = None
    view_url: str | None = None
    thumbnail_url: str | None = None
    original_resolution: str | None = None
    view_resolution: str | None = None
    thumbnail_resolution: str | None = None
    extension: str | None = None
    is_published: bool | None = None
    display_order: int | None = None
    is_main_image: bool | None = None
    category: Word | None = None
    title: str | None = None
    description: str | None = None


class File(Shape):
    """A document of a home. It has no id."""

    title: str | None = None
    description: str | None = None
    extension: str | None = None
    url: str | None = None
    category: Word | None = None


class Address(Shape):
    """A link beside a home."""

    category: str | None = None
    name: str | None = None
    url: str | None = None


class GeographicalArea(Shape):
    """A county or municipality: name and official code (*länskod, kommunkod*)."""

    name: str | None = None
    identifier: str | None = None


class Country(Shape):
    """A country: name in English and ISO 3166 code."""

    name: str | None = None
    iso_code: str | None = None


class Location(Shape):
    """Where a home or project lies. Coordinates are WGS 84 degrees written as text."""

    street_address: str | None = None
    postal_code: str | None = None
    city: str | None = None
    display_name: str | None = None
    district: str | None = None
    residential_area: str | None = None
    latitude: str | None = None
    longitude: str | None = None
    county: GeographicalArea | None = None
    municipality: GeographicalArea | None = None
    custom_geographical_areas: list[GeographicalArea] | None = None
    environment: str | None = None
    directions: str | None = None
    directions_multi_lang: Languages | None = None
    services_and_communications: str | None = None
    services_and_communications_multi_lang: Languages | None = None
    description: str | None = None
    description_multi_lang: Languages | None = None
    image: Picture | None = None
    images: list[Picture] | None = None


class Slot(Shape):
    """One time of a viewing in slots. `participants` come only with a grant and are never kept."""

    id: str | None = None
    start_time: str | None = None
    free_spots: int | None = None
    participants: list[Any] | None = None


class ViewingTimes(Shape):
    """A viewing of one of five types. `slot_length` is minutes; `hide_start_date` is typed as text."""

    id: str | None = None
    type: str | None = None
    start_date: str | None = None
    end_date: str | None = None
    description: str | None = None
    allow_external_booking: bool | None = None
    external_booking_latest_hour_before: int | None = None
    hide_start_date: str | bool | None = None
    slot_capacity: int | None = None
    slot_length: int | None = None
    slots: list[Slot] | None = None


class PlacedBid(Shape):
    """A bid as it may be shown. The alias is a number; there is no id."""

    date: str | None = None
    amount: float | None = None
    alias: int | None = None
    bid_status: Word | None = None
    bidder_status: Word | None = None


class Bidding(Shape):
    """The bidding as it may be shown on the website."""

    is_active: bool | None = None
    is_verified_bidding: str | bool | None = None
    bids: list[PlacedBid] | None = None


class CustomField(Shape):
    """A field that the brokerage made itself."""

    id: str | None = None
    name: str | None = None
    identifier: str | None = None
    type: str | None = None
    value: Any = None


class ProviderField(Shape):
    """A field that a provider keeps with a record."""

    id: Any = None
    value: Any = None
