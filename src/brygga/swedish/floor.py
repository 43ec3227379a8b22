"""Floors (*våning*) as addresses and listings write them: `vån 4½`, `BV`, `2tr`, `vån 3 / 5`.

`tr` counts stairs (*trappor*) above the entrance level, which is 0 (*BV*). What `vån` and `plan` count
from differs from house to house, so the word is kept beside the number and nothing is converted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from brygga.swedish.outcome import NotUnderstood
from brygga.swedish.text import field

Word = Literal["tr", "vån", "plan", "bv"]

LOWEST, HIGHEST = -5.0, 100.0

_KIND = "floor"
_NUMBER = r"-?(?:[0-9]{1,3}(?: ?½| 1/2|[.,][0-9])?|½|1/2)(?![0-9½]|[.,][0-9])"
_STAIRS = r"(?:tr\.?|trp\.?|trapp(?:or|a)(?: upp)?)(?![a-zåäö])"
_STOREY = r"(?:våning(?:en|splan(?:et)?)?|vån\.?)(?![a-zåäö])"
_OF = r"(?: ?(?:/|av) ?(?P<of>[0-9]{1,3})(?![0-9,.]))"
_TO = rf"(?: ?(?:\+|&|-|och|o) ?(?P<upper>{_NUMBER}))"
_WORD_FIRST = re.compile(
    rf"(?:(?P<tr>{_STAIRS})|(?P<plan>plan(?:et)?(?![a-zåäö]))|{_STOREY}):? ?(?P<number>{_NUMBER}){_TO}?{_OF}?"
)
_NUMBER_FIRST = re.compile(
    rf"(?P<number>{_NUMBER}|halv){_TO}?(?: ?/ ?(?P<slash>[0-9]{{1,3}})| av (?P<before>[0-9]{{1,3}}))?"
    rf"(?P<word>:?a? ?(?:(?P<tr>{_STAIRS})|(?P<plan>plan(?:et)?(?![a-zåäö]))|{_STOREY}))?"
    rf"(?:{_OF}(?: ?{_STAIRS})?)?"
)
_GROUND = re.compile(
    r"bv\.?|b\. ?v\.?|botten(?:våning(?:en)?|plan(?:et)?)|entré(?:plan(?:et)?|våning(?:en)?)|"
    r"mark(?:plan(?:et)?|våning(?:en)?)|n\. ?b\.?|nb|nedre botten"
)
_HALF_OR_OF_TWO = re.compile(r"(?<![0-9] )(?<![0-9.,])1 ?/ ?2(?![0-9])")
_TAIL = re.compile(
    r"[ ,-]*(?P<yard>ö\.? ?g\.?|över gård(?:en)?|gårdshus(?:et)?)?[ ,-]*(?:upp|\(?högst upp\)?)?[ .!]*"
)
_TAIL_BEGINS = re.compile(r"[ ,-]*(?:(?<![a-zåäö])(?:ö\.? ?g|över |gårds|upp|\(?högst)|!| ?\.$)")


@dataclass(frozen=True, slots=True)
class Floor:
    """The floor, halves allowed. `upper` is the second level of a home on two; `of` how many there are.

    `word` is what was counted, None for a bare number; `across_yard` is *över gården* (ö.g.).
    """

    floor: float
    word: Word | None = None
    upper: float | None = None
    of: int | None = None
    across_yard: bool = False


def parse(text: str) -> Floor:
    """One floor with at most a second level and the number of floors of the house.

    Raises NotUnderstood: `empty`, `too_long`, `not_floor` (also `vindsvåning`, which says no number),
    `ambiguous` (`1/2 tr` is half a flight or the first of two),
    `out_of_range` (below -5, above 100, or above the house's top), `reversed`.
    """
    lowered = field(text, kind=_KIND).lower()
    end, yard = _without_tail(lowered)
    if _GROUND.fullmatch(lowered, 0, end):
        return Floor(0.0, "bv", across_yard=yard)
    found = _WORD_FIRST.fullmatch(lowered, 0, end) or _NUMBER_FIRST.fullmatch(lowered, 0, end)
    if found is None:
        raise NotUnderstood(_KIND, "not_floor", position=_first_doubt(lowered))
    if _HALF_OR_OF_TWO.search(found[0]):
        raise NotUnderstood(_KIND, "ambiguous", position=found.start("number"))
    facts = found.groupdict()
    of = facts["of"] or facts.get("slash") or facts.get("before")
    upper = None if facts["upper"] is None else _read(facts["upper"])
    return _checked(_read(facts["number"]), _word(facts), upper, int(of) if of else None, yard=yard)


def _first_doubt(lowered: str) -> int:
    """Where reading stopped: after a floor, or at the start."""
    found = _WORD_FIRST.match(lowered) or _NUMBER_FIRST.match(lowered) or _GROUND.match(lowered)
    return found.end() if found else 0


def _without_tail(lowered: str) -> tuple[int, bool]:
    """Where the floor itself ends, and whether *över gården* stands after it."""
    begins = _TAIL_BEGINS.search(lowered)
    tail = _TAIL.fullmatch(lowered, begins.start()) if begins else None
    return (begins.start(), tail["yard"] is not None) if begins and tail else (len(lowered), False)


def _word(facts: dict[str, str | None]) -> Word | None:
    if facts["tr"]:
        return "tr"
    if facts["plan"]:
        return "plan"
    return "vån" if "word" not in facts or facts["word"] else None


def _read(number: str) -> float:
    if number == "halv":
        return 0.5
    whole = number.replace("½", " 1/2").replace("1/2", " .5").replace(",", ".").replace("- ", "-").split()
    value = sum(float(part.lstrip("-")) for part in whole)
    return -value if number.startswith("-") else value


def _checked(floor: float, word: Word | None, upper: float | None, of: int | None, *, yard: bool) -> Floor:
    top = floor if upper is None else upper
    if not LOWEST <= floor <= HIGHEST or top > HIGHEST or (of is not None and top > of + 1):
        raise NotUnderstood(_KIND, "out_of_range")
    if top < floor:
        raise NotUnderstood(_KIND, "reversed")
    return Floor(floor, word, upper, of, yard)
