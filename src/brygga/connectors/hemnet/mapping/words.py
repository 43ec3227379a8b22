"""Sentences for the broker about a publication at Hemnet, in Swedish. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

STATE_WORDS: Final = {
    "FOR_SALE": "Till salu",
    "UPCOMING": "Kommande",
    "TEASED": "Underhand",
    "SOLD": "Såld",
}
"""Their market states as brokers say them; an unknown one is shown as it came."""


def state_word(state: str) -> str:
    """A market state in the broker's word."""
    return STATE_WORDS.get(state, state or "nuvarande läge")


def no_such_state(now: str, wish: str, allowed: Sequence[str]) -> str:
    """Why a market state cannot be set, and which ones can."""
    possible = ", ".join(state_word(s) for s in allowed) or "inget"
    return (
        f"Hemnet tillåter inte att gå från {state_word(now)} till {state_word(wish)} just nu. "
        f"Möjligt: {possible}."
    )


def image_number(place: int) -> str:
    """A picture by its place in the ad, from 1."""
    return f"Bild {place}"


def some_failed(failed: Sequence[str]) -> str:
    """Which pictures Hemnet could not read; empty when it read all."""
    if not failed:
        return ""
    head = ", ".join([failed[0], *(f.lower() for f in failed[1:])])
    return f"{head} kunde inte läsas av Hemnet. De andra bilderna är på plats."


def some_waiting(count: int) -> str:
    """How many pictures are still being processed."""
    return f"Hemnet behandlar ännu {count} {'bild' if count == 1 else 'bilder'}."


def when_ready(count: int) -> dict[str, str]:
    """The rest of a sentence about pictures being processed, in both languages."""
    if count == 1:
        return {"ready": "den är klar", "pictures": "1 picture", "done": "it is done"}
    return {"ready": "de är klara", "pictures": f"{count} pictures", "done": "they are done"}
