"""Servers unlike Radicale, played by a scripted line: redirects, missing reports, halves of answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from brygga.connectors.caldav.api import CalDav
from brygga.connectors.caldav.schema import CAL, CS, DAV
from brygga.model import Rejected, SetupError, Unsupported
from brygga.wire.call import Answer, Call

CALENDAR = "/cal/"
OPEN = f'<d:multistatus xmlns:d="{DAV}" xmlns:c="{CAL}" xmlns:s="{CS}">'
ICS = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nEND:VEVENT\nEND:VCALENDAR"


def row(name: str, *, etag: str = "", data: str = "", status: str = "", prop: str = "") -> str:
    if status:
        said = f"<d:href>{CALENDAR}{name}</d:href><d:status>HTTP/1.1 {status} X</d:status>"
        return f"<d:response>{said}</d:response>"
    text = f"<c:calendar-data>{data}</c:calendar-data>" if data else ""
    inner = prop or f"<d:getetag>{etag}</d:getetag>{text}"
    return (
        f"<d:response><d:href>{CALENDAR}{name}</d:href><d:propstat><d:prop>{inner}</d:prop>"
        "<d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response>"
    )


def multi(*rows: str, token: str = "") -> tuple[int, str]:
    ending = f"<d:sync-token>{token}</d:sync-token>" if token else ""
    return 207, OPEN + "".join(rows) + ending + "</d:multistatus>"


A_CALENDAR = "<d:resourcetype><d:collection/><c:calendar/></d:resourcetype><s:getctag>{}</s:getctag>"


class Scripted:
    """Answers each call by `play`; an error status that the call does not accept raises as wire does."""

    def __init__(self, play: Callable[[Call], tuple[int, str]]) -> None:
        self.play, self.calls = play, list[Call]()

    async def call(self, call: Call) -> Answer:
        self.calls.append(call)
        status, text = self.play(call)
        headers = {"location": text} if 300 <= status < 400 else {}
        if status >= 300 and status not in call.accept_status:
            raise Rejected("refused", code=str(status), status=status)
        return Answer(status=status, headers=headers, body=text.encode())


def joined(play: Callable[[Call], tuple[int, str]], **settings) -> tuple[CalDav, Scripted]:
    async def secret(_: str) -> str:
        return "x"

    wire = Scripted(play)
    given = {"base_url": "https://moln.example.com", "user": "anna", **settings}
    return CalDav(wire, connection="k", settings=given, secrets=secret), wire


def asks(call: Call, word: str) -> bool:
    return word.encode() in (call.body or b"")


def bodies(call: Call) -> tuple[int, str]:
    wanted = [name for name in ("1.ics", "2.ics", "3.ics") if asks(call, name)]
    return multi(*(row(name, etag=f'"{name}"', data=ICS) for name in wanted))


async def test_discovery_follows_a_redirect_on_the_same_host_only() -> None:
    def play(call: Call) -> tuple[int, str]:
        if call.path == "/.well-known/caldav":
            return 301, "/dav/"
        return 302, "https://annan.example.com/dav/"

    dav, wire = joined(play)
    with pytest.raises(SetupError) as trouble:
        await dav.calendars()
    assert trouble.value.code == "another_host"
    assert "annan.example.com" in trouble.value.sv
    assert [call.path for call in wire.calls] == ["/.well-known/caldav", "/dav/"]


async def test_a_ring_of_redirects_ends() -> None:
    dav, wire = joined(lambda call: (302, "/a/" if call.path == "/b/" else "/b/"))
    with pytest.raises(Rejected) as trouble:
        await dav.calendars()
    assert trouble.value.code == "lost_in_redirects"
    assert len(wire.calls) < 10


async def test_a_server_that_is_no_calendar_server_is_told() -> None:
    dav, _ = joined(lambda _: (404, ""))
    with pytest.raises(SetupError) as trouble:
        await dav.calendars()
    assert trouble.value.code == "no_calendars"


@pytest.mark.parametrize("status", [400, 403, 405, 415, 501])
async def test_without_sync_reports_a_listing_is_held_against_what_is_known(status, all_of) -> None:
    def play(call: Call) -> tuple[int, str]:
        if asks(call, "sync-collection"):
            return status, ""
        if asks(call, "multiget"):
            return bodies(call)
        if asks(call, "getctag"):
            return multi(row("", prop=A_CALENDAR.format("c1")))
        return multi(
            row("", prop=A_CALENDAR.format("")), row("1.ics", etag='"1.ics"'), row("2.ics", etag='"2.ics"')
        )

    dav, wire = joined(play)
    first = await all_of(dav.changes(CALENDAR, known={"1.ics": '"1.ics"', "3.ics": '"3.ics"'}))
    assert first.full
    assert ([e.id for e in first.entries], first.gone) == (["2.ics"], ["3.ics"])
    wire.calls.clear()
    again = await all_of(dav.changes(CALENDAR, token=first.token))
    assert (again.entries, again.gone, again.full, len(wire.calls)) == ([], [], False, 1)


@pytest.mark.parametrize("status", [403, 409, 410, 507, 400, 412])
async def test_every_way_of_refusing_a_token_leads_to_a_full_listing(status, all_of) -> None:
    def play(call: Call) -> tuple[int, str]:
        if asks(call, "multiget"):
            return bodies(call)
        if asks(call, "getctag"):
            return multi(row("", prop=A_CALENDAR.format("c1")))
        return (status, "") if asks(call, "old") else multi(row("1.ics", etag='"1.ics"'), token="new")

    dav, _ = joined(play)
    found = await all_of(dav.changes(CALENDAR, token="old", known={"2.ics": "x"}))
    assert found.full
    assert ([e.id for e in found.entries], found.gone, found.token) == (["1.ics"], ["2.ics"], "new")


async def test_a_report_that_is_cut_is_asked_on_until_its_end(all_of) -> None:
    def play(call: Call) -> tuple[int, str]:
        if asks(call, "multiget"):
            return bodies(call)
        if asks(call, "half"):
            return multi(row("2.ics", etag='"2.ics"'), token="whole")
        return multi(row("1.ics", etag='"1.ics"'), row("", status="507"), token="half")

    dav, _ = joined(play)
    found = await all_of(dav.changes(CALENDAR))
    assert ([e.id for e in found.entries], found.token) == (["1.ics", "2.ics"], "whole")


async def test_what_the_server_could_not_give_is_neither_changed_nor_gone(all_of) -> None:
    def play(call: Call) -> tuple[int, str]:
        if asks(call, "multiget"):
            return multi(row("1.ics", status="500"), row("2.ics", status="404"))
        return multi(
            *(row(f"{n}.ics", etag=f'"{n}"') for n in (1, 2, 3)), row("4.ics", status="503"), token="t"
        )

    dav, _ = joined(play)
    known = dict.fromkeys(("1.ics", "2.ics", "3.ics", "4.ics", "5.ics"), "old")
    found = await all_of(dav.changes(CALENDAR, known=known))
    assert found.entries == []
    assert sorted(found.failed) == ["1.ics", "3.ics", "4.ics"]
    assert found.gone == ["2.ics", "5.ics"]


async def test_a_server_without_free_busy_is_told_as_unsupported() -> None:
    dav, _ = joined(lambda _: (501, ""))
    with pytest.raises(Unsupported):
        await dav.free_busy(CALENDAR, datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC))


@pytest.mark.parametrize(
    ("status", "code"),
    [(507, "calendar_full"), (403, "no_right_to_write"), (400, "refused_item"), (413, "refused_item")],
)
async def test_a_write_that_is_refused_says_why(status, code) -> None:
    def play(call: Call) -> tuple[int, str]:
        return (status, "") if call.method == "PUT" else multi(row("", prop=A_CALENDAR.format("1")))

    dav, _ = joined(play)
    with pytest.raises(Rejected) as trouble:
        await dav.put(CALENDAR, "1.ics", ICS.encode())
    assert trouble.value.code == code
    assert trouble.value.sv


async def test_a_version_that_was_not_told_is_read_back() -> None:
    dav, wire = joined(lambda call: (201, "") if call.method == "PUT" else bodies(call))
    made = await dav.put(CALENDAR, "1.ics", ICS.encode())
    assert made.version == '"1.ics"'
    assert [call.headers.get("If-None-Match") for call in wire.calls] == ["*", None]
