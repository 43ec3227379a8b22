"""A broker system lands in the agency's own database, by the commands that a person types.

The full numbers (2,000 homes, 3,000 contacts, 500 viewings, 800 bids) with BRYGGA_CHAOS=1.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from agency_life import (
    clock,
    command,
    contact_there,
    home_there,
    made_agency,
    money,
    names,
    rows_of,
    sql,
)

from brygga.hub import Hub, Settings
from brygga.sandbox.serving import Plan, build

FULL = bool(os.environ.get("BRYGGA_CHAOS"))
PLAN = (
    Plan(estates=2000, contacts=3000, viewings=500, bids=800, seed=11)
    if FULL
    else Plan(estates=60, contacts=90, viewings=30, bids=45, seed=11)
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home folder that the commands use."""
    monkeypatch.setenv("BRYGGA_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


async def joined(url: str, sandbox: Any, folder: Path) -> None:
    """`agencydb inspect`, `check` and two `connect`, with the proposed mapping as it is."""
    mapping = folder / "mapping.toml"
    proposed = await command("agencydb", "inspect", url, "--out", str(mapping), "--json")
    assert proposed["unsure"] == 0
    assert (await command("agencydb", "check", url, "--mapping", str(mapping), "--json"))["ok"]
    facts = sandbox.settings()["vitec"]
    given = [f"--set={name}={facts[name]}" for name in ("base_url", "customer_id", "username")]
    given += ["--set=read_all_contacts=ja", "--set=read_bids=ja", "--set=calls=1000", "--set=at_once=20"]
    secret = f"password={facts['password']}\n"
    await command("connect", "vitec", "--practice", "--stdin", *given, given=secret)
    own = [f"--set=url={url}", f"--set=mapping={mapping}", "--set=follows=vitec", "--set=both_ways=nej"]
    await command("connect", "agencydb", "--practice", "--stdin", *own)


async def test_everything_lands_in_the_agencys_database_and_a_second_run_writes_no_row(
    home: Path, tmp_path: Path, fresh_postgres: str
) -> None:
    url = made_agency(fresh_postgres)
    async with build(PLAN, only=("vitec",)) as sandbox:
        await joined(url, sandbox, tmp_path)
        first = await command("sync", "--json")
        mirrored = first["mirrors"]["agencydb"]
        assert (mirrored["waits"], mirrored["conflicts"]) == ([], 0)
        assert {state for one in mirrored["states"].values() for state in one} == {"joined"}
        before = stamps(url)
        assert_all_is_there(url, home, sandbox.imitations["vitec"])
        for _ in range(2):
            again = await command("sync", "--json")
            assert again["mirrors"]["agencydb"]["written"] == 0
        assert stamps(url) == before


def stamps(url: str) -> dict[str, list[Any]]:
    """When each row was last changed, by the database's own triggers."""
    tables = ("users", "kontakter", "objekt", "visningar", "bud")
    return {one: sql(url, f"SELECT id, updated_at FROM {one} ORDER BY id") for one in tables}


def assert_all_is_there(url: str, home: Path, vitec: Any) -> None:
    """Field by field, from the broker system's own members to the columns."""
    hub = Hub(Settings(home=home))
    try:
        across = {kind: names(hub.store, kind) for kind in ("estate", "contact", "viewing", "bid", "agent")}
    finally:
        hub.store.close()
    truth = vitec.truth(("estates", "sellers"))
    wrong = [
        *homes_that_differ(url, truth["estates"], across["estate"]),
        *contacts_that_differ(url, vitec, across["contact"]),
        *viewings_that_differ(url, truth["estates"], across),
        *bids_that_differ(url, vitec, across),
        *parts_that_differ(url, truth, across),
    ]
    assert wrong == []
    (counts,) = sql(
        url,
        "SELECT (SELECT count(*) FROM objekt), (SELECT count(*) FROM kontakter),"
        " (SELECT count(*) FROM visningar), (SELECT count(*) FROM bud)",
    )
    assert counts == (PLAN.estates, PLAN.contacts, PLAN.viewings, PLAN.bids)


def homes_that_differ(url: str, homes: dict[str, Any], across: dict[str, str]) -> list[str]:
    wanted = {one: home_there(flat) for one, flat in homes.items()}
    columns = tuple(next(iter(wanted.values())))
    return differing("objekt", wanted, rows_of(url, "objekt", columns), across)


def contacts_that_differ(url: str, vitec: Any, across: dict[str, str]) -> list[str]:
    contacts = vitec.world.contacts
    bodies = contacts.bodies(range(vitec.world.agency.offices))
    wanted = {body["id"]: contact_there(body) for body in bodies}
    columns = tuple(next(iter(wanted.values())))
    return differing("kontakter", wanted, rows_of(url, "kontakter", columns), across)


def viewings_that_differ(url: str, homes: dict[str, Any], across: dict[str, dict[str, str]]) -> list[str]:
    wanted = {}
    for estate, flat in homes.items():
        for path, starts in flat.items():
            if path.startswith("viewings[") and path.endswith(".startsAt"):
                begins, ends = clock(starts), clock(flat[path.replace("starts", "ends")])
                assert begins is not None
                assert ends is not None
                wanted[path[len("viewings[") :].partition("]")[0]] = {
                    "objekt_id::text": across["estate"][estate],
                    "datum": begins.date(),
                    "starttid": begins.time(),
                    "sluttid": ends.time(),
                    "typ": "oppen",
                }
    columns = ("objekt_id::text", "datum", "starttid", "sluttid", "typ")
    return differing("visningar", wanted, rows_of(url, "visningar", columns), across["viewing"])


def bids_that_differ(url: str, vitec: Any, across: dict[str, dict[str, str]]) -> list[str]:
    wanted = {}
    for row in vitec.world.rows.values():
        for bid in vitec._desk.bidding._shown(row):
            placed = clock(bid["createdAt"])
            assert placed is not None
            wanted[bid["id"]] = {
                "objekt_id::text": across["estate"][row.id],
                "kontakt_id::text": across["contact"][bid["contactId"]],
                "belopp": money(bid["amount"]),
                "datum": placed.date(),
                "date_trunc('second', tid)::time": placed.time(),
                "status": "aktivt",
            }
    columns = tuple(next(iter(wanted.values())))
    by_source = {source.rpartition("|")[2]: key for source, key in across["bid"].items()}
    return differing("bud", wanted, rows_of(url, "bud", columns), by_source)


def parts_that_differ(url: str, truth: dict[str, Any], across: dict[str, dict[str, str]]) -> list[str]:
    wanted = {
        estate: {
            "maklare_id::text": across["agent"][truth["estates"][estate]["primaryAgentId"]],
            "saljare_id::text": across["contact"][sellers[0]],
            "kopare_id::text": None,
        }
        for estate, sellers in truth["sellers"].items()
    }
    columns = ("maklare_id::text", "saljare_id::text", "kopare_id::text")
    return differing("objekt", wanted, rows_of(url, "objekt", columns), across["estate"])


def differing(
    table: str, wanted: dict[str, Any], rows: dict[str, dict[str, Any]], across: dict[str, str]
) -> list[str]:
    """Every column that is not as it should be, and every row that is not there."""
    found = []
    for source, values in wanted.items():
        row = rows.get(across.get(source, ""))
        if row is None:
            found.append(f"{table}: no row for {source}")
            continue
        found += [f"{table} {source} {c}: {row[c]!r}, not {v!r}" for c, v in values.items() if row[c] != v]
    return found[:50]


async def test_the_amounts_that_are_asked_for_are_in_the_broker_system() -> None:
    async with build(PLAN, only=("vitec",)) as sandbox:
        world: Any = sandbox.imitations["vitec"]
        found = Counter[str]()
        for row in world.world.rows.values():
            body = world.world.body(row)
            found.update(viewings=len(body["viewings"]), bids=len(body["bidding"]["bids"]))
        assert (found["viewings"], found["bids"]) == (PLAN.viewings, PLAN.bids)
        assert world.world.contacts.count == PLAN.contacts


async def test_settings_that_every_connection_has_are_typed_by_the_command(
    home: Path, tmp_path: Path, fresh_postgres: str
) -> None:
    url = made_agency(fresh_postgres)
    mapping = tmp_path / "mapping.toml"
    await command("agencydb", "inspect", url, "--out", str(mapping))
    given = {
        "url": url,
        "mapping": str(mapping),
        "follows": "vitec, mspecs",
        "kinds": "contact,estate",
        "both_ways": "nej",
        "allow_private": "ja",
        "ownership": "contact.email=left, price=ask",
        "on_remove": "estate=keep",
        "calls": "50",
    }
    words = [f"--set={name}={value}" for name, value in given.items()]
    await command("connect", "agencydb", "--stdin", *words)
    hub = Hub(Settings(home=home))
    settings = hub.connections.get("agencydb").settings
    hub.store.close()
    assert settings == {
        "url": url,
        "mapping": str(mapping),
        "follows": ["vitec", "mspecs"],
        "kinds": ["contact", "estate"],
        "both_ways": False,
        "allow_private": True,
        "ownership": {"contact.email": "left", "price": "ask"},
        "on_remove": {"estate": "keep"},
        "calls": 50,
    }
    assert json.dumps(settings)
    refused = [*words, "--set=both_ways=kanske"]
    await command("connect", "agencydb", "--stdin", *refused, well=1)
