"""A look-up in the register, written as a text that a person can read, and as the facts of an extract.

The text is kept like a file that was sent to us: every fact's place is its line there, so a look-up
and a PDF are shown, compared and filled in the same way. Which shape the connector's answer has is
known by the names of its members only.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final, Literal

from brygga.extracts.facts import (
    Acquisition,
    Address,
    Fact,
    FormerDesignation,
    IdentityKind,
    JointFacility,
    Measure,
    Mortgage,
    Note,
    Owner,
    Place,
    Position,
    RegisterExtract,
    Right,
    Section,
    Share,
    State,
    Taxation,
    TaxOwner,
)

GRANTED: Final = frozenset({"", "beviljad"})
"""Decisions that make a registration count; anything else (*vilande*, *avslagen*) is not sure."""
LAYOUT: Final = "register_look_up"
MORTGAGE: Final = "inteckning"
Title = Literal["ownership", "site_leasehold", ""]


class Writer:
    """Lines of the text, and facts that point at them."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def head(self, text: str) -> Place:
        """A heading, after an empty line."""
        self.lines += ["", text] if self.lines else [text]
        return Place(page=1, line=len(self.lines))

    def fact(self, label: str, value: Any, text: str = "", *, sure: bool = True, remark: str = "") -> Any:
        """A line `label: text` and its fact; nothing for a value that is not there."""
        shown = text or ("" if value is None else str(value))
        if not shown:
            return None
        self.lines.append(f"{label}: {shown}")
        return Fact(
            value=value, text=shown, place=Place(page=1, line=len(self.lines)), sure=sure, remark=remark
        )

    def section(self, heading: str, items: list[Any], write: Any, *, asked: bool) -> Section[Any]:
        """A part of the text. Not asked for is absent; asked for and nothing there is empty."""
        if not asked:
            return Section()
        place = self.head(heading)
        if not items:
            self.lines.append("-")
            return Section(state=State.EMPTY, place=place)
        return Section(state=State.THERE, place=place, items=[write(item) for item in items])


def of_register(found: Any) -> tuple[bytes, RegisterExtract]:
    """The text (UTF-8) and its facts. `found` is what ability `register` gave."""
    w = Writer()
    w.head("Uppslag i fastighetsregistret")
    said = {one.product: str(one.got) for one in found.outcomes}
    asked = {product: got in ("answered", "nothing") for product, got in said.items()}
    top = {"designation": w.fact("Beteckning", found.designation), **_land(w, found)}
    registered = [one for one in found.entries if one.kind.lower() == MORTGAGE]
    others = [one for one in found.entries if one.kind.lower() != MORTGAGE]
    ownership, taxed = asked.get("inskrivning", False), asked.get("taxering", False)
    land = found.property
    extract = RegisterExtract(
        layout=LAYOUT,
        layout_name="Uppslag i fastighetsregistret",
        **top,
        owners=w.section("Ägare", found.owners, lambda one: _owner(w, one), asked=ownership),
        former_owners=w.section(
            "Tidigare ägare", found.former_owners, lambda one: _owner(w, one), asked=ownership
        ),
        mortgages=w.section("Inteckningar", registered, lambda one: _mortgage(w, one), asked=ownership),
        entries=w.section("Övriga inskrivningar", others, lambda one: _entry(w, one), asked=ownership),
        taxation=w.section("Taxering", found.taxation, lambda one: _tax(w, one), asked=taxed),
        rights=w.section(
            "Rättigheter", found.rights, lambda one: _right(w, one), asked=asked.get("rattighet", False)
        ),
        joint_facilities=w.section(
            "Gemensamhetsanläggningar",
            found.facilities,
            lambda one: _facility(w, one),
            asked=asked.get("gemensamhetsanlaggning", False),
        ),
        attributes=w.section(
            "Byggnader", found.buildings, lambda one: _building(w, one), asked=asked.get("byggnad", False)
        ),
        measures=w.section(
            "Åtgärder",
            land.measures if land else [],
            lambda one: _measure(w, one),
            asked=asked.get("fastighet", False),
        ),
        former_designations=w.section(
            "Tidigare beteckning",
            land.former if land else [],
            lambda one: _former(w, one),
            asked=asked.get("fastighet", False),
        ),
    )
    _outcomes(w, found)
    return ("\n".join(w.lines) + "\n").encode(), extract


