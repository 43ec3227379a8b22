"""What a home costs and how its sale goes: prices, fees, bids, viewings, contract."""

from __future__ import annotations

from datetime import timedelta

from brygga.sandbox.content.ident import long_id, wall
from brygga.sandbox.vitec.amounts import share
from brygga.sandbox.vitec.blank import Json
from brygga.sandbox.vitec.draft import Draft
from brygga.sandbox.vitec.words import SOLD


def money(d: Draft) -> None:
    """Prices and recurring fees, kronor."""
    price = d.body["price"]
    price["text"] = d.rng.choice(("utgångspris", "utgångspris", "accepterat pris", None))
    if d.row.type != "Premises":
        price["startingPrice"] = d.price
    if d.row.type == "ForeignProperty":
        price["startingPriceInOtherCurrency"] = {"value": round(d.price / 11.2, -3), "currency": "EUR"}
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
        d.body["fees"]["lease"] = {
            **lease,
            "description": None,
            "owner": {"name": "Exempelbygdens samfällighet"},
        }


def sale(d: Draft) -> None:
    """Bids, viewings and, where it is sold, the contract."""
    d.body["marketing"]["publishedAt"] = d.ago(2, 94)
    _bids(d)
    if d.row.status in SOLD:
        bids = d.body["bidding"]["bids"]
        final = bids[-1]["amount"] if bids else round(d.price * d.rng.uniform(0.95, 1.05), -4)
        d.body["price"]["finalPrice"] = int(final)
        d.body["sale"]["contractDate"] = d.day(-60, -1)
        d.body["sale"]["possessionAt"] = d.day(20, 120)
        d.body["bidding"]["isActive"] = False
    _viewings(d)


def _bids(d: Draft) -> None:
    asked = d.agency.amounts.bids
    if asked is None and not _has_bids(d):
        return
    amount, days = d.price * 0.95, d.rng.randint(2, 20)
    many = d.rng.randint(1, 9) if asked is None else share(asked, d.row.index, d.agency.estates)
    bids = []
    for number in range(many):
        amount = round(amount * d.rng.uniform(1.005, 1.03), -4)
        at = d.agency.today - timedelta(days=days, seconds=-600 * number - d.rng.randint(0, 500))
        bids.append(bid(at=wall(at), amount=int(amount), alias=f"Budgivare {d.rng.randint(1, 4)}"))
    if bids:
        d.body["bidding"] = {"isActive": True, "isVerified": d.rng.random() < 0.5, "bids": bids}


def _has_bids(d: Draft) -> bool:
    likely = {"ForSale": 0.35, "Sold": 0.7, "SoldReferenceObject": 0.7}.get(d.row.status, 0)
    return d.row.type not in {"Premises", "ForeignProperty"} and d.rng.random() < likely


def bid(*, at: str, amount: int, alias: str, cancelled: bool = False) -> Json:
    """One bid as the website model gives it."""
    return {"placedAt": at, "amount": amount, "isCanceled": cancelled, "alias": alias}


def _viewings(d: Draft) -> None:
    for number in range(_how_many_viewings(d)):
        start = d.agency.today + timedelta(
            days=2 + 3 * number + d.rng.randint(0, 2), hours=d.rng.choice((12, 13, 17, 18))
        )
        d.body["viewings"].append(
            viewing(
                long_id("VIS", d.agency.seed, d.row.index, number),
                starts=wall(start),
                ends=wall(start + timedelta(minutes=d.rng.choice((30, 45, 60)))),
                comment=d.rng.choice((None, "Anmälan till mäklaren", "Ring på nedre porten")),
            )
        )


def _how_many_viewings(d: Draft) -> int:
    if d.agency.amounts.viewings is not None:
        return share(d.agency.amounts.viewings, d.row.index, d.agency.estates)
    if d.row.status not in {"ForSale", "Coming", "Advantage", "SoonForSale"}:
        return 0
    return d.rng.choices((0, 1, 2, 3), (2, 4, 3, 1))[0]


def viewing(identifier: str, *, starts: str, ends: str, comment: str | None) -> Json:
    """One viewing as the website model gives it."""
    return {
        "id": identifier,
        "startsAt": starts,
        "endsAt": ends,
        "comment": comment,
        "isDigital": False,
        "isSelfRegistrationEnabled": comment is None,
        "isProjectViewing": False,
    }
