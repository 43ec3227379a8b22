"""Two databases of different make that follow each other, edited on both sides, with faults and restarts.

Some hundred steps; with BRYGGA_CHAOS=1 ten thousand. Fewer with BRYGGA_STEPS=n.
"""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from brygga.connectors.abilities import Draft
from brygga.connectors.agencydb.api.asking import inspected
from brygga.connectors.agencydb.api.connector import AgencyDb
from brygga.hub import Connection, Hub, Settings
from brygga.hub.flows.mirror import Mirror
from brygga.hub.flows.pull import Pull
from brygga.model import OutcomeUnknown, Retryable

HERE = Path(__file__).parents[1] / "connectors" / "agencydb"
LONG = bool(os.environ.get("BRYGGA_CHAOS"))
STEPS = int(os.environ.get("BRYGGA_STEPS", "10000" if LONG else "250"))
"""One make has number keys and English words; the other Swedish words, uuid-like keys and fewer columns."""
SWEDISH = """
CREATE TABLE kontakter (
  id varchar(36) PRIMARY KEY,
  typ varchar(20) NOT NULL DEFAULT 'privatperson' CHECK (typ IN ('privatperson', 'foretag')),
  namn varchar(120) NOT NULL,
  mobil varchar(40),
  epost varchar(120),
  created_at timestamp NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now')),
  updated_at timestamp NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
);
CREATE TABLE objekt (
  id varchar(36) PRIMARY KEY,
  typ varchar(20) NOT NULL CHECK (typ IN ('villa', 'lagenhet', 'radhus', 'fritidshus', 'tomt')),
  status varchar(20) NOT NULL DEFAULT 'uppdrag'
    CHECK (status IN ('kundbearbetning', 'uppdrag', 'till_salu', 'sald', 'tilltraden')),
  adress varchar(120) NOT NULL,
  ort varchar(60),
  utgangspris numeric(12,2),
  boarea numeric(8,1),
  rum integer,
  updated_at timestamp NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))
);
"""


class Crash(BaseException):
    """The process ends here."""


class NoFlow:
    """A context that records nothing: the steps are simply run."""

    resumed = False

    async def step(self, name: str, fn: Any, *args: Any, attempts: int = 1, **more: Any) -> Any:
        return await fn(*args, **more)


