"""Schemas as other people would make them: what `inspect` proposes, held against a strict reviewer's list.

Each file in `unseen/` has its expectation beside every column, after `-->`: a field and its
transformation; `?` where the proposal must ask rather than be sure; `-` left out; `now` and `filled`
written and never read; `not` a table that holds none of our kinds.
"""

from __future__ import annotations

import contextlib
import importlib.util
import re
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest

from brygga.connectors.abilities import Draft, Written
from brygga.connectors.agencydb.api.asking import checked, inspected
from brygga.connectors.agencydb.api.statements import Statements
from brygga.connectors.agencydb.inspecting import evidence
from brygga.connectors.agencydb.mapping.paths import get
from brygga.connectors.agencydb.schema import read_plan
from brygga.model import Agent, Bid, Contact, Estate, Office, Record, Rejected, Relation, Unsupported, Viewing
from brygga.model.parts import Address, Areas, Building, Fee, Position, Price, Texts

FILES = sorted((Path(__file__).parent / "unseen").glob("*.sql"))
_TABLE = re.compile(r'CREATE (?:TABLE|VIEW) (?P<name>"[^"]+"|\w+)')
_COLUMN = re.compile(r'\s+(?P<name>"[^"]+"|\w+) ')


class Schema(NamedTuple):
    """One of the files, in a database."""

    name: str
    text: str
    url: str


class Want(NamedTuple):
    """What is expected of a column or a table. `ask`: the proposal must not be sure of it."""

    field: str
    how: str
    ask: bool


def expected(text: str) -> tuple[dict[str, Want], dict[str, Want]]:
    """The expectations of a file: of its tables, and of its columns by `table.column`."""
    tables: dict[str, Want] = {}
    columns: dict[str, Want] = {}
    table = ""
    for line in text.splitlines():
        said = line.partition("-->")[2].split()
        if found := _TABLE.match(line):
            table = found["name"].strip('"')
        if not said:
            continue
        ask = said[-1] == "?"
        field, how = (*[one for one in said if one != "?"], "")[:2]
        if found:
            tables[table] = Want(field, "", ask)
        elif column := _COLUMN.match(line):
            columns[f"{table}.{column['name'].strip(chr(34))}"] = Want(field, how, ask)
    return tables, columns


def verdict(want: Want, got: Any) -> str:
    """right · unsure · wrong · left out, as a strict reviewer would say of one column."""
    if want.field == "-":
        return "right" if got is None else "wrong" if got.sure else "unsure"
    if got is None:
        return "left out"
    if want.field in {"now", "filled"}:
        same = not got.field and (got.how == "now") == (want.field == "now")
    else:
        same = got.field == want.field and got.how == want.how
    if not got.sure:
        return "right" if same and want.ask else "unsure"
    return "right" if same and not want.ask else "wrong"


def review(text: str, plan: Any) -> dict[str, str]:
    """`table` or `table.column` → verdict."""
    tables, columns = expected(text)
    found: dict[str, str] = {}
    for name, want in tables.items():
        got = plan.tables.get(name)
        if want.field == "not":
            found[name] = "right" if got is None else "wrong" if got.sure else "unsure"
        elif got is None:
            found[name] = "left out"
        else:
            found[name] = "right" if got.kind == want.field and got.sure != want.ask else "wrong"
    for where, want in columns.items():
        table, _, column = where.rpartition(".")
        held = plan.tables.get(table)
        found[where] = verdict(want, None if held is None else held.columns.get(column))
    return found


def _mariadb(socket: str, text: str) -> str:
    import pymysql

    raw = pymysql.connect(unix_socket=socket, user="root", autocommit=True)
    plain = "\n".join(line.partition("-->")[0] for line in text.splitlines() if not line.startswith("--"))
    with contextlib.closing(raw), raw.cursor() as cursor:
        cursor.execute("DROP DATABASE IF EXISTS unseen")
        cursor.execute("CREATE DATABASE unseen CHARACTER SET utf8mb4")
        cursor.execute("USE unseen")
        for statement in filter(str.strip, plain.split(";")):
            cursor.execute(statement)
    return f"mariadb://root@/unseen?unix_socket={socket}"


