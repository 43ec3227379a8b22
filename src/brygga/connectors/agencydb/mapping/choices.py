"""Words of an enum column, both ways: theirs → ours when read, ours → theirs when written.

Several of our words may become one of theirs (nine types in five): that is declared as a loss, and
`as_seen` tells what comes back. A word of ours may carry a subtype, as in `house/radhus`.
"""

from __future__ import annotations

import functools
from typing import Any, Final

from brygga.connectors.agencydb.mapping.folding import squashed
from brygga.connectors.agencydb.schema.plan import ColumnPlan
from brygga.model.intake import Intake

NOTHING: Final = object()
"""No counterpart for a word of ours."""


class Choice:
    """One column's tables of words."""

    def __init__(self, column: ColumnPlan) -> None:
        self._base = column.type.partition(" ")[0]
        self._words = {self._key(k): v for k, v in column.words.items()}
        self._theirs = frozenset(column.words)
        self._plain = {k: v for k, v in column.back.items() if "/" not in k}
        self._fine = [(*k.split("/", 1), v) for k, v in column.back.items() if "/" in k]
        self._missing = column.missing

    def _key(self, value: Any) -> str:
        if self._base == "bool" and value in (0, 1):  # as SQLite and MySQL keep it
            return str(bool(value)).lower()
        return str(value).strip().lower()

    def read(self, value: Any, path: str, intake: Intake) -> tuple[Any, str]:
        """Our word and perhaps a subtype; an unknown word is kept as it came, with a finding."""
        if value is None or value == "":
            return None, ""
        known = self._words.get(self._key(value), NOTHING)
        if known is NOTHING:
            intake.note("unknown_value", path)
            return (None if self._base == "bool" else intake.text(str(value), path, most=100)), ""
        if isinstance(known, str) and "/" in known:
            word, _, sub = known.partition("/")
            return word, sub
        return known, ""

    def write(self, value: Any, subtype: str = "") -> Any:
        """Their word for ours; None when the model has none; NOTHING without counterpart."""
        if isinstance(value, list | tuple):
            return self._of_list(value)
        if value is None or value == "":
            return self._typed(self._missing)
        word = str(value).lower() if isinstance(value, bool) else str(value)
        if subtype:
            folded = squashed(subtype)
            for ours, sub, theirs in self._fine:
                if ours == word and squashed(sub) in folded:
                    return self._typed(theirs)
        if (found := self._plain.get(word)) is not None:
            return self._typed(found)
        if word in self._theirs:
            return self._typed(word)
        return NOTHING

    def _of_list(self, values: list[Any] | tuple[Any, ...]) -> Any:
        """The first of our words, in the order of the file, that the list holds."""
        folded = {squashed(str(one)) for one in values}
        for ours, theirs in self._plain.items():
            if squashed(ours) in folded:
                return self._typed(theirs)
        return self._typed(self._missing) if self._missing is not None or not values else NOTHING

    def _typed(self, text: str | None) -> Any:
        if text is None:
            return None
        if self._base == "int" and text.lstrip("-").isdigit():
            return int(text)
        return text.lower() in {"true", "t", "1"} if self._base == "bool" else text

    @functools.cached_property
    def merged(self) -> dict[str, list[str]]:
        """Their word → those of our words that all become it, where there are several."""
        found: dict[str, list[str]] = {}
        for ours, theirs in self._plain.items():
            found.setdefault(theirs, []).append(ours)
        return {theirs: ours for theirs, ours in found.items() if len(ours) > 1}
