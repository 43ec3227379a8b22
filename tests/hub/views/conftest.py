"""The invented office of the page's tests, for the views beneath it."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from brygga.hub import Hub


@pytest.fixture(scope="session")
def office() -> ModuleType:
    """It lies with the page's tests, which the import mode does not put on the path."""
    name = "brygga_invented_office"
    if name not in sys.modules:
        place = Path(__file__).parents[2] / "web" / "office.py"
        spec = importlib.util.spec_from_file_location(name, place)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture(scope="session")
def furnished_folder(office: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("office")
    hub = office.furnished(folder)
    hub.store.close()
    return folder


@pytest.fixture
def clock(office: ModuleType) -> Any:
    return office.Clock()


@pytest.fixture
def hub(office: ModuleType, furnished_folder: Path, tmp_path: Path, clock: Any) -> Iterator[Hub]:
    home = tmp_path / "home"
    shutil.copytree(furnished_folder, home)
    opened = office.empty_hub(home, clock)
    yield opened
    opened.store.close()


@pytest.fixture
def empty(office: ModuleType, tmp_path: Path, clock: Any) -> Iterator[Hub]:
    opened = office.empty_hub(tmp_path / "empty", clock)
    yield opened
    opened.store.close()
