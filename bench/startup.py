"""How long it takes to load and to answer `--help`, against an empty Python; medians over ten.

    python bench/startup.py [--rounds 10]

Goals: `import brygga` at most 150 ms, `brygga --help` at most 300 ms, the whole process each.
Exit 0 when both hold.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from pathlib import Path

from measuring import Run, python, run, spread, table

GOALS_MS = {"import brygga": 150, "brygga --help": 300}


def commands() -> dict[str, list[str | Path]]:
    """What is measured."""
    beside = Path(sys.executable).parent / "brygga"
    return {
        "empty Python": python("-c", "pass"),
        "import brygga": python("-c", "import brygga"),
        "brygga --help": [beside, "--help"],
        "import brygga.hub": python("-c", "import brygga.hub"),
        "the same and DBOS": python("-c", "import brygga.hub, brygga.hub.durable.records"),
        "import aiohttp": python("-c", "import aiohttp"),
    }


def main() -> int:
    """Measure in turn, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    asked = parser.parse_args()
    found: dict[str, list[Run]] = {name: [] for name in commands()}
    for number in range(asked.rounds + 1):
        for name, command in commands().items():
            done = run(command)
            if number:  # the first round makes the bytecode
                found[name].append(done)
    table(
        ("start", "wall ms: median (range)", "CPU ms", "goal ms"),
        [
            (
                name,
                spread(one.wall_s * 1000 for one in runs),
                spread(one.cpu_s * 1000 for one in runs),
                str(GOALS_MS.get(name, "")),
            )
            for name, runs in found.items()
        ],
    )
    medians = {name: statistics.median(one.wall_s * 1000 for one in found[name]) for name in GOALS_MS}
    return 0 if all(medians[name] <= most for name, most in GOALS_MS.items()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
