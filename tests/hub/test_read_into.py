"""`brygga read FILE --into OBJECT` from the outside: shown, confirmed, written; or said that it cannot be."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from brygga.cli import read
from brygga.connectors.agencydb.inspecting import propose as propose_mapping
from brygga.hub import Connection, Hub, Settings
from brygga.hub.flows.fetching import take_in
from brygga.model import Estate, Invalid, Unsupported
from brygga.model import parts as p
from brygga.store import Batch, Incoming
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
EXTRACT = """Fastighetsrapport
Plus R
Fastighet
Beteckning
Senaste ändring allmänna delen
Totalareal
Uppsala EKLUNDA 1:76
2018-04-05
1 440
Kommunkod
0380
Adress
Provvägen 3, 753 30 Uppsala
Ägare
-
Inteckningar
-
UC Bostad
Sida 1 av 1
2026-05-31 10:00
"""


@pytest.fixture
def app() -> typer.Typer:
    made = typer.Typer()
    read.add_to(made)
    made.callback()(lambda: None)
    return made


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    path = tmp_path / "utdrag.txt"
    path.write_text(EXTRACT)
    return path


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """An agency's own database with one home, and a hub that has read it."""
    made = tmp_path / "agency.db"
    line = sqlite3.connect(made)
    line.executescript(TABLE)
    line.close()
    asyncio.run(_joined(tmp_path, f"sqlite:///{made}"))
    return made


async def _joined(folder: Path, url: str) -> None:
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
    await hub.stop()


@pytest.fixture
def vitec(tmp_path: Path) -> Hub:
    """A hub with a home that Vitec owns; Vitec changes no home from outside."""
    hub = Hub(Settings(home=tmp_path / "home"), now=lambda: NOW)
    settings = {"base_url": "http://127.0.0.1:9", "customer_id": "M1", "username": "office"}
    hub.connections.save(Connection(name="vitec", connector="vitec", settings=settings, practice=True))
    home = Estate(
        id="vitec:OBJ1",
        type="house",
        areas=p.Areas(plot_m2=900.0),
        address=p.Address(street="Provvägen 3", postcode="753 30", town="Uppsala"),
    )
    hub.store.apply(Batch(connection="vitec", now=NOW, incoming=[Incoming(record=home)]))
    hub.store.close()
    return hub


def plot_of(database: Path) -> Any:
    line = sqlite3.connect(database)
    try:
        return line.execute("SELECT tomtarea, boarea, adress FROM objekt").fetchall()
    finally:
        line.close()


def run(app: typer.Typer, extract: Path, home: str, *more: str, answers: str = "") -> Result:
    folder = str(extract.parent / "home")
    command = ["read", str(extract), "--into", home, "--home", folder, *more]
    return CliRunner().invoke(app, command, input=answers)


def test_a_dry_run_shows_old_and_new_and_changes_nothing(
    app: typer.Typer, extract: Path, database: Path
) -> None:
    result = run(app, extract, "agency:o1", "--dry-run")
    assert result.exit_code == 0
    assert "tomtarea" in result.stdout
    assert "900" in result.stdout
    assert "1440" in result.stdout
    assert "Inget är ändrat" in result.stderr
    assert plot_of(database) == [(900, 120, "Provvägen 3")]


def test_a_dry_run_for_a_program_is_one_json_document(
    app: typer.Typer, extract: Path, database: Path
) -> None:
    result = run(app, extract, "agency:o1", "--dry-run", "--json")
    answer = json.loads(result.stdout)
    plot = next(one for one in answer["proposal"]["changes"] if one["field"] == "areas.plot_m2")
    assert (plot["old"], plot["new"], plot["text"]) == (900.0, 1440.0, "1 440")
    assert (plot["place"]["page"], plot["place"]["line"]) == (1, 9)
    assert answer["dry_run"] is True
    assert answer["filled"] is None
    assert plot_of(database) == [(900, 120, "Provvägen 3")]


def test_on_a_yes_the_chosen_field_reaches_the_owners_table(
    app: typer.Typer, extract: Path, database: Path
) -> None:
    result = run(
        app, extract, "agency:o1", "--take", "areas.plot_m2", "--why", "enligt utdrag", answers="y\n"
    )
    assert result.exit_code == 0, result.output
    assert plot_of(database) == [(1440, 120, "Provvägen 3")]


def test_on_a_no_nothing_is_changed(app: typer.Typer, extract: Path, database: Path) -> None:
    result = run(app, extract, "agency:o1", "--take", "areas.plot_m2", "--why", "x", answers="n\n")
    assert result.exit_code == 1
    assert plot_of(database) == [(900, 120, "Provvägen 3")]


def test_without_a_reason_one_is_asked_for(app: typer.Typer, extract: Path, database: Path) -> None:
    result = run(app, extract, "agency:o1", "--take", "areas.plot_m2", answers="y\nny mätning\n")
    assert result.exit_code == 0, result.output
    assert "Varför" in result.stderr
    hub = Hub(Settings(home=extract.parent / "home"), now=lambda: NOW)
    try:
        assert any("ny mätning" in str(entry) for entry in hub.store.audit_list())
    finally:
        hub.store.close()


def test_a_field_that_was_not_proposed_is_refused(app: typer.Typer, extract: Path, database: Path) -> None:
    result = run(app, extract, "agency:o1", "--take", "price.asking_kr", "--why", "x", "--yes")
    assert isinstance(result.exception, Invalid)
    assert plot_of(database) == [(900, 120, "Provvägen 3")]


def test_vitec_takes_no_change_of_a_home_so_the_list_to_type_in_is_given(
    app: typer.Typer, extract: Path, vitec: Hub
) -> None:
    result = run(app, extract, "vitec:OBJ1")
    assert isinstance(result.exception, Unsupported)
    assert "tomtarea: 1440" in result.exception.sv
    hub = Hub(Settings(home=extract.parent / "home"), now=lambda: NOW)
    try:
        stored = hub.store.get("estate", "vitec:OBJ1")
        assert isinstance(stored, Estate)
        assert stored.areas.plot_m2 == 900.0
    finally:
        hub.store.close()


def test_an_unknown_layout_fills_nothing_in_and_exits_3(app: typer.Typer, tmp_path: Path, vitec: Hub) -> None:
    letter = tmp_path / "brev.txt"
    letter.write_text("Hej!\nTack för visningen.\n")
    result = run(app, letter, "vitec:OBJ1")
    assert result.exit_code == 3
    assert "okänd" in result.stderr or "känner" in result.stderr


def test_two_extracts_in_one_file_are_not_mixed_into_one_home(
    app: typer.Typer, extract: Path, vitec: Hub
) -> None:
    extract.write_text(EXTRACT + EXTRACT.replace("1:76", "9:9"))
    result = run(app, extract, "vitec:OBJ1", "--dry-run")
    assert isinstance(result.exception, Invalid)
    assert "2 dokument" in result.exception.sv
