"""An agency's own database beside a broker system, and the truth of both held side by side by hand.

Nothing here uses a mapping or the store's classes: what the imitated broker system knows is taken in
its own members, the agency's rows are read with plain SQL, and the tables below say which is which.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from typer.testing import CliRunner

from brygga.connectors.agencydb.api.asking import inspected
from brygga.hub import Connection, Hub, Settings
from brygga.hub.practice import adopt
from brygga.hub.syncing import sync_and_count
from brygga.sandbox import Sandbox
from brygga.sandbox.serving import Plan, build

DDL = Path(__file__).parents[1] / "connectors" / "agencydb" / "reference.sql"
FULLY = {"read_all_contacts": True, "read_bids": True, "write_kinds": "contact,bid,relation"}
"""Settings of the broker system's connection: everything is read, and what can be is written."""

TYPES = {
    "House": "villa", "HousingCooperative": "lagenhet", "Condominium": "lagenhet", "Cottage": "fritidshus",
    "ForeignProperty": "fritidshus", "Plot": "tomt", "Farm": "villa", "CommercialProperty": "villa",
    "Premises": "lagenhet",
}  # fmt: skip  # nine types into five: a loss that is declared
ROW_HOUSES = {"Radhus", "Kedjehus", "Parhus"}
STATUSES = {
    "ForSale": "till_salu", "Coming": "uppdrag", "Sold": "sald", "AssignmentWithdrawn": "kundbearbetning",
    "Resting": "uppdrag", "Booked": "till_salu", "Advantage": "uppdrag", "SoonForSale": "uppdrag",
    "ReservedNotForSale": "till_salu", "SoldReferenceObject": "sald",
}  # fmt: skip
NO_STREET = "Uppgift saknas"


def made_agency(url: str) -> str:
    """The reference schema in an empty PostgreSQL database; gives its address."""
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(DDL.read_text(encoding="utf-8"))
    return url


