"""Overhead of wire per successful call against bare aiohttp, on loopback: interleaved, median and spread.

Run: python bench/wire_overhead.py [--rounds 15] [--calls 300] [--json]

The server runs in a process of its own and answers a small JSON document. Each round measures all
ways after each other, in a random order, one call at a time (the worst case for a pipeline:
nothing overlaps). A round's figure is wall time per call, so that leases of the limiter are in it;
its overhead is that of wire less that of the bare session. Printed is the median over the rounds,
with the smallest and the largest. The SQLite row keeps limiter and breaker in a database on disk,
as `brygga up` does.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from brygga.store.migrate import migrate
from brygga.store.opening import connect
from brygga.store.wire_state import SqlBreakers, SqlSlots
from brygga.wire import Call, Kit, Limits, Profile, Wire

_BODY = json.dumps({"id": "OBJ1", "price": 3_950_000, "street": "Storgatan 1", "rooms": [1, 2, 3]}).encode()
_LIMITS = Limits(calls=100_000, per_s=1.0, at_once=50)
_BUDGET_US = 150.0


def serve(pipe: Connection) -> None:
    """The server process: tells its port, then answers until it is ended."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=_BODY, content_type="application/json")

    async def run() -> None:
        app = web.Application()
        app.router.add_get("/estate", answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        pipe.send(runner.addresses[0][1])
        await asyncio.Event().wait()

    asyncio.run(run())


def kits(folder: Path) -> dict[str, Kit]:
    """State in memory, and in SQLite."""
    database = connect(f"sqlite:///{folder / 'brygga.db'}")
    migrate(database)
    return {
        "wire, state in memory": Kit(),
        "wire, state in SQLite": Kit(slots=SqlSlots(database), breakers=SqlBreakers(database)),
    }


async def measure(base_url: str, *, rounds: int, calls: int, folder: Path) -> dict[str, list[float]]:
    """µs per call, for each way and round."""
    profile = Profile(connection="bench", base_url=base_url, limits=_LIMITS, allow_private=True)
    call = Call(operation="estate.read", path="estate", headers={"Accept": "application/json"})
    session = aiohttp.ClientSession()
    wires = {name: Wire(profile, kit) for name, kit in kits(folder).items()}

    async def bare() -> None:
        async with session.get(f"{base_url}/estate", headers={"Accept": "application/json"}) as answer:
            await answer.read()

    ways: dict[str, Callable[[], Awaitable[Any]]] = {"bare aiohttp": bare}
    for name, wire in wires.items():
        ways[name] = lambda wire=wire: wire.call(call)  # type: ignore[misc]
    took: dict[str, list[float]] = {name: [] for name in ways}
    order = list(ways)
    for number in range(rounds + 1):
        random.shuffle(order)
        for name in order:
            micros = await _each_us(ways[name], calls)
            if number:  # the first round warms up
                took[name].append(micros)
    for wire in wires.values():
        await wire.close()
    await session.close()
    return took


async def _each_us(way: Callable[[], Awaitable[Any]], calls: int) -> float:
    started = time.perf_counter()
    for _ in range(calls):
        await way()
    return (time.perf_counter() - started) / calls * 1e6


def report(took: dict[str, list[float]]) -> dict[str, dict[str, float]]:
    """Per way: median, least and most of the rounds, and the overhead against the same round's bare calls."""
    bare = took["bare aiohttp"]
    rows = {}
    for name, micros in took.items():
        over = [mine - theirs for mine, theirs in zip(micros, bare, strict=True)]
        rows[name] = {
            "median_us": round(statistics.median(micros), 1),
            "least_us": round(min(micros), 1),
            "most_us": round(max(micros), 1),
            "overhead_us": round(statistics.median(over), 1),
            "overhead_least_us": round(min(over), 1),
            "overhead_most_us": round(max(over), 1),
        }
    return rows


def main() -> int:
    """Exit 0 when the overhead is within its budget, 1 otherwise."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--rounds", type=int, default=15)
    options.add_argument("--calls", type=int, default=300)
    options.add_argument("--json", action="store_true")
    asked = options.parse_args()
    mine, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,), daemon=True)
    server.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            base_url = f"http://127.0.0.1:{mine.recv()}"
            rows = report(
                asyncio.run(measure(base_url, rounds=asked.rounds, calls=asked.calls, folder=Path(folder)))
            )
    finally:
        server.terminate()
        server.join()
    if asked.json:
        print(json.dumps({"budget_us": _BUDGET_US, "ways": rows}))
    else:
        for name, row in rows.items():
            per_call = f"{row['median_us']:7.1f} µs ({row['least_us']:.0f}–{row['most_us']:.0f})"
            spread = f"({row['overhead_least_us']:.0f}–{row['overhead_most_us']:.0f})"
            print(f"{name:24} {per_call}   overhead {row['overhead_us']:6.1f} µs {spread}")
    return 0 if all(row["overhead_us"] <= _BUDGET_US for row in rows.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
