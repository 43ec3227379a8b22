"""The energy declaration: there, readable and not older than ten years before the home is shown."""

from __future__ import annotations

from datetime import date
from typing import Final

from brygga.model.vocabulary import ON_SALE
from brygga.swedish import energy
from brygga.swedish.dates import STOCKHOLM
from brygga.swedish.outcome import NotUnderstood
from brygga.sync.crosscheck.case import Case, Checking, Said

VALID_YEARS: Final = 10
DWELLINGS: Final = frozenset({"house", "apartment", "condominium"})
"""A holiday house need not have one; a plot has nothing to declare."""


def declaration(case: Case) -> Checking:
    """Asked of dwellings that are or come for sale."""
    if case.estate.type not in DWELLINGS or case.estate.status not in ON_SALE | {"accepted", "attempt"}:
        return
    held = case.estate.buildings[0].energy if case.estate.buildings else None
    if held is None or not (held.rating or held.status or held.consumption_kwh_m2):
        yield Said(code="energy_missing")
        return
    if held.rating and not _is_class(held.rating):
        yield Said(code="energy_unreadable")
    if held.performed_at is None:
        if held.rating:
            yield Said(code="energy_undated")
        return
    made_on = held.performed_at.astimezone(STOCKHOLM).date()
    if case.today > _ten_years_after(made_on):
        yield Said(code="energy_too_old", old=made_on.isoformat())


def _is_class(text: str) -> bool:
    try:
        energy.parse(text)
    except NotUnderstood:
        return False
    return True


def _ten_years_after(made_on: date) -> date:
    """The last day on which it holds; of a leap day the last of February."""
    try:
        return made_on.replace(year=made_on.year + VALID_YEARS)
    except ValueError:
        return made_on.replace(year=made_on.year + VALID_YEARS, day=28)
