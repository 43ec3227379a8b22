"""The connector against a real CalDAV server: create, repeat, move on both sides, lose, begin anew."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from brygga.calendars import Pattern, Person, advanced, busy, faults, invitation, matters, read, resource_of
from brygga.connectors.caldav.api import CalDav
from brygga.model import Invalid, NeedsSignIn, Rejected, SetupError
from brygga.swedish.dates import STOCKHOLM

NAME = resource_of("visning-1@example.com")
MANY = 5_000 if os.environ.get("BRYGGA_CHAOS") else 1_000


def moved(event, hours=1, **facts):
    after = msgspec.structs.replace(
        event,
        starts_at=event.starts_at + timedelta(hours=hours),
        ends_at=event.ends_at + timedelta(hours=hours),
        **facts,
    )
    return advanced(event, after)


def at(entry):
    return read(entry.body).events[0].starts_at


async def test_the_calendars_are_found_from_the_servers_name_alone(join, calendar) -> None:
    dav = await join()
    found = await dav.calendars()
    assert calendar in [one.id for one in found]
    checked = await dav.check()
    assert checked.ok
    assert checked.facts["writable"]


async def test_a_calendar_is_chosen_by_name_or_path_and_a_wrong_one_is_told(join, calendar, other) -> None:
    assert (await (await join(calendar=calendar)).chosen()).id == calendar
    with pytest.raises(SetupError) as trouble:
        await (await join(calendar="Finns inte")).check()
    assert trouble.value.code == "which_calendar"


async def test_an_address_with_a_path_of_its_own_works(join, radicale, calendar, all_of) -> None:
    dav = await join(base_url=f"{radicale}/anna")
    inner = calendar.removeprefix("/anna")
    assert (await all_of(dav.changes(inner))).full


async def test_a_new_event_lies_there_as_it_was_written(join, calendar, viewing, ics) -> None:
    dav, event = await join(), viewing()
    made = await dav.put(calendar, NAME, ics(event))
    assert made.version
    there = await dav.get(calendar, NAME)
    [found] = read(there.body).events
    assert (found.starts_at, found.title, found.place) == (event.starts_at, event.title, event.place)
    assert there.version == made.version


async def test_a_create_that_is_repeated_gives_one_event_and_no_error(
    join, calendar, viewing, ics, all_of
) -> None:
    dav = await join()
    first = await dav.put(calendar, NAME, ics(viewing()))
    again = await dav.put(calendar, NAME, ics(viewing()))
    assert again.version == first.version
    assert len((await all_of(dav.changes(calendar))).entries) == 1


async def test_an_update_that_is_repeated_with_the_old_version_is_known_as_done(
    join, calendar, viewing, ics
) -> None:
    dav, event = await join(), viewing()
    first = await dav.put(calendar, NAME, ics(event))
    second = await dav.put(calendar, NAME, ics(moved(event)), version=first.version)
    repeat = await dav.put(calendar, NAME, ics(moved(event)), version=first.version)
    assert repeat.version == second.version != first.version


async def test_another_event_under_the_same_name_is_not_overwritten(join, calendar, viewing, ics) -> None:
    dav, event = await join(), viewing()
    await dav.put(calendar, NAME, ics(event))
    with pytest.raises(Rejected) as trouble:
        await dav.put(calendar, NAME, ics(moved(event)))
    assert trouble.value.code == "changed_meanwhile"
    assert at(await dav.get(calendar, NAME)) == event.starts_at


async def test_the_same_uid_under_another_name_is_told(join, calendar, viewing, ics) -> None:
    dav = await join()
    await dav.put(calendar, NAME, ics(viewing()))
    with pytest.raises(Rejected) as trouble:
        await dav.put(calendar, "annat.ics", ics(viewing()))
    assert trouble.value.code == "uid_elsewhere"


async def test_a_viewing_moved_on_the_server_is_seen_with_its_new_time(
    join, calendar, viewing, ics, all_of, other
) -> None:
    dav, event = await join(), viewing()
    made = await dav.put(calendar, NAME, ics(event))
    before = await all_of(dav.changes(calendar))
    other.put(calendar + NAME, content=ics(moved(event, 3))).raise_for_status()
    after = await all_of(dav.changes(calendar, token=before.token, known={NAME: made.version}))
    [entry] = after.entries
    assert not after.full
    assert at(entry) == event.starts_at + timedelta(hours=3)
    assert at(entry).astimezone(STOCKHOLM).hour == 16
    assert read(entry.body).events[0].sequence == 1


async def test_a_viewing_moved_by_telephone_reaches_the_visitor_with_the_next_sequence(
    join, calendar, viewing, ics, all_of, other
) -> None:
    dav, event = await join(), viewing(sequence=4, organiser=Person(email="anna@example.com"))
    made = await dav.put(calendar, NAME, ics(event))
    token = (await all_of(dav.changes(calendar))).token
    careless = msgspec.structs.replace(moved(event, 3), sequence=4)  # telephones forget to count
    other.put(calendar + NAME, content=ics(careless)).raise_for_status()
    [entry] = (await all_of(dav.changes(calendar, token=token, known={NAME: made.version}))).entries
    [there] = read(entry.body).events
    assert matters(event, there)
    update = advanced(event, msgspec.structs.replace(there, organiser=event.organiser))
    mail = invitation(update, Person(email="kund@example.test"), now=event.starts_at)
    assert faults(mail) == []
    [told] = read(mail).events
    assert (told.uid, told.sequence, told.starts_at) == (event.uid, 5, event.starts_at + timedelta(hours=3))


async def test_a_viewing_moved_here_arrives_on_the_server(join, calendar, viewing, ics, other) -> None:
    dav, event = await join(), viewing()
    made = await dav.put(calendar, NAME, ics(event))
    await dav.put(calendar, NAME, ics(moved(event, 2)), version=made.version)
    [there] = read(other.get(calendar + NAME).content).events
    assert there.starts_at == event.starts_at + timedelta(hours=2)
    assert there.sequence == 1


async def test_moved_on_both_sides_at_once_is_a_conflict_that_is_told_and_overwrites_nothing(
    join, calendar, viewing, ics, other
) -> None:
    dav, event = await join(), viewing()
    made = await dav.put(calendar, NAME, ics(event))
    other.put(calendar + NAME, content=ics(moved(event, 3))).raise_for_status()
    with pytest.raises(Rejected) as trouble:
        await dav.put(calendar, NAME, ics(moved(event, 1)), version=made.version)
    assert trouble.value.code == "changed_meanwhile"
    assert trouble.value.sv
    assert at(await dav.get(calendar, NAME)) == event.starts_at + timedelta(hours=3)


async def test_an_event_deleted_on_the_server_is_gone_and_a_write_to_it_is_refused(
    join, calendar, viewing, ics, all_of, other
) -> None:
    dav = await join()
    made = await dav.put(calendar, NAME, ics(viewing()))
    token = (await all_of(dav.changes(calendar))).token
    other.delete(calendar + NAME).raise_for_status()
    after = await all_of(dav.changes(calendar, token=token, known={NAME: made.version}))
    assert (after.gone, after.entries) == ([NAME], [])
    with pytest.raises(Rejected) as trouble:
        await dav.put(calendar, NAME, ics(moved(viewing())), version=made.version)
    assert trouble.value.code == "changed_meanwhile"


async def test_a_delete_is_done_once_and_its_repeat_is_well(join, calendar, viewing, ics) -> None:
    dav = await join()
    made = await dav.put(calendar, NAME, ics(viewing()))
    await dav.delete(calendar, NAME, version=made.version)
    await dav.delete(calendar, NAME, version=made.version)
    assert await dav.get(calendar, NAME) is None


async def test_what_was_changed_meanwhile_is_not_deleted(join, calendar, viewing, ics, other) -> None:
    dav = await join()
    made = await dav.put(calendar, NAME, ics(viewing()))
    other.put(calendar + NAME, content=ics(moved(viewing()))).raise_for_status()
    with pytest.raises(Rejected) as trouble:
        await dav.delete(calendar, NAME, version=made.version)
    assert trouble.value.code == "changed_meanwhile"
    assert await dav.get(calendar, NAME) is not None


async def test_a_calendar_deleted_under_us_is_told_and_says_of_nothing_that_it_is_gone(
    join, calendar, viewing, ics, all_of, other
) -> None:
    dav = await join()
    made = await dav.put(calendar, NAME, ics(viewing()))
    token = (await all_of(dav.changes(calendar))).token
    other.delete(calendar).raise_for_status()
    for begin in (token, ""):
        with pytest.raises(Rejected) as trouble:
            await all_of(dav.changes(calendar, token=begin, known={NAME: made.version}))
        assert trouble.value.code == "calendar_gone"
    with pytest.raises(Rejected) as trouble:
        await dav.put(calendar, NAME, ics(viewing()))
    assert trouble.value.code == "calendar_gone"
    assert not await dav.exists(calendar)


async def test_a_token_that_is_refused_leads_to_a_full_listing_that_tells_what_is_gone(
    join, calendar, viewing, ics, all_of
) -> None:
    dav = await join()
    made = await dav.put(calendar, NAME, ics(viewing()))
    token = "http://radicale.org/ns/sync/" + "0" * 64
    known = {NAME: made.version, "borta.ics": '"1"'}
    after = await all_of(dav.changes(calendar, token=token, known=known))
    assert after.full
    assert (after.entries, after.gone) == ([], ["borta.ics"])
    assert after.token != token


@pytest.mark.parametrize(("sync", "many"), [("auto", MANY), ("listing", 200)])
async def test_a_thousand_events_come_page_by_page(
    join, calendar, viewing, ics, all_of, other, sync, many
) -> None:
    calm = [viewing(f"v{n}@example.com", title=f"Visning {n}") for n in range(many)]
    whole = b"".join(
        (b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n", *map(_only_event, map(ics, calm)))
    )
    other.put(
        calendar, content=whole + b"END:VCALENDAR\r\n", headers={"Content-Type": "text/calendar"}
    ).raise_for_status()
    dav = await join(sync=sync, page_size=many // 4)
    sizes, token = [], ""
    seen = {}
    async for page in dav.changes(calendar):
        sizes.append(len(page.entries))
        seen |= {entry.id: entry for entry in page.entries}
        token = page.token
        assert page.last == bool(page.token)
    assert sizes == [many // 4] * 4
    assert {read(e.body).events[0].title for e in seen.values()} == {e.title for e in calm}
    known = {name: entry.version for name, entry in seen.items()}
    assert not (await all_of(dav.changes(calendar, token=token, known=known))).entries
    name = next(iter(seen))
    changed = seen[name].body.replace(b"Visning", b"Provvisning")
    other.put(calendar + name, content=changed).raise_for_status()
    again = await all_of(dav.changes(calendar, token=token, known=known))
    assert [entry.id for entry in again.entries] == [name]
    assert again.gone == []


def _only_event(file: bytes) -> bytes:
    begin, end = file.index(b"BEGIN:VEVENT"), file.index(b"END:VEVENT")
    # The zone is left out: Radicale takes the file apart by uid and then wants it only once.
    return file[begin:end].replace(b";TZID=Europe/Stockholm", b"") + b"END:VEVENT\r\n"


async def test_letters_of_all_kinds_survive_the_server(join, calendar, viewing, ics) -> None:
    dav = await join()
    odd = viewing(
        title="Visning “Ängö” – 🏡 ; , \\ <b>&amp;",
        place="Å\nÄ\nÖ",
        description="x" * 70 + "åäö🏡" * 40,
    )
    await dav.put(calendar, NAME, ics(odd))
    [found] = read((await dav.get(calendar, NAME)).body).events
    assert (found.title, found.place, found.description) == (odd.title, odd.place, odd.description)


async def test_a_series_with_a_moved_instance_is_read_rightly(join, calendar, viewing, ics, other) -> None:
    dav = await join()
    series = viewing(starts_at=datetime(2026, 10, 18, 11, 0, tzinfo=UTC))
    series = msgspec.structs.replace(series, pattern=Pattern(rules=("FREQ=WEEKLY;COUNT=3",)))
    change = msgspec.structs.replace(
        series,
        pattern=Pattern(),
        instance_of=datetime(2026, 10, 25, 12, 0, tzinfo=UTC),
        starts_at=datetime(2026, 10, 26, 17, 0, tzinfo=UTC),
        ends_at=datetime(2026, 10, 26, 18, 0, tzinfo=UTC),
    )
    await dav.put(calendar, NAME, ics(series, change))
    window = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
    [entry] = await dav.window(calendar, *window)
    taken = busy(read(entry.body).events, *window)
    told = [one.starts_at.astimezone(STOCKHOLM).strftime("%d %H:%M") for one in taken]
    assert told == ["18 13:00", "26 18:00", "01 13:00"]
    free_busy = await dav.free_busy(calendar, *window)
    assert [(one.starts_at, one.ends_at) for one in free_busy] == [(t.starts_at, t.ends_at) for t in taken]


async def test_a_wrong_password_asks_for_sign_in(radicale, join, calendar) -> None:
    dav = await join(user="bo")
    with pytest.raises(NeedsSignIn) as trouble:
        await dav.calendars()
    assert trouble.value.code == "key_refused"


async def test_a_file_with_a_method_is_not_stored(join, calendar, viewing, ics) -> None:
    dav = await join()
    with pytest.raises(Invalid):
        await dav.put(calendar, NAME, ics(viewing()).replace(b"CALSCALE", b"METHOD:REQUEST\r\nCALSCALE"))


@pytest.mark.parametrize("name", ["../annan.ics", "a/b.ics", "a b.ics", "", "..", "a?b", "a\r\nb"])
async def test_a_name_cannot_leave_its_calendar(join, calendar, viewing, ics, name) -> None:
    with pytest.raises(Invalid):
        await (await join()).put(calendar, name, ics(viewing()))


def test_a_password_is_never_sent_in_the_open() -> None:
    async def secret(_: str) -> str:
        return "x"

    with pytest.raises(SetupError):
        CalDav.authorise({"base_url": "http://moln.example.com", "user": "anna"}, secret)
    with pytest.raises(SetupError):
        CalDav.authorise({"base_url": "https://moln.example.com", "user": "an:na"}, secret)
