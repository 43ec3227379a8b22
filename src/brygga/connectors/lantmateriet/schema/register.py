"""What a look-up in the property register gives: plain values, each with where it stood.

`at` is the product and the JSON path, `inskrivning:features[0].properties.agande[0]`. Areas in
square metres, money in whole kronor. An identity of a protected person is never here.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A piece of an answer; `at` says where it stood."""

    at: str = ""


class Share(msgspec.Struct, frozen=True):
    """A share (*andel*) as written."""

    numerator: int
    denominator: int


class Identity(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person's or organisation's number. `error` says why one could not be read, `text` holds it then."""

    number: str = ""
    kind: str = ""
    text: str = ""
    error: str = ""

    def __repr__(self) -> str:
        """Never the number: values end up in logs."""
        return f"Identity(***, kind={self.kind!r}, error={self.error!r})"


class Street(Part, frozen=True):
    """An address: of a person where the register tells it, or of the property itself."""

    street: str = ""
    postcode: str = ""
    town: str = ""
    municipality: str = ""
    country: str = ""


class Acquisition(Part, frozen=True):
    """How an owner came by it (*fång*)."""

    on: date | None = None
    kind: str = ""
    note: str = ""
    price_kr: int | None = None
    share: Share | None = None
    decision: str = ""
    registered_on: date | None = None
    act: str = ""


class Owner(Part, frozen=True):
    """A registered owner (*lagfaren ägare*) or holder of a site leasehold (*tomträttshavare*).

    `protected`: the register hides the person; then there is no number, no name and no address.
    """

    title: str = ""
    name: str = ""
    identity: Identity = Identity()
    protected: bool = False
    address: Street | None = None
    share: Share | None = None
    decision: str = ""
    registered_on: date | None = None
    act: str = ""
    acquisitions: list[Acquisition] = []


class Entry(Part, frozen=True):
    """What burdens the property by registration: mortgages (*inteckning*) and others, in their order."""

    kind: str = ""
    order: int | None = None
    amount_kr: int | None = None
    currency: str = ""
    form: str = ""
    decision: str = ""
    registered_on: date | None = None
    act: str = ""
    text: str = ""


class Measure(Part, frozen=True):
    """A cadastral measure (*fastighetsåtgärd*)."""

    kind: str = ""
    on: date | None = None
    act: str = ""


class Former(Part, frozen=True):
    """A designation the property had before."""

    designation: str = ""
    until: date | None = None
    act: str = ""


class Property(Part, frozen=True):
    """The property itself. `north_m`, `east_m`: centre in SWEREF 99 TM."""

    kind: str = ""
    designation: str = ""
    total_m2: int | None = None
    land_m2: int | None = None
    water_m2: int | None = None
    north_m: float | None = None
    east_m: float | None = None
    measures: list[Measure] = []
    former: list[Former] = []


class TaxOwner(Part, frozen=True):
    """An owner as the tax register knows it."""

    name: str = ""
    identity: Identity = Identity()
    protected: bool = False
    share: Share | None = None


class TaxUnit(Part, frozen=True):
    """A tax unit (*taxeringsenhet*). `with_others`: other properties in the same unit (*samtaxerade*)."""

    unit: str = ""
    kind: str = ""
    type_code: str = ""
    year: int | None = None
    area_m2: int | None = None
    total_kr: int | None = None
    land_kr: int | None = None
    building_kr: int | None = None
    owners: list[TaxOwner] = []
    with_others: list[str] = []


class Building(Part, frozen=True):
    """A building. `purpose` as the register words it; `living_m2` is its *total boarea*."""

    number: str = ""
    name: str = ""
    purpose: str = ""
    living_m2: int | None = None
    built: int | None = None
    extended: int | None = None
    main: bool | None = None
    on_foreign_ground: bool | None = None


class Right(Part, frozen=True):
    """A right or easement; `side` is benefit, burden or empty when the register did not say."""

    kind: str = ""
    purpose: str = ""
    name: str = ""
    side: str = ""


class Facility(Part, frozen=True):
    """A joint facility (*gemensamhetsanläggning*) in which the property has a share."""

    designation: str = ""
    purpose: str = ""
    share: str = ""


class Got(StrEnum):
    """How one product answered. Three things never mixed: nothing there, not ours to see, not now."""

    ANSWERED = "answered"
    NOTHING = "nothing"
    NOT_ORDERED = "not_ordered"
    NO_RIGHT = "no_right"
    REFUSED = "refused"
    LATER = "later"


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """An error answer: its status, `code` and `text` where they could be told, and the body as it came.

    The body may name what was asked for: it is for a person, never for a log.
    """

    status: int
    code: str = ""
    text: str = ""
    raw: bytes = b""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one product. `sv` is for the broker."""

    product: str
    title: str
    got: Got
    sv: str = ""
    fault: Fault | None = None


class Odd(msgspec.Struct, frozen=True):
    """A value that could not be read: where, and why. Never the value itself."""

    path: str
    code: str


class Register(msgspec.Struct, frozen=True, kw_only=True):
    """All that the products say of one property, and which products said nothing and why.

    `unknown`: members that no mapping reads, by path, carried through; `raw`: each product's answers
    as they came. `object_id` is the register's own id of the property.
    """

    designation: str
    object_id: str
    asked: str
    outcomes: list[Outcome] = []
    property: Property | None = None
    owners: list[Owner] = []
    former_owners: list[Owner] = []
    entries: list[Entry] = []
    taxation: list[TaxUnit] = []
    addresses: list[Street] = []
    buildings: list[Building] = []
    rights: list[Right] = []
    facilities: list[Facility] = []
    odd: list[Odd] = []
    unknown: dict[str, object] = {}
    raw: dict[str, list[bytes]] = {}

    def got(self, product: str) -> Got | None:
        """How a product answered; None if it was not asked."""
        return next((one.got for one in self.outcomes if one.product == product), None)
