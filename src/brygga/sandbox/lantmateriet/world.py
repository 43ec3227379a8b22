"""The invented register: properties with owners, mortgages, tax units, buildings and rights.

All is drawn from a seed. Tracts are invented; municipalities are real ones, because a designation
is only one with its municipality. Persons carry numbers from the published test series only.
"""

from __future__ import annotations

import random
import uuid
from datetime import date, timedelta
from typing import Any, Final

import msgspec

from brygga.sandbox.content import people

TRACTS: Final = ("EKLUNDA", "BJÖRKNÄSET", "LERVIK", "STENÅSEN", "SVARTBÄCKEN", "ÄNGSHOLMEN")
MUNICIPALITIES: Final = (
    ("UPPSALA", "0380", "Uppsala", "753 30", 6_638_000.0, 647_000.0),
    ("UMEÅ", "2480", "Umeå", "903 26", 7_088_000.0, 760_000.0),
    ("VÄXJÖ", "0780", "Växjö", "352 30", 6_302_000.0, 488_000.0),
)
STREETS: Final = ("Provvägen", "Exempelgatan", "Övningsstigen", "Mallvägen")
FIRST_DAY: Final = date(1988, 3, 1)


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A holder. `number` is twelve digits, empty for a *dödsbo*; `company` instead of names."""

    first: str = ""
    last: str = ""
    number: str = ""
    company: str = ""
    protected: bool = False


class Holding(msgspec.Struct, frozen=True, kw_only=True):
    """Who holds how much since when, and what was paid (nothing for gifts and inheritance)."""

    person: Person
    numerator: int
    denominator: int
    since: date
    act: str
    price_kr: int | None = None
    kind: str = "Köp"


class Mortgage(msgspec.Struct, frozen=True, kw_only=True):
    """A mortgage in its rank."""

    rank: int
    amount_kr: int
    since: date
    act: str


class Plot(msgspec.Struct, frozen=True, kw_only=True):
    """One property and all that the register holds of it."""

    id: str
    municipality: str
    code: str
    tract: str
    block: str
    unit: int
    area_m2: int
    water_m2: int
    north_m: float
    east_m: float
    street: str
    postcode: str
    town: str
    built: int
    living_m2: int
    type_code: str
    land_kr: int
    building_kr: int
    tax_unit: str
    holdings: list[Holding]
    former: list[Holding]
    mortgages: list[Mortgage]
    easement: bool
    facility: bool

    @property
    def designation(self) -> str:
        """`UPPSALA EKLUNDA 1:3`."""
        return f"{self.municipality} {self.tract} {self.block}:{self.unit}"


class World:
    """The properties by id, and what differs from run to run: only the seed."""

    def __init__(self, *, seed: int, properties: int) -> None:
        self._rng = random.Random(f"register:{seed}")  # noqa: S311 – an invented register, not a secret
        self.plots: dict[str, Plot] = {}
        for number in range(properties):
            plot = self._plot(number)
            self.plots[plot.id] = plot

    def named(self, text: str) -> list[Plot]:
        """What the free-text search gives: everything in the tract, in the order of names."""
        wanted = text.upper().strip()
        tract = wanted.rsplit(" ", 1)[0] if any(c.isdigit() for c in wanted) else wanted
        found = [plot for plot in self.plots.values() if plot.designation.startswith(tract)]
        return sorted(found, key=lambda plot: plot.designation)

    def taxed_in(self, unit: str) -> list[Plot]:
        """The properties of a tax unit; more than one are taxed together."""
        return [plot for plot in self.plots.values() if plot.tax_unit == unit]

    def _plot(self, number: int) -> Plot:
        rng = self._rng
        kommun, code, town, postcode, north_m, east_m = MUNICIPALITIES[number % len(MUNICIPALITIES)]
        tract = TRACTS[number // len(MUNICIPALITIES) % len(TRACTS)]
        unit = number // (len(MUNICIPALITIES) * len(TRACTS)) + 1
        together = number % 9 == 8 and number >= len(MUNICIPALITIES)
        owner = number - len(MUNICIPALITIES) if together else number
        price_kr = rng.randrange(1_800, 9_500) * 1_000
        return Plot(
            id=str(uuid.UUID(int=rng.getrandbits(128), version=4)),
            municipality=kommun,
            code=code,
            tract=tract,
            block="1",
            unit=unit,
            area_m2=rng.randrange(450, 4_200),
            water_m2=0 if number % 5 else rng.randrange(20, 300),
            north_m=north_m + rng.randrange(0, 4_000),
            east_m=east_m + rng.randrange(0, 4_000),
            street=f"{STREETS[number % len(STREETS)]} {number + 1}",
            postcode=postcode,
            town=town,
            built=rng.randrange(1905, 2022),
            living_m2=rng.randrange(70, 240),
            type_code="220" if number % 7 else "210",
            land_kr=rng.randrange(300, 2_000) * 1_000,
            building_kr=rng.randrange(500, 3_000) * 1_000,
            tax_unit=f"{100_000 + owner:06d}-{owner % 10}",
            holdings=self._holdings(number, price_kr),
            former=[
                self._held(_person(number + 500), 1, 1, FIRST_DAY, f"{88 + number % 10}/{1_000 + number}")
            ],
            mortgages=self._mortgages(number, price_kr),
            easement=number % 3 == 0,
            facility=number % 5 == 0,
        )

    def _holdings(self, number: int, price_kr: int) -> list[Holding]:
        """Couples, single owners, now and then a protected person, a *dödsbo* and a company."""
        since = FIRST_DAY + timedelta(days=self._rng.randrange(9_800, 13_000))
        act = f"D-{since.year}-{10_000 + number:08d}:1"
        couple = number % 2 == 0
        first = _person(number * 2)
        if number % 11 == 4:
            first = msgspec.structs.replace(first, number="", last=f"{first.last} (dödsbo)")
        if number % 13 == 6:
            first = Person(company="Exempelbolaget i Norr AB", number=people.orgnr(number, association=False))
        held = [self._held(first, 1, 2 if couple else 1, since, act, price_kr=price_kr)]
        if couple:
            second = msgspec.structs.replace(_person(number * 2 + 1), protected=number % 8 == 2)
            held.append(self._held(second, 1, 2, since, act, price_kr=price_kr))
        return held

    def _held(
        self, person: Person, numerator: int, denominator: int, since: date, act: str, *, price_kr: int = 0
    ) -> Holding:
        return Holding(
            person=person,
            numerator=numerator,
            denominator=denominator,
            since=since,
            act=act,
            price_kr=price_kr or None,
            kind="Köp" if price_kr else "Bouppteckning",
        )

    def _mortgages(self, number: int, price_kr: int) -> list[Mortgage]:
        since = FIRST_DAY + timedelta(days=self._rng.randrange(10_000, 13_000))
        return [
            Mortgage(
                rank=rank,
                amount_kr=price_kr // (4 * rank) // 1_000 * 1_000,
                since=since,
                act=f"D-{since.year}-{20_000 + number:08d}:{rank}",
            )
            for rank in range(1, 1 + number % 4)
        ]


def _person(index: int) -> Person:
    first, last = people.full_name(index)
    return Person(first=first, last=last, number=people.TEST_NUMBERS[index % len(people.TEST_NUMBERS)])


def as_facts(plot: Plot) -> dict[str, Any]:
    """What is true of one property, as flat facts for tests."""
    return {
        "designation": plot.designation,
        "area_m2": plot.area_m2,
        "living_m2": plot.living_m2,
        "built": plot.built,
        "owners": [f"{h.numerator}/{h.denominator}" for h in plot.holdings],
        "protected": sum(h.person.protected for h in plot.holdings),
        "mortgages_kr": [m.amount_kr for m in plot.mortgages],
        "tax_unit": plot.tax_unit,
        "total_kr": plot.land_kr + plot.building_kr,
    }
