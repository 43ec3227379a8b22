"""Inskrivning 3 → owners with their acquisitions, and what burdens the property.

An owner whose name the register hides is *protected*: no number, no name, no address is taken over,
whatever else the answer holds. Zeros instead of a number without such a name are an owner without
number (a *dödsbo*, an unregistered person).
Source: the contract, §4; which members are optional is from public consumers' code.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from brygga.connectors.lantmateriet.mapping.reading import PROTECTED, Members
from brygga.connectors.lantmateriet.schema.register import (
    Acquisition,
    Entry,
    Identity,
    Owner,
    Share,
    Street,
    TaxOwner,
)

TITLES: Final = {"lagfart": "ownership", "tomträttsinnehav": "site_leasehold"}


def owners(properties: Members) -> tuple[list[Owner], list[Owner]]:
    """Present and former owners, in the register's order."""
    came_by = _acquisitions(properties)
    now = [_owner(one, came_by) for one in properties.each("agande")]
    before = [_owner(one, came_by) for one in properties.each("tidigareAgande")]
    return now, before


def entries(properties: Members) -> list[Entry]:
    """Mortgages and other registrations, as the register ranks them."""
    return [_entry(one) for one in properties.each("belastar")]


def _owner(row: Members, came_by: dict[str, list[Acquisition]]) -> Owner:
    who = person(row.inner("agare"))
    number = row.text("objektidentitet")
    row.ignore("versionGiltigFran")
    return Owner(
        at=row.at,
        title=TITLES.get(row.text("typ").lower(), ""),
        name=who.name,
        identity=who.identity,
        protected=who.protected,
        address=None if who.protected else _address(row.inner("agare")),
        share=row.share("beviljadAndel"),
        decision=row.text("beslut"),
        registered_on=row.day("inskrivningsdag"),
        act=_act(row),
        acquisitions=came_by.get(number, []),
    )


def person(agare: Members) -> TaxOwner:
    """Name and number of a person or organisation, protected ones without either."""
    holders = [agare, *(agare.inner(kind) for kind in ("person", "organisation", "utlandskAgare"))]
    first = next(filter(None, (one.text("fornamn") for one in holders)), "")
    last = next(filter(None, (one.text("efternamn") for one in holders)), "")
    company = next(filter(None, (one.text("organisationsnamn") for one in holders)), "")
    protected = any(PROTECTED in text.upper() for text in (first, last, company))
    if protected:
        agare.ignore(*agare.names())
        return TaxOwner(at=agare.at, protected=True)
    identity = agare.identity("idnummer")
    return TaxOwner(at=agare.at, name=company or f"{first} {last}".strip(), identity=identity)


def _address(agare: Members) -> Street | None:
    """Where the owner lives; the special address (*särskild adress*) only when there is no other."""
    for holder in (agare.inner("person"), agare.inner("organisation"), agare.inner("utlandskAgare"), agare):
        for kind in ("adress", "sarskildAdress", "utlandsadress"):
            place = holder.inner(kind)
            if place:
                return _street(place)
    return None


def _street(place: Members) -> Street:
    lines = [place.text(f"utdelningsadress{n}") for n in range(1, 5)]
    care_of = place.text("coAdress")
    street = ", ".join(filter(None, (care_of, place.text("utdelningsadress"), *lines)))
    return Street(
        at=place.at,
        street=street,
        postcode=place.text("postnummer").replace(" ", ""),
        town=place.text("postort"),
        country=place.text("land"),
    )


def _acquisitions(properties: Members) -> dict[str, list[Acquisition]]:
    """Ownership's id → how it was come by. The price stands beside the acquisitions, not in them."""
    found: dict[str, list[Acquisition]] = {}
    for change in properties.each("fastighetsagandeforandring"):
        paid = change.inner("kopeskilling")
        price_kr, _ = paid.kronor("kopeskillingFastEgendom") if paid else (None, "")
        note = paid.text("kopeskillingstyp") if paid else ""
        for row in change.each("fang"):
            for owner in _ids(row, "inskrivetAgande"):
                found.setdefault(owner, []).append(_acquisition(row, price_kr, note))
    return found


def _acquisition(row: Members, price_kr: int | None, note: str) -> Acquisition:
    row.ignore("objektidentitet", "fangeskod")
    return Acquisition(
        at=row.at,
        on=row.day("fangesdag"),
        kind=row.text("fangesart"),
        note=note,
        price_kr=price_kr,
        share=row.share("andelFang"),
        decision=row.text("beslut"),
        registered_on=row.day("inskrivningsdag"),
        act=_act(row),
    )


def _ids(row: Members, name: str) -> Iterator[str]:
    """References are an id, a list of ids, or objects that hold one."""
    yield from filter(None, row.text(name).split(", "))
    yield from filter(None, (one.text("objektidentitet") for one in row.each(name)))


def _entry(row: Members) -> Entry:
    what = row.inner("inskrivenBelastning")
    amount_kr, currency = what.kronor("belopp")
    what.ignore("objektidentitet")
    return Entry(
        at=row.at,
        kind=what.text("typ"),
        order=row.whole("foretradesordning"),
        amount_kr=amount_kr,
        currency=currency,
        form=what.text("pantbrevstyp"),
        decision=what.text("beslut"),
        registered_on=what.day("inskrivningsdag"),
        act=_act(what),
        text=what.found("andamal", "anmarkning", "anteckningstyp", "rattighetstyp"),
    )


def _act(row: Members) -> str:
    """A diary number (before 29 September 2014) or an act number (after); some entries carry several."""
    return ", ".join(filter(None, (row.text("aktnummer"), row.text("dagboksnummer"))))


__all__ = ["Identity", "Share", "entries", "owners", "person"]
