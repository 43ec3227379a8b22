"""Property designations (*fastighetsbeteckning*): `UPPSALA KVARNGÄRDET 1:23`.

A municipality (*registerområde*; förordning (2000:308) om fastighetsregister 5 §), a tract or a
block's name (*trakt*, *kvarter*), and block and unit (*block*, *enhet*). Unique only within the
municipality, so a text without one is an error unless the caller names it. Letters for a block
mark joint property: S and FS *samfällighet*, GA *gemensamhetsanläggning*.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from brygga.swedish import municipality as municipalities
from brygga.swedish.outcome import NotUnderstood
from brygga.swedish.text import field

Kind = Literal["property", "samfallighet", "gemensamhetsanlaggning"]

KVARTER = "*"
"""What stands for the block when the name is a town block's (*kvarter*) and has only a unit."""

_KIND = "designation"
_COUNTY_LETTERS = r"(?:A[BC]?|BD|[C-IK-PR-UW-Z])"
_LEAD = re.compile(
    r"(?:(?:FASTIGHET(?:EN|SBETECKNING(?:EN)?|SBET\.?)?|(?:REGISTER)?BETECKNING(?:EN)?|SAMFÄLLIGHET(?:EN)?|"
    r"GEMENSAMHETSANLÄGGNING(?:EN)?)(?: ?: ?| ))?"
    r"(?P<former>(?:F\.? ?D\.?|TIDIGARE(?: BETECKNING)?)(?: ?: ?| ))?"
)
_FORMER_COUNTY = re.compile(rf"{_COUNTY_LETTERS}-(?=[^\W\d_])")
_NAME_AND_UNIT = re.compile(
    r"(?P<name>[^0-9:>*()]*?)(?P<gap>[ ,]*)(?P<open>\()?"
    r"(?:(?<![^\W_])(?P<block>[0-9]{1,4}|F?S|GA) ?: ?(?P<unit>[0-9]{1,5})|(?P<single>[0-9]{1,5}))"
    r"(?: ?(?:>|,? ?(?:OMRÅDE|OMR\.?) ) ?(?P<area>[0-9]{1,4}))?(?(open)\)|)"
)
_PLAIN = re.compile(r"(?P<name>[^0-9:>*(),.]+) (?:(?P<block>[0-9]{1,4}|F?S|GA):)?(?P<unit>[0-9]{1,5})")
_PLAIN_TRACT = re.compile(r" (?!KV |KVARTER|KOMMUN )[A-ZÅÄÖÉÜ]+(?:[ -][A-ZÅÄÖÉÜ]+)*")
_OFFICE = re.compile(r"(?: KOMMUN(?=[ ,]|$))?[ ,]*(?:(?:KV\.|KV |KVARTERET |KVARTER )[ ]?)?")
_COLON_LOST = re.compile(r" ((?:F?S|GA) [0-9]+)")
"""`MASTHUGGET S 2` is S:2 without its colon far more likely than a town block by such a name."""
_SPACED_DASH = re.compile(r" ?- ?")
_TRACT = re.compile(r"[^\W\d_](?:[ '’.&/-]*[^\W\d_])*\.?")


@dataclass(frozen=True, slots=True)
class Designation:
    """One register unit, names in upper case. `area` is the part's number (*områdesnummer*), if given.

    `block` is digits, `S`, `FS`, `GA` or `*` (see KVARTER). `former` when the text calls it a former
    name (*f.d.*, *tidigare*) or has a county letter before it (`C-UPPSALA …`), as old registers wrote.
    """

    municipality: str
    tract: str
    block: str
    unit: int
    area: int | None = None
    kind: Kind = "property"
    former: bool = False

    @property
    def text(self) -> str:
        """The canonical form, without the part: `UPPSALA KVARNGÄRDET 1:23`, `SUNDSVALL BALDER 2`."""
        block = "" if self.block == KVARTER else f"{self.block}:"
        return f"{self.municipality} {self.tract} {block}{self.unit}"

    @property
    def short(self) -> str:
        """Without the municipality: `KVARNGÄRDET 1:23`."""
        return self.text[len(self.municipality) + 1 :]

    @property
    def with_area(self) -> str:
        """As map labels have it: `UPPSALA KVARNGÄRDET 1:23>2`."""
        return self.text if self.area is None else f"{self.text}>{self.area}"

    @property
    def municipality_code(self) -> str:
        """Four digits, for example `0380`."""
        return municipalities.parse(self.municipality).code

    def __str__(self) -> str:
        """The canonical form."""
        return self.text


_KINDS: dict[str, Kind] = {"S": "samfallighet", "FS": "samfallighet", "GA": "gemensamhetsanlaggning"}


