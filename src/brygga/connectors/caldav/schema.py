"""The shapes of CalDAV's answers, and what the connector gives and takes (RFC 4791, RFC 6578)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

DAV = "DAV:"
CAL = "urn:ietf:params:xml:ns:caldav"
CS = "http://calendarserver.org/ns/"


class Node(msgspec.Struct, gc=False):
    """One XML element: `name` is namespace, space, local name."""

    name: str
    text: str = ""
    inner: list[Node] = []

    def find(self, name: str) -> Node | None:
        """The first inner element by that name."""
        return next((node for node in self.inner if node.name == name), None)

    def said(self, name: str) -> str:
        """The text of that inner element, or nothing."""
        node = self.find(name)
        return node.text.strip() if node is not None else ""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One response of a multi-status: `status` of the whole row (0: it tells only of properties).

    `props`: the properties that were given (status 200); `refused`: name → status of the others.
    """

    href: str
    status: int = 0
    props: Mapping[str, Node] = {}
    refused: Mapping[str, int] = {}


class MultiStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A multi-status answer (RFC 4918 §13) and the token that a sync report ends with."""

    rows: list[Row]
    token: str = ""


class CalendarInfo(msgspec.Struct, frozen=True, kw_only=True):
    """One calendar. `id` is its path on the server; `state` differs whenever anything in it does."""

    id: str
    name: str
    writable: bool = True
    events: bool = True
    state: str = ""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One stored event, a series with its changed instances. `body` is iCalendar text as it lies there.

    `id` is its name in the calendar, `version` changes with every write (ETag).
    """

    id: str
    version: str
    body: bytes = b""


class Changes(msgspec.Struct, kw_only=True):
    """One page of what changed. Keep `token` only when `last`, and only after the page is stored.

    `full`: the whole calendar was listed (first time, or the token was refused): entries that stand
    as `known` are left out, and `gone` are those of `known` that were not listed. `failed`: ids that
    the server could not give; they are neither changed nor gone.
    """

    entries: list[Entry] = []
    gone: list[str] = []
    failed: list[str] = []
    token: str = ""
    full: bool = False
    last: bool = False


class Busy(msgspec.Struct, frozen=True, kw_only=True):
    """A time that is taken. `kind`: busy · tentative · unavailable."""

    starts_at: datetime
    ends_at: datetime
    kind: str = "busy"
