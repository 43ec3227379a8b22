"""What brokers read about Hemnet and mail: no word that the house does not use."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from importlib import resources
from typing import Any

import pytest

FORBIDDEN = re.compile(
    r"vänligen|tyvärr|\boj\b|ogiltig|felaktig inmatning|okänt fel|timeout|webhook|token|\bapi\b|payload|cache"
    r"|synk|\bretry|\bnull\b|klicka|!|systemet|användaren|\bman\b|initiera|verifiera|exekvera|konnektor|karantän"
    r"|backlogg|incident|validering|autentisering|sandlåda|throttlad",
    re.IGNORECASE,
)
_SWEDISH = re.compile(r"[åäöÅÄÖ]")
ROOMS = {"brygga.connectors.hemnet": "", "brygga.connectors.smtp": "", "brygga.wire": "smtp"}
"""Package → how the files' names begin."""


def texts() -> Iterator[tuple[str, str]]:
    """Where it stands → a text with Swedish letters in code, or a `sv` text in a table."""
    for room, prefix in ROOMS.items():
        yield from _of_folder(resources.files(room), prefix)


def _of_folder(folder: Any, prefix: str) -> Iterator[tuple[str, str]]:
    for place in folder.iterdir():
        if place.is_dir():
            yield from _of_folder(place, prefix)
        elif place.name.endswith(".toml"):
            yield from ((place.name, text) for text in _in_table(tomllib.loads(place.read_text("utf-8"))))
        elif place.name.endswith(".py") and place.name.startswith(prefix):
            yield from (
                (place.name, text) for text in _in_code(place.read_text("utf-8")) if _SWEDISH.search(text)
            )


def _in_table(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _in_table(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _in_table(inner, key)
    elif isinstance(value, str) and key.endswith("sv"):
        yield value


def _in_code(source: str) -> Iterator[str]:
    tree = ast.parse(source)
    asides = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in asides:
            yield node.value


def test_no_text_for_a_broker_has_a_word_that_the_house_does_not_use() -> None:
    found = list(texts())
    assert len(found) > 100
    assert [(where, text) for where, text in found if FORBIDDEN.search(text)] == []


@pytest.mark.parametrize("text", ["Ogiltig nyckel.", "Vi synkar annonsen.", "Fel i API.", "Klart!"])
def test_the_look_for_words_finds_them(text: str) -> None:
    assert FORBIDDEN.search(text)
