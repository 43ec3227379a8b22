"""The size field of a listing: areas and rooms in one text (`99 + 9 m²   3 rum`).

Reads from left to right, one part at a time, and insists on understanding all of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from brygga.swedish import area, number, rooms
from brygga.swedish.outcome import NotUnderstood
from brygga.swedish.text import field

_SEPARATOR = re.compile(r"[ ,;|/·]*")
_SUM = re.compile(
    rf"(?:(?P<ca>{area.CA}) ?)?(?P<living>{number.NUMBER}) ?(?:{area.UNIT})? ?\+ ?"
    rf"(?P<other>{number.NUMBER}) ?(?P<unit>{area.UNIT})(?: ?boarea ?\+ ?biarea)?"
)
_LABELLED = re.compile(rf"{area.USE}:? ?{area.TERM}")
_AREA = re.compile(rf"{area.TERM}(?: ?\(?{area.USE}\)?)?")
_ROOMS = re.compile(rf"(?P<count>{rooms.COUNT}) ?{rooms.WORD}")
_PLAIN_NUMBER = r"[0-9]{1,5}(?:[.,][0-9]{1,2})?"
_USUAL = re.compile(
    rf"(?P<living>{_PLAIN_NUMBER})(?: ?\+ ?(?P<other>{_PLAIN_NUMBER}))? ?(?:m²|m2|kvm)"
    r"(?: ?,? (?P<rooms>[1-9][0-9]?(?:[.,]5)?) ?(?:rum|rok))?"
)
"""The form that nearly every listing has, read in a third of the time."""


@dataclass(frozen=True, slots=True)
class Size:
    """*Boarea*, *biarea* and *tomtarea* in m², and rooms; None where the text does not say."""

    living_m2: float | None = None
    other_m2: float | None = None
    plot_m2: float | None = None
    rooms: float | None = None
    approximate: bool = False


def parse(text: str) -> Size:
    """All areas and rooms of a field, in any order; an area without a word is living area
    (land when it is given in hectares).

    Raises NotUnderstood: `empty`, `too_long`, `not_size` at the first part not understood,
    `repeated` when one of the four is given twice, `out_of_range`, `negative`.
    """
    lowered = field(text, kind="size").lower()
    if (usual := _USUAL.fullmatch(lowered)) and (size := _usual(usual)):
        return size
    facts: dict[str, float] = {}
    approximate, position = False, 0
    while position < len(lowered):
        found, part = _part(lowered, position)
        if not facts.keys().isdisjoint(part):
            raise NotUnderstood("size", "repeated", position=position)
        facts.update(part)
        approximate = approximate or found.groupdict().get("ca") is not None
        position = _after_separator(lowered, found.end())
    return Size(**facts, approximate=approximate)


def _usual(found: re.Match[str]) -> Size | None:
    """None when a number is nought: then the slow way names what is wrong."""
    living, other, rooms_ = (
        None if token is None else float(token.replace(",", ".")) for token in found.groups()
    )
    return Size(living, other, None, rooms_) if living and other != 0 else None


def _part(text: str, position: int) -> tuple[re.Match[str], dict[str, float]]:
    if found := _ROOMS.match(text, position):
        return found, {"rooms": rooms.count(found["count"], kind="size")}
    if found := _SUM.match(text, position):
        living, other = (
            area.square_metres(found[name], unit=found["unit"], kind="size") for name in ("living", "other")
        )
        return found, {"living_m2": living, "other_m2": other}
    found = _LABELLED.match(text, position) or _AREA.match(text, position)
    if not found or not (found["unit"] or area.use_of(found)):
        raise NotUnderstood("size", "not_size", position=position)
    hectares = (found["unit"] or "").startswith("h")
    use = area.use_of(found) or ("plot" if hectares else "living")
    return found, {f"{use}_m2": area.square_metres(found["number"], unit=found["unit"], kind="size")}


def _after_separator(text: str, position: int) -> int:
    found = _SEPARATOR.match(text, position)
    return found.end() if found else position
