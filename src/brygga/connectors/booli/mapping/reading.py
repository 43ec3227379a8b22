"""An `Intake` that remembers which members were read, so that the rest is carried and not lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from brygga.model.intake import Intake
from brygga.model.parts import Position
from brygga.swedish import NotUnderstood, dates

T = TypeVar("T")
Path = tuple[str | int, ...]
_INDEX = re.compile(r"\[[0-9]+\]")


class Reading(Intake):
    """The reading of one record. `take` marks a member as read; `rest` gives all others."""

    __slots__ = ("_raw", "_taken")

    def __init__(self) -> None:
        super().__init__()
        self._raw: Any = {}
        self._taken: set[Path] = set()

    def begin(self, raw: dict[str, Any]) -> None:
        """The record to read; what was taken before is forgotten."""
        self._raw = raw
        self._taken = set()

    def look(self, *path: str | int) -> Any:
        """The value at a path, None where there is none; it stays unread."""
        value = self._raw
        for step in path:
            if isinstance(step, str) and isinstance(value, dict):
                value = value.get(step)
            elif isinstance(step, int) and isinstance(value, list) and step < len(value):
                value = value[step]
            else:
                return None
        return value

    def take(self, *path: str | int) -> Any:
        """The value at a path, marked as read."""
        self._taken.add(path)
        return self.look(*path)

    def of(self, reader: Callable[[Any, str], T], *path: str | int) -> T:
        """The value at a path through one of the readers, such as `self.money`."""
        return reader(self.take(*path), dotted(path))

    def rest(self) -> dict[str, Any]:
        """Everything that nobody took, by JSON path, the largest whole pieces."""
        begun = {path[:length] for path in self._taken for length in range(len(path))}
        found: dict[str, Any] = {}
        self._collect(self._raw, (), begun, found)
        return found

    def _collect(self, value: Any, path: Path, begun: set[Path], into: dict[str, Any]) -> None:
        if path in self._taken:
            return
        if path in begun and isinstance(value, dict | list):
            inner = value.items() if isinstance(value, dict) else enumerate(value)
            for step, one in inner:
                self._collect(one, (*path, step), begun, into)
        elif path:
            name = self.text(dotted(path), "", most=300)
            while name in into:
                name += "'"
            into[name] = self.kept(value, name)

    # ------------------------------------------------------------------ values of several kinds

    def switch(self, value: Any, path: str) -> bool | None:
        """Yes or no where the provider writes 1 and 0."""
        return value == 1 if type(value) is int and value in (0, 1) else self.flag(value, path)

    def day(self, value: Any, path: str) -> date | None:
        """A date, `2017-06-07` or as people write it."""
        text = self.text(value, path, most=40)
        if not text:
            return None
        try:
            return dates.parse(text)
        except NotUnderstood as error:
            self.note("not_a_time", path, sv=error.sv)
            return None

    def square_metres(self, value: Any, path: str) -> float | None:
        """An area; 0 occurs and is kept."""
        return self.number(value, path, most=1e8)

    def position(self, latitude: Any, longitude: Any, path: str) -> Position | None:
        """A point; both nought means that it is not known."""
        north = self.number(latitude, path, least=-90, most=90)
        east = self.number(longitude, path, least=-180, most=180)
        if north is None or east is None:
            return None
        if north == 0 and east == 0:
            self.note("no_position", path)
            return None
        return Position(latitude=north, longitude=east)


def dotted(path: Path) -> str:
    """`("a", 0, "b")` as `a[0].b`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def plain_name(path: str) -> str:
    """A path without its numbers, for counting: `a[0].b` as `a[].b`."""
    return _INDEX.sub("[]", path)
