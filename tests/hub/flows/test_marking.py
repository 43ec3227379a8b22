"""The mark of a mapping changes with its code and its settings, and with nothing else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from brygga.hub.flows import marking


def live(module: str, **settings: Any) -> Any:
    return SimpleNamespace(
        manifest=SimpleNamespace(module=f"{module}.api:Connector"),
        connection=SimpleNamespace(settings=settings),
    )


@pytest.fixture
def connector(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "quaylike"
    folder.mkdir()
    folder.joinpath("__init__.py").write_text("")
    folder.joinpath("mapping.py").write_text("A = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "quaylike", raising=False)
    marking._code.cache_clear()
    yield folder
    marking._code.cache_clear()
    sys.modules.pop("quaylike", None)


def test_the_same_code_and_settings_give_the_same_mark(connector: Path) -> None:
    first = marking.mark_of(live("quaylike", a=1, b=2))
    marking._code.cache_clear()
    assert marking.mark_of(live("quaylike", b=2, a=1)) == first


def test_a_changed_line_of_the_mapping_changes_the_mark(connector: Path) -> None:
    first = marking.mark_of(live("quaylike"))
    connector.joinpath("mapping.py").write_text("A = 2\n")
    marking._code.cache_clear()
    assert marking.mark_of(live("quaylike")) != first


def test_a_changed_setting_and_another_connector_change_the_mark(connector: Path) -> None:
    marks = {
        marking.mark_of(live("quaylike")),
        marking.mark_of(live("quaylike", language="sv")),
        marking.mark_of(live("brygga.connectors.vitec")),
        marking.mark_of(live("brygga.connectors.smtp")),
    }
    assert len(marks) == 4
