"""The pieces of a timeline before they are told: one business event each, with its deliveries.

Events are stored once and singly; here they are gathered. A change collects the notice that
told of it and everything that went out because of it, until the next change.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from brygga.hub.views.changes import REMOVED, Change
from brygga.store import Event

NOTICE_BEFORE = timedelta(minutes=10)
"""A notice this long before a change is taken to have told of it."""
SKEW = timedelta(seconds=2)
"""What happened at nearly the same moment may have been written in any order."""
SAME_RUN = timedelta(minutes=30)
"""A delivery this long after its cause still belongs to it; later it stands by itself."""
DELIVERS = frozenset({"estate", "viewing", "publish", "created", "removed", "restored"})


class Entry(msgspec.Struct, kw_only=True):
    """One business event. `kind`: estate · viewing · bid · publish · created · removed · restored · notice.

    `sent` are the events of what went out because of it, `notices` those that told of it; `carried`
    the receivers that got it with a publication that was under way when it came. `source`: the
    connection that the home comes from.
    """

    kind: str
    at: datetime
    change: Change | None = None
    about: Any = None
    target: str = ""
    notices: list[Event] = []
    sent: list[Event] = []
    carried: list[str] = []
    correlation_id: str = ""
    source: str = ""


def outgoing(event: Event) -> bool:
    """Whether an event tells of something on its way out."""
    return event.what.startswith(("publish.", "email.")) or event.what in {"visible", "mail"}


def gathered(entries: Iterable[Entry], events: Sequence[Event], source: str) -> list[Entry]:
    """Entries with the events that belong to them, newest first; what belongs to none stands alone."""
    ordered = sorted(entries, key=lambda e: e.at)
    notices = [e for e in events if e.what == "webhook" and e.connection == source and e.at is not None]
    loose = _take_notices(ordered, notices)
    for event in events:
        if event.at is not None and outgoing(event):
            _deliver(ordered, event)
    _carry(ordered)
    ordered += loose
    return sorted(ordered, key=lambda e: (e.at, e.kind == "created"), reverse=True)


def _take_notices(entries: list[Entry], notices: Sequence[Event]) -> list[Entry]:
    """Each change takes the notices just before it; of the others, neighbours become one entry."""
    left: list[Event] = []
    changes = [e for e in entries if e.kind in {"estate", "viewing", "bid", "removed", "restored"}]
    for notice in notices:
        assert notice.at is not None  # noqa: S101 – the caller left out those without
        after = next((e for e in changes if e.at >= notice.at - SKEW), None)
        if after is not None and after.at - notice.at <= NOTICE_BEFORE:
            after.notices.append(notice)
        else:
            left.append(notice)
    return _joined(entries, left)


def _joined(entries: list[Entry], notices: Sequence[Event]) -> list[Entry]:
    found: list[Entry] = []
    for notice in notices:
        assert notice.at is not None  # noqa: S101 – as above
        between = found and any(found[-1].at < e.at < notice.at for e in entries)
        if found and not between and notice.at - found[-1].at < timedelta(hours=1):
            found[-1].notices.append(notice)
            found[-1].at = notice.at
        else:
            found.append(Entry(kind="notice", at=notice.at, notices=[notice]))
    return found


def _deliver(entries: list[Entry], event: Event) -> None:
    """Give an outgoing event to the newest entry that can have caused it."""
    assert event.at is not None  # noqa: S101 – the caller left out those without
    began = event.at - timedelta(milliseconds=event.took_ms or 0)
    cause = _awaiting(entries, event) or _newest_cause(entries, event, began)
    if cause is None or event.at - _last_active(cause) > SAME_RUN:
        cause = Entry(kind="publish", at=began, target="" if _is_mail(event) else event.connection)
        entries.append(cause)
        entries.sort(key=lambda e: e.at)
    cause.sent.append(event)


def _carry(entries: Sequence[Entry]) -> None:
    """What changed in mid-publication went with it: the newest state is sent."""
    for wish in entries:
        shown = (
            next((e.at for e in wish.sent if e.what == "visible"), None) if wish.kind == "publish" else None
        )
        if shown is None:
            continue
        for entry in entries:
            if entry.kind in {"estate", "viewing"} and wish.at <= entry.at <= shown and not entry.sent:
                entry.carried.append(wish.target)


def _newest_cause(entries: Sequence[Entry], event: Event, began: datetime) -> Entry | None:
    causes = [e for e in entries if e.kind in DELIVERS and e.at <= began + SKEW and _fits(e, event)]
    return max(causes, key=lambda e: e.at, default=None)


def _fits(entry: Entry, event: Event) -> bool:
    return not entry.target or entry.target == event.connection or _is_mail(event)


def _awaiting(entries: Sequence[Entry], event: Event) -> Entry | None:
    """The wish that an event belongs to: its steps until the home is visible, that, and the mail about it."""
    assert event.at is not None  # noqa: S101 – the caller left out those without
    ends = event.what if event.what == "visible" or _is_mail(event) else "visible"
    for wish in reversed(entries):
        if wish.kind == "publish" and wish.at <= event.at and _fits(wish, event):
            ended = any(sent.what == ends for sent in wish.sent)
            return None if ended or event.at - _last_active(wish) > SAME_RUN else wish
    return None


def _last_active(entry: Entry) -> datetime:
    last = entry.sent[-1].at if entry.sent else None
    return max(entry.at, last) if last is not None else entry.at


def _is_mail(event: Event) -> bool:
    return event.what == "mail" or event.what.startswith("email.")


def entries_of_changes(changes: Iterable[Change]) -> list[Entry]:
    """A home's own changes; a tombstone set or lifted is an entry of its own."""
    found = []
    for change in changes:
        kind = "estate"
        if REMOVED in change.values:
            kind = "removed" if change.values[REMOVED][1] else "restored"
        elif not change.said:
            continue
        found.append(Entry(kind=kind, at=change.at, change=change, correlation_id=change.correlation_id))
    return found
