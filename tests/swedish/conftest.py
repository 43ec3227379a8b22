"""Reference data beside the checkout; tests that need it say so and skip without it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_providers() -> Path:
    """The folder with reference and real data, a sibling of the checkout."""
    folder = Path(__file__).resolve().parents[3] / "shared" / "providers"
    if not folder.is_dir():
        pytest.skip("needs ../shared/providers beside the checkout")
    return folder


@pytest.fixture(scope="session")
def vectors(shared_providers: Path) -> list[dict[str, object]]:
    """Input and wanted value or error, for every kind of Swedish text."""
    text = (shared_providers / "reference" / "test_vectors.json").read_text(encoding="utf-8")
    return json.loads(text)["vectors"]


@pytest.fixture(scope="session")
def test_persons(shared_providers: Path) -> list[str]:
    """The tax agency's published test numbers: personal and coordination, twelve digits."""
    folder = shared_providers / "reference" / "personnummer"
    names = ("skatteverket_test_personnummer.sample.json", "skatteverket_test_samordningsnummer.json")
    return [number for name in names for number in json.loads((folder / name).read_text(encoding="utf-8"))]
