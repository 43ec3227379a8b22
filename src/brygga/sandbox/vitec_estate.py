"""Builds one imitated estate in full from its row: address, price, texts, home, sale.

Prices follow municipality, type and size; fees follow size; texts follow the facts. Nothing
here looks at the clock but through the agency's `today`.
"""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Final

from brygga.sandbox import phrases
from brygga.sandbox.ident import long_id, wall
from brygga.sandbox.places import ABROAD, PLACES, Place, near, postcode, street
from brygga.sandbox.vitec_blank import Json, estate, nothing, zip_code
from brygga.sandbox.vitec_home import home
from brygga.sandbox.vitec_kinds import extend
from brygga.sandbox.vitec_media import attach
from brygga.sandbox.vitec_office import Agency
from brygga.sandbox.vitec_row import Row
from brygga.sandbox.vitec_words import SOLD, SUBTYPES, TENURE_NAMES, TYPE_NAMES, status, word

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
OPENINGS: Final = {
    "Plot": phrases.PLOT_OPENINGS,
    "CommercialProperty": phrases.WORK_OPENINGS,
    "Premises": phrases.WORK_OPENINGS,
    "HousingCooperative": phrases.FLAT_OPENINGS,
    "Condominium": phrases.FLAT_OPENINGS,
}


class Draft:
    """What the parts of one estate share while it is built."""

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
        return wall(self.agency.today - timedelta(days=self.rng.randint(low, high), seconds=self.rng.randint(0, 80_000)))

    def day(self, low: int, high: int) -> str:
        """A date without time, so many days from today (negative is past), as midnight."""
        return wall(self.agency.today + timedelta(days=self.rng.randint(low, high)))


def build(row: Row, agency: Agency) -> Json:
    """The whole estate as the broker system holds it, before display rules."""
    draft = Draft(row, agency)
    _identity(draft)
    _address(draft)
    _texts(draft)
    _money(draft)
    home(draft)
    _sale(draft)
    extend(draft)
    attach(draft)
    return draft.body


def _identity(d: Draft) -> None:
    row, agency = d.row, d.agency
    tenure = {"HousingCooperative": "TenantOwnership", "Condominium": "Condominium", "Premises": "Tenancy"}
    chosen = tenure.get(row.type) or d.rng.choices(["Freehold", "Leasehold", "Lease"], [93, 4, 3])[0]
    d.body |= {
        "id": row.id,
        "referenceId": str(15_000 + row.index),
        "status": status(row.status),
        "office": agency.office_ref(row.office),
        "primaryAgentId": agency.agent_id(row.office, d.rng.randrange(3)),
        "secondaryAgentId": agency.agent_id(row.office, 3) if d.rng.random() < 0.3 else None,
        "changedAt": wall(row.changed_at),
        "type": word(row.type, TYPE_NAMES[row.type]),
        "subtype": word(*d.subtype),
        "tenure": word(chosen, TENURE_NAMES[chosen]),
        "tags": [{"type": word("Vip", "VIP"), "names": ["Exklusiv"]}] if d.rng.random() < 0.03 else [],
    }


def _address(d: Draft) -> None:
    if d.row.type == "ForeignProperty":
        return _address_abroad(d)
    code = postcode(d.rng, d.place)
    d.body["address"] |= {
        "streetAddress": d.street,
        "zipCode": zip_code(code),
        "postalTown": d.place.town,
        "area": word(d.agency.area_id(d.row.place, d.district), d.place.districts[d.district]),
        "municipality": d.place.name,
        "countryCode": "SE",
        "countyMunicipalityCode": d.place.code,
        "wgs84Coordinate": near(d.rng, d.place),
        "directions": "Följ skyltar från torget." if d.rng.random() < 0.2 else None,
    }
    d.body["surroundings"] = d.agency.around(d.rng)
    return None


def _address_abroad(d: Draft) -> None:
    country, coast, _, latitude, longitude, streets = d.rng.choice(ABROAD)
    d.street = f"{d.rng.choice(streets)} {d.rng.randint(1, 60)}"
    d.body["address"] |= {
        "streetAddress": d.street,
        "postalTown": coast,
        "countryCode": country,
        "wgs84Coordinate": {
            "longitude": round(longitude + d.rng.uniform(-0.05, 0.05), 5),
            "latitude": round(latitude + d.rng.uniform(-0.05, 0.05), 5),
        },
    }


