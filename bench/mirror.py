"""A whole mirror on PostgreSQL: the agency's database → store → another agency's database; and how soon.

    python bench/mirror.py load                    100,000 homes: first load, then nothing changed
    python bench/mirror.py load --homes 20000      for the memory: its peak must not grow with the homes
    python bench/mirror.py soon                    50 changes a second: webhook → row committed
    python bench/mirror.py soon --seconds 60 --rate 50
    python bench/mirror.py load --profile          where the time goes

`load`: two databases with the reference schema, the first filled by plain SQL; the hub, on a third
database of the same server, pulls the first and mirrors into the second. `first_load_per_s` is homes
by the time of pull and mirror together (read, map, store, plan, write, take back, keep the pairs);
`compare` is a run that reads both databases whole, compares every row, and writes nothing.

`soon`: an imitation of Vitec tells of changes through the real front door; each row of the following
database says by itself when it was changed. From the moment that the notice leaves Vitec to the
moment that the trigger stamped in the row's transaction.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import resource
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from agencydb import DDL, server

from brygga.connectors.agencydb.api.asking import inspected
from brygga.hub import Connection, Hub, Settings
from brygga.hub.syncing import sync_and_count

SECRET = "en-lang-hemlighet-i-adressen"
HOMES = """
INSERT INTO objekt (typ, status, adress, postnummer, ort, kommun, lan, utgangspris, boarea, biarea, tomtarea,
  rum, byggaar, manadsavgift, latitude, longitude, beskrivning)
SELECT (ARRAY['villa','lagenhet','fritidshus','tomt'])[mod(n, 4) + 1]::objekttyp, 'till_salu',
  'Provgatan ' || n, '114 55', 'Stockholm', 'Stockholm', 'Stockholms län', 3000000 + n, 112.5, 12, 830,
  5, 1974, 3200,
  59.3 + n / 1e6, 18.1, repeat('Ljus och rymlig. ', 20)
FROM generate_series(1, %s) n"""


def made(url: str, *names: str) -> list[str]:
    """Databases of their own on the server, with the agency's schema in all but the last."""
    urls = [url.replace("/postgres?", f"/{name}?") for name in names]
    with psycopg.connect(url, autocommit=True) as admin:
        for name in names:
            admin.execute(f"CREATE DATABASE {name}")
    for one in urls[:-1]:
        with psycopg.connect(one, autocommit=True) as admin:
            admin.execute(DDL.read_text(encoding="utf-8"))
    return urls


async def joined(hub: Hub, name: str, url: str, **settings: Any) -> None:
    """Connect a database with the mapping that `inspect` proposes."""
    mapping = (await inspected(url)).text
    values = {"url": url, "mapping": mapping, "allow_private": True, "calls": 100_000, **settings}
    await hub.connect(Connection(name=name, connector="agencydb", settings=values), {})


def peak_mb() -> float:
    """The most memory that this process has had so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# -- the whole mirror ---------------------------------------------------------------------------------


async def load(url: str, homes: int) -> dict[str, Any]:
    """First load and unchanged comparison of `homes` homes."""
    first, second, store = made(url, "lead", "follow", "hub")
    with psycopg.connect(first, autocommit=True) as admin:
        admin.execute(HOMES, (homes,))
        admin.execute("ANALYZE")
    with tempfile.TemporaryDirectory(prefix="brygga-mirror-") as folder:
        hub = Hub(Settings(home=Path(folder), database=store, catch_up_s=3600))
        await joined(hub, "lead", first)
        await hub.start(schedule=False)
        told: dict[str, Any] = {"homes": homes}
        try:
            await _measured(told, "pull", homes, hub, ["lead"])
            await joined(hub, "follow", second, follows="lead", both_ways=False)
            await _measured(told, "mirror", homes, hub, [])
            both = told["pull"]["s"] + told["mirror"]["s"]
            told["first_load_per_s"] = round(homes / both)
            await _measured(told, "settling", homes, hub, ["lead", "follow"])
            await _measured(told, "compare", homes, hub, ["lead", "follow"])
        finally:
            await hub.stop()
    with psycopg.connect(second) as eye:
        (told["arrived"],) = eye.execute("SELECT count(*) FROM objekt").fetchone() or (0,)
    return told


async def _measured(told: dict[str, Any], name: str, homes: int, hub: Hub, sources: list[str]) -> None:
    """Pull these and mirror; seconds, homes a second, rows written, peak memory so far."""
    began = time.perf_counter()
    out = await sync_and_count(hub, sources, mode="compare")
    spent_s = time.perf_counter() - began
    written = out["mirrors"].get("follow", {}).get("written", 0)
    told[name] = {"s": round(spent_s, 2), "per_s": round(homes / spent_s), "written": written}
    told[name]["peak_mb"] = round(peak_mb())


# -- how soon -------------------------------------------------------------------------------------------


class Watch(contextlib.AbstractContextManager["Watch"]):
    """Polls nothing: reads once at the end when each row's transaction began to change it."""

    def __init__(self, url: str) -> None:
        self.url = url
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(
                "CREATE TABLE seen (adress text, pris numeric, at timestamptz DEFAULT clock_timestamp());"
                "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                " INSERT INTO seen (adress, pris) VALUES (NEW.adress, NEW.utgangspris); RETURN NULL; END $$;"
                "CREATE CONSTRAINT TRIGGER note AFTER UPDATE ON objekt DEFERRABLE INITIALLY DEFERRED"
                " FOR EACH ROW EXECUTE FUNCTION note();"
            )

    def __exit__(self, *_: object) -> None:
        return None

    def arrivals(self) -> dict[int, datetime]:
        """Price → when the row that shows it was committed (the deferred trigger runs at the commit)."""
        with psycopg.connect(self.url) as eye:
            return {
                int(price): at for price, at in eye.execute("SELECT pris, min(at) FROM seen GROUP BY pris")
            }