def loaded(path: Path, request: pytest.FixtureRequest, folder: Path) -> str:
    """The schema in a database of its own: its address."""
    text = path.read_text(encoding="utf-8")
    dialect, *schema = text.partition("\n")[0].removeprefix("-- ").split()
    if dialect == "sqlite":
        with contextlib.closing(sqlite3.connect(folder / "a.db")) as raw:
            raw.executescript(text)
        return f"sqlite:///{folder / 'a.db'}"
    if dialect == "mysql":
        return _mariadb(request.getfixturevalue("mariadb_socket"), text)
    url = str(request.getfixturevalue("fresh_postgres"))
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(text)
    return url + (f"&schema={schema[0]}" if schema else "")


def _of_a_sibling(name: str) -> Any:
    """A fixture that another file of this folder defines."""
    path = Path(__file__).with_name("test_agencydb_english.py")
    spec = importlib.util.spec_from_file_location("agencydb_english_for_unseen", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name)


mariadb_socket = _of_a_sibling("mariadb_socket")


@pytest.fixture(params=FILES, ids=lambda one: one.stem)
def unseen(request: pytest.FixtureRequest, tmp_path: Path) -> Schema:
    """Each schema in turn: its text and the address of a database that holds it."""
    path: Path = request.param
    return Schema(path.stem, path.read_text(encoding="utf-8"), loaded(path, request, tmp_path))


async def test_a_proposal_is_as_a_strict_reviewer_wants_it_reads_back_and_asks_first(unseen: Schema) -> None:
    proposal = await inspected(unseen.url)
    plan = proposal.plan
    found = review(unseen.text, plan)
    assert {where: one for where, one in found.items() if one != "right"} == {}
    assert set(plan.tables) <= set(expected(unseen.text)[0])
    assert read_plan(proposal.text) == plan
    assert [one for one in await checked(unseen.url, proposal.text) if one.stops] == []
    head = re.sub(r"\n#\s+", " ", proposal.text.partition("\nversion = ")[0])
    for name, table in plan.tables.items():
        for column, one in table.columns.items():
            asked = re.search(rf" {re.escape(f'{name}.{column}')}[,:] ", head) is not None
            assert one.sure is not asked, f"{name}.{column}"


async def test_a_schema_of_another_name_is_found_when_nobody_names_it(
    fresh_postgres: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    path = next(one for one in FILES if one.stem == "byra")
    named = await inspected(loaded(path, request, tmp_path))
    assert (await inspected(fresh_postgres)).plan == named.plan
    assert named.plan.schema == "maklare"


async def test_a_reference_to_a_row_is_never_taken_for_a_text(tmp_path: Path) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "b.db")) as raw:
        raw.executescript(
            "CREATE TABLE towns (id INTEGER PRIMARY KEY, name TEXT);"
            "CREATE TABLE homes (id INTEGER PRIMARY KEY, address_id TEXT, town INTEGER REFERENCES towns,"
            " asking_price INTEGER, rooms INTEGER, living_area INTEGER)"
        )
    columns = (await inspected(f"sqlite:///{tmp_path / 'b.db'}")).plan.tables["homes"].columns
    assert set(columns) == {"asking_price", "rooms", "living_area"}


@pytest.mark.parametrize(
    ("how", "texts", "against", "speaks_for"),
    [
        ("personnummer", ["114 55", "11456", "753 10"], True, False),
        ("postcode", ["114 55", "11456", "753 10"], False, True),
        ("personnummer", ["114 55"], False, False),
        ("email", ["ada", "bo", "cia"], True, False),
        ("phone", ["070-174 06 05", "växel", ""], False, False),
    ],
)
def test_rows_speak_for_or_against_a_name(
    how: str, texts: list[str], against: bool, speaks_for: bool
) -> None:
    assert evidence.against(how, texts) is against
    assert evidence.speaks_for(how, texts) is speaks_for


