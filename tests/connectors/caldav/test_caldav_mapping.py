"""CalDAV's XML: hostile documents, odd hrefs, partial failures, busy times, what counts as alike."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brygga.connectors.caldav import mapping
from brygga.connectors.caldav.schema import CAL, DAV
from brygga.model import Invalid

HEAD = f'<d:multistatus xmlns:d="{DAV}" xmlns:c="{CAL}">'


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "not_xml"),
        (b"<html>", "not_xml"),
        (b"<html/>", "not_xml"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "document_type"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/hostname"><a/>', "document_type"),
        (b'<!DOCTYPE a [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><a>&b;</a>', "document_type"),
        (b"<a>" * 100 + b"</a>" * 100, "not_xml"),
        (b"<a>" + b"<b/>" * 600_000 + b"</a>", "not_xml"),
        (b'<?xml version="1.0" encoding="nonsense"?><a/>', "not_xml"),
    ],
    ids=range(9),
)
def test_hostile_or_broken_xml_is_invalid(body, code) -> None:
    with pytest.raises(Invalid) as trouble:
        mapping.multistatus(body)
    assert trouble.value.code == code


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="<>/d:h=\"'& aref!?[]-", max_size=80))
def test_any_text_is_read_or_invalid(text) -> None:
    with contextlib.suppress(Invalid):
        mapping.multistatus(f"{HEAD}{text}</d:multistatus>".encode())


def test_each_row_and_each_property_has_a_status_of_its_own() -> None:
    body = f"""{HEAD}
      <d:response><d:href>/a/1.ics</d:href><d:propstat><d:prop><d:getetag>"1"</d:getetag></d:prop>
        <d:status>HTTP/1.1 200 OK</d:status></d:propstat><d:propstat><d:prop><c:calendar-data/></d:prop>
        <d:status>HTTP/1.1 403 Forbidden</d:status></d:propstat></d:response>
      <d:response><d:href>/a/2.ics</d:href><d:status>HTTP/1.1 404 Not Found</d:status></d:response>
      <d:sync-token>https://example.com/7</d:sync-token></d:multistatus>"""
    told = mapping.multistatus(body.encode())
    first, second = told.rows
    assert mapping.said(first, mapping.ETAG) == '"1"'
    assert first.refused == {mapping.DATA: 403}
    assert (second.href, second.status, told.token) == ("/a/2.ics", 404, "https://example.com/7")


@pytest.mark.parametrize(
    ("href", "path"),
    [
        ("/dav/anna/", "/anna/"),
        ("https://moln.example.com/dav/anna/1.ics", "/anna/1.ics"),
        ("https://MOLN.example.com/dav/", "/"),
        ("https://annan.example.com/dav/anna/", None),
        ("http://moln.example.com/dav/anna/", None),
        ("https://moln.example.com:444/dav/", None),
        ("//annan.example.com/dav/", None),
        ("/davids/", None),
        ("anna/", None),
        ("/dav/å b.ics", "/%C3%A5%20b.ics"),
    ],
)
def test_an_href_is_followed_on_the_same_server_only(href, path) -> None:
    assert mapping.path_of(href, "https://moln.example.com", "/dav") == path


def test_an_entrys_name_is_what_lies_directly_in_the_calendar() -> None:
    assert mapping.name_in("/a/b/1.ics", "/a/b/") == "1.ics"
    assert mapping.name_in("/a/b/", "/a/b/") == ""
    assert mapping.name_in("/a/b/c/1.ics", "/a/b/") == ""
    assert mapping.name_in("/a/c/1.ics", "/a/b/") == ""
    assert mapping.name_in("/%61/b/1%20.ics", "/a/b/") == "1%20.ics"


def test_busy_times_are_read_in_both_writings() -> None:
    body = (
        b"BEGIN:VCALENDAR\r\nBEGIN:VFREEBUSY\r\n"
        b"FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260101T100000Z/20260101T110000Z,20260101T1\r\n 20000Z/PT1H30M\r\n"
        b"FREEBUSY;FBTYPE=FREE:20260101T000000Z/P1D\r\nFREEBUSY:20269901T000000Z/P1D\r\n"
        b"FREEBUSY:20260103T000000Z/P1D\r\nEND:VFREEBUSY\r\nEND:VCALENDAR\r\n"
    )
    found = [(b.starts_at, b.ends_at, b.kind) for b in mapping.busy_times(body)]
    day = lambda n, h, m=0: datetime(2026, 1, n, h, m, tzinfo=UTC)  # noqa: E731 - three uses, right here
    assert found == [
        (day(1, 10), day(1, 11), "tentative"),
        (day(1, 12), day(1, 13, 30), "tentative"),
        (day(3, 0), day(4, 0), "busy"),
    ]
    with pytest.raises(Invalid):
        mapping.busy_times(b"<html/>")


def test_files_are_alike_by_what_a_person_sees() -> None:
    ours = b"BEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:1\r\nSUMMARY:Vis\r\n ning\r\nEND:VEVENT\r\n"
    theirs = b"X:1\nBEGIN:VEVENT\nSUMMARY:Visning\nDTSTAMP:2\nUID:a\nEND:VEVENT\n"
    assert mapping.alike(ours, theirs)
    assert not mapping.alike(ours, theirs.replace(b"Visning", b"Besok"))
    assert not mapping.alike(ours, theirs.replace(b"UID:a\n", b"UID:a\nDTSTART:20260101\n"))
    assert not mapping.alike(ours, b"")


def test_what_is_put_into_a_question_stays_a_value() -> None:
    body = mapping.sync_report("</d:sync-token><x>&{ns}", 5)
    assert mapping.document(body).said(f"{DAV} sync-token") == "</d:sync-token><x>&{ns}"
    asked = mapping.document(mapping.multiget(["/a/<b>&.ics"]))
    assert asked.said(mapping.HREF) == "/a/<b>&.ics"
