"""The pictures' maker as a fixture, since test files are not a package."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="session")
def sample() -> ModuleType:
    """`sample_pictures.py`."""
    spec = importlib.util.spec_from_file_location(
        "sample_pictures", Path(__file__).with_name("sample_pictures.py")
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
