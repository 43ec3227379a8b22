"""What the parts of one imitated estate share while it is built: place, size, price, randomness."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Final

from brygga.sandbox.content.ident import wall
from brygga.sandbox.content.places import PLACES, Place, street
from brygga.sandbox.vitec.blank import estate
from brygga.sandbox.vitec.office import Agency
from brygga.sandbox.vitec.row import Row
from brygga.sandbox.vitec.words import SUBTYPES

SIZES_M2: Final = {
    "HousingCooperative": (22, 125),
    "Condominium": (35, 110),
    "House": (75, 260),
    "Cottage": (28, 110),
    "Farm": (110, 320),
    "Plot": (650, 4200),
    "ForeignProperty": (55, 210),
    "CommercialProperty": (240, 3200),
    "Premises": (35, 600),
}
FLATS: Final = frozenset({"HousingCooperative", "Condominium"})


class Draft:
    """One estate under construction; `body` is filled part by part."""

    def __init__(self, row: Row, agency: Agency) -> None:
        self.row = row
        self.agency = agency
        self.rng = random.Random(f"{agency.seed}:estate:{row.index}")  # noqa: S311 - content, not secrecy
        self.place: Place = PLACES[row.place]
        self.district = self.rng.randrange(len(self.place.districts))
        low, high = SIZES_M2[row.type]
        self.size = self._size(low, high)
        self.rooms = max(1.0, round(self.size / self.rng.uniform(19, 31) * 2) / 2)
        self.street = street(self.rng, flat=row.type in FLATS)
        self.subtype = self.rng.choice(SUBTYPES[row.type])
        self.price = self._price()
        self.body = estate()

    def _size(self, low: int, high: int) -> float:
        size = round(self.rng.triangular(low, high, low + (high - low) * 0.35), 1)
        return size if self.row.type in FLATS and self.rng.random() < 0.2 else float(int(size))

    def _price(self) -> int:
        """Kronor, rounded as asking prices are."""
        flat, house = self.place.flat_kr_m2, self.place.house_kr_m2
        per_m2 = {
            "HousingCooperative": flat, "Condominium": flat * 1.08, "House": house, "Farm": house * 1.3,
            "Cottage": house * 0.7, "Plot": house * 0.02, "ForeignProperty": 32_000,
            "CommercialProperty": house * 0.4, "Premises": house * 0.5,
        }[self.row.type]  # fmt: skip  # one table
        step = 25_000 if self.row.type in FLATS else 50_000
        return max(step, round(per_m2 * self.size * self.rng.uniform(0.8, 1.25) / step) * step)

    def ago(self, low: int, high: int) -> str:
        """A Swedish wall clock between so many days ago."""
        return wall(
            self.agency.today
            - timedelta(days=self.rng.randint(low, high), seconds=self.rng.randint(0, 80_000))
        )

    def day(self, low: int, high: int) -> str:
        """A date without time, so many days from today (negative is past), as midnight."""
        return wall(self.agency.today + timedelta(days=self.rng.randint(low, high)))