def test_what_cannot_be_read_is_shown_by_its_shape_alone() -> None:
    seen = evidence.readable("number", ["112", "67 + 12 m²", "Anna Prov"])
    assert (seen.seen, seen.read, seen.odd) == (3, 1, "99 + 99 m²")
    assert evidence.readable("number", ["Anna Prov 070"]).odd == "xx xx 999"


async def test_twenty_records_go_in_and_come_back_and_a_second_time_write_nothing(
    unseen: Schema, connect: Any
) -> None:
    db = await connect(unseen.url)
    held = {one.kind for one in db.mapper.plan.tables.values()}
    unmade = {kind for kind in held if not db.writable()[kind].create}
    assert unmade == _not_made(unseen.text)
    pairs = await written(db)
    assert len(pairs) >= sum(COUNTS[one] for one in held - unmade) - 2
    for record, out in pairs:
        kind = type(record).__name__.lower()
        got, seen = db.map(out.raw).records[0], db.as_seen(record)
        for field in db.writable()[kind].fields:
            assert get(got, field) == get(seen, field), f"{kind} {field}"
    before = await everything(db)
    again = [
        Draft(
            op="update",
            kind=type(record).__name__.lower(),
            record=record,
            source_id=out.source_id,
            fields=tuple(db.writable()[type(record).__name__.lower()].fields),
            key=f"again:{record.id}",
        )
        for record, out in pairs
    ]
    with refused_writes():
        for one in await db.write(again):
            assert isinstance(one, Written), one
    assert await everything(db) == before


async def everything(db: Any) -> dict[tuple[str, str], bytes]:
    """Every row of every kind, as it is listed."""
    return {
        (kind, raw.source_id): raw.body
        for kind in db.streams
        async for page in db.pages(kind)
        for raw in page.records
    }


@contextlib.contextmanager
def refused_writes() -> Iterator[None]:
    """Within, any statement that would change a row is a failure."""

    def none(*_: Any) -> Any:
        raise AssertionError("a row was written that said so already")

    with pytest.MonkeyPatch.context() as patch:
        for name in ("update_many", "insert_many", "insert_one", "update_plain", "insert_plain"):
            patch.setattr(Statements, name, none)
        yield


async def written(db: Any) -> list[tuple[Record, Written]]:
    """Twenty invented records of the kinds that the mapping can make, those that others refer to first."""
    can = {kind: one for kind, one in db.writable().items() if one.create}
    pairs: list[tuple[Record, Written]] = []
    made: dict[str, list[str]] = {}
    for kind in ("office", "agent", "contact", "estate", "viewing", "bid", "relation"):
        if kind not in can:
            there = (
                [raw async for page in db.pages(kind) for raw in page.records] if kind in db.streams else []
            )
            made[kind] = [f"agency:{raw.source_id}" for raw in there]
            continue
        records = [invented(kind, n, made) for n in range(COUNTS[kind])]
        out = await db.write([Draft(op="create", kind=kind, record=one, key=one.id) for one in records])
        for record, one in zip(records, out, strict=True):
            if isinstance(one, Rejected | Unsupported) and _asked_about(db, one):
                continue
            assert isinstance(one, Written), f"{kind}: {one!r}"
            pairs.append((record, one))
            made.setdefault(kind, []).append(f"agency:{one.source_id}")
    return pairs


def _asked_about(db: Any, refusal: Any) -> bool:
    """Whether a refusal concerns a column that the proposal asks about, or a role that has no column."""
    if isinstance(refusal, Unsupported):
        return True
    unsure = [
        f"{name}.{column}"
        for name, table in db.mapper.plan.tables.items()
        for column, one in table.columns.items()
        if not one.sure
    ]
    return refusal.code == "no_counterpart" and any(one in refusal.sv for one in unsure)


