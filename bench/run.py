"""All benchmarks, side by side and in turn: `make bench`, or one part of it.

    python bench/run.py                      everything (about ten minutes)
    python bench/run.py load [--rounds 5]    first load, re-read and 1 % changed: floor, brygga, dlt
    python bench/run.py flow                 what the durable flow costs of a first load
    python bench/run.py grow                 peak memory at 20,000 and at 200,000 records
    python bench/run.py others               start, wire, webhook intake, empty flows

The contenders take turns (A B C A B C …) against the same source in a process of its own, so that
whatever slows the machine slows all of them. Read ratios, not seconds. `var/bench/results.json`
keeps the figures.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from measuring import HERE, PLACE, Run, python, ratios, run, spread, table
from peers import SCRIPT, dlt_python
from yardstick_server import Source

FLOOR = HERE / "yardsticks" / "baseline_sync.py"
OURS = HERE / "first_load.py"
FLOOR_LOADS = "import asyncio, sys, os, time, sqlite3, hashlib, msgspec, aiohttp"
DLT_LOADS = "import dlt; from dlt.sources.rest_api import rest_api_source"
OTHERS = ("startup.py", "wire_overhead.py", "intake.py", "flow_cost.py")

Runs = dict[tuple[str, str], list[Run]]


class Load:
    """Rounds of first load, re-read and 1 % changed, by everybody in turn."""

    def __init__(self, source: Source, rounds: int) -> None:
        self.runs: Runs = defaultdict(list)
        self._source, self._rounds = source, rounds
        self._dlt = dlt_python()

    def measure(self) -> Runs:
        """One round more than asked for: the first makes bytecode and warms the disk's cache."""
        for number in range(self._rounds + 1):
            with tempfile.TemporaryDirectory(prefix="brygga-bench-") as folder:
                self._round(Path(folder), number)
            if number == 0:
                self.runs.clear()
            print(f"round {number} of {self._rounds}", flush=True)
        return self.runs

    def _round(self, place: Path, number: int) -> None:
        port, hub = str(self._source.port), place / "hub"
        floor = python(FLOOR, port, f"sqlite:{place / 'floor.db'}")
        ours = python(OURS, port, hub)
        self._do("floor", "start", python("-c", FLOOR_LOADS))
        self._do("floor", "first load", floor)
        self._do("brygga", "first load", [*ours, "full", "--now", _noon(number)])
        self._dlt_does("first load", place)
        self._do("floor", "re-read", floor)
        self._do("brygga", "re-read", [*ours, "compare", "--now", _noon(number)])
        self._do("brygga", "re-read, all mapped again", [*ours, "full", "--now", _noon(number)])
        changed = self._source.touch(1.0)
        self._do("floor", "1 % changed", [*floor, "incremental"])
        self._do("brygga", "1 % changed", [*ours, "catchup", "--now", _noon(number + 1)])
        self._dlt_does("1 % changed", place)
        told = self.runs["brygga", "1 % changed"][-1].said
        assert told["listed"] == changed, told
        assert told["updated"] == 2 * changed, told  # a home and its seller each

    def _do(self, who: str, what: str, command: list[str | Path]) -> None:
        self.runs[who, what].append(run(command))

    def _dlt_does(self, what: str, place: Path) -> None:
        if self._dlt is None:
            return
        words = [self._dlt, SCRIPT, str(self._source.port), "sqlite", place / "dlt"]
        if what == "first load":
            self._do("dlt", "start", [self._dlt, "-c", DLT_LOADS])
        self._do("dlt", what, words)


def _noon(generation: int) -> str:
    """The source dates its n-th change on 2026-02-n; a hub that read at noon the day before asks for it."""
    return "2026-01-31T12:00:00+00:00" if generation == 0 else f"2026-02-{generation:02d}T12:00:00+00:00"


def load(asked: argparse.Namespace) -> dict[str, object]:
    """Measure and show the main numbers."""
    with Source(asked.records) as source:
        runs = Load(source, asked.rounds).measure()
    _show_whole(runs)
    return _show_ratios(runs)


def _show_whole(runs: Runs) -> None:
    rows = [
        (
            what,
            who,
            spread((one.wall_s for one in found), " s"),
            spread((one.cpu_s for one in found), " s"),
            spread((one.peak_mb for one in found), " MB"),
            spread(_sync_only(runs, who, what), " s"),
        )
        for (who, what), found in sorted(runs.items(), key=lambda item: item[0][1])
        if what != "start"
    ]
    table(("what", "who", "process wall", "process CPU", "peak memory", "without start and stop"), rows)


def _sync_only(runs: Runs, who: str, what: str) -> list[float]:
    """brygga tells it; of the others it is the process less the loading of what it imports, pair by pair."""
    found = runs[who, what]
    if who == "brygga":
        return [one.said["sync_s"] for one in found]
    starts = runs[who, "start"]
    return [one.wall_s - start.wall_s for one, start in zip(found, starts, strict=True)]


