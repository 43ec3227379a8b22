"""Words of enum columns and lookup tables → the hub's; and which of theirs stands in for ours (`words.toml`).

For a word of ours that the database lacks, other words of ours are tried in turn. What comes of it is
a loss, which the mapping declares. The last resort is a word for "other".
"""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from typing import Any, Final

from brygga.connectors.agencydb.mapping.folding import squashed

_FILE: Final[dict[str, Any]] = tomllib.loads(
    resources.files(__package__).joinpath("words.toml").read_text(encoding="utf-8")
)
OTHER: Final = frozenset(_FILE["other"].split())
LETTERS: Final[dict[str, str]] = _FILE["letters"]
"""Single letters → the type of home that they usually stand for."""
WORDS: Final[dict[str, dict[str, str]]] = {
    field: {word: ours for ours, words in table.items() for word in words.split()}
    for field, table in _FILE["words"].items()
}
"""Field → squashed word → ours. Words with a slash carry a subtype."""


def _lists(name: str) -> dict[str, dict[str, tuple[str, ...]]]:
    return {f: {o: tuple(w.split()) for o, w in table.items()} for f, table in _FILE[name].items()}


STAND_INS: Final = _lists("stand_ins")
_FIRST: Final = _lists("first")


class Matched:
    """A column's words against a field's list. `words`: theirs → ours; `back`: ours → theirs."""

    def __init__(self, field: str, theirs: dict[str, str]) -> None:
        """`theirs`: value in the column → the text to understand it by (its own, or its lookup row's)."""
        table = WORDS[field]
        self.other = next((v for v, text in theirs.items() if squashed(text) in OTHER), None)
        found = {v: table.get(squashed(text)) or _by_parts(table, text) for v, text in theirs.items()}
        self.words: dict[str, Any] = {v: _typed(field, ours) for v, ours in found.items() if ours is not None}
        self.unknown = [v for v, ours in found.items() if ours is None and v != self.other]
        self.back = _back(field, {v: o for v, o in found.items() if o}, theirs, self.other)
        if field not in {"cancelled", "digital"} and self.other is not None:
            self.words[self.other] = ""


def _by_parts(table: dict[str, str], text: str) -> str | None:
    """`Gård/skog`, `Tomt, fritid`: the word of ours that every part means, if it is one and the same."""
    parts = [one for one in re.split(r"[/,&]|\boch\b|\beller\b", text) if one.strip()]
    ours = {table.get(squashed(one)) for one in parts}
    return ours.pop() if len(parts) > 1 and len(ours) == 1 else None


def _typed(field: str, ours: str) -> Any:
    return ours == "true" if field in {"cancelled", "digital"} else ours


def _back(field: str, found: dict[str, str], theirs: dict[str, str], other: str | None) -> dict[str, str]:
    """Ours → theirs: the exact ones first, then the stand-ins."""
    exact: dict[str, str] = {}
    for value, ours in found.items():
        exact.setdefault(ours, value)
    for ours, preferred in _FIRST.get(field, {}).items():
        by_text = {squashed(theirs[v]): v for v, o in found.items() if o == ours}
        best = next((by_text[one] for one in preferred if one in by_text), None)
        if best is not None:
            exact[ours] = best
    made = dict(exact)
    for ours, others in STAND_INS.get(field, {}).items():
        if ours not in made:
            able = (other if one == "other" else exact.get(one) for one in others)
            stand_in = next((one for one in able if one is not None), None)
            if stand_in is not None:
                made[ours] = stand_in
    if field == "type" and "house/radhus" in made:
        made |= {f"house/{sub}": made.get(f"house/{sub}", made["house/radhus"]) for sub in _ROWS}
    return made


_ROWS: Final = ("kedjehus", "parhus", "rowhouse", "townhouse", "terraced")
"""Other names of homes in a row."""
