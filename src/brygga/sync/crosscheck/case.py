"""What a cross-check is given and what it says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Any

import msgspec

from brygga.extracts.facts import Fact, Place, RegisterExtract, Section, State
from brygga.model import Contact, Estate


class Weight(StrEnum):
    """How heavy a remark is. `stop` stops a publication, `warn` asks to look, `note` only tells."""

    STOP = "stop"
    WARN = "warn"
    NOTE = "note"


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A home, its sellers, and what was read of its property; without an extract less is checked.

    `built`: the building year by the register or the energy declaration, where one was read.
    """

    estate: Estate
    today: date
    contacts: list[Contact] = []
    extract: RegisterExtract | None = None
    built: Fact[int] | None = None

    @property
    def sells_property(self) -> bool:
        """Whether the property itself is sold. Of a tenant-owned flat the association owns the property."""
        return self.estate.type != "apartment" and self.estate.tenure != "tenant_ownership"


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a check yields: its rule, the words to fill in, both values, and where the new one stands.

    `proposal` is the value to put into `field` (the rule's, unless given), for one confirmed step.
    """

    code: str
    words: dict[str, Any] = {}
    old: Any = None
    new: Any = None
    place: Place | None = None
    proposal: Any = None
    field: str = ""


Checking = Iterator[Said]


class Remark(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One disagreement, in words. `old` is ours, `new` the extract's; neither is ever personal.

    `place` is where in the extract; `source` the statute. `proposal` may be None: nothing to correct.
    """

    code: str
    weight: Weight
    sv: str
    en: str = ""
    field: str = ""
    source: str = ""
    old: Any = None
    new: Any = None
    place: Place | None = None
    proposal: Any = None


def known(fact: Fact[Any] | None) -> Any:
    """A fact's value if there is one and the reader was sure of it; else None: nothing is concluded."""
    return fact.value if fact is not None and fact.sure else None


def sure_items(section: Section[Any]) -> list[Any] | None:
    """A section's items when it was there and read whole; [] when it was there and empty; else None."""
    if section.state is State.ABSENT or not section.whole:
        return None
    return section.items