def built(found: RegisterExtract) -> Fact[int] | None:
    """The building year that a look-up wrote among its buildings, when there is exactly one."""
    notes = [note.text for note in found.attributes.items if note.text is not None]
    years = [one for one in notes if one.remark == "built" and one.sure]
    if found.layout != LAYOUT or len(years) != 1:
        return None
    fact = years[0]
    return Fact(value=int(fact.text), text=fact.text, place=fact.place)


def _land(w: Writer, found: Any) -> dict[str, Any]:
    land = found.property
    made: dict[str, Any] = {}
    if land is not None:
        made["total_area_m2"] = w.fact("Totalareal m²", land.total_m2)
        made["land_area_m2"] = w.fact("Varav landareal m²", land.land_m2)
        made["water_area_m2"] = w.fact("Varav vattenareal m²", land.water_m2)
        if land.north_m is not None and land.east_m is not None:
            position = Position(north_m=land.north_m, east_m=land.east_m)
            made["position"] = w.fact("Läge", position, f"N {land.north_m:.0f} E {land.east_m:.0f}")
    addresses = [_address(one) for one in found.addresses if one.street]
    shown = [f"{one.street}, {one.postcode} {one.town}".strip(", ") for one in addresses]
    facts = [
        w.fact("Adress", one, text, sure=len(addresses) == 1)
        for one, text in zip(addresses, shown, strict=True)
    ]
    made["address"] = facts[0] if facts else None
    return made


def _address(one: Any) -> Address:
    return Address(street=one.street, postcode=one.postcode, town=one.town)


def _day(w: Writer, label: str, value: date | None) -> Any:
    return w.fact(label, value, value.isoformat() if value else "")


def _share(w: Writer, one: Any, *, sure: bool = True) -> Any:
    if one is None:
        return None
    share = Share(one.numerator, one.denominator)
    return w.fact("Andel", share, str(share), sure=sure)


def _identity(w: Writer, one: Any, *, sure: bool = True) -> Any:
    """A number that could not be read keeps its text and has no value."""
    if one.error:
        return w.fact("Nummer", None, one.text, sure=False, remark=one.error)
    return w.fact("Nummer", one.number or None, sure=sure)


def _kind(one: Any) -> IdentityKind:
    return IdentityKind(one.kind) if one.kind else IdentityKind.NONE


def _owner(w: Writer, one: Any) -> Owner:
    """A protected person has a line that says so and nothing else. A decision that is not granted
    makes all of it unsure."""
    sure = one.decision.lower() in GRANTED
    title: Title = one.title
    if one.protected:
        w.lines.append("Skyddade personuppgifter")
        share = _share(w, one.share, sure=sure)
        return Owner(
            title=title, protected=True, share=share, registered_on=_day(w, "Inskrivning", one.registered_on)
        )
    street = one.address
    home = _address(street) if street is not None and street.street else None
    return Owner(
        title=title,
        name=w.fact("Ägare", one.name or None, sure=sure),
        identity=_identity(w, one.identity, sure=sure),
        identity_kind=_kind(one.identity),
        address=w.fact("Ägarens adress", home, f"{home.street}, {home.postcode} {home.town}" if home else ""),
        share=_share(w, one.share, sure=sure),
        document_kind=w.fact("Beslut", one.decision or None),
        registered_on=_day(w, "Inskrivning", one.registered_on),
        act=w.fact("Akt", one.act or None),
        acquisitions=[_acquired(w, each) for each in one.acquisitions],
    )


def _acquired(w: Writer, one: Any) -> Acquisition:
    return Acquisition(
        acquired_on=_day(w, "Fång", one.on),
        kind=w.fact("Fångesart", one.kind or None),
        amount_kr=w.fact("Köpeskilling kr", one.price_kr),
        share=_share(w, one.share),
        decision=w.fact("Fångets beslut", one.decision or None),
        registered_on=_day(w, "Fångets inskrivning", one.registered_on),
        act=w.fact("Fångets akt", one.act or None),
    )


