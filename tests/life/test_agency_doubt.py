"""A new contact in the agency's database, a broker system whose answers get lost: never a second contact."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from agency_life import Agency, agency

from brygga.sandbox.faults import OneShot
from brygga.sandbox.serving import Plan

SEEDS = range(60) if os.environ.get("BRYGGA_CHAOS") else range(3)
PEOPLE = 6


def plan(seed: int) -> Plan:
    return Plan(estates=4, contacts=80, viewings=0, bids=0, seed=seed)


def add_people(both: Agency) -> None:
    """New contacts, told by number, e-mail or phone; two share a phone, as a couple does."""
    for n in range(PEOPLE):
        both.sql(
            "INSERT INTO kontakter (namn, mobil, epost, personnummer) VALUES (%s, %s, %s, %s)",
            f"Prov{n} Provsson{n}",
            f"070-17406{10 + n // 2}",
            f"prov{n}@example.test" if n % 3 else None,
            "19121212-1212" if n == 0 else None,
        )


def made_there(both: Agency) -> list[str]:
    """First names of those of ours that the broker system has."""
    contacts = both.vitec.world.contacts
    bodies = contacts.bodies(range(both.vitec.world.agency.offices))
    return sorted(b["firstName"] for b in bodies if (b.get("firstName") or "").startswith("Prov"))


def _when_written(both: Agency, double: dict[str, str]) -> None:
    """At the very moment of our upsert a colleague makes the same person by hand."""
    upserts = both.vitec._desk._upserts
    write = upserts.write

    def write_and_double(kind: str, body: dict[str, str], offices: list[int]) -> tuple[str, bool]:
        done: tuple[str, bool] = write(kind, body, offices)
        upserts.write = write
        upserts.add("Person", double, 0)
        return done

    upserts.write = write_and_double


@pytest.mark.parametrize("seed", SEEDS)
async def test_answers_lost_at_random_never_make_a_second_contact(
    tmp_path: Path, fresh_postgres: str, seed: int
) -> None:
    async with agency(tmp_path / "hub", fresh_postgres, plan=plan(seed)) as both:
        await both.sync()
        before = both.contact_count()
        add_people(both)
        both.vitec.faults.seed = seed
        both.vitec.use_profile("lost-answer")
        for _ in range(4):
            await both.sync()
        both.vitec.use_profile("none")
        await both.sync()
        there = made_there(both)
        assert len(there) == len(set(there)), there
        asked = {c.right_id for c in both.hub.store.conflicts() if c.path in ("(doubt)", "(pair)")}
        assert len(there) + len(asked) >= PEOPLE, (there, both.hub.store.conflicts())
        assert both.contact_count() - before == len(there)
        assert (await both.sync())["written"] == 0


async def test_where_reading_back_cannot_tell_a_repair_asks_and_nothing_is_sent_again(
    tmp_path: Path, fresh_postgres: str
) -> None:
    async with agency(tmp_path / "hub", fresh_postgres, plan=plan(1)) as both:
        await both.sync()
        before = both.contact_count()
        both.sql("INSERT INTO kontakter (namn, mobil) VALUES ('Prov0 Provsson0', '070-1740610')")
        lose = [OneShot(fault="lost-answer", method=one, route="/Contacts/*") for one in ("POST", "PUT")]
        both.vitec.faults.next(lose)
        double = {"firstName": "Prov0", "lastName": "Provsson0", "cellPhone": "070-174 06 10"}
        _when_written(both, double)
        for _ in range(2):
            await both.hub.sync("agencydb")
            await both.hub.mirror("agencydb")
        assert both.contact_count() == before + 2
        repairs = [r for r in both.hub.store.repair_list() if r.code == "outcome_unknown"]
        assert [r.connection for r in repairs] == ["vitec"]
        (asked,) = both.hub.store.conflicts()
        assert (asked.kind, asked.path) == ("contact", "(doubt)")
