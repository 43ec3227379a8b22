"""Shapes of the signed interface (CONTRACT.md §1.2, §1.5), from saved answers."""

from __future__ import annotations

from typing import Any

import msgspec


class Shape(msgspec.Struct, rename="camel", kw_only=True):
    """A piece of an answer; unknown members are ignored here and carried by the mapping."""


class Source(Shape):
    """Who advertises: a broker firm or a builder."""

    id: Any = None
    name: Any = None
    url: Any = None
    type: Any = None


class StreetAddress(Shape):
    """The address; `city` is rare."""

    street_address: Any = None
    city: Any = None


class Point(Shape):
    """WGS 84."""

    latitude: Any = None
    longitude: Any = None
    is_approximate: Any = None


class Region(Shape):
    """Municipality and county."""

    municipality_name: Any = None
    county_name: Any = None


class Distance(Shape):
    """Metres; only for sold homes."""

    ocean: Any = None


class Location(Shape):
    """Where a home lies."""

    address: StreetAddress | None = None
    position: Point | None = None
    named_areas: Any = None
    region: Region | None = None
    distance: Distance | None = None


class Home(Shape):
    """A listing or a sale; what only sales have stands last."""

    booli_id: Any = None
    object_type: Any = None
    published: Any = None
    source: Source | None = None
    location: Location | None = None
    url: Any = None
    list_price: Any = None
    list_price_change: Any = None
    list_price_change_date: Any = None
    rooms: Any = None
    living_area: Any = None
    additional_area: Any = None
    plot_area: Any = None
    rent: Any = None
    floor: Any = None
    construction_year: Any = None
    is_new_construction: Any = None
    apartment_number: Any = None
    pageviews: Any = None
    sold_date: Any = None
    sold_price: Any = None
    sold_price_source: Any = None


class Area(Shape):
    """A named area; `types` may hold the literal text `undefined`."""

    booli_id: Any = None
    name: Any = None
    full_name: Any = None
    types: Any = None
    parent_booli_id: Any = None
    parent_name: Any = None
    parent_types: Any = None
    url_friendly_name: Any = None


class ListAnswer(Shape):
    """The envelope of a list; a single record comes in the same array without the counters."""

    total_count: int | None = None
    listings: list[msgspec.Raw] | None = None
    sold: list[msgspec.Raw] | None = None
    areas: list[msgspec.Raw] | None = None
