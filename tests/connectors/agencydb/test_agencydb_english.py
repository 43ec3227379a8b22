"""A schema that the program was not made for: English names, number keys, lookup tables, prices in thousands.

Once on SQLite, and once on MariaDB where a server is installed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from brygga.connectors.abilities import Draft, Ref, Written
from brygga.connectors.agencydb.api import changelog
from brygga.connectors.agencydb.inspecting import check_plan, read_catalog
from brygga.connectors.agencydb.mapping.paths import get
from brygga.model import Agent, Bid, Contact, Estate, OutcomeUnknown, Record, Rejected, Relation, Viewing
from brygga.model.parts import Address, Areas, Building, Fee, Position, Price
from brygga.wire.call import Repeat

_SYSTEM = [
    Path("/usr/share/mysql") / name for name in ("mysql_system_tables.sql", "mysql_system_tables_data.sql")
]
DDL = Path(__file__).with_name("english.sql")


@pytest.fixture(scope="session")
def mariadb_socket() -> Iterator[str]:
    """A MariaDB of our own on a socket, started once and stopped at the end."""
    server = shutil.which("mariadbd", path=_path())
    if server is None:
        pytest.skip("no MariaDB server is installed (package mariadb-server-core)")
    pytest.importorskip("pymysql", reason="PyMySQL is not installed (extra mysql)")
    folder = Path(tempfile.mkdtemp(prefix="brygga-my-"))
    (folder / "data" / "mysql").mkdir(parents=True)
    owner = f"--user={'root' if os.geteuid() == 0 else os.environ.get('USER', '')}"
    common = [server, "--no-defaults", f"--datadir={folder}/data", owner, "--skip-grant-tables"]
    system = [one for one in _SYSTEM if one.is_file()]
    script = "USE mysql;\n" + "\n".join(one.read_text(encoding="utf-8") for one in system)
    subprocess.run([*common, "--bootstrap"], input=script.encode(), check=True, capture_output=True)
    process = subprocess.Popen(
        [*common, f"--socket={folder}/s", "--skip-networking", "--innodb-flush-log-at-trx-commit=0"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(f"{folder}/s")
        yield f"{folder}/s"
    finally:
        process.terminate()
        process.wait(timeout=20)
        shutil.rmtree(folder, ignore_errors=True)


def _path() -> str:
    return os.environ.get("PATH", "") + os.pathsep + "/usr/sbin"


def _connect(socket: str, name: str = "") -> Any:
    import pymysql

    return pymysql.connect(unix_socket=socket, user="root", database=name or None, autocommit=True)


def _wait(socket: str) -> None:
    for _ in range(100):
        if Path(socket).exists():
            _connect(socket).close()
            return
        time.sleep(0.1)
    pytest.fail("MariaDB did not start")


@pytest.fixture(params=["sqlite", "mariadb"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The English schema in a database of its own."""
    script = DDL.read_text(encoding="utf-8")
    if request.param == "sqlite":
        with contextlib.closing(sqlite3.connect(tmp_path / "agency.db")) as raw:
            raw.executescript(script)
        yield f"sqlite:///{tmp_path / 'agency.db'}"
        return
    socket = request.getfixturevalue("mariadb_socket")
    for old, new in (
        ("integer PRIMARY KEY", "integer AUTO_INCREMENT PRIMARY KEY"),
        (" timestamp", " datetime"),
        ("real", "double"),
    ):
        script = script.replace(old, new)
    lines = "\n".join(line for line in script.splitlines() if not line.startswith("--"))
    raw = _connect(socket)
    with contextlib.closing(raw), raw.cursor() as cursor:
        cursor.execute("CREATE DATABASE agency CHARACTER SET utf8mb4")
        cursor.execute("USE agency")
        for statement in filter(str.strip, lines.split(";")):
            cursor.execute(statement)
    yield f"mariadb://root@/agency?unix_socket={socket}"
    raw = _connect(socket)
    with contextlib.closing(raw), raw.cursor() as cursor:
        cursor.execute("DROP DATABASE agency")


