"""Text that stands sideways: its boxes as they are when the text is upright, and back as the page is shown.

A page has a turn of its own (*/Rotate*), and its text another; a report that was scanned or printed
lying is read upright, while its facts keep the place where a person finds them on the shown page.
"""

from __future__ import annotations

from typing import Any

import msgspec

from brygga.extracts.fact import Place

Box = tuple[float, float, float, float]


class Turn(msgspec.Struct, frozen=True):
    """Quarter turns, the unturned page's size in points. `text` and `shown` differ on a page lying down."""

    text: int
    shown: int
    width: float
    height: float


def upright(left: float, bottom: float, right: float, top: float, quarters: int, turn: Turn) -> Box:
    """A box of page space as x0, y0, x1, y1 from the top left corner after so many quarter turns."""
    if quarters == 1:
        return (bottom, left, top, right)
    if quarters == 2:
        return (turn.width - right, bottom, turn.width - left, top)
    if quarters == 3:
        return (turn.height - top, turn.width - right, turn.height - bottom, turn.width - left)
    return (left, turn.height - top, right, turn.height - bottom)


def _page_space(x0: float, y0: float, x1: float, y1: float, turn: Turn) -> Box:
    """The way back from `upright`: left, bottom, right, top."""
    if turn.text == 1:
        return (y0, x0, y1, x1)
    if turn.text == 2:
        return (turn.width - x1, y0, turn.width - x0, y1)
    if turn.text == 3:
        return (turn.width - y1, turn.height - x1, turn.width - y0, turn.height - x0)
    return (x0, turn.height - y1, x1, turn.height - y0)


def shown(value: Any, turns: dict[int, Turn]) -> Any:
    """The same with every place of those pages where the shown page has it."""
    if not turns:
        return value
    if isinstance(value, Place):
        turn = turns.get(value.page)
        if turn is None or value.y1 <= value.y0:
            return value
        box = upright(*_page_space(value.x0, value.y0, value.x1, value.y1, turn), turn.shown, turn)
        x0, y0, x1, y1 = (round(side, 1) for side in box)
        return Place(page=value.page, line=value.line, x0=x0, y0=y0, x1=x1, y1=y1)
    if isinstance(value, list):
        return [shown(item, turns) for item in value]
    if isinstance(value, msgspec.Struct):
        return type(value)(**{name: shown(getattr(value, name), turns) for name in value.__struct_fields__})
    return value
