"""The tree of a calendar file: components with their lines, bounded in depth and number."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from brygga.calendars.lines import Line
from brygga.calendars.trouble import unusable

DEEPEST: Final = 8
MOST_COMPONENTS: Final = 60_000


class Component(msgspec.Struct, kw_only=True):
    """One BEGIN…END: its own lines in order, and the components inside it."""

    name: str
    lines: list[Line] = []
    inner: list[Component] = []

    def first(self, name: str) -> Line | None:
        """The first line by that name."""
        return next((line for line in self.lines if line.name == name), None)

    def all(self, name: str) -> list[Line]:
        """All lines by that name."""
        return [line for line in self.lines if line.name == name]

    def value(self, name: str) -> str:
        """The raw value of the first line by that name, or nothing."""
        line = self.first(name)
        return line.value.strip() if line is not None else ""


def tree(lines: Iterable[Line]) -> list[Component]:
    """The outermost components. Raises Invalid (`not_icalendar`, `torn`, `too_large`)."""
    root, opened, count = Component(name=""), list[Component](), 0
    for line in lines:
        here = opened[-1] if opened else root
        if line.name == "BEGIN":
            count += 1
            if len(opened) >= DEEPEST or count > MOST_COMPONENTS:
                raise unusable("too many components, or too deep", code="too_large")
            made = Component(name=line.value.strip().upper())
            here.inner.append(made)
            opened.append(made)
        elif line.name == "END":
            if not opened or opened.pop().name != line.value.strip().upper():
                raise unusable("BEGIN and END do not match", code="not_icalendar")
        elif opened:
            here.lines.append(line)
        else:
            raise unusable("a line outside the calendar", code="not_icalendar")
    if opened:
        raise unusable(f"{opened[-1].name[:40]} does not end: the file is torn", code="torn")
    return root.inner
