"""Numbers of rooms in Swedish text (*antal rum*, *rok*): halves allowed, `2½`, `2,5 rok`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from brygga.swedish.outcome import NotUnderstood
from brygga.swedish.text import field

MOST_ROOMS = 200

WORD = r"(?:rum(?: ?(?:och|o|&|\+|med) ?(?:kök|kokvrå|pentry))?|rok\.?|r\.? ?o\.? ?k\.?|rkv|r\.?)(?![\w²])"
COUNT = r"(?:[0-9]{1,3} ?½|[0-9]{1,3} 1/2|[0-9]{1,3}(?:[.,][0-9]{1,2})?|½|1/2)(?![0-9])"

_ROOMS = re.compile(rf"(?P<low>{COUNT})(?: ?(?:-|till) ?(?P<high>{COUNT}))?(?: ?{WORD})?")


@dataclass(frozen=True, slots=True)
class Rooms:
    """Rooms besides the kitchen. `most` is set for a range (`4-5 rum`), where `rooms` is the lower end."""

    rooms: float
    most: float | None = None


def parse(text: str) -> Rooms:
    """The number of rooms; a range gives its lower end and `most`.

    Raises NotUnderstood: `empty`, `too_long`, `not_rooms` (also words such as *tre*),
    `out_of_range` (0 or above 200), `reversed`.
    """
    found = _ROOMS.fullmatch(field(text, kind="rooms").lower())
    if not found:
        raise NotUnderstood("rooms", "not_rooms", position=0)
    low = count(found["low"], kind="rooms")
    if found["high"] is None:
        return Rooms(low)
    high = count(found["high"], kind="rooms")
    if high < low:
        raise NotUnderstood("rooms", "reversed", position=found.start("high"))
    return Rooms(low, high)


def count(token: str, *, kind: str) -> float:
    """The value of a token that matched COUNT. Raises NotUnderstood `out_of_range`."""
    whole = token.replace("½", " 1/2").split()
    value = sum(0.5 if part == "1/2" else float(part.replace(",", ".")) for part in whole)
    if not 0 < value <= MOST_ROOMS:
        raise NotUnderstood(kind, "out_of_range")
    return value