class Databases:
    """Both files, the hub between them, and what may go wrong on the way."""

    def __init__(self, folder: Path, rng: random.Random) -> None:
        self.folder, self.rng = folder, rng
        self.at = datetime(2026, 5, 12, 8, 0, tzinfo=UTC)
        self.faults, self.crash_at = False, 0
        self.files = {"left": folder / "left.db", "right": folder / "right.db"}
        for name, text in (("left", (HERE / "english.sql").read_text("utf-8")), ("right", SWEDISH)):
            with sqlite3.connect(self.files[name]) as db:
                db.executescript(text)

    def now(self) -> datetime:
        self.at += timedelta(milliseconds=7)
        return self.at

    async def open(self) -> None:
        """A hub process."""
        self.hub = Hub(Settings(home=self.folder / "hub"), now=self.now)
        if not self.hub.connections.all():
            for name in ("left", "right"):
                url = f"sqlite:///{self.files[name]}"
                mapping = (await inspected(url)).text
                settings = {"url": url, "mapping": mapping, "calls": 100_000, "allow_private": True}
                if name == "right":
                    settings |= {
                        "follows": "left",
                        "kinds": "contact,estate",
                        "ownership": {"estate": "newest", "contact": "newest"},
                    }
                await self.hub.connect(Connection(name=name, connector="agencydb", settings=settings), {})
        for name in ("left", "right"):
            connector = self.hub.connections.live(name).connector
            connector._reader._now = connector._writer._now = self.now
            connector.write = self._faulty(connector, connector.write)

    async def close(self) -> None:
        await self.hub.connections.close()
        self.hub.store.close()

    def _faulty(self, connector: AgencyDb, write: Any) -> Any:
        """Writes that are refused for now, whose answer is lost, or after which the process ends."""

        async def attempt(drafts: Sequence[Draft]) -> Any:
            drawn = self.rng.random() if self.faults else 1.0
            if drawn < 0.05:
                raise Retryable("The database is busy.", code="busy")
            done = await write(drafts)
            if drawn < 0.10:
                raise Crash
            if drawn < 0.20:
                return [OutcomeUnknown("The answer was lost.", code="lost") for _ in drafts]
            return done

        return attempt

    async def pull(self, name: str, mode: str = "compare") -> None:
        await Pull(self.hub.services).run(NoFlow(), key=f"{name}|{mode}", wanted=0)  # type: ignore[arg-type]  # records nothing

    async def mirror(self, mode: str = "") -> dict[str, Any]:
        try:
            key = f"right|{mode}" if mode else "right"
            return dict(await Mirror(self.hub.services).run(NoFlow(), key=key, wanted=0))  # type: ignore[arg-type]  # records nothing
        except Crash:
            await self.close()
            await self.open()
        return {"crash": 1}

    def run(self, name: str, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        """Past brygga."""
        with sqlite3.connect(self.files[name]) as db:
            return db.execute(statement, values).fetchall()

    def stamp(self) -> str:
        return self.now().strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


NAMED = {
    ("left", "contact"): "SELECT client_id, first_name, last_name FROM clients",
    ("right", "contact"): "SELECT id, namn FROM kontakter",
    ("left", "estate"): "SELECT property_id, street_name, street_number FROM properties",
    ("right", "estate"): "SELECT id, adress FROM objekt",
}


def _named(values: Mapping[str, Any]) -> str:
    street = str(values.get("address.street", ""))
    return street or f"{values.get('first_name', '')} {values.get('last_name', '')}"


class Life:
    """What people do in both."""

    def __init__(self, at: Databases) -> None:
        self.at, self.rng = at, at.rng
        self.did, self.n = Counter[str](), 0
        self.last: dict[tuple[str, str], list[str]] = {}

    def token(self) -> int:
        self.n += 1
        return self.n

    def create(self, side: str) -> None:
        n, at = self.token(), self.at.stamp()
        if side == "left":
            self.at.run(
                "left",
                "INSERT INTO clients (client_id, first_name, last_name, email, created_at, updated_at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (-n, "Prov", f"Nr{n}", f"e{n}@example.com", at, at),
            )
            if self.rng.random() < 0.5:
                self.at.run(
                    "left",
                    "INSERT INTO properties (property_id, property_type_id, status, street_name,"
                    " street_number, city, asking_price_thousands, number_of_rooms, created_at, updated_at)"
                    " VALUES (?, 1, 'active', ?, '1', 'Lund', ?, 2.5, ?, ?)",
                    (-n, f"Gata{n}gatan", 1000 + n, at, at),
                )
        else:
            self.at.run(
                "right",
                "INSERT INTO kontakter (id, namn, epost, updated_at) VALUES (?, ?, ?, ?)",
                (f"ny-{n}", f"Prov Nr{n}", f"e{n}@example.com", at),
            )

    def edit(self, side: str) -> None:
        n = self.token()
        if self.rng.random() < 0.6:
            mail = f"t{n}@example.com"
            table, key, column, value = (
                ("clients", "client_id", "email", mail)
                if side == "left"
                else ("kontakter", "id", "epost", mail)
            )
        else:
            table, key, column, value = (
                ("properties", "property_id", "city", f"Ort{n}")
                if side == "left"
                else ("objekt", "id", "ort", f"Ort{n}")
            )
        rows = self.at.run(side, f"SELECT {key} FROM {table}")
        if rows:
            (chosen,) = self.rng.choice(rows)
            self.at.run(
                side,
                f"UPDATE {table} SET {column} = ?, updated_at = ? WHERE {key} = ?",
                (value, self.at.stamp(), chosen),
            )
            self.last.setdefault((side, column), []).append(value)

    def remove(self, side: str) -> None:
        table, key = ("clients", "client_id") if side == "left" else ("kontakter", "id")
        rows = self.at.run(side, f"SELECT {key} FROM {table}")
        if len(rows) > 5:
            self.at.run(side, f"DELETE FROM {table} WHERE {key} = ?", self.rng.choice(rows))

    def settle(self) -> None:
        """Fields by chance; whether somebody was made, by who is there."""
        store = self.at.hub.store
        for one in store.conflicts(state="open", limit=1_000):
            take, value = self.rng.choice(["left", "right"]), ""
            if one.path in ("(pair)", "(doubt)"):
                take, value = self._who_is_there(one)
            if take != "value" or store.row(one.kind, value) is not None:
                store.conflict_choose(one.n, take, value or None, who="Anna", why="prov")

    def _who_is_there(self, one: Any) -> tuple[str, str]:
        side, values = ("right", one.left) if one.left_id else ("left", one.right)
        for key, *names in self.at.run(side, NAMED[side, one.kind]):
            if " ".join(names).strip() == _named(values):
                return "value", f"{side}:{key}"
        return "left", ""

    async def step(self) -> None:
        what = self.rng.choices(
            ["create", "edit", "remove", "pull", "mirror", "restart", "settle", "time"],
            [6, 40, 1, 14, 12, 1, 2, 8],
        )[0]
        self.did[what] += 1
        side = self.rng.choice(["left", "right"])
        if what in ("create", "edit", "remove"):
            getattr(self, what)(side)
        elif what == "pull":
            await self.at.pull(side, self.rng.choice(["catchup", "compare"]))
        elif what == "mirror":
            self.did["crash"] += (await self.at.mirror(self.rng.choice(["", "", "full"]))).get("crash", 0)
        elif what == "restart":
            await self.at.close()
            await self.at.open()
        elif what == "settle":
            self.settle()
        else:
            self.at.at += timedelta(seconds=self.rng.choice([1, 30, 600]))

    async def to_rest(self) -> None:
        """No more faults; read everything, answer everything, until nothing is left to do."""
        self.at.faults = False
        for _ in range(30):
            self.at.at += timedelta(minutes=30)
            await self.at.pull("left", "full")
            await self.at.pull("right", "full")
            counts = await self.at.mirror("full")
            self.settle()
            if not written(counts) and not self.at.hub.store.conflicts():
                return
        raise AssertionError(f"no rest: {counts} {self.at.hub.store.conflicts()[:3]}")


def written(counts: Mapping[str, int]) -> int:
    return sum(n for key, n in counts.items() if key.startswith(("left.", "right.")))


def assert_both_are_equal(at: Databases) -> None:
    """By the twins' ids and plain SQL on both files."""
    left = {
        str(i): (f"{a} {b}", e)
        for i, a, b, e in at.run("left", "SELECT client_id, first_name, last_name, email FROM clients")
    }
    right = {i: (n, e) for i, n, e in at.run("right", "SELECT id, namn, epost FROM kontakter")}
    across = at.hub.store.names_across("contact", "right", [f"left:{i}" for i in left])
    assert len(across) > 5, "hardly anything was joined"
    assert {left[a.partition(":")[2]] for a in across} == {
        right[b.partition(":")[2]] for b in across.values() if b.partition(":")[2] in right
    }
    for a, b in across.items():
        assert left[a.partition(":")[2]] == right.get(b.partition(":")[2], left[a.partition(":")[2]])
    assert max(Counter(name for name, _ in left.values()).values(), default=1) == 1, "made twice on the left"
    assert max(Counter(name for name, _ in right.values()).values(), default=1) == 1, (
        "made twice on the right"
    )
    _homes_are_equal(at)


def _homes_are_equal(at: Databases) -> None:
    left = {
        str(i): (c, float(p) * 1000, r)
        for i, c, p, r in at.run(
            "left", "SELECT property_id, city, asking_price_thousands, number_of_rooms FROM properties"
        )
    }
    right = {
        i: (o, float(u), r) for i, o, u, r in at.run("right", "SELECT id, ort, utgangspris, rum FROM objekt")
    }
    across = at.hub.store.names_across("estate", "right", [f"left:{i}" for i in left])
    assert len(across) == len(left) == len(right)
    for a, b in across.items():
        mine, theirs = left[a.partition(":")[2]], right[b.partition(":")[2]]
        assert mine[:2] == theirs[:2]
        assert (mine[2], theirs[2]) == (2.5, 2), "half a room flowed back"


@pytest.mark.parametrize("seed", [3, 4] if not LONG else [3])
async def test_two_databases_edited_on_both_sides_end_equal_and_the_next_run_writes_nothing(
    tmp_path: Path, seed: int
) -> None:
    at = Databases(tmp_path, random.Random(seed))
    await at.open()
    life = Life(at)
    for side in ("left", "left", "right"):
        life.create(side)
    at.faults = True
    for _ in range(STEPS):
        await life.step()
    await life.to_rest()
    assert_both_are_equal(at)
    for name in ("left", "right"):
        await at.pull(name, "full")
    for mode in ("", "full"):
        assert written(await at.mirror(mode)) == 0
    assert life.did["crash"] > 0 or not LONG
    await at.close()
    await asyncio.sleep(0)
