"""Estates of the imitated broker system made from a CSV file of sold homes.

Every row becomes a published, sold housing-cooperative flat. What is certain goes where it
belongs; what is not, where a hasty import would leave it. The convention, for who reads it:

| Member | Carries |
|---|---|
| `referenceId` | `RAD-<n>`, n the row's number, 1 is the first after the header |
| `price.finalPrice`, `buildings[0].area.living` | price and living area, if certain |
| `price.text` | the stated price per square metre, word for word: `153 571 kr/m²`; null if not stated |
| `tags[].type.id` = `ImportRemark` | `names`: one Swedish sentence per trouble of the row |
| `tags[].type.id` = `ImportColumn` | `names`: `value_dev: +16 %`, `district: vasastan` |
| `sale.otherInformation` | the text of cells that fit nowhere: `Ur importen: sale_price: hiss` |
| `fees.recurring.description` | the fee cell's text when it is no fee; then `value` is null |
| `buildings[0].area.description` | the size cell's text when it is no size |

So a reader can check `finalPrice / living` against `price.text` and list the remarks.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Final

from brygga.sandbox.content.ident import short_id, wall
from brygga.sandbox.content.places import PLACES
from brygga.sandbox.vitec.blank import Json, building, estate, nothing
from brygga.sandbox.vitec.csv.facts import NOT_STATED, Facts, understand
from brygga.sandbox.vitec.csv.source import read
from brygga.sandbox.vitec.home import exterior
from brygga.sandbox.vitec.office import Agency
from brygga.sandbox.vitec.row import Row
from brygga.sandbox.vitec.words import TYPE_NAMES, status, word
from brygga.swedish import clean
from brygga.swedish.dates import STOCKHOLM

REMARK: Final = "ImportRemark"
COLUMN: Final = "ImportColumn"
CODES: Final = {place.name: place.code for place in PLACES}
OUTSIDE: Final = {"balkong": ("Balcony", "Balkong"), "uteplats": ("Patio", "Uteplats")}


class CsvRow(Row, kw_only=True):
    """An estate that stands on a row of the file; its body is built when asked for."""

    facts: Facts


def rows_from(path: Path) -> Callable[[Agency], list[Row]]:
    """Read the file now (SetupError if it cannot be used); give what makes its estates."""
    understood = [understand(raw) for raw in read(path)]
    return lambda agency: [_row(facts, agency) for facts in understood]


def _row(facts: Facts, agency: Agency) -> Row:
    number = facts.row.number
    return CsvRow(
        index=number,
        id=short_id("OBJ", agency.seed, "csv", number),
        office=0,
        place=0,
        type="HousingCooperative",
        status="Sold",
        changed_at=agency.today - timedelta(days=2, seconds=number % 86_000),
        facts=facts,
    )


def build_from_csv(row: CsvRow, agency: Agency) -> Json:
    """The estate of a row, in the shape of the advertising section."""
    facts = row.facts
    body = estate()
    body |= {
        "id": row.id,
        "referenceId": f"RAD-{facts.row.number}",
        "status": status(row.status),
        "office": agency.office_ref(0),
        "primaryAgentId": agency.agent_id(0, facts.row.number % 3),
        "changedAt": wall(row.changed_at),
        "type": word(row.type, TYPE_NAMES[row.type]),
        "subtype": word("Apartment", "Lägenhet"),
        "tenure": word("TenantOwnership", "Bostadsrätt"),
        "tags": _tags(facts),
        "buildings": [_building(facts)],
    }
    body["address"] |= _address(facts)
    body["price"] |= {"finalPrice": facts.price_kr, "text": facts.per_m2_text or None}
    body["fees"]["recurring"] = _fee(facts)
    body["exterior"]["entries"] = [
        exterior(*OUTSIDE[name], size=None) for name in sorted(facts.features & OUTSIDE.keys())
    ]
    body["exterior"]["plot"]["size"] = facts.plot_m2
    body["marketing"]["isNewHome"] = "nyproduktion" in facts.features
    _sale(body, facts)
    return body


def _address(facts: Facts) -> Json:
    """`vasastan, stockholms kommun` → area and municipality; other texts stay in the area's name."""
    area, _, last = clean(facts.row.cells["location"]).rpartition(", ")
    name = last.removesuffix(" kommun").capitalize() if last.endswith(" kommun") else ""
    name = name.removesuffix("s") if name.removesuffix("s") in CODES else name
    area = area if name else clean(facts.row.cells["location"])
    return {
        "streetAddress": clean(facts.row.cells["adress"]) or None,
        "area": {"id": None, "name": area} if area else None,
        "municipality": name or None,
        "countryCode": "SE",
        "countyMunicipalityCode": CODES.get(name),
    }


def _building(facts: Facts) -> Json:
    return {
        **building(),
        "type": "Flerbostadshus",
        "numberOfRooms": facts.rooms,
        "elevator": {"description": None, "isAvailable": True if "hiss" in facts.features else None},
        "area": {
            **nothing("building", "source"),
            "grossFloor": facts.other_m2,
            "living": facts.living_m2,
            "description": facts.loose.get("size:rooms"),
        },
    }


def _fee(facts: Facts) -> Json | None:
    text = facts.loose.get("fee")
    if facts.fee_kr is None and text is None:
        return None
    return {"value": facts.fee_kr, "frequency": "Monthly", "type": "Månadsavgift", "description": text}


def _sale(body: Json, facts: Facts) -> None:
    if facts.sold is not None:
        sold = wall(datetime.combine(facts.sold, time(), tzinfo=STOCKHOLM))
        body["sale"]["contractDate"] = sold
        body["marketing"]["publishedAt"] = sold
    if facts.loose:
        spare = "; ".join(f"{column}: {text}" for column, text in facts.loose.items())
        body["sale"]["otherInformation"] = f"Ur importen: {spare}"


def _tags(facts: Facts) -> list[Json]:
    district = "" if "district" in facts.used else clean(facts.row.cells["district"])
    columns = [f"value_dev: {facts.change}"] if facts.change else []
    columns += [f"district: {district}"] if district.lower() not in NOT_STATED else []
    named = ((REMARK, "Importanmärkning", facts.remarks), (COLUMN, "Importkolumn", columns))
    return [{"type": word(kind, name), "names": names} for kind, name, names in named if names]
