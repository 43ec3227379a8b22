"""A viewing or meeting becomes an event: the same uid always, a Swedish title, nobody's name in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from brygga.calendars import faults, of_meeting, of_viewing, publication, resource_of, uid_of
from brygga.calendars.event import Person
from brygga.model import Estate, Invalid, Meeting, Viewing
from brygga.model.parts import Address
from brygga.swedish.dates import STOCKHOLM

STARTS = datetime(2026, 12, 6, 13, 0, tzinfo=STOCKHOLM)
HOME = Estate(id="v:1", address=Address(street="Björkvägen 3", postcode="411 24", town="Göteborg"))


def test_a_viewing_has_title_place_and_a_usual_length() -> None:
    event = of_viewing(Viewing(id="v:V1", starts_at=STARTS, comment="Portkod lämnas vid anmälan"), HOME)
    assert (event.title, event.place) == ("Visning Björkvägen 3", "Björkvägen 3, 411 24 Göteborg")
    assert event.starts_at == STARTS
    assert event.length == timedelta(minutes=30)
    assert event.description == "Portkod lämnas vid anmälan"
    assert of_viewing(Viewing(id="v:V1", starts_at=STARTS)).title == "Visning"
    assert of_viewing(Viewing(id="v:V1", starts_at=STARTS, digital=True), HOME).place == "Digitalt"


def test_the_uid_is_the_same_always_and_tells_nothing() -> None:
    one = uid_of("viewing", "v:V1", domain="example.com")
    assert one == uid_of("viewing", "v:V1", domain="example.com")
    assert len(one) == 36 + len("@example.com")
    assert len({one, uid_of("meeting", "v:V1"), uid_of("viewing", "v:V2")}) == 3
    assert "V1" not in one
    assert resource_of(one) == resource_of(one) != resource_of(one + "x")
    assert resource_of(one).endswith(".ics")


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        ("intake", "Intagsmöte Björkvägen 3"),
        ("contract", "Kontraktsskrivning Björkvägen 3"),
        ("possession", "Tillträde Björkvägen 3"),
        ("comeback", "Återbesök Björkvägen 3"),
        ("annat", "Möte Björkvägen 3"),
    ],
)
def test_a_meeting_names_no_person_unless_it_is_asked_for(kind, title) -> None:
    meeting = Meeting(
        id="v:M1", kind=kind, subject="Möte med Åke", place="Hos Åke", note="Åke är döv", starts_at=STARTS
    )
    event = of_meeting(meeting, HOME)
    assert (event.title, event.place, event.description) == (title, "Björkvägen 3, 411 24 Göteborg", "")
    assert (
        "Åke"
        not in publication(
            of_meeting(meeting, HOME, organiser=Person(email="anna@example.com")), now=STARTS
        ).decode()
    )
    named = of_meeting(meeting, HOME, personal=True)
    assert (named.title, named.place, named.private) == ("Möte med Åke", "Hos Åke", True)


def test_a_meeting_called_off_is_cancelled() -> None:
    assert of_meeting(Meeting(id="v:M1", starts_at=STARTS, cancelled=True)).status == "cancelled"
    assert of_viewing(Viewing(id="v:V1", starts_at=STARTS), cancelled=True).status == "cancelled"


def test_what_has_no_time_or_ends_before_it_starts_is_refused_in_swedish() -> None:
    with pytest.raises(Invalid) as trouble:
        of_viewing(Viewing(id="v:V1"))
    assert "saknar tid" in trouble.value.sv
    with pytest.raises(Invalid):
        of_meeting(Meeting(id="v:M1", starts_at=STARTS, ends_at=STARTS - timedelta(hours=1)))


def test_a_viewing_in_the_second_of_two_equal_hours_keeps_its_instant() -> None:
    starts = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    late = Viewing(id="v:V1", starts_at=starts.astimezone(STOCKHOLM))
    data = publication(of_viewing(late, HOME, organiser=Person(email="anna@example.com")), now=STARTS)
    assert b"DTSTART:20261025T013000Z\r\n" in data
    assert b"DTEND;TZID=Europe/Stockholm:20261025T030000\r\n" in data
    assert faults(data) == []
