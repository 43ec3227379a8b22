"""Ids, enumerated values and times in the forms that Mspecs uses, and the seed of all content."""

from __future__ import annotations

import base64
import random
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from brygga.swedish.dates import STOCKHOLM

Json = dict[str, Any]

KINDS: Final = {"organization": 1, "office": 2, "user": 3, "deal": 58, "viewing": 61, "slot": 62,
                "image": 70, "subscriber": 284, "service": 90}  # fmt: skip  # one table
"""What an id is of → the number at its end."""


class Seed(msgspec.Struct, frozen=True):
    """What content is made of: a number and the day that it counts from (Swedish midnight)."""

    number: int
    today: datetime

    def rng(self, *what: object) -> random.Random:
        """The randomness of one thing: the same for the same seed."""
        return random.Random(f"{self.number}:{what}")  # noqa: S311 - content, not secrecy

    def day(self, days: int, *, hour: int = 10) -> datetime:
        """A time so many days from today."""
        return self.today + timedelta(days=days, hours=hour)


def ident(kind: str, number: int) -> str:
    """An opaque id: base64 with dots for its padding, so that most of them end in dots."""
    text = f"0004|{number:011d}|{KINDS[kind]}"
    return base64.urlsafe_b64encode(text.encode()).decode().replace("=", ".")


def word(constant: str, translation: str = "") -> Json:
    """An enumerated value: the constant and a translation that may change any day."""
    return {"constant": constant, "translation": translation or constant.rpartition("_")[2].capitalize()}


def offset(moment: datetime) -> str:
    """A time with the Swedish offset of that day: `2026-05-04T12:00:00+02:00`."""
    return moment.astimezone(STOCKHOLM).isoformat(timespec="seconds")


def zulu(moment: datetime) -> str:
    """A time in UTC with `Z` and milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def day(moment: datetime) -> str:
    """A date alone, in Sweden."""
    return moment.astimezone(STOCKHOLM).date().isoformat()
