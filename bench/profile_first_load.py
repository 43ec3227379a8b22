"""Where the time of a first load goes: the real path once, with a stopwatch around each stage.

    python bench/profile_first_load.py [--records 20000] [--mode full] [--again]

For each stage: µs of this thread's CPU per record (what the stage costs) and µs of wall per
record (what it costs and waits). Stages run in several threads at once, so the wall column
does not add up to the whole; the CPU column does, but for what no stage claims ("elsewhere").
`--again` loads twice and shows the second, unchanged, time. Stopwatches cost about 0.2 µs a call.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
os.environ["BRYGGA_CONNECTORS"] = str(HERE)

STAGES = (
    ("decode pages", "yardstick.api", "YardstickConnector._raws"),
    ("decode pages", "yardstick.api", "_page.decode"),
    ("map", "brygga.hub.flows.grouping", "understand"),
    ("same bytes?", "brygga.store.records", "Records.same_raw"),
    ("encode, hash", "brygga.store.apply", "prepare"),
    ("compare", "brygga.store.apply", "plan"),
    ("seal and write raw", "brygga.store.apply", "write_raw"),
    ("write records", "brygga.store.apply", "write_records"),
    ("write findings", "brygga.store.apply", "write_findings"),
    ("write feed", "brygga.store.apply", "write_feed"),
    ("write the rest", "brygga.store.apply", "_write_the_rest"),
    ("effects", "brygga.store.apply", "Applying._follow"),
    ("begin, commit", "brygga.store.sqlite", "SqliteDatabase.write"),
    ("compare all ids", "brygga.hub.flows.pull", "Pull._against_listing"),
    ("compare all ids", "brygga.store.progress", "Progress.listing_count"),
    ("compare all ids", "brygga.store.progress", "Progress.listing_drop"),
    ("wire's shared state", "brygga.store.wire_state", "SqlSlots.take"),
    ("wire's shared state", "brygga.store.wire_state", "SqlSlots.give_back"),
    ("wire's shared state", "brygga.store.wire_state", "SqlBreakers.look"),
    ("wire's shared state", "brygga.store.wire_state", "SqlBreakers.succeeded"),
    ("waiting for the end", "brygga.store.signals", "Signals.signal_get"),
    ("flow records", "brygga.hub.durable.records", "FlowRecords.keep_step"),
)


class Watch:
    """CPU and wall per stage; what an inner stage took is not counted in the outer one."""

    def __init__(self) -> None:
        self.cpu: dict[str, float] = {}
        self.wall: dict[str, float] = {}
        self._inner = threading.local()

    def around(self, label: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """`function` with a stopwatch."""

        def timed(*args: Any, **kwargs: Any) -> Any:
            outer = getattr(self._inner, "spent", (0.0, 0.0))
            self._inner.spent = (0.0, 0.0)
            cpu, wall = time.thread_time(), time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                cpu, wall = time.thread_time() - cpu, time.perf_counter() - wall
                inner = self._inner.spent
                self.cpu[label] = self.cpu.get(label, 0.0) + cpu - inner[0]
                self.wall[label] = self.wall.get(label, 0.0) + wall - inner[1]
                self._inner.spent = (outer[0] + cpu, outer[1] + wall)

        return timed

    def put_on(self) -> None:
        """Wrap every stage that this version has."""
        for label, module, path in STAGES:
            *owners, name = path.split(".")
            holder: Any = importlib.import_module(module)
            for owner in owners:
                holder = getattr(holder, owner)
            try:
                setattr(holder, name, self.around(label, getattr(holder, name)))
            except AttributeError:
                continue  # a compiled object takes no wrapper; its time counts as "elsewhere"


async def load(port: int, home: Path, mode: str, watch: Watch, *, again: bool) -> dict[str, float]:
    """One load (or two, measuring the second); seconds of CPU and wall."""
    from first_load import open_hub

    hub = open_hub(home, port)
    await hub.start(schedule=False)
    if again:
        await hub.sync("yardstick", mode=mode)
        watch.cpu.clear(), watch.wall.clear()
    cpu, loop_cpu, wall = time.process_time(), time.thread_time(), time.perf_counter()
    await hub.sync("yardstick", mode=mode)
    took = {
        "cpu": time.process_time() - cpu,
        "loop": time.thread_time() - loop_cpu,
        "wall": time.perf_counter() - wall,
    }
    await hub.stop()
    return took


def show(watch: Watch, took: dict[str, float], records: int) -> None:
    """The table, dearest first."""
    print(f"{'stage':24}{'CPU µs/record':>16}{'wall µs/record':>16}")
    decode = watch.cpu.get("decode pages", 0.0)
    rows = {**watch.cpu, "fetch (wire, event loop)": took["loop"] - decode}
    rows["elsewhere"] = took["cpu"] - sum(rows.values())
    for label in sorted(rows, key=rows.__getitem__, reverse=True):
        wall = watch.wall.get(label)
        shown = f"{wall / records * 1e6:16.1f}" if wall is not None else f"{'':16}"
        print(f"{label:24}{rows[label] / records * 1e6:16.1f}{shown}")
    print(f"{'the whole':24}{took['cpu'] / records * 1e6:16.1f}{took['wall'] / records * 1e6:16.1f}")


def main() -> None:
    """Measure once and print."""
    from yardstick_server import Source

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--mode", default="full", choices=("full", "compare", "catchup"))
    parser.add_argument("--again", action="store_true")
    asked = parser.parse_args()
    watch = Watch()
    watch.put_on()
    with Source(asked.records) as source, tempfile.TemporaryDirectory() as folder:
        took = asyncio.run(load(source.port, Path(folder) / "home", asked.mode, watch, again=asked.again))
    show(watch, took, asked.records)


if __name__ == "__main__":
    main()
