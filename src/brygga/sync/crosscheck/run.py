"""Runs every check on a case and puts their words in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from brygga.sync.crosscheck import duplicates, energy, land, money, owners, people, position
from brygga.sync.crosscheck.case import Case, Checking, Remark, Said, Weight
from brygga.sync.crosscheck.rules import rules

CHECKS: Final[tuple[Callable[[Case], Checking], ...]] = (
    owners.sellers_own,
    owners.shares_add_up,
    land.areas,
    land.building_year,
    land.designation_fits,
    land.address_fits,
    land.type_fits,
    money.mortgages,
    money.tax_value,
    energy.declaration,
    people.numbers,
    duplicates.among_contacts,
    position.place,
)
_ORDER: Final = {Weight.STOP: 0, Weight.WARN: 1, Weight.NOTE: 2}


def check(case: Case, *, weights: Mapping[str, str] | None = None) -> list[Remark]:
    """Every disagreement, the heaviest first. `weights`: rule → stop, warn, note or off, for an office.

    Pure; a fact that the reader was not sure of is never used. Raises nothing for odd data.
    """
    own = weights or {}
    said = (one for each in CHECKS for one in each(case))
    made = [_worded(one, own.get(one.code, "")) for one in said if own.get(one.code) != "off"]
    return sorted(made, key=lambda remark: _ORDER[remark.weight])


def _worded(said: Said, weight: str) -> Remark:
    rule = rules()[said.code]
    words = {"old": said.old, "new": said.new, **said.words}
    return Remark(
        code=said.code,
        weight=Weight(weight) if weight else rule.weight,
        sv=rule.sv.format_map(words),
        en=rule.en.format_map(words),
        field=said.field or rule.field,
        source=rule.source,
        old=said.old,
        new=said.new,
        place=said.place,
        proposal=said.proposal,
    )
