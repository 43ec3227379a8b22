"""The property itself: areas, building year, designation, address, type."""

from __future__ import annotations

from typing import Any, Final

from brygga.extracts.facts import Fact, Taxation
from brygga.model.vocabulary import ESTATE_TYPES
from brygga.swedish import designation, municipality
from brygga.swedish import format as written
from brygga.swedish.outcome import NotUnderstood
from brygga.swedish.text import clean
from brygga.sync.crosscheck.case import Case, Checking, Said, known, sure_items

PLOT_TOLERANCE: Final = 0.01
PLOT_TOLERANCE_M2: Final = 5.0
LIVING_TOLERANCE: Final = 0.05
LIVING_TOLERANCE_M2: Final = 3.0
WITH_PLOT: Final = frozenset({"house", "cottage", "plot", "farm"})
CODES: Final[dict[str, tuple[str, ...]]] = {
    "house": ("22", "23", "24", "12", "321"),
    "cottage": ("22", "23", "24"),
    "plot": ("21", "110", "3", "4"),
    "farm": ("1",),
    "apartment": ("2", "3"),
    "condominium": ("3",),
}
"""Type → the beginnings of type codes (*typkod*) that fit it. 1 farming, 21 building plot, 22–24 small
houses, 3 blocks of flats. Source: Skatteverket's list of type codes, as far as it is known to us."""


def tax_unit(case: Case) -> Taxation | None:
    """The one tax unit; None when there are several, which may belong to different homes."""
    units = sure_items(case.extract.taxation) if case.extract else None
    return units[0] if units and len(units) == 1 else None


def areas(case: Case) -> Checking:
    """Plot and living area against the register and the taxation."""
    ours, extract, unit = case.estate.areas, case.extract, tax_unit(case)
    if case.estate.type in WITH_PLOT and extract is not None:
        total = extract.total_area_m2
        if known(total) is not None:
            yield from _area("plot_area_differs", ours.plot_m2, total, PLOT_TOLERANCE, PLOT_TOLERANCE_M2)
        elif unit is not None:
            theirs = unit.land_area_m2
            yield from _area(
                "plot_area_differs_in_tax", ours.plot_m2, theirs, PLOT_TOLERANCE, PLOT_TOLERANCE_M2
            )
    if unit is not None and case.estate.type in {"house", "cottage"}:
        living = unit.living_area_m2
        yield from _area("living_area_differs", ours.living_m2, living, LIVING_TOLERANCE, LIVING_TOLERANCE_M2)


def _area(code: str, ours: float | None, fact: Fact[int] | None, share: float, least_m2: float) -> Checking:
    theirs = known(fact)
    if fact is None or theirs is None or ours is None or ours <= 0 or theirs <= 0:
        return
    if abs(ours - theirs) > max(least_m2, share * theirs):
        old, new = written.number(ours), written.number(theirs)
        yield Said(code=code, old=old, new=new, place=fact.place, proposal=float(theirs))


def building_year(case: Case) -> Checking:
    """The year the house was built, against the register, and against its value year (*värdeår*)."""
    ours = case.estate.buildings[0].year_built if case.estate.buildings else None
    if ours is None:
        return
    built, unit = known(case.built), tax_unit(case)
    if case.built is not None and built is not None and abs(ours - built) > 1:
        yield Said(code="built_differs", old=ours, new=built, place=case.built.place, proposal=built)
    year = unit.value_year if unit else None
    if year is not None and known(year) is not None and ours > known(year) + 1:
        yield Said(code="built_after_value_year", old=ours, new=year.value, place=year.place)


def designation_fits(case: Case) -> Checking:
    """What the broker system calls the property is a designation, the extract's, in the address' kommun."""
    texts = case.estate.taxation.designations if case.estate.taxation else []
    home = _municipality(case)
    read = [found for text in texts if (found := _parsed(text, home)) is not None]
    if len(read) < len([text for text in texts if text.strip()]):
        yield Said(code="designation_unreadable")
    elsewhere = next((one for one in read if home and one.municipality != home), None)
    if elsewhere is not None:
        yield Said(
            code="designation_in_other_municipality", old=_named(home), new=_named(elsewhere.municipality)
        )
    fact = case.extract.designation if case.extract else None
    theirs = _parsed(str(known(fact) or ""), "")
    if fact is None or theirs is None or not read:
        return
    if all(one.text != theirs.text for one in read):
        ours = ", ".join(one.text for one in read)
        yield Said(
            code="designation_differs", old=ours, new=theirs.text, place=fact.place, proposal=[theirs.text]
        )


def address_fits(case: Case) -> Checking:
    """The address of the broker system against that of the register."""
    extract, ours = case.extract, case.estate.address
    if extract is None:
        return
    home, fact = _municipality(case), extract.municipality or extract.designation
    theirs = _kommun(str(known(extract.municipality) or "")) or _of(known(extract.designation))
    if home and theirs and home != theirs and fact is not None:
        yield Said(
            code="address_in_other_municipality",
            old=_named(home),
            new=_named(theirs),
            place=fact.place,
            proposal=_named(theirs),
        )
    address = known(extract.address)
    if extract.address is None or address is None:
        return
    place = extract.address.place
    if _differs(ours.street, address.street):
        yield Said(
            code="street_differs", old=ours.street, new=address.street, place=place, proposal=address.street
        )
    if _differs(ours.postcode.replace(" ", ""), address.postcode.replace(" ", "")):
        code = address.postcode.replace(" ", "")
        new = f"{code[:3]} {code[3:]}"
        yield Said(code="postcode_differs", old=ours.postcode, new=new, place=place, proposal=new)


def type_fits(case: Case) -> Checking:
    """The kind of home against the type code of its tax unit."""
    unit, fitting = tax_unit(case), CODES.get(case.estate.type)
    code = known(unit.type_code) if unit else None
    if unit is None or unit.type_code is None or not code or fitting is None:
        return
    if not str(code).startswith(fitting):
        old = ESTATE_TYPES.get(case.estate.type, case.estate.type)
        yield Said(code="type_differs_from_tax", old=old, new=code, place=unit.type_code.place)


def _differs(ours: str, theirs: str) -> bool:
    """Both told, and not the same but for case and spaces."""
    left, right = (clean(text).casefold() for text in (ours, theirs))
    return bool(left and right) and left != right


def _municipality(case: Case) -> str:
    """The home's municipality in upper case, by code or name; empty when the broker system has none."""
    address = case.estate.address
    by_code = municipality.by_code(address.municipality_code.strip())
    return by_code.upper if by_code else _kommun(address.municipality)


def _kommun(text: str) -> str:
    try:
        return municipality.parse(text).upper
    except NotUnderstood:
        return ""


def _named(upper: str) -> str:
    return municipality.parse(upper).name


def _of(text: Any) -> str:
    found = _parsed(str(text or ""), "")
    return found.municipality if found else ""


def _parsed(text: str, home: str) -> designation.Designation | None:
    """As written; else, when it lacks its municipality, in the home's own."""
    try:
        return designation.parse(text)
    except NotUnderstood as error:
        if not home or error.code != "unknown_municipality":
            return None
    try:
        return designation.parse(text, municipality=home)
    except NotUnderstood:
        return None
