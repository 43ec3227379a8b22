"""A calendar event as any calendar knows it, free of files and providers (*kalenderhändelse*)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

CONFIRMED: Final = "confirmed"
TENTATIVE: Final = "tentative"
CANCELLED: Final = "cancelled"

ANSWERS: Final = ("needs_action", "accepted", "declined", "tentative", "delegated")
"""What a guest has said to an invitation."""


class Person(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An organiser or a guest. `answer` is one of ANSWERS, an unknown word as it came."""

    email: str
    name: str = ""
    answer: str = "needs_action"


class Alarm(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A reminder so many seconds before the start (*påminnelse*); below zero means after it."""

    before_s: int
    text: str = ""


class Pattern(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How an event comes back: the RRULE texts, further times (RDATE) and times that fall away (EXDATE)."""

    rules: tuple[str, ...] = ()
    more: tuple[datetime, ...] = ()
    less: tuple[datetime, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.rules or self.more)


class CalendarEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One event, or one changed instance of a series (`instance_of` set).

    All times are zone-aware; those that this room makes are in UTC, so that they can be compared.
    `all_day`: `starts_at` and `ends_at` are midnights in `zone`, the end is the first midnight after
    it (RFC 5545 §3.6.1). `zone` is an IANA name: a series keeps its wall clock there. `floating`: the
    file named no zone and Swedish time was taken. `guests` are never written into somebody else's
    file. `extra`: lines of the event that we do not know, carried through. `from_here`: the change
    holds for this instance and all later ones. `stamped_at`: when the file was made (DTSTAMP).
    """

    uid: str
    starts_at: datetime
    ends_at: datetime
    sequence: int = 0
    all_day: bool = False
    floating: bool = False
    zone: str = "Europe/Stockholm"
    title: str = ""
    place: str = ""
    description: str = ""
    organiser: Person | None = None
    guests: tuple[Person, ...] = ()
    status: str = CONFIRMED
    url: str = ""
    busy: bool = True
    private: bool = False
    alarms: tuple[Alarm, ...] = ()
    pattern: Pattern = Pattern()
    instance_of: datetime | None = None
    from_here: bool = False
    stamped_at: datetime | None = None
    changed_at: datetime | None = None
    extra: tuple[str, ...] = ()

    @property
    def length(self) -> timedelta:
        """How long it lasts in absolute time (Python subtracts wall clocks when the zones are the same)."""
        return self.ends_at.astimezone(UTC) - self.starts_at.astimezone(UTC)