def _texts(d: Draft) -> None:
    district = d.place.districts[d.district]
    w = phrases.words(
        d.rng, street=d.street, district=district, town=d.place.town, rooms=d.rooms, size=d.size
    )
    openings = OPENINGS.get(d.row.type, phrases.HOUSE_OPENINGS)
    text = phrases.long_text(d.rng, openings, w, indoors=d.row.type not in {"Plot", "CommercialProperty", "Premises"})
    homelike = d.row.type in SIZES_M2.keys() - {"Plot", "CommercialProperty", "Premises"}
    d.body["sale"] |= {
        "heading": phrases.one(d.rng, phrases.HEADINGS, w) if homelike else f"{TYPE_NAMES[d.row.type]} i {district}",
        "phrase": d.rng.choice(phrases.PHRASES) or None,
        "shortDescription": text.split("\n\n", maxsplit=1)[0].split(". ", maxsplit=1)[0].rstrip(".") + ".",
        "description": text,
        "possessionEstimation": d.rng.choice(("Enligt överenskommelse", "Snarast möjligt", "Till sommaren")),
        "assignmentDate": d.day(-160, -95),
    }


def _money(d: Draft) -> None:
    price = d.body["price"]
    price["text"] = d.rng.choice(("utgångspris", "utgångspris", "accepterat pris", None))
    if d.row.type != "Premises":
        price["startingPrice"] = d.price
    if d.row.type == "ForeignProperty":
        price["startingPriceInOtherCurrency"] = {"amount": round(d.price / 11.2, -3), "currency": "EUR"}
    if d.row.type == "HousingCooperative":
        d.body["fees"]["recurring"] = {
            "value": int(d.size * d.rng.uniform(42, 76)),
            "frequency": "Monthly",
            "type": "Månadsavgift",
            "description": d.rng.choice(("Inkl. värme och vatten.", None)),
        }
    if d.body["tenure"]["id"] == "Leasehold":
        d.body["fees"]["leasehold"] = {"fee": d.rng.randint(4, 16) * 1000, "term": d.day(700, 4000)}
    if d.body["tenure"]["id"] == "Lease":
        lease = {"fee": d.rng.randint(3, 9) * 1000, "term": d.day(700, 4000)}
        d.body["fees"]["lease"] = {**lease, "description": None, "owner": {"name": "Exempelbygdens samfällighet"}}


def _sale(d: Draft) -> None:
    d.body["marketing"]["publishedAt"] = d.ago(2, 94)
    _bids(d)
    if d.row.status in SOLD:
        bids = d.body["bidding"]["bids"]
        final = bids[-1]["amount"] if bids else round(d.price * d.rng.uniform(0.95, 1.05), -4)
        d.body["price"]["finalPrice"] = int(final)
        d.body["sale"]["contractDate"] = d.day(-60, -1)
        d.body["sale"]["possessionAt"] = d.day(20, 120)
        d.body["bidding"]["isActive"] = False
    elif d.row.status in {"ForSale", "Coming", "Advantage", "SoonForSale"}:
        _viewings(d)


def _bids(d: Draft) -> None:
    share = {"ForSale": 0.35, "Sold": 0.7, "SoldReferenceObject": 0.7}.get(d.row.status, 0)
    if d.row.type in {"Premises", "ForeignProperty"} or d.rng.random() >= share:
        return
    amount, days = d.price * 0.95, d.rng.randint(2, 20)
    bids = []
    for number in range(d.rng.randint(1, 9)):
        amount = round(amount * d.rng.uniform(1.005, 1.03), -4)
        at = d.agency.today - timedelta(days=days, seconds=-600 * number - d.rng.randint(0, 500))
        bids.append(bid(at=wall(at), amount=int(amount), alias=f"Budgivare {d.rng.randint(1, 4)}"))
    d.body["bidding"] = {"isActive": True, "isVerified": d.rng.random() < 0.5, "bids": bids}


def bid(*, at: str, amount: int, alias: str, cancelled: bool = False) -> Json:
    """One bid as the website model gives it."""
    return {"placedAt": at, "amount": amount, "isCanceled": cancelled, "alias": alias}


def _viewings(d: Draft) -> None:
    for number in range(d.rng.choices((0, 1, 2, 3), (2, 4, 3, 1))[0]):
        start = d.agency.today + timedelta(days=2 + 3 * number + d.rng.randint(0, 2), hours=d.rng.choice((12, 13, 17, 18)))
        d.body["viewings"].append(
            viewing(
                long_id("VIS", d.agency.seed, d.row.index, number),
                starts=wall(start),
                ends=wall(start + timedelta(minutes=d.rng.choice((30, 45, 60)))),
                comment=d.rng.choice((None, "Anmälan till mäklaren", "Ring på nedre porten")),
            )
        )


def viewing(identifier: str, *, starts: str, ends: str, comment: str | None) -> Json:
    """One viewing as the website model gives it."""
    return {
        **nothing("id"),
        "id": identifier,
        "startsAt": starts,
        "endsAt": ends,
        "comment": comment,
        "isDigital": False,
        "isSelfRegistrationEnabled": comment is None,
        "isProjectViewing": False,
    }
