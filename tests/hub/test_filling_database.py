"""Fill-in through a real connection: an agency's own database, written and read back."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from brygga.connectors.agencydb.inspecting import propose as propose_mapping
from brygga.extracts.facts import Address, Fact, Place, RegisterExtract
from brygga.hub import Connection, Hub, Settings, filling
from brygga.hub.flows.fetching import take_in
from brygga.model import Estate, Unsupported
from brygga.wire.database import DatabaseLine
from brygga.wire.database_profile import DatabaseProfile, address_of

NOW = datetime(2026, 11, 23, 13, 5, tzinfo=UTC)
TABLE = """
    CREATE TABLE objekt (
        id TEXT PRIMARY KEY, objektnummer TEXT, typ TEXT, adress TEXT, postnummer TEXT, ort TEXT, kommun TEXT,
        utgangspris NUMERIC, boarea NUMERIC, tomtarea NUMERIC, byggar INTEGER, energiklass TEXT,
        updated_at TEXT
    );
    INSERT INTO objekt VALUES (
        'o1', '1', 'villa', 'Provvägen 3', '753 30', 'Uppsala', 'Uppsala', 4000000, 120, 900, 1963, NULL,
        '2026-01-01T00:00:00Z'
    );
"""


async def joined(folder: Path) -> tuple[Hub, Path]:
    """A hub that has read the one home of the agency's database."""
    database = folder / "agency.db"
    with sqlite3.connect(database) as made:
        made.executescript(TABLE)
    made.close()
    url = f"sqlite:///{database}"
    profile = DatabaseProfile(
        connection="agency", address=address_of(url), allow_private=True, read_only=True
    )
    line = DatabaseLine(profile)
    proposal = await line.run("inspect", propose_mapping)
    await line.close()
    hub = Hub(Settings(home=folder / "home"), now=lambda: NOW)
    settings = {"url": url, "mapping": proposal.text, "allow_private": True}
    hub.connections.save(Connection(name="agency", connector="agencydb", settings=settings))
    live = hub.connections.live("agency")
    async for page in live.connector.pages("estate"):
        take_in(hub.store, live, list(page.records), now=NOW)
    return hub, database


def paper() -> RegisterExtract:
    place = Place(page=1, line=3)
    return RegisterExtract(
        layout="x",
        total_area_m2=Fact(value=1440, text="1 440", place=place),
        address=Fact(value=Address(street="Provvägen 5"), text="Provvägen 5", place=place),
        designation=Fact(value="UPPSALA EKLUNDA 1:76", text="Uppsala EKLUNDA 1:76", place=place),
    )


async def test_what_was_chosen_reaches_the_agencys_own_table_and_nothing_else(tmp_path: Path) -> None:
    hub, database = await joined(tmp_path)
    proposal = filling.propose(hub, paper(), "agency:o1", file="utdrag.pdf")
    done = await filling.apply(hub, proposal, ["areas.plot_m2"], "anna", "enligt utdrag")
    reading = sqlite3.connect(database)
    assert reading.execute("SELECT tomtarea, boarea, adress FROM objekt").fetchall() == [
        (1440, 120, "Provvägen 3")
    ]
    reading.close()
    stored = hub.store.get("estate", "agency:o1")
    assert isinstance(stored, Estate)
    assert (stored.areas.plot_m2, done.differing) == (1440.0, [])
    await hub.stop()


async def test_a_field_that_the_table_lacks_is_said_before_anything_is_written(tmp_path: Path) -> None:
    hub, database = await joined(tmp_path)
    proposal = filling.propose(hub, paper(), "agency:o1")
    assert proposal.can_write
    assert "fastighetsbeteckningar" in proposal.sv
    with pytest.raises(Unsupported) as raised:
        await filling.apply(
            hub, proposal, ["areas.plot_m2", "taxation.designations"], "anna", "enligt utdrag"
        )
    assert "UPPSALA EKLUNDA 1:76" in raised.value.sv
    reading = sqlite3.connect(database)
    assert reading.execute("SELECT tomtarea FROM objekt").fetchall() == [(900,)]
    reading.close()
    await hub.stop()
