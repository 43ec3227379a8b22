"""Files that leave the house: held against the demands, an independent parser and hostile words."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brygga.calendars import (
    Alarm,
    CalendarEvent,
    Pattern,
    Person,
    advanced,
    cancellation,
    cancelled,
    content_type,
    faults,
    invitation,
    publication,
    read,
    reply,
    stored,
)
from brygga.model import Invalid
from brygga.swedish.dates import STOCKHOLM

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
AGENT = Person(email="anna@example.com", name='Anna "Ankan" Mäklare; AB')
GUEST = Person(email="kund@example.test", name="Kund, Åke")


def viewing(**facts) -> CalendarEvent:
    starts = facts.pop("starts_at", datetime(2026, 12, 6, 13, 0, tzinfo=STOCKHOLM))
    usual = {
        "uid": "visning-1@example.com",
        "title": "Visning Björkvägen 3",
        "place": "Björkvägen 3, 411 24 Göteborg",
        "organiser": AGENT,
        "ends_at": starts + timedelta(minutes=30),
    }
    return CalendarEvent(starts_at=starts, **(usual | facts))


def of_each_method(event: CalendarEvent) -> dict[str, bytes]:
    return {
        "REQUEST": invitation(event, GUEST, now=NOW),
        "CANCEL": cancellation(cancelled(event), GUEST, now=NOW),
        "PUBLISH": publication(event, now=NOW),
        "REPLY": reply(event, GUEST, "accepted", now=NOW),
        "": stored(event, now=NOW),
    }


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL", "PUBLISH", "REPLY", ""])
def test_each_kind_of_file_meets_the_demands_and_says_its_method_once(method) -> None:
    data = of_each_method(viewing())[method]
    assert faults(data) == []
    assert data.count(b"METHOD:") == bool(method)
    assert read(data).method == method
    assert content_type("REQUEST") == "text/calendar; charset=UTF-8; method=REQUEST"


def test_an_independent_parser_reads_the_same_instants_and_words() -> None:
    icalendar = pytest.importorskip("icalendar")
    for method, data in of_each_method(viewing(description="Rad 1\nRad; 2, \\ 3")).items():
        calendar = icalendar.Calendar.from_ical(data)
        [event] = calendar.walk("VEVENT")
        assert event["DTSTART"].dt.astimezone(UTC) == datetime(2026, 12, 6, 12, 0, tzinfo=UTC)
        assert event["DTEND"].dt.astimezone(UTC) == datetime(2026, 12, 6, 12, 30, tzinfo=UTC)
        assert str(event["SUMMARY"]) == "Visning Björkvägen 3"
        assert str(event["DESCRIPTION"]) == "Rad 1\nRad; 2, \\ 3"
        assert str(calendar.get("METHOD", "")) == method
        assert not event.errors


def test_only_the_one_guest_is_named_whoever_else_is_invited() -> None:
    event = viewing(guests=(GUEST, Person(email="annan@example.test")))
    for data in of_each_method(event).values():
        assert b"annan" not in data
    assert invitation(event, GUEST, now=NOW).count(b"ATTENDEE") == 1
    assert b"ORGANIZER" not in stored(event, now=NOW)


def test_a_server_that_stores_guests_is_told_to_mail_nobody() -> None:
    data = stored(viewing(guests=(GUEST,)), now=NOW, with_guests=True).replace(b"\r\n ", b"")
    assert data.count(b"SCHEDULE-AGENT=CLIENT") == 2
    assert read(data).events[0].guests[0].email == GUEST.email


def test_a_moved_viewing_has_a_higher_sequence_and_a_new_text_the_same() -> None:
    event = viewing()
    later = msgspec.structs.replace(event, ends_at=event.ends_at + timedelta(minutes=15))
    assert advanced(event, later).sequence == 1
    assert advanced(event, msgspec.structs.replace(event, description="Portkod 12")).sequence == 0
    assert advanced(advanced(event, later), event).sequence == 2
    over = cancelled(advanced(event, later))
    assert (over.sequence, over.status) == (2, "cancelled")
    assert cancelled(over) is over
    told = read(cancellation(over, GUEST, now=NOW)).events[0]
    assert (told.uid, told.sequence, told.status) == (event.uid, 2, "cancelled")
    with pytest.raises(Invalid):
        cancellation(event, GUEST, now=NOW)


def test_a_zone_is_written_out_when_it_is_used_and_only_then() -> None:
    home = stored(viewing(), now=NOW)
    assert b"DTSTART;TZID=Europe/Stockholm:20261206T130000\r\n" in home
    assert home.count(b"BEGIN:VTIMEZONE") == 1
    days = viewing(
        starts_at=datetime(2026, 12, 6, tzinfo=STOCKHOLM),
        ends_at=datetime(2026, 12, 7, tzinfo=STOCKHOLM),
        all_day=True,
    )
    assert b"DTSTART;VALUE=DATE:20261206\r\n" in stored(days, now=NOW)
    assert b"VTIMEZONE" not in stored(days, now=NOW)


HOSTILE = [
    "X\r\nATTENDEE:mailto:evil@example.com",
    "X\nBEGIN:VEVENT",
    "X\rEND:VCALENDAR",
    "X\u2028METHOD:CANCEL",
    "X\x85UID:annan",
    "X\x0bURL:https://example.com",
    "X\x00Y",
    'X":mailto:evil@example.com',
    "X;PARTSTAT=ACCEPTED",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_word_becomes_a_line_of_its_own(text) -> None:
    clean = invitation(viewing(place="p", description="d"), GUEST, now=NOW)
    event = viewing(title=text, place=text, description=text, organiser=Person(email=AGENT.email, name=text))
    data = invitation(event, Person(email=GUEST.email, name=text), now=NOW)
    assert faults(data) == []
    names = [re.split(rb"[;:]", row)[0] for row in data.replace(b"\r\n ", b"").splitlines()]
    assert names == [re.split(rb"[;:]", row)[0] for row in clean.replace(b"\r\n ", b"").splitlines()]
    [found] = read(data).events
    assert found.organiser is not None
    assert found.organiser.email == AGENT.email
    assert [guest.email for guest in found.guests] == [GUEST.email]


@pytest.mark.parametrize(
    "facts",
    [
        {"uid": "a\r\nb"},
        {"uid": " "},
        {"uid": "x" * 300},
        {"url": "https://example.com/\r\nX:1"},
        {"sequence": -1},
        {"status": "kanske"},
        {"ends_at": datetime(2026, 12, 6, 12, 0, tzinfo=STOCKHOLM)},
        {"starts_at": datetime(2026, 12, 6, 12, 0), "ends_at": datetime(2026, 12, 6, 13, 0)},  # noqa: DTZ001 - the point
        {"title": ""},
        {"title": "x" * 1_001},
        {"organiser": None},
        {"organiser": Person(email="a@example.com,b@example.com")},
        {"organiser": Person(email="a@example.com\r\nX:1")},
        {"pattern": Pattern(rules=("FREQ=DAILY\r\nX:1",))},
        {"extra": ("X-A:1\nX-B:2",)},
        {"zone": "America/New_York", "pattern": Pattern(rules=("FREQ=DAILY",))},
    ],
)
def test_an_event_that_cannot_be_written_is_refused_before_anything_is_sent(facts) -> None:
    with pytest.raises(Invalid) as trouble:
        invitation(viewing(**facts), GUEST, now=NOW)
    assert trouble.value.sv


def test_an_international_domain_is_written_in_its_ascii_form() -> None:
    data = invitation(viewing(), Person(email="kund@björk.example"), now=NOW).replace(b"\r\n ", b"")
    assert b"mailto:kund@xn--bjrk-6qa.example" in data


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        (b"\r\n", b"\n", "line_ends"),
        (b"VERSION:2.0\r\n", b"", "version"),
        (b"UID:visning-1@example.com\r\n", b"", "no_uid"),
        (b"METHOD:REQUEST\r\n", b"METHOD:REQUEST\r\nMETHOD:CANCEL\r\n", "several_methods"),
        (b"TZID:Europe/Stockholm", b"TZID:Europe/Oslo", "zone_not_defined"),
        (b"T120000Z\r\n", b"T120000\r\n", "dtstamp_not_utc"),
        (b"SEQUENCE:0\r\n", b"", "no_sequence"),
        (b"T133000", b"T123000", "ends_before_start"),
        (b"BEGIN:VALARM", b"X:" + b"y" * 80 + b"\r\nBEGIN:VALARM", "not_folded"),
        (b"END:VCALENDAR\r\n", b"", "torn"),
        (b"mailto:kund", b"kund", "guest_without_mailto"),
        (b"METHOD:REQUEST", b"METHOD:PUBLISH", "guest_in_publication"),
    ],
)
def test_the_check_of_finished_files_can_fail(before, after, code) -> None:
    guest = Person(email="kund@example.test")
    good = invitation(viewing(alarms=(Alarm(before_s=3600),)), guest, now=NOW)
    assert before in good
    assert code in faults(good.replace(before, after))


def read_back(text: str) -> str:
    """What a text may keep of itself in a file: one kind of line break, no controls."""
    text = re.sub("\r\n|[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", "\n", text)
    return re.sub("[\x00-\x08\x0e-\x1b\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", "", text)


TEXT = st.text(max_size=120).map(read_back)
MOMENTS = st.datetimes(
    min_value=datetime(1985, 1, 1),  # noqa: DTZ001 - hypothesis puts the zone on
    max_value=datetime(2099, 1, 1),  # noqa: DTZ001 - the same
    timezones=st.just(UTC),
).map(lambda at: at.replace(microsecond=0))
EVENTS = st.builds(
    lambda starts, length, **facts: CalendarEvent(
        starts_at=starts, ends_at=starts + timedelta(seconds=length), **facts
    ),
    MOMENTS,
    st.integers(0, 10**6),
    uid=st.uuids().map(str),
    title=TEXT.map(lambda text: text.replace("\n", " ").strip()),
    place=TEXT,
    description=TEXT,
    sequence=st.integers(0, 2**31 - 1),
    status=st.sampled_from(["confirmed", "tentative", "cancelled"]),
    busy=st.booleans(),
    private=st.booleans(),
    alarms=st.lists(
        st.builds(Alarm, before_s=st.integers(-(10**6), 10**6), text=TEXT.map(lambda t: t or "Påminnelse")),
        max_size=2,
    ).map(tuple),
    zone=st.sampled_from(["Europe/Stockholm", "UTC"]),
)


@settings(max_examples=100, deadline=None)
@given(EVENTS)
def test_what_is_written_is_read_back_the_same(event) -> None:
    data = stored(event, now=NOW)
    if event.title:
        assert faults(data) == []
    file = read(data)
    assert not file.findings
    [found] = file.events
    aside = {"stamped_at": None, "zone": "", "starts_at": NOW, "ends_at": NOW}
    same = msgspec.structs.replace
    assert same(found, **aside) == same(event, **aside)
    assert (found.starts_at, found.ends_at) == (event.starts_at, event.ends_at)
    assert read(stored(found, now=NOW)).events == file.events


def test_lines_we_do_not_know_are_carried_through() -> None:
    data = stored(viewing(), now=NOW).replace(
        b"END:VEVENT",
        b'X-APPLE-TRAVEL;X-A="b:c":PT1H\r\nBEGIN:VALARM\r\nACTION:AUDIO\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\nEND:VEVENT',
    )
    again = stored(*read(data).events, now=NOW)
    assert b'X-APPLE-TRAVEL;X-A="b:c":PT1H\r\n' in again
    assert b"BEGIN:VALARM\r\nACTION:AUDIO\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\n" in again


def test_the_shared_samples_are_read_and_meet_the_same_demands(shared_providers) -> None:
    samples = shared_providers / "icalendar_caldav" / "samples"
    for path in samples.glob("*.ics"):
        assert faults(path.read_bytes()) == []
        [event] = read(path.read_bytes()).events
        assert event.uid == "visning-4711@brygga.example"
        assert event.organiser == Person(email="anna@maklare.example", name="Anna Mäklare")
