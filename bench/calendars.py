"""Calendar events a second on one core: read from files, written to files, series unrolled, slots proposed.

    python bench/calendars.py [--events 5000]

Beside our reading stands that of the package icalendar, when it is installed, on the same bytes.
Prints one JSON line.
"""

from __future__ import annotations

import argparse
import importlib
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from brygga.calendars import (
    Alarm,
    CalendarEvent,
    Interval,
    Pattern,
    Person,
    Wishes,
    between,
    invitation,
    propose,
    read,
    stored,
)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ROUNDS = 3


def event(number: int, **facts: Any) -> CalendarEvent:
    """A viewing as it is sent, with a reminder and a text of two lines."""
    starts = NOW + timedelta(days=number % 300, minutes=15 * (number % 40))
    return CalendarEvent(
        uid=f"visning-{number}@example.com",
        starts_at=starts,
        ends_at=starts + timedelta(minutes=30),
        title=f"Visning Björkvägen {number}",
        place=f"Björkvägen {number}, 411 24 Göteborg",
        description="Välkommen på visning.\nAnmäl dig gärna i förväg, så att vi vet hur många som kommer.",
        organiser=Person(email="anna@example.com", name="Anna Mäklare"),
        alarms=(Alarm(before_s=3_600),),
        **facts,
    )


def per_s(count: int, act: Callable[[], object]) -> int:
    """The best of a few rounds: what the machine does beside it only slows."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.perf_counter()
        act()
        best = min(best, time.perf_counter() - began)
    return round(count / best)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=5_000)
    count = parser.parse_args().events
    events = [event(number) for number in range(count)]
    guest = Person(email="kund@example.test", name="Kund")
    files = [stored(one, now=NOW) for one in events]
    one_file = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + b"".join(
        data[data.index(b"BEGIN:VEVENT") : data.index(b"END:VCALENDAR")] for data in files
    )
    one_file += b"END:VCALENDAR\r\n"
    series = [event(number, pattern=Pattern(rules=("FREQ=WEEKLY;BYDAY=MO,SU",))) for number in range(200)]
    year = NOW, NOW + timedelta(days=365)
    instances = len(between(series, *year, most=100_000).events)
    taken = [Interval(one.starts_at, one.ends_at) for one in events]
    told: dict[str, Any] = {
        "events": count,
        "invitations_written_per_s": per_s(count, lambda: [invitation(e, guest, now=NOW) for e in events]),
        "files_read_per_s": per_s(count, lambda: [read(data) for data in files]),
        "events_of_one_file_read_per_s": per_s(count, lambda: read(one_file)),
        "instances_unrolled_per_s": per_s(instances, lambda: between(series, *year, most=100_000)),
        "proposals_ms": round(_took_ms(lambda: propose(taken, Wishes(), now=NOW, until=year[1])), 2),
    }
    try:
        theirs = importlib.import_module("icalendar").Calendar
    except ImportError:
        theirs = None
    if theirs is not None:
        some = files[: max(1, count // 10)]
        told["icalendar_files_read_per_s"] = per_s(len(some), lambda: [theirs.from_ical(d) for d in some])
    print(json.dumps(told))


def _took_ms(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1_000


if __name__ == "__main__":
    main()
