"""Mspecs' constants → the hub's words: the table beside this file, and what a connection lays over it."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from importlib import resources

from brygga.model import Invalid

Tables = Mapping[str, Mapping[str, str]]
"""Name of an enumeration → constant → word."""


def read(file: str) -> dict[str, dict[str, object]]:
    """A table of data that lies beside this module."""
    return tomllib.loads(resources.files(__package__).joinpath(file).read_text("utf-8"))


@functools.cache
def tables(over: str = "") -> Tables:
    """All tables, with the TOML text `over` laid on top.

    Raises Invalid (`setting_unusable`) when `over` is no TOML of tables of words.
    """
    made = {name: {key: str(word) for key, word in rows.items()} for name, rows in read("words.toml").items()}
    for name, rows in _given(over).items():
        made.setdefault(name, {}).update(rows)
    return made


def _given(text: str) -> dict[str, dict[str, str]]:
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _unusable(str(error)) from error
    for name, rows in found.items():
        if not isinstance(rows, dict) or not all(isinstance(word, str) for word in rows.values()):
            raise _unusable(f"{name} is not a table of words")
    return found


def _unusable(why: str) -> Invalid:
    return Invalid(
        f"the setting words cannot be used: {why}",
        code="setting_unusable",
        sv="Inställningen med egna ord för Mspecs går inte att läsa.",
    )
