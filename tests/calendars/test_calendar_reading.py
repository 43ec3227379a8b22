"""Files from outside: zones, odd nights, odd charsets, bad events; and never anything but Invalid."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brygga.calendars import between, read
from brygga.model import Invalid
from brygga.swedish.dates import STOCKHOLM


def file(*rows: str, zones: str = "") -> bytes:
    body = "\r\n".join(("BEGIN:VEVENT", "UID:a", "DTSTAMP:20260101T000000Z", *rows, "END:VEVENT"))
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{zones}{body}\r\nEND:VCALENDAR\r\n".encode()


def only(*rows: str, zones: str = ""):
    [event] = read(file(*rows, zones=zones)).events
    return event


@pytest.mark.parametrize(
    ("line", "utc"),
    [
        ("DTSTART:20260705T110000Z", "2026-07-05 11:00"),
        ("DTSTART:20260705T130000", "2026-07-05 11:00"),
        ("DTSTART;TZID=Europe/Stockholm:20260705T130000", "2026-07-05 11:00"),
        ("DTSTART;TZID=W. Europe Standard Time:20260705T130000", "2026-07-05 11:00"),
        ('DTSTART;TZID="W. Europe Standard Time":20261206T130000', "2026-12-06 12:00"),
        ("DTSTART;TZID=GMT Standard Time:20260705T130000", "2026-07-05 12:00"),
        ("DTSTART;TZID=FLE Standard Time:20260705T130000", "2026-07-05 10:00"),
        ("DTSTART;TZID=Pacific Standard Time:20260705T130000", "2026-07-05 20:00"),
        ("DTSTART;TZID=/mozilla.org/20050126_1/Europe/Stockholm:20260705T130000", "2026-07-05 11:00"),
        ("DTSTART;TZID=Nowhere/Land:20260705T130000", "2026-07-05 11:00"),
        # the night in March when 02:30 is missing, and the one in October when it comes twice
        ("DTSTART;TZID=Europe/Stockholm:20260329T023000", "2026-03-29 01:30"),
        ("DTSTART;TZID=Europe/Stockholm:20261025T023000", "2026-10-25 00:30"),
        ("DTSTART:20261025T013000Z", "2026-10-25 01:30"),
    ],
)
def test_a_time_is_the_instant_it_means(line, utc) -> None:
    assert only(line).starts_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M") == utc


def test_every_windows_name_of_ours_is_what_an_independent_table_says() -> None:
    theirs = pytest.importorskip("icalendar.timezone.windows_to_olson").WINDOWS_TO_OLSON
    from brygga.calendars.zones import _WINDOWS

    known = {name.lower(): zone for name, zone in theirs.items()}
    for name, zone in _WINDOWS.items():
        if name not in known:
            continue
        for month in (1, 7):
            at = datetime(2026, month, 15, 12, 0, tzinfo=UTC)
            ours, other = (at.astimezone(ZoneInfo(one)).utcoffset() for one in (zone, known[name]))
            assert ours == other, name


OUTLOOK_ZONE = "\r\n".join(
    (
        "BEGIN:VTIMEZONE", "TZID:Customized Time Zone",
        "BEGIN:STANDARD", "DTSTART:16010101T030000", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100",
        "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10", "END:STANDARD",
        "BEGIN:DAYLIGHT", "DTSTART:16010101T020000", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200",
        "RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3", "END:DAYLIGHT",
        "END:VTIMEZONE", "",
    )
)  # fmt: skip  # one observance a row


@pytest.mark.parametrize(
    ("wall", "utc"),
    [("20260705T130000", 11), ("20261206T130000", 12), ("20260329T120000", 10), ("20261025T120000", 11)],
)
def test_a_zone_that_only_the_file_defines_is_understood(wall, utc) -> None:
    zones = OUTLOOK_ZONE.replace("1601", "1970")
    event = only(f"DTSTART;TZID=Customized Time Zone:{wall}", zones=zones)
    assert event.starts_at.astimezone(UTC).hour == utc
    assert event.zone == "Europe/Stockholm"


def test_the_year_1601_of_outlooks_zones_is_understood_too() -> None:
    eastern = OUTLOOK_ZONE.replace("+0200", "+0300").replace("+0100", "+0200")
    event = only("DTSTART;TZID=Customized Time Zone:20260705T130000", zones=eastern)
    assert event.starts_at.astimezone(UTC).hour == 10


def test_zones_made_to_cost_much_cost_little() -> None:
    evil = OUTLOOK_ZONE.replace("FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU", "FREQ=SECONDLY;BYMONTHDAY=30")
    event = "BEGIN:VEVENT\r\nUID:{}\r\nDTSTART;TZID=Customized Time Zone:{}0705T130000\r\nEND:VEVENT\r\n"
    rows = "".join(event.format(n, 1980 + n % 200) for n in range(3_000))
    began = time.perf_counter()
    found = read(f"BEGIN:VCALENDAR\r\n{evil}{rows}END:VCALENDAR\r\n".encode())
    assert found.events == []
    assert {one.code for one in found.findings} == {"too_many", "bad_zone"}
    assert time.perf_counter() - began < 5


def test_whole_days_and_nights_over_midnight() -> None:
    day = only("DTSTART;VALUE=DATE:20261025")
    assert day.all_day
    assert day.length == timedelta(hours=25)
    night = only("DTSTART;TZID=Europe/Stockholm:20261231T230000", "DURATION:PT2H30M")
    assert night.ends_at == datetime(2027, 1, 1, 1, 30, tzinfo=STOCKHOLM)
    two = only("DTSTART;VALUE=DATE:20261024", "DURATION:P2D")
    assert two.ends_at == datetime(2026, 10, 26, tzinfo=STOCKHOLM)


@pytest.mark.parametrize(
    ("encode", "charset"),
    [
        (lambda text: text.encode(), "utf-8"),
        (lambda text: b"\xef\xbb\xbf" + text.encode(), "utf-8"),
        (lambda text: text.encode("utf-16"), "utf-16"),
        (lambda text: text.encode("cp1252"), "windows-1252"),
        (lambda text: text.replace("\r\n", "\n").encode(), "utf-8"),
        (lambda text: text.replace("\r\n", "\r").encode(), "utf-8"),
    ],
)
def test_charsets_and_line_ends_of_all_kinds(encode, charset) -> None:
    text = file("DTSTART:20260705T110000Z", "SUMMARY:Visning Ängö").decode()
    found = read(encode(text))
    assert found.charset == charset
    assert found.events[0].title == "Visning Ängö"


def test_a_fold_may_cut_a_letter() -> None:
    data = file("DTSTART:20260705T110000Z", "SUMMARY:Visning Äng").replace(b"\xc3\x84", b"\xc3\r\n \x84")
    assert read(data).events[0].title == "Visning Äng"


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        (("DTSTART:20260705T110000Z", "DTEND:20260705T100000Z"), "ends_before_start"),
        (("SUMMARY:utan tid",), "no_start"),
        (("DTSTART:i morgon",), "not_time"),
        (("DTSTART:20260231T100000Z",), "not_time"),
        (("DTSTART:99990101T100000Z",), "not_time"),
        (("DTSTART:20260705T110000Z", "DURATION:PT"), "not_duration"),
    ],
)
def test_a_bad_event_is_left_out_with_a_finding_and_the_others_stand(rows, code) -> None:
    good = file("DTSTART:20260705T110000Z")
    bad = file(*rows).split(b"2.0\r\n")[1].split(b"END:VCAL")[0]
    both = good.replace(b"BEGIN:VEVENT", bad + b"BEGIN:VEVENT", 1)
    found = read(both)
    assert len(found.events) == 1
    assert [(one.path, one.code) for one in found.findings] == [("VEVENT[0]", code)]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hej",
        b"<html><body>Logga in</body></html>",
        b"BEGIN:VCALENDAR",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n",
        b"BEGIN:VCALENDAR\r\n" * 50,
        b"BEGIN:A\r\nEND:A\r\n" * 70_000,
        b"BEGIN:VCALENDAR\r\nX:" + b"y" * 1_100_000 + b"\r\nEND:VCALENDAR\r\n",
        b"x" * 9_000_000,
        b"BEGIN:VCARD\r\nEND:VCARD\r\n",
    ],
    ids=range(10),
)
def test_what_is_no_calendar_or_too_large_is_invalid(data) -> None:
    with pytest.raises(Invalid) as trouble:
        read(data)
    assert trouble.value.sv


def test_an_unescaped_line_break_loses_a_line_and_not_the_file() -> None:
    found = read(file("DTSTART:20260705T110000Z", "DESCRIPTION:en rad", "utan namn och kolon"))
    assert found.events[0].description == "en rad"
    assert [one.code for one in found.findings] == ["line_not_read"]


BOMBS = [
    "FREQ=SECONDLY",
    "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=MINUTELY;COUNT=999999999",
    "FREQ=DAILY;BYHOUR=" + ",".join(map(str, range(24))) + ";BYMINUTE=" + ",".join(map(str, range(60)))
    + ";BYSECOND=" + ",".join(map(str, range(60))),
    "FREQ=YEARLY;BYYEARDAY=366;INTERVAL=999999999",
    "FREQ=MONTHLY;BYDAY=53MO",
    "FREQ=DAILY;BYSETPOS=366;COUNT=5",
]  # fmt: skip  # a rule a row


@pytest.mark.parametrize("rule", BOMBS)
def test_a_rule_that_never_ends_or_never_matches_costs_little(rule) -> None:
    began = time.perf_counter()
    events = read(file("DTSTART:19700101T000000Z", f"RRULE:{rule}")).events
    found = between(events, datetime(2026, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC), most=50_000)
    assert len(found.events) <= 2
    assert time.perf_counter() - began < 3


def test_many_bombs_are_refused_together() -> None:
    [one] = read(file("DTSTART:19700101T000000Z", "RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30")).events
    import msgspec

    many = [msgspec.structs.replace(one, uid=str(n)) for n in range(500)]
    with pytest.raises(Invalid):
        between(many, datetime(2026, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))


SEED_FILE = file(
    "DTSTART;TZID=W. Europe Standard Time:20260705T130000",
    "DTEND;TZID=W. Europe Standard Time:20260705T133000",
    "RRULE:FREQ=WEEKLY;BYDAY=SU,-1MO;UNTIL=20261231T235959Z;WKST=SU",
    "EXDATE;TZID=W. Europe Standard Time:20260712T130000,20260719T130000",
    'ATTENDEE;CN="Åke; \\"";PARTSTAT=ACCEPTED:mailto:kund@example.test',
    "BEGIN:VALARM", "TRIGGER:-P1DT2H", "ACTION:DISPLAY", "END:VALARM",
    "SUMMARY:Visning\\, Ängö\\nrad",
    zones=OUTLOOK_ZONE,
)  # fmt: skip  # a line a row


def survives(data: bytes) -> None:
    """Either read, and unrolled over two years, or refused as Invalid."""
    try:
        events = read(data).events
        between(events, datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))
    except Invalid:
        pass


@settings(max_examples=200, deadline=2_000)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_invalid(data) -> None:
    survives(b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\n" + data + b"\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")


@settings(max_examples=200, deadline=2_000)
@given(
    st.sampled_from(
        ["DTSTART", "DTEND", "DURATION", "RRULE", "EXDATE", "RDATE", "TRIGGER", "RECURRENCE-ID", "SEQUENCE"]
    ),
    st.text(alphabet="0123456789TZP-+;=,:WDHMSFREQYLBAOUNCI/", max_size=60),
)
def test_any_value_is_read_or_left_out(name, value) -> None:
    survives(file("DTSTART:20260705T110000Z", f"{name}:{value}", "RRULE:FREQ=DAILY"))


def test_thousands_of_torn_and_twisted_files_are_read_or_invalid() -> None:
    rng, slowest = random.Random(11), 0.0
    for _ in range(3_000):
        data = bytearray(SEED_FILE)
        for _ in range(rng.randint(1, 12)):
            at = rng.randrange(len(data))
            choice = rng.random()
            if choice < 0.5:
                data[at] = rng.choice(b'0123456789:;=,\r\n \\"TZ-\xff\x00')
            elif choice < 0.75:
                del data[at : at + rng.randint(1, 30)]
            else:
                data[at:at] = data[at : at + rng.randint(1, 60)]
        began = time.perf_counter()
        survives(bytes(data))
        slowest = max(slowest, time.perf_counter() - began)
    assert slowest < 3