def _mortgage(w: Writer, one: Any) -> Mortgage:
    sure = one.decision.lower() in GRANTED
    return Mortgage(
        number=w.fact("Nr", one.order),
        amount_kr=w.fact("Belopp kr", one.amount_kr, sure=sure),
        kind=w.fact("Typ", one.form or None),
        remark=w.fact("Valuta", one.currency or None),
        registered_on=_day(w, "Inskrivning", one.registered_on),
        act=w.fact("Akt", one.act or None),
    )


def _entry(w: Writer, one: Any) -> Note:
    text = ", ".join(filter(None, (one.kind, one.text, one.act)))
    return Note(text=w.fact("Inskrivning", text or None))


def _tax(w: Writer, one: Any) -> Taxation:
    """Of a unit that spans several properties the values are not those of ours alone."""
    alone = not one.with_others
    unit = w.fact("Taxeringsenhet", one.unit or None)
    if not alone:
        w.lines.append(f"Samtaxerad med: {', '.join(one.with_others)}")
    return Taxation(
        unit=unit,
        type_code=w.fact("Typkod", one.type_code or None),
        tax_year=w.fact("Taxeringsår", one.year),
        total_kr=w.fact("Taxeringsvärde kr", one.total_kr, sure=alone),
        land_kr=w.fact("Varav mark kr", one.land_kr, sure=alone),
        building_kr=w.fact("Varav byggnad kr", one.building_kr, sure=alone),
        land_area_m2=w.fact("Taxerad areal m²", one.area_m2, sure=alone),
        owners=Section(state=State.THERE, items=[_tax_owner(w, each) for each in one.owners])
        if one.owners
        else Section(),
    )


def _tax_owner(w: Writer, one: Any) -> TaxOwner:
    if one.protected:
        w.lines.append("Skyddade personuppgifter")
        return TaxOwner(protected=True, share=_share(w, one.share))
    return TaxOwner(
        name=w.fact("Taxerad ägare", one.name or None),
        identity=_identity(w, one.identity),
        identity_kind=_kind(one.identity),
        share=_share(w, one.share),
    )


def _right(w: Writer, one: Any) -> Right:
    """Read without an example to go by, so not sure."""
    side = {"burden": "Last", "benefit": "Förmån"}.get(one.side, "")
    if side:
        w.lines.append(side)
    return Right(
        kind=w.fact("Rättighet", one.kind or None, sure=False),
        purpose=w.fact("Ändamål", one.purpose or None, sure=False),
        side=one.side,
        act=w.fact("Akt", one.name or None, sure=False),
    )


def _facility(w: Writer, one: Any) -> JointFacility:
    return JointFacility(
        designation=w.fact("Gemensamhetsanläggning", one.designation or None, sure=False),
        purpose=w.fact("Ändamål", one.purpose or None, sure=False),
        share=w.fact("Andel", one.share or None, sure=False),
    )


def _building(w: Writer, one: Any) -> Note:
    """One note per building, at its building year where that is known."""
    w.fact("Byggnad", " ".join(filter(None, (one.number, one.name, one.purpose))) or None)
    w.fact("Boarea m²", one.living_m2)
    year = w.fact("Byggår", str(one.built) if one.built else None, sure=one.main is not False, remark="built")
    return Note(text=year)


def _measure(w: Writer, one: Any) -> Measure:
    return Measure(
        kind=w.fact("Åtgärd", one.kind or None),
        decided_on=_day(w, "Datum", one.on),
        act=w.fact("Akt", one.act or None),
    )


def _former(w: Writer, one: Any) -> FormerDesignation:
    return FormerDesignation(
        designation=w.fact("Hette förut", one.designation or None),
        until=_day(w, "Till och med", one.until),
        act=w.fact("Akt", one.act or None),
    )


def _outcomes(w: Writer, found: Any) -> None:
    """What said nothing and why, at the end."""
    lacking = [one for one in found.outcomes if one.sv]
    if lacking:
        w.head("Det här saknas")
        w.lines += [one.sv for one in lacking]
