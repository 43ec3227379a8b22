"""`brygga read`: one JSON document, exit codes that mean something."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest
import typer
from typer.testing import CliRunner

from brygga.cli import read
from brygga.extracts.facts import Address, Fact, Pair, Place, Position, Reading, Section, Share

PLAIN = (Fact, Place, Section, Share, Address, Position, Pair, Reading)
NOT_PRINTED = {
    "layout", "layout_name", "first_page", "last_page", "from_ocr", "pages_missing",
    "title", "side", "identity_kind", "protected", "joint", "concerns_other_property",
}  # fmt: skip  # said in words of their own, or not facts


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
    assert document["designation"]["place"] == {
        "page": 1,
        "line": 7,
        **dict.fromkeys(("x0", "y0", "x1", "y1"), 0.0),
    }
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


def test_every_fact_in_the_json_has_value_text_place_sure_and_remark(
    app: typer.Typer, tmp_path: Path, printed: Callable[[str], bytes], report: str
) -> None:
    path = tmp_path / "utdrag.pdf"
    path.write_bytes(printed(report))
    result = CliRunner().invoke(app, ["read", str(path), "--json"])
    facts = list(facts_in(json.loads(result.stdout)["files"][0]["documents"]))
    assert len(facts) > 30
    for fact in facts:
        assert set(fact) == {"value", "text", "place", "sure", "remark"}
        assert set(fact["place"]) == {"page", "line", "x0", "y0", "x1", "y1"}
        assert fact["place"]["x1"] > fact["place"]["x0"]


def facts_in(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "sure" in value:
            yield value
        for inner in value.values():
            yield from facts_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from facts_in(inner)


def test_people_see_swedish_names_and_text_is_never_markup(
    app: typer.Typer, tmp_path: Path, report: str
) -> None:
    path = tmp_path / "ut[bold]drag\n.txt"
    path.write_text(report.replace("Socken: provsocken", "Socken: [red]prov[/red]"))
    result = CliRunner().invoke(app, ["read", str(path)], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    assert "Fastighetsbeteckning" in result.stdout
    assert "Inteckning 2 Belopp, kr" in result.stdout
    assert "designation" not in result.stdout
    assert "[red]prov[/red]" in result.stdout
    assert "ut[bold]drag\ufffd.txt" in result.stdout


@pytest.mark.parametrize("kind", ["missing", "folder", "pipe", "device"])
def test_what_is_no_ordinary_file_is_refused_at_once(app: typer.Typer, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "utdrag.pdf"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path = Path("/dev/zero")
    result = CliRunner().invoke(app, ["read", str(path), "--json"])
    assert result.exit_code == 4
    [file] = json.loads(result.stdout)["files"]
    assert file["code"] == "extract_not_opened"


def test_every_fact_has_a_swedish_name() -> None:
    from brygga.extracts import facts, terms

    kinds = [kind for name in facts.__all__ if isinstance(kind := getattr(facts, name), type)]
    structs = [kind for kind in kinds if issubclass(kind, msgspec.Struct) and kind not in PLAIN]
    named = {field for kind in structs for field in kind.__struct_fields__} - NOT_PRINTED
    assert {field for field in named if terms.term(field) == field} == set()
