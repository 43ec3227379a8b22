"""`brygga agencydb …`: what it prints, where, and its exit codes."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from brygga.cli import agencydb
from brygga.model import Invalid, Refused

HERE = Path(__file__).parent


@pytest.fixture
def app() -> typer.Typer:
    made = typer.Typer()
    agencydb.add_to(made)
    return made


@pytest.fixture
def url(tmp_path: Path) -> str:
    with closing(sqlite3.connect(tmp_path / "a.db")) as raw:
        raw.executescript((HERE / "english.sql").read_text(encoding="utf-8"))
    return f"sqlite:///{tmp_path / 'a.db'}"


def run(app: typer.Typer, *words: str, **more: Any) -> Any:
    return CliRunner().invoke(app, ["agencydb", *words], **more)


def test_inspect_prints_the_mapping_alone_and_check_says_whether_it_fits(
    app: typer.Typer, url: str, tmp_path: Path
) -> None:
    shown = run(app, "inspect", url)
    assert shown.exit_code == 0, shown.output
    assert "version = 1" in shown.stdout
    file = tmp_path / "m.toml"
    assert run(app, "inspect", url, "--out", str(file)).exit_code == 0
    assert file.read_text(encoding="utf-8") == shown.stdout
    well = run(app, "check", url, "--mapping", str(file), "--json")
    assert well.exit_code == 0, well.output
    assert json.loads(well.stdout) == {"ok": True, "remarks": []}
    with closing(sqlite3.connect(tmp_path / "a.db")) as raw:
        raw.execute("ALTER TABLE offers RENAME COLUMN amount TO amounts")
    bad = run(app, "check", url, "--mapping", str(file), "--json")
    assert bad.exit_code == 1
    assert json.loads(bad.stdout)["remarks"][0]["code"] == "column_missing"


def test_inspect_as_json_is_one_document(app: typer.Typer, url: str) -> None:
    said = json.loads(run(app, "inspect", url, "--json").stdout)
    assert said["tables"]["properties"]["kind"] == "estate"
    assert said["unsure"] == 0
    assert {"name", "why"} == said["left_out"][0].keys()


def test_triggers_are_shown_before_they_are_run_and_taken_out_whole(
    app: typer.Typer, url: str, tmp_path: Path
) -> None:
    file = tmp_path / "m.toml"
    run(app, "inspect", url, "--out", str(file))
    shown = run(app, "install-triggers", url, "--mapping", str(file), "--dry-run")
    assert "CREATE TRIGGER" in shown.stdout
    assert _ours(tmp_path) == 0
    assert run(app, "install-triggers", url, "--mapping", str(file)).exit_code == 0
    assert _ours(tmp_path) > 6
    assert run(app, "remove-triggers", url, "--mapping", str(file), "--json").exit_code == 0
    assert _ours(tmp_path) == 0


def _ours(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "a.db")) as raw:
        return int(raw.execute("SELECT count(*) FROM sqlite_master WHERE name LIKE 'brygga%'").fetchone()[0])


def test_a_password_in_the_address_is_refused(app: typer.Typer) -> None:
    done = run(app, "inspect", "postgresql://anna:hemligt-ord@db.example.test/agency")
    assert isinstance(done.exception, Refused)
    assert "hemligt-ord" not in done.output + str(done.exception)


def test_a_database_without_anything_of_ours_is_said_so(app: typer.Typer, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "b.db")) as raw:
        raw.execute("CREATE TABLE recipes (id integer PRIMARY KEY, title text)")
    done = run(app, "inspect", f"sqlite:///{tmp_path / 'b.db'}")
    assert isinstance(done.exception, Invalid)
    assert done.exception.code == "nothing_recognised"
