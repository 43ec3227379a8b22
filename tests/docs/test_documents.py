"""The documents against the program: commands, settings, dependencies, data classes, links."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from brygga.cli.app import app
from brygga.hub import Settings
from brygga.model import DataClass

ROOT = Path(__file__).resolve().parents[2]
DESIGN = ROOT / "docs" / "design.md"
OPERATION = ROOT / "docs" / "operation.md"
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
PICTURES = {
    ROOT / "docs" / "pictures" / name
    for name in ("oversikt.png", "tidslinje.png", "utdrag.png", "konflikter.png")
}
"""Taken from the real page by a script of their own; a checkout may be without them."""

_BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
_INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_SPOKEN = re.compile(r"(?<![\w./:@])(?:\S*/)?brygga((?: [a-z][a-z-]*)+)([^|#)\n]*)")
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
_LINK = re.compile(r"\[[^\]]*\]\(([^()\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def code_of(page: Path) -> Iterator[str]:
    """What a reader would type: shell blocks without broken lines, other plain blocks, code in sentences."""
    text = text_of(page)
    for language, body in _BLOCK.findall(text):
        if language != "python":
            yield body.replace("\\\n", " ")
    yield from _INLINE.findall(_BLOCK.sub("", text))


def spoken(page: Path) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each `brygga …` in a page: its words (a command, perhaps an argument) and what follows them."""
    for code in code_of(page):
        for words, rest in _SPOKEN.findall(code):
            yield tuple(words.split()), rest


def leaves(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command of the tree that does something, with its path."""
    for name, child in getattr(command, "commands", {}).items():
        if hasattr(child, "commands"):
            if child.invoke_without_command:
                yield (*path, name), child
            yield from leaves(child, (*path, name))
        else:
            yield (*path, name), child


COMMANDS: dict[tuple[str, ...], Any] = dict(leaves(get_command(app)))
BY_DEFAULT = {"market": ("market", "show")}
"""A group that takes an argument of its own: what it then does."""


def command_in(words: tuple[str, ...]) -> tuple[str, ...] | None:
    """The command that the words begin with; what follows is an argument."""
    known = next((words[:n] for n in (2, 1) if words[:n] in COMMANDS), None)
    return known or BY_DEFAULT.get(words[0])


def options_of(command: Any) -> set[str]:
    return {o for p in command.params for o in (*p.opts, *p.secondary_opts)} | {"--help"}


def rows(page: Path, heading: str) -> list[list[str]]:
    """The cells of the first table under a heading, without its head."""
    section = text_of(page).split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    table = re.search(r"(?:^\|.*\n)+", section, re.MULTILINE)
    assert table is not None, f"no table under {heading}"
    return [[c.strip() for c in line.strip("|").split("|")] for line in table[0].splitlines()[2:]]


def anchors(page: Path) -> set[str]:
    """Names that a link may point to in a page, made as the usual viewers make them."""
    plain = (re.sub(r"[^\w\- ]", "", h.lower()) for h in _HEADING.findall(_BLOCK.sub("", text_of(page))))
    return {one.replace(" ", "-") for one in plain}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_in_a_document_exists_and_takes_its_options(page: Path) -> None:
    wrong = []
    for words, rest in spoken(page):
        path = command_in(words)
        if path is None:
            wrong.append(f"brygga {' '.join(words)}")
        else:
            unknown = set(_OPTION.findall(rest)) - options_of(COMMANDS[path])
            wrong += [f"brygga {' '.join(path)} {option}" for option in sorted(unknown)]
    assert not wrong


def test_the_documents_are_read_for_commands_at_all() -> None:
    assert len(list(spoken(ROOT / "README.md"))) > 30


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_explains_itself(path: tuple[str, ...]) -> None:
    done = CliRunner().invoke(app, [*path, "--help"])
    assert done.exit_code == 0, done.output
    assert COMMANDS[path].help


def test_every_command_stands_in_a_document() -> None:
    named = {command_in(words) for page in PAGES for words, _ in spoken(page)}
    assert set(COMMANDS) - named == set()


def test_every_dependency_has_its_row_in_the_design_and_no_other_has() -> None:
    project = tomllib.loads(text_of(ROOT / "pyproject.toml"))
    wanted = {re.split(r"[\[<>=~! ]", one)[0] for one in project["project"]["dependencies"]}
    assert {cells[0].strip("`") for cells in rows(DESIGN, "7. Dependencies")} == wanted


def test_every_development_tool_is_named_in_the_design() -> None:
    project = tomllib.loads(text_of(ROOT / "pyproject.toml"))
    tools = {re.split(r"[\[<>=~! ]", one)[0] for one in project["dependency-groups"]["dev"]}
    section = text_of(DESIGN).split("\n## 7. Dependencies\n")[1].split("\n## ")[0]
    assert {name for name in tools if f"`{name}`" not in section} == set()


def test_no_dependency_is_under_a_licence_that_would_bind_the_program() -> None:
    licences = [cells[3] for cells in rows(DESIGN, "7. Dependencies")]
    assert not [one for one in licences if re.search(r"(?<!L)GPL", one)]


def test_every_setting_has_its_row_in_the_operation_page_with_its_default() -> None:
    told = {cells[0].strip("`"): cells[1] for cells in rows(OPERATION, "Settings")}
    wanted = {f"BRYGGA_{name.upper()}": field.default for name, field in Settings.model_fields.items()}
    assert set(told) == set(wanted)
    stated = {name: value.strip("`") for name, value in told.items() if value.startswith("`")}
    differing = {name: told[name] for name, value in stated.items() if not _same(value, wanted[name])}
    # The key ring's place is worked out from the home folder: `keys` is a file in it.
    assert set(differing) <= {"BRYGGA_KEYS_FILE"}


def _same(stated: str, default: object) -> bool:
    return float(stated) == float(default) if isinstance(default, int | float) else stated == str(default)


def test_every_data_class_has_its_row_in_the_design() -> None:
    assert [cells[0].strip("`") for cells in rows(DESIGN, "8. Data classes")] == [d.value for d in DataClass]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_within_the_project_leads_somewhere(page: Path) -> None:
    broken, absent = [], []
    for link in _LINK.findall(_BLOCK.sub("", text_of(page))):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists():
            (absent if target in PICTURES else broken).append(link)
        elif anchor and anchor not in anchors(target):
            broken.append(link)
    assert not broken
    if absent:
        pytest.skip(f"pictures of the page that have not been taken yet: {', '.join(absent)}")
