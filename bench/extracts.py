"""How many extracts a second one worker reads, and how much memory it takes; with layout noise.

    python bench/extracts.py [--files 200]

PDFs of three to six pages in our three generated layouts, one at a time through the real child
process (`brygga.extracts.reader`). Goals: at least 40 a second of the worker's CPU, at most 150 MB,
at least 99.5 % of the labelled fields right and none wrong and sure.
Exit 0 when all hold.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import time
from pathlib import Path

from brygga.extracts.facts import Reading
from brygga.extracts.generating import Made, Noise, make, score
from brygga.extracts.generating.invent import MAKERS
from brygga.extracts.reader import Reader

GOAL_A_SECOND, GOAL_MB, GOAL_RIGHT = 40.0, 150.0, 0.995
TICKS = os.sysconf("SC_CLK_TCK")


def invented(count: int) -> list[Made]:
    """Noisy files of three to six pages."""
    files: list[Made] = []
    seed = 0
    while len(files) < count:
        noise = Noise.drawn(random.Random(seed))
        made = make(seed, kind=list(MAKERS)[seed % len(MAKERS)], noise=noise, documents=1 + seed % 3)
        if 3 <= made.pdf.count(b"/Type /Page ") <= 6:
            files.append(made)
        seed += 1
    return files


async def read(files: list[Made]) -> tuple[list[Reading], float, float, float]:
    """All readings, and the worker's CPU seconds, the wall's, and its peak memory in MB."""
    async with Reader(workers=1, ocr=False) as reader:
        await reader.read(files[0].pdf)
        worker = reader._idle[0].process.pid  # noqa: SLF001  # the one thing that only a benchmark asks
        before, began = cpu_s(worker), time.perf_counter()
        readings = [await reader.read(made.pdf) for made in files]
        return readings, cpu_s(worker) - before, time.perf_counter() - began, peak_mb(worker)


def cpu_s(process: int) -> float:
    """User and system time of a process so far."""
    parts = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(parts[11]) + int(parts[12])) / TICKS


def peak_mb(process: int) -> float:
    """The most memory that it ever held."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def main() -> int:
    """Make, read, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=200)
    files = invented(parser.parse_args().files)
    readings, used_s, wall_s, memory_mb = asyncio.run(read(files))
    labelled = right = wrong = 0
    for made, reading in zip(files, readings, strict=True):
        for number, truth in enumerate(made.truths):
            found = reading.documents[number] if number < len(reading.documents) else None
            result = score(found, truth)
            labelled, right, wrong = labelled + len(truth), right + result.right, wrong + len(result.wrong)
    a_second = len(files) / used_s
    print(f"{len(files)} files: {a_second:.0f} a second of CPU, {len(files) / wall_s:.0f} of wall clock")
    print(f"worker's peak memory {memory_mb:.0f} MB")
    print(f"{right} of {labelled} fields right ({right / labelled:.4%}), {wrong} wrong and sure")
    held = a_second >= GOAL_A_SECOND and memory_mb <= GOAL_MB and right / labelled >= GOAL_RIGHT and not wrong
    print("all goals hold" if held else "a goal does not hold")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
