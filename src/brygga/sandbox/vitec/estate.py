"""Builds one imitated estate in full from its row: address, texts, and the parts beside it.

Prices follow municipality, type and size; fees follow size; texts follow the facts. Nothing
here looks at the clock but through the agency's `today`.
"""

from __future__ import annotations

from typing import Final

from brygga.sandbox.content import phrases
from brygga.sandbox.content.ident import wall
from brygga.sandbox.content.places import ABROAD, near, postcode
from brygga.sandbox.vitec.blank import Json, zip_code
from brygga.sandbox.vitec.draft import Draft
from brygga.sandbox.vitec.home import home
from brygga.sandbox.vitec.kinds import extend
from brygga.sandbox.vitec.media import attach
from brygga.sandbox.vitec.office import Agency
from brygga.sandbox.vitec.row import Row
from brygga.sandbox.vitec.sale import money, sale
from brygga.sandbox.vitec.words import TENURE_NAMES, TYPE_NAMES, status, word

WORKPLACES: Final = frozenset({"Plot", "CommercialProperty", "Premises"})
OPENINGS: Final = {
    "Plot": phrases.PLOT_OPENINGS,
    "CommercialProperty": phrases.WORK_OPENINGS,
    "Premises": phrases.WORK_OPENINGS,
    "HousingCooperative": phrases.FLAT_OPENINGS,
    "Condominium": phrases.FLAT_OPENINGS,
}


def build(row: Row, agency: Agency) -> Json:
    """The whole estate as the broker system holds it, before display rules."""
    draft = Draft(row, agency)
    _identity(draft)
    _address(draft)
    _texts(draft)
    money(draft)
    home(draft)
    sale(draft)
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
    homelike = d.row.type not in WORKPLACES
    openings = OPENINGS.get(d.row.type, phrases.HOUSE_OPENINGS)
    text = phrases.long_text(d.rng, openings, w, indoors=homelike)
    d.body["sale"] |= {
        "heading": phrases.one(d.rng, phrases.HEADINGS, w)
        if homelike
        else f"{TYPE_NAMES[d.row.type]} i {district}",
        "phrase": d.rng.choice(phrases.PHRASES) or None,
        "shortDescription": text.split("\n\n", maxsplit=1)[0].split(". ", maxsplit=1)[0].rstrip(".") + ".",
        "description": text,
        "possessionEstimation": d.rng.choice(("Enligt överenskommelse", "Snarast möjligt", "Till sommaren")),
        "assignmentDate": d.day(-160, -95),
    }
