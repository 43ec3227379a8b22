"""Mortgages and tax values against what the broker system says."""

from __future__ import annotations

from brygga.extracts.facts import Mortgage
from brygga.swedish import format as written
from brygga.sync.crosscheck.case import Case, Checking, Said, known, sure_items
from brygga.sync.crosscheck.land import tax_unit


def mortgages(case: Case) -> Checking:
    """The register's mortgages against the asking price and the deeds that the broker system lists."""
    found: list[Mortgage] | None = (
        sure_items(case.extract.mortgages) if case.extract and case.sells_property else None
    )
    if found is None or case.extract is None:
        return
    place = case.extract.mortgages.place
    if any(one.joint or one.joint_with for one in found):
        yield Said(code="mortgages_joint", place=place)
    amounts = [known(one.amount_kr) for one in found]
    if None in amounts:
        return
    total, price = sum(amounts), case.estate.price.asking_kr
    if price and total > price:
        yield Said(
            code="mortgages_above_price", old=written.number(price), new=written.number(total), place=place
        )
    ours = case.estate.pledges_kr
    if ours and sorted(ours) != sorted(amounts):
        old, new = written.number(sum(ours)), written.number(total)
        yield Said(code="pledges_differ", old=old, new=new, place=place, proposal=amounts)


def tax_value(case: Case) -> Checking:
    """The tax value of the home's one tax unit; of several nobody knows which is the home's."""
    unit, ours = tax_unit(case) if case.sells_property else None, case.estate.taxation
    theirs = unit.total_kr if unit else None
    total = known(theirs)
    if theirs is None or total is None or ours is None or ours.total_kr is None or ours.total_kr == total:
        return
    old, new = written.number(ours.total_kr), written.number(total)
    yield Said(code="tax_value_differs", old=old, new=new, place=theirs.place, proposal=total)
