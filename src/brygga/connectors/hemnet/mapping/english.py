"""The English halves of the sentences in `words`, and values as English text writes them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from brygga.swedish.dates import STOCKHOLM

STATE_WORDS: Final = {
    "FOR_SALE": "For sale",
    "UPCOMING": "Upcoming",
    "TEASED": "Off-market",
    "SOLD": "Sold",
}
"""Their market states; an unknown one is shown as it came."""

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def state_word(state: str) -> str:
    """A market state in a word."""
    return STATE_WORDS.get(state, state or "its present state")


def no_such_state(now: str, wish: str, allowed: Sequence[str]) -> str:
    """Why a market state cannot be set, and which ones can."""
    possible = ", ".join(state_word(s) for s in allowed) or "none"
    return f"Hemnet does not allow {state_word(now)} to {state_word(wish)} now. Possible: {possible}."


def day(value: datetime) -> str:
    """`21 Nov 2026`, the day in Stockholm."""
    local = value.astimezone(STOCKHOLM)
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}"


def percent(value: float) -> str:
    """`3.6%`, `5%`: one decimal at most."""
    return f"{value:.1f}".removesuffix(".0") + "%"
