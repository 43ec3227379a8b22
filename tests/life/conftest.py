"""Fixtures of the world; the world itself is in conftest_life.py so that tests may name its type."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from conftest_life import small_world, sqlite_world

__all__ = ["small_world", "sqlite_world"]
