"""Type codes of property taxation (*typkod*, *fastighetstaxering*): three digits, the first tells the group.

Names are given only where an official source confirmed them (Lantmäteriet's Geotorget, product
description GEODOK/14; the population register SPAR, 2021.1). A code without a name here is valid all
the same: the Tax Agency's list is longer and changes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from brygga.swedish.outcome import NotUnderstood
from brygga.swedish.text import field

_KIND = "typkod"

GROUPS = {
    "1": "lantbruk",
    "2": "småhus",
    "3": "hyreshus",
    "4": "industri",
    "5": "täkt",
    "6": "elproduktion",
    "7": "specialenhet",
    "8": "specialenhet",
}

NAMES = {
    "110": "lantbruksenhet, obebyggd",
    "113": "lantbruksenhet, bostadsbyggnadsvärde under 50 000 kr",
    "120": "lantbruksenhet, bebyggd",
    "210": "småhusenhet, tomtmark",
    "213": "småhusenhet, byggnadsvärde under 50 000 kr",
    "220": "småhusenhet, bebyggd",
    "223": "småhusenhet, bostadsbyggnad med lokaler",
    "225": "småhusenhet, småhus på ofri grund",
    "230": "småhusenhet, grupphusområde",
    "240": "småhusenhet, bostadsbyggnad på vattenfastighet",
}

_WORDS = r"[^\W\d_][^0-9()]*"
_CODE = re.compile(
    rf"(?:typkod:? ?)?(?:(?P<code>[0-9]{{3}})(?:[ ,:.-]+{_WORDS})?|{_WORDS}\((?P<inner>[0-9]{{3}})\))\.?"
)


@dataclass(frozen=True, slots=True)
class TypeCode:
    """Three digits as text."""

    code: str

    @property
    def group(self) -> str:
        """The kind of taxation unit in one Swedish word: *småhus*, *lantbruk*, …"""
        return GROUPS[self.code[0]]

    @property
    def name(self) -> str | None:
        """The official name, or None when it is not confirmed."""
        return NAMES.get(self.code)

    def __str__(self) -> str:
        """The canonical form."""
        return self.code


def parse(text: str) -> TypeCode:
    """`220`, `Småhus (220)`, `Småhusenhet, bebyggd (220).`, `typkod 220`. The words are not checked.

    Raises NotUnderstood: `empty`, `too_long`, `not_typkod`.
    """
    found = _CODE.fullmatch(field(text, kind=_KIND).lower())
    code = (found["code"] or found["inner"]) if found else ""
    if code[:1] not in GROUPS:
        raise NotUnderstood(_KIND, "not_typkod", position=0)
    return TypeCode(code)
