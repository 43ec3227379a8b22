"""Shapes of the CRM section's bids, meetings and search profiles.

A bid's members are those of the vendor's sample (CONTRACT.md §3, §11). What an answer about a meeting
or a search profile holds is not known: these members are our guess, and a setting renames them.
"""

from __future__ import annotations

from brygga.connectors.vitec.schema.parts import Shape


class CrmBid(Shape):
    """A bid with who bid; unlike the website's it has an id, and the amount is a text."""

    id: str | None = None
    estate_id: str | None = None
    contact_id: str | None = None
    is_canceled: bool | None = None
    identified_bidder: bool | None = None
    alias: str | None = None
    amount: str | None = None
    created_at: str | None = None
    condition: str | None = None
    is_hidden: bool | None = None


class Meeting(Shape):
    """A meeting in the calendar."""

    id: str | None = None
    customer_id: str | None = None
    type: str | None = None
    subject: str | None = None
    estate_id: str | None = None
    contact_ids: list[str] | None = None
    user_id: str | None = None
    starts_at: str | None = None
    ends_at: str | None = None
    location: str | None = None
    note: str | None = None
    is_canceled: bool | None = None
    changed_at: str | None = None


class Span(Shape):
    """From and to: kronor, square metres or rooms."""

    min: float | None = None
    max: float | None = None


class SearchProfile(Shape):
    """What a contact looks for."""

    id: str | None = None
    contact_id: str | None = None
    name: str | None = None
    estate_types: list[str] | None = None
    areas: list[str] | None = None
    price: Span | None = None
    fee: Span | None = None
    living_space: Span | None = None
    plot_area: Span | None = None
    number_of_rooms: Span | None = None
    valid_to: str | None = None
    is_active: bool | None = None
    changed_at: str | None = None
