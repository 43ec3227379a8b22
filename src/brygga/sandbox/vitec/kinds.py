"""What only one type of estate has: the extensions of the advertising section."""

from __future__ import annotations

from collections.abc import Callable

from brygga.sandbox.content import phrases
from brygga.sandbox.vitec.blank import Json, nothing
from brygga.sandbox.vitec.draft import Draft
from brygga.sandbox.vitec.words import EXTENSION_OF, word


def extend(d: Draft) -> None:
    """Build the extension of the estate's own type; the answer leaves it out when not asked for."""
    maker = MAKERS.get(d.row.type)
    if maker is not None:
        d.body["extensions"][EXTENSION_OF[d.row.type]] = maker(d)


def _cooperative(d: Draft) -> Json:
    association = d.rng.randrange(d.agency.associations)
    share = round(d.size / 6000 * 100, 4)
    if d.rng.random() < 0.06:
        d.body["projectId"] = d.agency.project_id(d.row.office)
        d.body["marketing"]["isNewHome"] = True
    return {
        "description": None,
        "apartmentNumber": f"{d.rng.randint(10, 18)}0{d.rng.randint(1, 6)}",
        "apartmentRegistrationNumber": None,
        "association": {
            "id": d.agency.association_id(association),
            **nothing("overrideDescription", "overrideEconomy"),
        },
        "finances": {
            "isPledged": d.rng.choice((True, False, None)),
            "indirectNetDebt": d.rng.randint(20, 900) * 1000,
            "repairFundBalance": d.rng.choice((0, 0, 12_500)),
            "annualFeeShare": share,
            "indirectNetDebtComment": "Beräknad utifrån senaste årsredovisningen",
            "sharesComment": None,
            "shares": share,
        },
        "includedLand": nothing("size", "description"),
    }


def _condominium(d: Draft) -> Json:
    return {"apartmentRegistrationNumber": f"{d.rng.randint(10, 15)}0{d.rng.randint(1, 4)}"}


def _foreign(d: Draft) -> Json:
    address = d.body["address"]
    return {
        "externalReferenceNumber": f"EX-{d.rng.randint(1000, 9999)}",
        "address": {"city": address["postalTown"], "province": address["postalTown"]},
        "distances": [{"type": word("Beach", "Strand"), "meters": d.rng.randint(50, 4000)}],
        "localizations": [
            {
                **nothing(
                    "shortSaleDescription", "salePhrase", "interior", "service", "communication", "area"
                ),
                **nothing("parking", "otherSurroundings"),
                "language": "en",
                "saleHeading": "A bright home near the sea",
                "saleDescription": "Terrace, two bedrooms and a short walk to the market.",
            }
        ],
    }


def _farm(d: Draft) -> Json:
    forest, field = round(d.rng.uniform(2, 60), 1), round(d.rng.uniform(1, 30), 1)
    entries = [
        {"type": word("Forest", "Skogsmark"), "size": forest},
        {"type": word("Arable", "Åkermark"), "size": field},
    ]
    return {
        "numberOfPartitions": d.rng.randint(1, 4),
        "jointlyTaxedProperties": None,
        "agriculturalFocus": [word("Horses", "Hästgård")] if d.rng.random() < 0.5 else [],
        "acreage": {
            "source": "Lantmäteriet",
            "entries": entries,
            "total": forest + field,
            "sum": forest + field,
        },
        "economyBuildings": [{"name": "Ladugård", "description": "Ladugård av sten med loft."}],
        "lands": [],
        "otherData": [],
    }


def _commercial(d: Draft) -> Json:
    rent = round(d.size * d.rng.uniform(900, 1700), -3)
    return {
        "compilationArea": {
            "size": d.size,
            "source": "Säljaren",
            "income": {"rental": rent, "other": 0, "source": None},
            "flatOperatingCost": round(d.size * 350, -3),
            "vacancies": "Inga",
            "entries": [],
        },
        "business": None,
        "technicalData": {"description": "Ventilation och tak omlagda de senaste åren."},
        "sharedSpaces": nothing("courtyard", "description"),
        "renovationPlan": nothing("amount", "description"),
        "offer": {"isReceiving": True, "deadlineAt": d.day(20, 60)},
    }


def _premises(d: Draft) -> Json:
    rent = round(d.size * d.rng.uniform(1200, 3200), -3)
    return {
        "technicalData": {"description": d.rng.choice(phrases.SERVICE)},
        "focusOn": [word(*d.subtype)],
        "compilationArea": {
            "entries": [{"name": d.subtype[1], "size": int(d.size), "rent": rent, "operatingCost": 0}],
            "areaSize": d.size,
            "rent": rent,
            "operatingCost": 0,
        },
    }


MAKERS: dict[str, Callable[[Draft], Json]] = {
    "HousingCooperative": _cooperative,
    "Condominium": _condominium,
    "ForeignProperty": _foreign,
    "Farm": _farm,
    "CommercialProperty": _commercial,
    "Premises": _premises,
}
