"""The broker system and the agency's own database, edited on both sides: what arrives, what is asked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from agency_life import Agency, agency

from brygga.hub.settling import settle
from brygga.sandbox.serving import Plan

PLAN = Plan(estates=12, contacts=90, viewings=8, bids=6, seed=5)
UNUSED = "191212121212"  # from the published test series, and nobody's in the imitation


@pytest.fixture
async def both(tmp_path: Path, fresh_postgres: str) -> AsyncIterator[Agency]:
    """Everything has landed, and nothing waits."""
    async with agency(tmp_path / "hub", fresh_postgres, plan=PLAN) as made:
        await made.sync()
        assert (await made.sync())["written"] == 0
        yield made


def buyer(both: Agency) -> tuple[dict[str, Any], str]:
    """A speculator of the broker system's, and the key of the agency's row."""
    body = both.contact(80)
    return body, both.ours("contact", body["id"])


async def test_a_phone_edited_in_the_database_reaches_the_broker_system(both: Agency) -> None:
    body, key = buyer(both)
    both.sql("UPDATE kontakter SET mobil = '070-174 06 33' WHERE id = %s", key)
    assert (await both.sync())["left.update"] == 1
    assert both.contact(80)["telephone"]["cell"].replace("+46", "0").replace("-", "").replace(" ", "") == (
        "0701740633"
    )
    assert both.contact(80)["firstName"] == body["firstName"]
    assert (await both.sync())["written"] == 0


async def test_a_new_contact_in_the_database_is_made_once_in_the_broker_system(both: Agency) -> None:
    before = both.contact_count()
    both.sql(
        "INSERT INTO kontakter (namn, mobil, epost, personnummer)"
        " VALUES ('Tolvan Tolvansson', '070-1740699', 'tolvan@example.test', '19121212-1212')"
    )
    assert (await both.sync())["left.create"] == 1
    assert both.contact_count() == before + 1
    made = both.contact(both.vitec.world.contacts.count)
    assert (made["firstName"], made["lastName"]) == ("Tolvan", "Tolvansson")
    assert made["email"]["emailAddress"] == "tolvan@example.test"
    assert (await both.sync())["written"] == 0
    assert both.contact_count() == before + 1


async def test_a_price_that_only_the_broker_system_decides_is_put_back_and_told(both: Agency) -> None:
    key, price = both.sql("SELECT id, utgangspris FROM objekt WHERE utgangspris > 0 ORDER BY id LIMIT 1")[0]
    both.sql("UPDATE objekt SET utgangspris = 1, status = 'tilltraden' WHERE id = %s", key)
    assert (await both.sync())["right.update"] == 1
    assert both.sql("SELECT utgangspris FROM objekt WHERE id = %s", key) == [(price,)]
    told = [event for event in both.hub.store.events(limit=10_000) if event.what == "mirror.overruled"]
    assert told[-1].facts["fields"] == ["price.asking_kr", "status"]
    assert (await both.sync())["written"] == 0


async def test_an_edit_that_the_broker_system_cannot_take_waits_and_a_person_settles_it(
    tmp_path: Path, fresh_postgres: str
) -> None:
    rule = {"estate.price": "newest"}
    async with agency(tmp_path / "hub", fresh_postgres, plan=PLAN, ownership=rule) as both:
        await both.sync()
        key, price = both.sql("SELECT id, utgangspris FROM objekt WHERE utgangspris > 0 ORDER BY id LIMIT 1")[
            0
        ]
        both.sql("UPDATE objekt SET utgangspris = %s WHERE id = %s", price + 5000, key)
        assert (await both.sync())["conflicts"] == 1
        (asked,) = both.hub.store.conflicts()
        assert (asked.path, asked.code) == ("price.asking_kr", "cannot_write")
        assert (asked.left, asked.right) == (int(price), int(price) + 5000)
        assert (await both.sync())["written"] == 0
        settle(both.hub, asked.n, take="left", why="Vitec gäller", who="Anna")
        await both.sync()
        assert both.sql("SELECT utgangspris FROM objekt WHERE id = %s", key) == [(price,)]
        (event,) = [e for e in both.hub.store.events(limit=10_000) if e.what == "mirror.settled"]
        assert (event.facts["who"], event.facts["why"]) == ("Anna", "Vitec gäller")
        assert both.hub.store.conflicts() == []
        assert (await both.sync())["written"] == 0


async def test_half_a_room_that_the_database_cannot_hold_never_flows_back(both: Agency) -> None:
    row = next(iter(both.vitec.world.rows.values()))
    body = both.vitec.world.edit(row)
    body["buildings"][0]["numberOfRooms"] = 2.5
    await both.sync()
    key = both.ours("estate", row.id)
    assert both.sql("SELECT rum FROM objekt WHERE id = %s", key) == [(2,)]
    both.sql("UPDATE objekt SET beskrivning = 'Ny text' WHERE id = %s", key)
    await both.sync()
    assert both.vitec.world.body(row)["buildings"][0]["numberOfRooms"] == 2.5
    assert both.hub.store.row("estate", f"vitec:{row.id}").doc.count(b'"rooms":2.5') >= 1
    assert both.hub.store.conflicts() == []
    assert "2,5 rum blir 2" in _losses(both, "estate", "rooms")


def _losses(both: Agency, kind: str, path: str) -> str:
    connector = both.hub.connections.live("agencydb").connector
    return str(connector.writable()[kind].losses.get(path, ""))


async def test_a_row_deleted_locally_while_edited_remotely_keeps_both_and_asks(both: Agency) -> None:
    body, key = buyer(both)
    both.sql("DELETE FROM kontakter WHERE id = %s", key)
    both.vitec.mutate("contact", {"id": body["id"], "changes": {"firstName": "Nytt"}})
    assert (await both.sync())["conflicts"] == 1
    (asked,) = both.hub.store.conflicts()
    assert (asked.path, asked.code) == ("(removed)", "removed_edited")
    settle(both.hub, asked.n, take="left", why="Personen finns kvar", who="Anna")
    await both.sync()
    assert both.sql("SELECT count(*) FROM kontakter WHERE namn LIKE 'Nytt %%' AND epost = %s",
                    body["email"]["emailAddress"]) == [(1,)]  # fmt: skip  # one statement
    assert both.contact(80)["firstName"] == "Nytt"
    assert (await both.sync())["written"] == 0


async def test_a_deleted_row_is_asked_about_and_the_broker_system_cannot_delete_a_contact(
    both: Agency,
) -> None:
    _, key = buyer(both)
    count = both.contact_count()
    both.sql("DELETE FROM kontakter WHERE id = %s", key)
    assert (await both.sync())["conflicts"] == 1
    (asked,) = both.hub.store.conflicts()
    assert asked.code == "removed_right"
    settle(both.hub, asked.n, take="right", why="Bort", who="Anna")
    await both.sync()
    assert both.contact_count() == count
    assert both.hub.store.conflicts() == []
    assert (await both.sync())["written"] == 0


async def test_a_personal_number_that_fails_its_check_digit_is_told_and_carried_nowhere(both: Agency) -> None:
    body, key = buyer(both)
    both.sql("UPDATE kontakter SET personnummer = '19121212-1213' WHERE id = %s", key)
    await both.sync()
    assert both.contact(80)["socialSecurityNumber"] is None
    (found,) = both.hub.store.findings(kind="contact", id=f"agencydb:{key}")
    assert found.path == "personnummer"
    assert "1213" not in found.sv
    assert body["socialSecurityNumber"] is None
    assert (await both.sync())["written"] == 0


async def test_a_renamed_column_stops_nothing_else_and_says_which(both: Agency) -> None:
    both.sql("ALTER TABLE kontakter RENAME COLUMN mobil TO mobiltelefon")
    result = await _tried(both)
    both.sql("ALTER TABLE kontakter RENAME COLUMN mobiltelefon TO mobil")
    assert result
    assert (await both.sync())["written"] == 0


async def _tried(both: Agency) -> str:
    """What a check says while the database is not as the mapping has it."""
    checked = await both.hub.connections.live("agencydb").connector.check()
    assert not checked.ok
    return str(checked.sv)


async def test_a_trigger_that_raises_stops_its_row_alone_and_opens_a_repair(both: Agency) -> None:
    body, key = buyer(both)
    both.sql(
        "CREATE FUNCTION nej() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'Kontakten är låst'; END $$"
    )
    both.sql(
        "CREATE TRIGGER nej BEFORE UPDATE ON kontakter FOR EACH ROW"
        f" WHEN (OLD.id = '{key}') EXECUTE FUNCTION nej()"
    )
    other = both.contact(81)
    for one in (body, other):
        both.vitec.mutate("contact", {"id": one["id"], "changes": {"lastName": "Låst"}})
    await both.sync()
    assert both.sql("SELECT count(*) FROM kontakter WHERE namn LIKE '%% Låst'") == [(1,)]
    (repair,) = [r for r in both.hub.store.repair_list() if r.code == "rejected_item"]
    assert repair.subject == f"contact|vitec:{body['id']}"
    both.sql("DROP TRIGGER nej ON kontakter")
    await both.sync()
    assert both.sql("SELECT count(*) FROM kontakter WHERE namn LIKE '%% Låst'") == [(2,)]
    assert [r for r in both.hub.store.repair_list() if r.code == "rejected_item"] == []
    assert (await both.sync())["written"] == 0


@pytest.mark.parametrize(
    ("wall", "ends"),
    [
        ("2027-03-28T01:30:00", "2027-03-28T03:15:00"),  # the hour that is not there lies between
        ("2027-10-31T02:30:00", "2027-10-31T03:30:00"),  # the hour that comes twice
    ],
)
async def test_viewings_on_the_summer_time_nights_keep_their_wall_clock(
    both: Agency, wall: str, ends: str
) -> None:
    row = next(r for r in both.vitec.world.rows.values() if both.vitec.world.body(r)["viewings"])
    shown = both.vitec.world.edit(row)["viewings"][0]
    shown.update(startsAt=wall, endsAt=ends)
    await both.sync()
    key = both.ours("viewing", shown["id"])
    (found,) = both.sql("SELECT datum::text, starttid::text, sluttid::text FROM visningar WHERE id = %s", key)
    assert found == (wall[:10], wall[11:], ends[11:])
    assert (await both.sync())["written"] == 0


async def test_a_database_clock_an_hour_ahead_wins_nothing_silently(both: Agency) -> None:
    body, key = buyer(both)
    both.sql("ALTER TABLE kontakter DISABLE TRIGGER stamp_kontakter")
    both.sql(
        "UPDATE kontakter SET epost = 'klockan@example.test', updated_at = now() + interval '1 hour'"
        " WHERE id = %s",
        key,
    )
    email = {**body["email"], "emailAddress": "andra@example.test"}
    both.vitec.mutate("contact", {"id": body["id"], "changes": {"email": email}})
    assert (await both.sync())["conflicts"] == 1
    (asked,) = both.hub.store.conflicts()
    assert (asked.path, asked.left, asked.right) == ("email", "andra@example.test", "klockan@example.test")
    assert (await both.sync())["written"] == 0
