"""The catalogue: every sentence that a person reads, in Swedish and in English, by its key.

Keys are paths in the TOML files (`state.works`, `event.visible`); each leaf has `sv` and `en`
with the same placeholders. A test reads all of them.
"""

from __future__ import annotations

import functools
import string
import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any, Final

LANGUAGES: Final = ("sv", "en")

Part = tuple[str, str]
"""A piece of a sentence: how it is marked (`""` plain, `num`, `from`, `b`) and its text."""


class Words:
    """Looks sentences up. Raises KeyError for a key that is not there: a mistake of ours."""

    def __init__(self, *tables: Mapping[str, Any]) -> None:
        self.entries: dict[str, dict[str, str]] = {}
        for table in tables:
            self.entries.update(_leaves(table, ""))

    def has(self, key: str) -> bool:
        """Whether there is such a sentence."""
        return key in self.entries

    def say(self, key: str, lang: str, /, **facts: Any) -> str:
        """The sentence with its placeholders filled in."""
        return self.entries[key][lang].format_map(facts) if facts else self.entries[key][lang]

    def count(self, key: str, lang: str, n: int, /, **facts: Any) -> str:
        """`<key>.one` for exactly one, else `<key>.many`; `{n}` must be among the facts if it is shown."""
        return self.say(f"{key}.one" if n == 1 else f"{key}.many", lang, **facts)

    def parts(self, key: str, lang: str, /, **facts: str | Part) -> list[Part]:
        """The sentence in pieces, so that a page may mark some of them; a plain fact is a plain piece."""
        pieces: list[Part] = []
        for literal, name, _, _ in string.Formatter().parse(self.entries[key][lang]):
            if literal:
                pieces.append(("", literal))
            if name is not None:
                fact = facts[name]
                pieces.append(("", fact) if isinstance(fact, str) else fact)
        return pieces


def _leaves(table: Mapping[str, Any], path: str) -> Iterator[tuple[str, dict[str, str]]]:
    for name, value in table.items():
        key = f"{path}.{name}" if path else name
        if "sv" in value and isinstance(value["sv"], str):
            yield key, value
        else:
            yield from _leaves(value, key)


def read(package: str, name: str) -> dict[str, Any]:
    """A TOML file of sentences beside the code that says them."""
    return tomllib.loads(resources.files(package).joinpath(name).read_text(encoding="utf-8"))


@functools.cache
def house_words() -> Words:
    """The sentences of these views: states, repairs, what happened, why."""
    return Words(read(__package__, "words.toml"), read(__package__, "repairs.toml"))
