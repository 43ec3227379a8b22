"""A viewing or meeting of the model → a calendar event, without personal data unless asked for."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Final

from brygga.calendars.event import CANCELLED, CONFIRMED, CalendarEvent, Person
from brygga.calendars.lines import plain
from brygga.calendars.trouble import unusable
from brygga.model import Estate, Meeting, Viewing

VIEWING_LENGTH: Final = timedelta(minutes=30)
MEETING_LENGTH: Final = timedelta(hours=1)
_SPACE: Final = uuid.UUID("6f0c4a52-8a5e-5d0e-9d0b-0b6c1f6f2a41")
_MEETINGS: Final = {
    "intake": "Intagsmöte",
    "assignment": "Uppdragsmöte",
    "comeback": "Återbesök",
    "contract": "Kontraktsskrivning",
    "possession": "Tillträde",
}


def uid_of(kind: str, record_id: str, *, domain: str = "") -> str:
    """The same uid for the same record always (RFC 7986 §5.3: no facts in it). `domain` is the office's."""
    made = uuid.uuid5(_SPACE, f"{kind}\n{record_id}")
    return f"{made}@{domain}" if domain else str(made)


def resource_of(uid: str) -> str:
    """The name under which an event lies on a calendar server: a repeat meets the first one there."""
    return f"{uuid.uuid5(_SPACE, uid)}.ics"


def of_viewing(
    viewing: Viewing,
    estate: Estate | None = None,
    *,
    organiser: Person | None = None,
    sequence: int = 0,
    url: str = "",
    domain: str = "",
    cancelled: bool = False,
    length: timedelta = VIEWING_LENGTH,
) -> CalendarEvent:
    """A showing (*visning*). `length` holds when it has no end.

    Raises Invalid (`no_time`, `ends_before_start`).
    """
    starts, ends = _span(viewing.starts_at, viewing.ends_at, length)
    street = plain(estate.address.street) if estate is not None else ""
    word = "Digital visning" if viewing.digital else "Visning"
    return CalendarEvent(
        uid=uid_of("viewing", viewing.id, domain=domain),
        sequence=sequence,
        starts_at=starts,
        ends_at=ends,
        title=f"{word} {street}".strip(),
        place="Digitalt" if viewing.digital else address_of(estate),
        description=viewing.comment.strip(),
        organiser=organiser,
        status=CANCELLED if cancelled else CONFIRMED,
        url=url,
    )


def of_meeting(
    meeting: Meeting,
    estate: Estate | None = None,
    *,
    organiser: Person | None = None,
    sequence: int = 0,
    url: str = "",
    domain: str = "",
    personal: bool = False,
    length: timedelta = MEETING_LENGTH,
) -> CalendarEvent:
    """A meeting (*möte*). Its subject, place and note name persons: they are left out unless `personal`.

    Raises Invalid (`no_time`, `ends_before_start`).
    """
    starts, ends = _span(meeting.starts_at, meeting.ends_at, length)
    street = plain(estate.address.street) if estate is not None else ""
    title = f"{_MEETINGS.get(meeting.kind, 'Möte')} {street}".strip()
    return CalendarEvent(
        uid=uid_of("meeting", meeting.id, domain=domain),
        sequence=sequence,
        starts_at=starts,
        ends_at=ends,
        title=plain(meeting.subject) or title if personal else title,
        place=(meeting.place.strip() if personal else "") or address_of(estate),
        description=meeting.note.strip() if personal else "",
        organiser=organiser,
        status=CANCELLED if meeting.cancelled else CONFIRMED,
        url=url,
        private=personal,
    )


def address_of(estate: Estate | None) -> str:
    """`Storgatan 1, 411 24 Göteborg`, as far as it is known."""
    if estate is None:
        return ""
    town = f"{estate.address.postcode} {estate.address.town}".strip()
    return plain(", ".join(part for part in (estate.address.street.strip(), town) if part))


def _span(starts: datetime | None, ends: datetime | None, length: timedelta) -> tuple[datetime, datetime]:
    if starts is None:
        raise unusable("it has no time", code="no_time")
    starts = starts.astimezone(UTC)
    if ends is None or ends == starts:
        return starts, starts + length
    if ends < starts:
        raise unusable("it ends before it starts", code="ends_before_start")
    return starts, ends.astimezone(UTC)