def sql(url: str, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """Run a statement as the agency's own people would, past brygga."""
    with psycopg.connect(url, autocommit=True) as own:
        cursor = own.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []


async def command(*words: str, given: str = "", well: int = 0) -> Any:
    """A `brygga` command as a person would type it; its JSON when it has any."""
    from brygga.cli.app import app

    done = await asyncio.to_thread(CliRunner().invoke, app, list(words), given)
    assert done.exit_code == well, f"{words}: {done.exit_code} {done.stderr} {done.exception!r}"
    return json.loads(done.stdout) if done.stdout.startswith("{") else done.stdout


class Agency:
    """Both systems and the hub between them."""

    def __init__(self, sandbox: Sandbox, hub: Hub, url: str) -> None:
        self.vitec: Any = sandbox.imitations["vitec"]
        self.hub, self.url = hub, url

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run a statement in the agency's database."""
        return sql(self.url, statement, *values)

    async def sync(self) -> dict[str, Any]:
        """Read both, carry over; gives what the mirror did."""
        done = await sync_and_count(self.hub, ["agencydb", "vitec"], mode="compare")
        assert done["failed"] in (0, 1), done
        mirrored: dict[str, Any] = done["mirrors"]["agencydb"]
        return mirrored

    def ours(self, kind: str, source_id: str) -> str:
        """The key of the row that stands for one of the broker system's records."""
        return names(self.hub.store, kind)[source_id]

    def contact(self, number: int) -> dict[str, Any]:
        """One of the broker system's contacts as it is there now."""
        contacts = self.vitec.world.contacts
        body: dict[str, Any] = contacts.body(contacts.identifier(number))
        return body

    def contact_count(self) -> int:
        """How many contacts the broker system has."""
        contacts = self.vitec.world.contacts
        return len(contacts.of_office(None))


def names(store: Any, kind: str) -> dict[str, str]:
    """The broker system's id → the key of the agency's row, for everything that is joined."""
    held = [f"vitec:{one}" for one in store.ids(kind, "vitec")]
    found = store.names_across(kind, "agencydb", held)
    return {left.removeprefix("vitec:"): right.removeprefix("agencydb:") for left, right in found.items()}


@asynccontextmanager
async def agency(
    home: Path, url: str, *, plan: Plan, vitec: Mapping[str, Any] | None = None, **settings: Any
) -> AsyncIterator[Agency]:
    """A broker system, a database of the reference schema that follows it, and a hub at work."""
    mapping = (await inspected(made_agency(url))).text
    async with build(plan, only=("vitec",)) as sandbox:
        hub = Hub(Settings(home=home, catch_up_s=3600, takeover_s=5))
        hub.services.rng = random.Random(plan.seed)
        systems = sandbox.settings()
        systems["vitec"].update({**FULLY, **(vitec or {})})
        await adopt(hub, systems)
        own = {"url": url, "mapping": mapping, "follows": "vitec", "allow_private": True, **settings}
        await hub.connect(Connection(name="agencydb", connector="agencydb", settings=own), {})
        await hub.start(schedule=False)
        try:
            yield Agency(sandbox, hub, url)
        finally:
            await hub.stop()


# -- the truth of both, by hand ---------------------------------------------------------------------


def clock(text: str | None) -> datetime | None:
    """The broker system's wall clock, to the second."""
    return datetime.fromisoformat(text).replace(microsecond=0) if text else None


def money(value: Any) -> float | None:
    return float(value) if value is not None else None


def home_there(flat: Mapping[str, Any]) -> dict[str, Any]:
    """What the agency's row should say of one of the broker system's homes."""
    kind = flat["type.id"]
    street = " ".join((flat["address.streetAddress"] or "").split())
    rooms, latitude = flat.get("buildings[0].numberOfRooms"), flat.get("address.wgs84Coordinate.latitude")
    return {
        "typ": "radhus" if flat["subtype.name"] in ROW_HOUSES and kind == "House" else TYPES[kind],
        "status": STATUSES[flat["status.id"]],
        "adress": street or NO_STREET,
        "postnummer": flat.get("address.zipCode.value"),
        "ort": flat["address.postalTown"],
        "kommun": flat["address.municipality"],
        "utgangspris": money(flat.get("price.startingPrice")),
        "slutpris": money(flat.get("price.finalPrice")),
        "boarea": money(flat.get("buildings[0].area.living")),
        "rum": int(rooms) if rooms else None,
        "byggaar": flat.get("buildings[0].yearBuilt.numeric"),
        "manadsavgift": money(flat.get("fees.recurring.value")),
        "latitude": latitude,
    }


def contact_there(body: Mapping[str, Any]) -> dict[str, Any]:
    """What the agency's row should say of one of the broker system's contacts."""
    person = f"{body.get('firstName') or ''} {body.get('lastName') or ''}".strip()
    return {
        "typ": "foretag" if body["type"] == "Company" else "privatperson",
        "namn": person or body["name"],
        "mobil": _dialled(body["telephone"].get("cell")),
        "telefon": _dialled(body["telephone"].get("switch") or body["telephone"].get("home")),
        "epost": body["email"]["emailAddress"],
        "personnummer": body.get("socialSecurityNumber"),
        "organisationsnummer": body.get("corporateNumber"),
        "kategori": "saljare" if body["categories"][0]["name"] == "Säljare" else "spekulant",
        "adress": body["address"]["streetAddress"],
        "postnummer": body["address"]["zipCode"],
        "ort": body["address"]["city"],
    }


def _dialled(number: str | None) -> str | None:
    return "+46" + "".join(c for c in number if c.isdigit())[1:] if number else None


def rows_of(url: str, table: str, columns: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Key → the named columns, numbers as floats."""
    found = sql(url, f"SELECT id::text, {', '.join(columns)} FROM {table}")
    return {row[0]: dict(zip(columns, [_plain(v) for v in row[1:]], strict=True)) for row in found}


def _plain(value: Any) -> Any:
    return float(value) if type(value).__name__ == "Decimal" else value