def parse(text: str, *, municipality: str | None = None) -> Designation:
    """One designation in any case; `kv.`, `(1:23)`, `1 : 23` and `1:23>2` are understood.

    `municipality` (a name or code) is for texts that leave it out, as lists of an association do.
    A text that begins with another municipality is then refused as `other_municipality`. Raises
    NotUnderstood: `empty`, `too_long`, `unknown_municipality`, `no_tract`, `not_tract` (digits in
    the name), `no_unit` (also `Namn 1 1`), `not_unit`, `unit_zero`.
    """
    upper = field(text, kind=_KIND).upper()
    if municipality is None and (usual := _usual(upper)):
        return usual
    lead = _LEAD.match(upper)
    start, former = (lead.end(), lead["former"] is not None) if lead else (0, False)
    found = _NAME_AND_UNIT.fullmatch(upper, start)
    name_end = found.end("name") if found else _first_digit(upper, start)
    area, end, old = _area_and_end(upper, start, name_end, municipality)
    tract = _tract(upper, end, name_end)
    if found is None:
        _refuse_unit(upper, name_end)
        raise NotUnderstood(_KIND, "no_unit", position=min(name_end, len(upper)))
    return _made(found, area, tract, former=former or old)


def _usual(upper: str) -> Designation | None:
    """The form that registers and nearly everybody write, read in half the time; None for any other."""
    found = _PLAIN.fullmatch(upper)
    at = municipalities.leading(upper) if found else None
    if not found or not at or not _PLAIN_TRACT.fullmatch(upper, at[1], found.end("name")):
        return None
    block, unit = found["block"] or KVARTER, found["unit"]
    if block[0] == "0" or unit[0] == "0" or (block == KVARTER and _COLON_LOST.search(upper)):
        return None
    kind = _KINDS.get(block, "property")
    return Designation(upper[: at[1]], upper[at[1] + 1 : found.end("name")], block, int(unit), None, kind)


def _made(found: re.Match[str], municipality: str, tract: str, *, former: bool) -> Designation:
    block, unit, single, part = found["block"], found["unit"], found["single"], found["area"]
    number = int(unit or single)
    if number == 0:
        raise NotUnderstood(_KIND, "unit_zero", position=found.start("unit" if unit else "single"))
    if block is None:
        if lost := _COLON_LOST.search(found.string):
            raise NotUnderstood(_KIND, "no_unit", position=lost.start(1))
        block = KVARTER
    elif block not in _KINDS:
        block = block.lstrip("0")
        if not block:
            raise NotUnderstood(_KIND, "not_unit", position=found.start("block"))
    kind = _KINDS.get(block, "property")
    return Designation(municipality, tract, block, number, int(part) if part else None, kind, former)


def _area_and_end(upper: str, start: int, name_end: int, given: str | None) -> tuple[str, int, bool]:
    """The municipality in upper case, where the tract begins, and whether a county letter stood before."""
    name = upper[start:name_end]
    at = municipalities.leading(name)
    letters = None if at else _FORMER_COUNTY.match(name)
    if letters:
        at = municipalities.leading(name[letters.end() :])
        start += letters.end() if at else 0
    if given is not None:
        return _given(at, start, name_end, upper, given, old=letters is not None)
    if at is None:
        raise NotUnderstood(_KIND, "unknown_municipality", position=start)
    return at[0].upper, start + at[1], letters is not None and at is not None


def _given(
    at: tuple[municipalities.Municipality, int] | None,
    start: int,
    name_end: int,
    upper: str,
    given: str,
    *,
    old: bool,
) -> tuple[str, int, bool]:
    """The caller's municipality; the text may repeat it, but may not name another with a tract after it."""
    wanted = municipalities.parse(given)
    if at is None or not upper[start + at[1] : name_end].strip(" ,"):
        return wanted.upper, start, False
    if at[0].code != wanted.code:
        raise NotUnderstood(_KIND, "other_municipality", position=start)
    return wanted.upper, start + at[1], old


def _tract(upper: str, start: int, end: int) -> str:
    office = _OFFICE.match(upper, start, end)
    begins = office.end() if office else start
    tract = upper[begins:end].strip(" ,")
    if not tract:
        raise NotUnderstood(_KIND, "no_tract", position=min(start, len(upper)))
    if "-" in tract:
        tract = _SPACED_DASH.sub("-", tract)
    if not _TRACT.fullmatch(tract):
        raise NotUnderstood(_KIND, "not_tract", position=begins)
    return tract


def _first_digit(upper: str, start: int) -> int:
    """Where the unit ought to begin: the first character that no tract's name has."""
    found = _NO_NAME.search(upper, start)
    return found.start() if found else len(upper)


def _refuse_unit(upper: str, position: int) -> None:
    """A unit stands there but is wrong, or the tract's name goes on after digits."""
    rest = upper[position:]
    if _NAME_GOES_ON.match(rest):
        raise NotUnderstood(_KIND, "not_tract", position=position)
    if _WRONG_UNIT.match(rest):
        raise NotUnderstood(_KIND, "not_unit", position=position)


_NO_NAME = re.compile(r"[0-9:>*()]")
_NAME_GOES_ON = re.compile(r"[0-9]+(?:[^\W_]|[ ,]+[^\W\d_]{2,}.*[0-9]:?)")
_WRONG_UNIT = re.compile(r"[0-9]*\(?[0-9]*:|[0-9]{6,}")