def draft(record: Record, op: str = "create", **more: Any) -> Draft:
    return Draft(
        op=op, kind=type(record).__name__.lower(), record=record, key=more.pop("key", record.id), **more
    )


def home(number: int = 1, **more: Any) -> Estate:
    return Estate(
        id=f"other:{number}",
        type="apartment",
        status="for_sale",
        reference=f"P-{number}",
        address=Address(
            street=f"Provgatan {number} B",
            postcode="114 55",
            town="Stockholm",
            position=Position(latitude=59.25, longitude=18.5),
        ),
        price=Price(asking_kr=4_512_345),
        areas=Areas(living_m2=61.5, plot_m2=99.6),
        rooms=2.5,
        fee=Fee(amount_kr=3_200),
        buildings=[Building(year_built=1974)],
        **more,
    )


async def all_well(db: Any, *drafts: Draft) -> list[Written]:
    out = await db.write(list(drafts))
    for one in out:
        if isinstance(one, Exception):
            raise one
    return out


async def test_the_proposal_holds_what_the_schema_says(
    url: str, proposed: Any, connect: Callable[..., Any]
) -> None:
    proposal = await proposed(url)
    tables = proposal.plan.tables
    assert {name: one.kind for name, one in tables.items()} == {
        "staff": "agent", "clients": "contact", "properties": "estate", "showings": "viewing",
        "offers": "bid", "property_parties": "relation",
    }  # fmt: skip
    columns = tables["properties"].columns
    assert (columns["asking_price_thousands"].field, columns["asking_price_thousands"].how) == (
        "price.asking_kr",
        "tkr",
    )
    assert columns["property_type_id"].words["3"] == "house/radhus"
    assert (columns["street_name"].how, columns["street_number"].how) == ("street_name", "street_number")
    assert columns["zip_code"].style == "NNNNN"
    assert columns["updated_at"].how == "now"
    assert proposal.unsure == 0
    db = await connect(url)
    assert check_plan(proposal.plan, await db._line.run("check", read_catalog)) == []


async def test_all_kinds_go_in_and_come_out_as_said(url: str, connect: Callable[..., Any]) -> None:
    db = await connect(url)
    (agent,) = await all_well(
        db, draft(Agent(id="o:a", name="Ada von Prov", email="ada@example.test", mobile="+46701740605"))
    )
    seller, firm = await all_well(
        db,
        draft(Contact(id="o:s", first_name="Anna", last_name="Prov", personnummer="191212121212")),
        draft(Contact(id="o:f", kind="company", company_name="Prov AB")),
    )
    wanted = home(agent_id=f"agency:{agent.source_id}")
    (estate,) = await all_well(db, draft(wanted))
    there = f"agency:{estate.source_id}"
    at = datetime(2026, 6, 16, 15, tzinfo=UTC)
    made: list[Record] = [
        Viewing(id="o:v", estate_id=there, starts_at=at, digital=False),
        Bid(
            id="o:b",
            estate_id=there,
            contact_id=f"agency:{firm.source_id}",
            amount_kr=4_600_000,
            placed_at=at,
        ),
        Relation(id="o:r", estate_id=there, contact_id=f"agency:{seller.source_id}", role="seller"),
    ]
    pairs = [(wanted, estate)]
    for record in made:
        (out,) = await all_well(db, draft(record))
        pairs.append((record, out))
    for record, out in pairs:
        got, seen = db.map(out.raw).records[0], db.as_seen(record)
        for field in db.writable()[type(record).__name__.lower()].fields:
            assert get(got, field) == get(seen, field), field
        fetched = await db.fetch(Ref(kind=out.raw.kind, source_id=out.source_id))
        assert fetched.body == out.raw.body
    seen = db.as_seen(wanted)
    assert seen.price.asking_kr == 4_512_300
    assert seen.areas.plot_m2 == 100.0
    assert seen.address.street == "Provgatan 1 B"
    assert db.map(firm.raw).records[0].kind == "company"
    assert db.map(agent.raw).records[0].name == "Ada von Prov"