async def soon(url: str, homes: int, rate: float, seconds: float) -> dict[str, Any]:
    """Milliseconds from the notice to the row, at `rate` changes a second."""
    from brygga.hub.practice import leave_note
    from brygga.sandbox.serving import Plan, build
    from brygga.web import serve

    agency, store = made(url, "follow", "hub")
    with tempfile.TemporaryDirectory(prefix="brygga-soon-") as text:
        folder = Path(text)
        async with build(Plan(estates=homes, seed=7), only=("vitec",)) as sandbox:
            systems = sandbox.settings()
            systems["vitec"].update(calls=100_000)
            leave_note(folder, {"url": sandbox.url(), "systems": systems})
            settings = Settings(home=folder, database=store, port=0, catch_up_s=3600)
            ready: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
            until = asyncio.Event()
            task = asyncio.create_task(serve(settings, ready=ready.set_result, until=until))
            facts = await asyncio.wait_for(ready, 60)
            eye = Hub(settings)
            try:
                return await _changed(eye, sandbox, agency, facts, rate, seconds)
            finally:
                until.set()
                await asyncio.wait_for(task, 60)
                await eye.connections.close()
                eye.store.close()


async def _changed(
    eye: Hub, sandbox: Any, agency: str, facts: Any, rate: float, seconds: float
) -> dict[str, Any]:
    from brygga.hub.connections import TENANT

    vitec = sandbox.imitations["vitec"]
    await eye.vault.update(TENANT, "vitec", {"webhook_secret": SECRET})
    await joined(eye, "agencydb", agency, follows="vitec")
    await sync_and_count(eye, ["vitec"], mode="compare")
    await eye.mirror("agencydb")
    vitec.hooks.configure(url=f"{facts['webhooks'].rstrip('/')}/vitec/{SECRET}", delivery="webhooks-good")
    rng, sent = random.Random(7), dict[int, datetime]()
    ids = [row.id for row in vitec.world.rows.values() if row.published and "price" not in row.hidden]
    with Watch(agency) as watch:
        began = time.perf_counter()
        for number in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            price = 9_000_001 + number
            sent[price] = datetime.now().astimezone()
            vitec.mutate("price", {"id": rng.choice(ids), "kr": price})
        await vitec.hooks.settled(30)
        for _ in range(300):
            arrived = watch.arrivals()
            if max(sent) in arrived:
                break
            await asyncio.sleep(0.1)
    stored = _stored(eye)
    halfway = sorted((stored[p] - at).total_seconds() * 1000 for p, at in sent.items() if p in stored)
    waits = sorted((arrived[p] - at).total_seconds() * 1000 for p, at in sent.items() if p in arrived)
    return {
        "changes": len(sent),
        "rate_per_s": rate,
        "rows": len(waits),
        "superseded": len(sent) - len(waits),
        "p50_ms": round(waits[len(waits) // 2]),
        "p99_ms": round(waits[int(len(waits) * 0.99)]),
        "worst_ms": round(waits[-1]),
        "in_store_p50_ms": round(halfway[len(halfway) // 2]),
        "in_store_p99_ms": round(halfway[int(len(halfway) * 0.99)]),
    }


def _stored(eye: Hub) -> dict[int, datetime]:
    """Price → when the store held it."""
    with psycopg.connect(eye.settings.database_url) as store:
        rows = store.execute(
            "SELECT new, min(at_us) FROM history"
            " WHERE path = 'price.asking_kr' AND id LIKE 'vitec:%%' GROUP BY new"
        ).fetchall()
    return {int(json.loads(new)): datetime.fromtimestamp(at / 1e6).astimezone() for new, at in rows if new}


@contextlib.contextmanager
def profiled(wanted: bool) -> Iterator[None]:
    """Print where the time of all threads went."""
    if not wanted:
        yield
        return
    import cProfile
    import pstats
    import threading

    own, others = cProfile.Profile(), list[cProfile.Profile]()
    run = threading.Thread.run

    def watched(thread: threading.Thread) -> None:
        mine = cProfile.Profile()
        others.append(mine)
        mine.runcall(run, thread)

    threading.Thread.run = watched  # type: ignore[method-assign]  # a bench may
    own.enable()
    try:
        yield
    finally:
        own.disable()
        threading.Thread.run = run  # type: ignore[method-assign]  # as it was
        for one in (own, *others):
            one.create_stats()
        stats = pstats.Stats(own, *[one for one in others if one.stats])  # type: ignore[attr-defined]  # set by create_stats
        stats.sort_stats("tottime").print_stats(45)


def main() -> None:
    """Run once and print one JSON line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("load", "soon"))
    parser.add_argument("--homes", type=int)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--profile", action="store_true")
    given = parser.parse_args()
    with server("") as url, profiled(given.profile):
        if given.what == "load":
            print(json.dumps(asyncio.run(load(url, given.homes or 100_000))))
        else:
            print(json.dumps(asyncio.run(soon(url, given.homes or 500, given.rate, given.seconds))))


if __name__ == "__main__":
    main()