def _not_made(text: str) -> set[str]:
    found = re.search(r"^-- not made: (.+)$", text, re.MULTILINE)
    return set(found[1].split()) if found else set()


COUNTS = {"office": 1, "agent": 2, "contact": 4, "estate": 5, "viewing": 4, "bid": 3, "relation": 2}
TYPES = ("house", "apartment", "cottage", "plot", "house")
AT = datetime(2026, 6, 16, 15, 0, tzinfo=UTC)


def invented(kind: str, number: int, made: dict[str, list[str]]) -> Record:
    """A record of a kind; what it refers to is among those made before."""

    def one_of(other: str, at: int = number) -> str:
        there = made.get(other, [])
        return there[at % len(there)] if there else ""

    own = f"other:{kind}{number}"
    if kind == "office":
        return Office(id=own, name="Prov Centrum", phone="+46701740610", email="kontor@example.test")
    if kind == "agent":
        mail, phone = f"maklare{number}@example.test", f"+4670174061{number}"
        offices = [one_of("office")] if made.get("office") else []
        return Agent(
            id=own, name=f"Ada Prov{number}", email=mail, mobile=phone, phone=phone, office_ids=offices
        )
    if kind == "contact":
        return _contact(own, number)
    if kind == "estate":
        return _home(own, number, one_of)
    there, who = one_of("estate"), one_of("contact")
    at = AT + timedelta(days=number, minutes=15 * number)
    if kind == "viewing":
        return Viewing(
            id=own, estate_id=there, starts_at=at, ends_at=at + timedelta(minutes=45), digital=number == 1
        )
    if kind == "bid":
        amount = 4_500_000 + 100_000 * number
        return Bid(
            id=own, estate_id=there, contact_id=who, amount_kr=amount, placed_at=at, cancelled=number == 2
        )
    return Relation(id=own, estate_id=there, contact_id=who, role=("seller", "buyer")[number % 2])


def _contact(own: str, number: int) -> Contact:
    phone, mail = f"+4670174062{number}", f"kund{number}@example.test"
    home = Address(street=f"Provgatan {number + 1} B", postcode="114 55", town="Stockholm")
    if number == 3:
        return Contact(
            id=own,
            kind="company",
            company_name="Prov AB",
            orgnr="556036-0793",
            email=mail,
            phone=phone,
            address=home,
        )
    return Contact(
        id=own,
        first_name=("Anna", "Bo Åke", "Cia")[number],
        last_name=("Prov", "von Prov", "Test-Prov")[number],
        personnummer="191212121212" if number == 0 else "",
        email=mail,
        mobile=phone,
        phone=phone,
        address=home,
        note="ringer helst på kvällen" if number else "",
    )


def _home(own: str, number: int, one_of: Callable[..., str]) -> Estate:
    return Estate(
        id=own,
        type=TYPES[number],
        status=("for_sale", "coming", "sold", "for_sale", "withdrawn")[number],
        tenure="tenant_ownership" if TYPES[number] == "apartment" else "freehold",
        reference=str(7000 + number),
        agent_id=one_of("agent"),
        office_id=one_of("office"),
        seller_ids=[one_of("contact")],
        address=Address(
            street=f"Stora Provgatan {number + 1}",
            postcode="114 55",
            town="Stockholm",
            municipality="Stockholm",
            municipality_code="0180",
            position=Position(latitude=59.3 + number / 16, longitude=18.0625),
        ),
        price=Price(asking_kr=4_500_000 + 50_000 * number, final_kr=4_700_000 if number == 2 else None),
        areas=Areas(living_m2=112.5, other_m2=12.0, plot_m2=830.0),
        rooms=2.5 + number,
        fee=Fee(amount_kr=3_412) if TYPES[number] == "apartment" else None,
        buildings=[Building(year_built=1974, bedrooms=2, floor=2.0, elevator=True)],
        texts=Texts(heading="Ljust och luftigt", long="Hörnläge med balkong."),
    )
