"""Calendars: events, calendar files, recurrences, and proposed times. Free of providers and network.

`showings` makes events of viewings and meetings, `writing` and `reading` turn them into files and
back, `versions` knows when SEQUENCE rises, `occurrences` unrolls series, `busy` and `slots` find time.
"""

from brygga.calendars.busy import Interval, busy, merged
from brygga.calendars.checking import checked, faults
from brygga.calendars.event import Alarm, CalendarEvent, Pattern, Person
from brygga.calendars.occurrences import Unrolled, between
from brygga.calendars.reading import CalendarFile, read
from brygga.calendars.red_days import red_day, red_days
from brygga.calendars.showings import of_meeting, of_viewing, resource_of, uid_of
from brygga.calendars.slots import Hours, Wishes, propose
from brygga.calendars.versions import advanced, cancelled, matters
from brygga.calendars.writing import cancellation, content_type, invitation, publication, reply, stored

__all__ = [
    "Alarm",
    "CalendarEvent",
    "CalendarFile",
    "Hours",
    "Interval",
    "Pattern",
    "Person",
    "Unrolled",
    "Wishes",
    "advanced",
    "between",
    "busy",
    "cancellation",
    "cancelled",
    "checked",
    "content_type",
    "faults",
    "invitation",
    "matters",
    "merged",
    "of_meeting",
    "of_viewing",
    "propose",
    "publication",
    "read",
    "red_day",
    "red_days",
    "reply",
    "resource_of",
    "stored",
    "uid_of",
]
