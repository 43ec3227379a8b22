"""Another schema nobody described: å ä ö in the names, a lookup table by code, both numbers in a column."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from brygga.connectors.abilities import Draft
from brygga.connectors.agencydb.inspecting.catalogue import listed_values
from brygga.connectors.agencydb.inspecting.naming import squashes, unit_of
from brygga.connectors.agencydb.mapping import names
from brygga.model import Bid, Contact, Estate, Record, Viewing
from brygga.model.parts import Address, Price

DDL = Path(__file__).with_name("swedish.sql")


@pytest.fixture
def url(fresh_postgres: str) -> str:
    with psycopg.connect(fresh_postgres, autocommit=True) as admin:
        admin.execute(DDL.read_text(encoding="utf-8"))
    return fresh_postgres


def draft(record: Record) -> Draft:
    return Draft(op="create", kind=type(record).__name__.lower(), record=record, key=record.id)


async def test_every_column_that_has_a_field_is_found(url: str, proposed: Any) -> None:
    proposal = await proposed(url)
    found = {
        f"{n}.{c}": (one.field, one.how)
        for n, t in proposal.plan.tables.items()
        for c, one in t.columns.items()
    }
    assert found["fastighet.pris_tkr"] == ("price.asking_kr", "tkr")
    assert found["fastighet.läge"] == ("status", "choice")
    assert found["fastighet.objekt_typ"] == ("type", "choice")
    assert found["fastighet.bygg_år"] == ("buildings[0].year_built", "year")
    assert found["fastighet.avgift_per_mån"] == ("fee.amount_kr", "kr")
    assert found["fastighet.ansvarig_mäklare"] == ("agent_id", "ref")
    assert found["fastighet.säljare"] == ("relations.seller", "ref")
    assert found["kund.pers_org_nr"] == ("personnummer", "id_number")
    assert found["visning.från_kl"] == ("starts_at", "clock")
    assert found["budgivning.lagt"] == ("placed_at", "moment")
    assert "fastighet_logg" not in proposal.plan.tables
    assert proposal.unsure == 0


async def test_its_rows_come_back_as_said(url: str, connect: Callable[..., Any]) -> None:
    from brygga.connectors.agencydb.mapping.paths import get

    db = await connect(url)
    at = datetime(2026, 6, 16, 15, tzinfo=UTC)
    firm, person = await db.write(
        [
            draft(Contact(id="o:1", kind="company", company_name="Prov AB", orgnr="556036-0793")),
            draft(Contact(id="o:2", first_name="Anna", last_name="Prov", personnummer="191212121212")),
        ]
    )
    seller = f"agency:{person.source_id}"
    home = Estate(
        id="o:h",
        type="farm",
        status="for_sale",
        address=Address(street="Provgatan 1", postcode="114 55"),
        price=Price(asking_kr=4_512_300),
        seller_ids=[seller],
    )
    (estate,) = await db.write([draft(home)])
    there = f"agency:{estate.source_id}"
    viewing = Viewing(id="o:v", estate_id=there, starts_at=at, ends_at=at.replace(hour=16), digital=False)
    bid = Bid(
        id="o:b", estate_id=there, contact_id=f"agency:{firm.source_id}", amount_kr=4_600_000, placed_at=at
    )
    (shown,) = await db.write([draft(viewing)])
    (offer,) = await db.write([draft(bid)])
    for record, out in ((home, estate), (viewing, shown), (bid, offer)):
        got, seen = db.map(out.raw).records[0], db.as_seen(record)
        for field in db.writable()[type(record).__name__.lower()].fields:
            assert get(got, field) == get(seen, field), field
    assert db.map(firm.raw).records[0].orgnr == "556036-0793"
    assert db.map(person.raw).records[0].personnummer == "191212121212"


@pytest.mark.parametrize(
    ("column", "table", "form"),
    [
        ("utgångsPris", "objekt", "utgangspris"),
        ("UTGANGSPRIS_KR", "objekt", "utgangspris"),
        ("objekt_adress", "objekt", "adress"),
        ("propertyTypeId", "properties", "type"),
        ("saeljare_id", "objekt", "saljareid"),
    ],
)
def test_a_column_is_known_by_many_writings(column: str, table: str, form: str) -> None:
    assert form in squashes(column, table)


def test_units_in_names() -> None:
    assert [unit_of(one) for one in ("pris_tkr", "askingPriceKsek", "belopp_ore", "pris_kr", "pris")] == [
        "tkr", "tkr", "ore", "", "",
    ]  # fmt: skip


def test_a_check_is_read_in_each_dialects_writing() -> None:
    assert listed_values(
        ["CHECK ((typ)::text = ANY ((ARRAY['a'::character varying, 'b''c'::character varying])::text[]))"]
    ) == {"typ": ("a", "b'c")}
    assert listed_values(["`status` in ('x','y')"]) == {"status": ("x", "y")}
    assert listed_values(["\"läge\" IN ('p', 'q')"]) == {"läge": ("p", "q")}


def test_names_and_streets_are_taken_apart() -> None:
    assert names.parted("Anna Maria von Prov") == ("Anna Maria", "von Prov")
    assert names.parted("Prov") == ("", "Prov")
    assert names.street("Stora Provgatan 12 B") == ("Stora Provgatan", "12 B")
    assert names.street("Provgården") == ("Provgården", "")