async def test_keys_that_the_database_makes_say_how_a_repeat_is_made_safe(
    url: str, connect: Callable[..., Any]
) -> None:
    db = await connect(url)
    can = db.writable()
    assert can["estate"].repeat is Repeat.READBACK
    assert can["viewing"].repeat is Repeat.NONE
    assert can["relation"].repeat is Repeat.NATURAL
    (first,) = await all_well(db, draft(home()))
    (again,) = await all_well(db, draft(home()))
    assert (again.source_id, again.matched_by) == (first.source_id, "reference")
    assert (await db.read_back(draft(home()))).source_id == first.source_id
    assert await db.read_back(draft(home(2))) is None
    viewing = Viewing(
        id="o:v", estate_id=f"agency:{first.source_id}", starts_at=datetime(2026, 6, 16, 15, tzinfo=UTC)
    )
    with pytest.raises(OutcomeUnknown):
        await db.read_back(draft(viewing))


async def test_with_the_side_table_every_repeat_is_safe(
    url: str, connect: Callable[..., Any], proposed: Any
) -> None:
    text = (await proposed(url)).text.replace("version = 1", "version = 1\nside_table = true")
    db = await connect(url, text)
    statements = changelog.installing(db.mapper)
    await db._line.run("install", lambda s: [s.execute(one) for one in statements], write=True)
    assert db.writable()["viewing"].repeat is Repeat.NATURAL
    (estate,) = await all_well(db, draft(home()))
    viewing = draft(
        Viewing(
            id="o:v", estate_id=f"agency:{estate.source_id}", starts_at=datetime(2026, 6, 16, 15, tzinfo=UTC)
        )
    )
    (first,) = await all_well(db, viewing)
    (again,) = await all_well(db, viewing)
    assert (again.source_id, again.matched_by) == (first.source_id, "key")
    assert (await db.read_back(viewing)).source_id == first.source_id
    since = datetime.now(UTC)
    found = [raw.source_id async for page in db.pages("viewing", since=since) for raw in page.records]
    assert found == [first.source_id]
    gone = changelog.removing(db.mapper)
    await db._line.run("remove", lambda s: [s.execute(one) for one in gone], write=True)


async def test_refusals_name_what_is_to_blame(url: str, connect: Callable[..., Any]) -> None:
    db = await connect(url)
    lost = await db.write([draft(home(1, agent_id="agency:77")), draft(home(2))])
    assert isinstance(lost[0], Rejected)
    assert lost[0].code == "reference_missing"
    assert "assigned_agent_id" in lost[0].sv
    assert isinstance(lost[1], Written)
    before = db.map(lost[1].raw).records[0]
    change = {"source_id": lost[1].source_id, "fields": ("price.asking_kr",), "before": before}
    cheap = home(2)
    cheap.price = Price(asking_kr=1_000_000)
    (done,) = await all_well(db, draft(cheap, "update", **change))
    assert db.map(done.raw).records[0].price.asking_kr == 1_000_000
    dear = home(2)
    dear.price = Price(asking_kr=9_000_000)
    (late,) = await db.write([draft(dear, "update", **change)])
    assert isinstance(late, Rejected)
    assert late.code == "changed_meanwhile"
    (gone,) = await db.write([draft(dear, "update", source_id="999", fields=("price.asking_kr",))])
    assert isinstance(gone, Rejected)
    assert gone.code == "gone"


async def test_changes_are_found_by_the_time_that_we_write_ourselves(
    url: str, connect: Callable[..., Any]
) -> None:
    db = await connect(url)
    (out,) = await all_well(db, draft(home()))
    assert db.map(out.raw).records[0].changed_at == datetime(2026, 5, 12, 8, tzinfo=UTC)
    later = datetime(2026, 5, 12, 9, tzinfo=UTC)
    assert [raw async for page in db.pages("estate", since=later) for raw in page.records] == []
    earlier = datetime(2026, 5, 12, 7, tzinfo=UTC)
    assert len([raw async for page in db.pages("estate", since=earlier) for raw in page.records]) == 1
