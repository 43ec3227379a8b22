"""What a made document says, by path, and how well a reading agrees with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

from brygga.extracts.facts import Document, Fact, Section, State

Truth = dict[str, Any]
"""`owners.0.name` → value as plain data; `mortgages` → `there`, `empty` or `absent` for a section."""

_IGNORED = {"layout", "layout_name", "first_page", "last_page", "from_ocr", "pages_missing"}


@dataclass(slots=True)
class Score:
    """Fields counted one by one. `wrong` are those that the reader was sure of."""

    right: int = 0
    unsure: int = 0
    missing: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def labelled(self) -> int:
        """Fields that the truth holds."""
        return (
            self.right + self.unsure + len(self.missing) + len([p for p in self.wrong if "invented" not in p])
        )


def score(document: Document | None, truth: Truth) -> Score:
    """Compare. A value that the truth does not hold, and of which the reader is sure, is wrong too."""
    found = values_of(document) if document is not None else {}
    result = Score()
    for path, right in truth.items():
        value, sure = found.pop(path, (None, False))
        if value == right:
            result.right += 1
        elif value is None or not sure:
            result.missing.append(f"{path}: {value!r} for {right!r}")
        else:
            result.wrong.append(f"{path}: {value!r} for {right!r}")
    for path, (value, sure) in found.items():
        if sure and value is not None and value != State.ABSENT.value:
            result.wrong.append(f"{path}: {value!r} invented")
    return result


def values_of(document: Document) -> dict[str, tuple[Any, bool]]:
    """Every fact of a document by path: its plain value and whether it is sure."""
    found: dict[str, tuple[Any, bool]] = {}
    for name in document.__struct_fields__:
        if name not in _IGNORED:
            _collect(getattr(document, name), name, found)
    return found


def _collect(value: Any, path: str, found: dict[str, tuple[Any, bool]]) -> None:
    if isinstance(value, Fact):
        if value.value is not None:
            found[path] = (_plain(value.value), value.sure)
    elif isinstance(value, Section):
        found[path] = (value.state.value, value.whole)
        for number, item in enumerate(value.items):
            _collect(item, f"{path}.{number}", found)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            _collect(item, f"{path}.{number}", found)
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            _collect(getattr(value, name), f"{path}.{name}", found)
    elif value is True:
        found[path] = (True, True)


def _plain(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        return {k: v for k, v in msgspec.to_builtins(value).items() if v not in {"", None}}
    return msgspec.to_builtins(value)