def _show_ratios(runs: Runs) -> dict[str, object]:
    def wall(who: str, what: str) -> list[float]:
        return [one.wall_s for one in runs[who, what]]

    def cpu(who: str, what: str) -> list[float]:
        return [one.cpu_s for one in runs[who, what]]

    def sync(who: str, what: str) -> list[float]:
        return _sync_only(runs, who, what)

    first, again, some = "first load", "re-read", "1 % changed"
    rows: list[tuple[str, str, str, str, str]] = []
    kept: dict[str, object] = {}

    def add(name: str, goal: str, make: Callable[[Callable[[str, str], list[float]]], list[float]]) -> None:
        three = [make(measure) for measure in (wall, cpu, sync)]
        rows.append((name, goal, *(spread(found, " ×") for found in three)))
        kept[name] = dict(zip(("wall", "cpu", "without_start_and_stop"), three, strict=True))

    add("first load, brygga : floor", "≤ 2", lambda m: ratios(m("brygga", first), m("floor", first)))
    if ("dlt", first) in runs:
        add("first load, dlt : brygga", "≥ 3", lambda m: ratios(m("dlt", first), m("brygga", first)))
        add("first load, dlt : floor", "", lambda m: ratios(m("dlt", first), m("floor", first)))
    add("re-read : first load, brygga", "≤ 0.6", lambda m: ratios(m("brygga", again), m("brygga", first)))
    add(
        "re-read, all mapped again : first load",
        "≤ 0.6",
        lambda m: ratios(m("brygga", f"{again}, all mapped again"), m("brygga", first)),
    )
    add("1 % changed, brygga : floor", "≤ 2", lambda m: ratios(m("brygga", some), m("floor", some)))
    if ("dlt", some) in runs:
        add("1 % changed, dlt : brygga", "", lambda m: ratios(m("dlt", some), m("brygga", some)))
    table(("ratio, pair by pair", "goal", "process wall", "process CPU", "without start and stop"), rows)
    return kept


def flow(asked: argparse.Namespace) -> dict[str, object]:
    """The same pull with the flow engine and without, in turn."""
    found: dict[str, list[float]] = {"with": [], "without": []}
    with Source(asked.records) as source:
        for _ in range(asked.rounds):
            for name, more in (("with", []), ("without", ["--no-flow"])):
                with tempfile.TemporaryDirectory(prefix="brygga-bench-") as folder:
                    done = run(python(OURS, str(source.port), Path(folder) / "hub", "full", *more))
                found[name].append(done.said["sync_s"])
    shares = [1 - without / with_ for with_, without in zip(found["with"], found["without"], strict=True)]
    table(
        ("first load, without start and stop", "s: median (range)"),
        [(f"{name} the flow engine", spread(values)) for name, values in found.items()],
    )
    print(f"the durable flow's share: {spread(100 * share for share in shares)} %\n", flush=True)
    return {"share": shares, **found}


def grow(asked: argparse.Namespace) -> dict[str, object]:
    """Peak memory of one first load each."""
    rows, kept = [], {}
    for records in (asked.records, asked.records * 10):
        with Source(records) as source, tempfile.TemporaryDirectory(prefix="brygga-bench-") as folder:
            ours = run(python(OURS, str(source.port), Path(folder) / "hub"))
            floor = run(python(FLOOR, str(source.port), f"sqlite:{Path(folder) / 'floor.db'}"))
        assert ours.said["estate"] == records
        kept[records] = {"brygga_mb": ours.peak_mb, "floor_mb": floor.peak_mb, "sync_s": ours.said["sync_s"]}
        per_s = f"{records / ours.said['sync_s']:,.0f}"
        rows.append((f"{records:,}", f"{ours.peak_mb:.0f} MB", f"{floor.peak_mb:.0f} MB", per_s))
    table(("records", "brygga's peak (goal ≤ 160 MB)", "the floor's", "brygga, records/s"), rows)
    return {"grow": kept}


def others(_: argparse.Namespace) -> dict[str, object]:
    """The benchmarks that stand on their own; each says by its exit code whether its goal holds."""
    codes = {}
    for name in OTHERS:
        if (HERE / name).exists():
            print(f"== {name}", flush=True)
            codes[name] = subprocess.run([sys.executable, HERE / name], check=False).returncode
            print(flush=True)
    return {"exit_codes": codes}


PARTS = {"load": load, "flow": flow, "grow": grow, "others": others}


def main() -> None:
    """Run the parts that were asked for and keep their figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("part", nargs="?", choices=[*PARTS, "all"], default="all")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--records", type=int, default=20_000)
    asked = parser.parse_args()
    PLACE.mkdir(parents=True, exist_ok=True)
    kept = {}
    for name in PARTS if asked.part == "all" else [asked.part]:
        print(f"=== {name}\n", flush=True)
        kept[name] = PARTS[name](asked)
    (PLACE / "results.json").write_text(json.dumps(kept, indent=1))


if __name__ == "__main__":
    main()
