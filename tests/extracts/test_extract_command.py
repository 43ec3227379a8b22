"""`brygga read`: one JSON document, exit codes that mean something."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType

import pytest
import typer
from typer.testing import CliRunner

from brygga.cli import read


@pytest.fixture
def app() -> typer.Typer:
    made = typer.Typer()
    read.add_to(made)
    made.callback()(lambda: None)
    return made


def test_a_report_comes_out_as_json(app: typer.Typer, tmp_path: Path, report: str) -> None:
    path = tmp_path / "utdrag.txt"
    path.write_text(report)
    result = CliRunner().invoke(app, ["read", str(path), "--json"])
    assert result.exit_code == 0
    [file] = json.loads(result.stdout)["files"]
    assert file["outcome"] == "read"
    [document] = file["documents"]
    assert document["kind"] == "register_extract"
    assert document["designation"]["value"] == "Provköping LILLA ÅKERN 2:14"
    assert document["designation"]["place"] == {"page": 1, "line": 7}
    assert document["former_owners"]["state"] == "empty"


def test_an_unknown_layout_exits_3_and_invents_nothing(app: typer.Typer, tmp_path: Path) -> None:
    path = tmp_path / "brev.txt"
    path.write_text("Hej!\nTack för visningen av lägenheten i lördags.\n")
    result = CliRunner().invoke(app, ["read", str(path), "--json"])
    assert result.exit_code == 3
    [file] = json.loads(result.stdout)["files"]
    assert file["outcome"] == "unknown_layout"
    assert file["documents"] == []


def test_people_get_a_table_and_bad_files_a_sentence(
    app: typer.Typer, tmp_path: Path, report: str, bad: ModuleType
) -> None:
    good, locked = tmp_path / "utdrag.txt", tmp_path / "låst.pdf"
    good.write_text(report)
    locked.write_bytes(bad.encrypted())
    result = CliRunner().invoke(app, ["read", str(good), str(locked)])
    assert result.exit_code == 4
    assert "Provköping LILLA" in result.stdout
    assert "lösenord" in result.stderr
