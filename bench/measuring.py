"""Running a command and measuring it whole: wall, CPU, peak memory; and what medians make of many runs."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PLACE = HERE.parent / "var" / "bench"
"""Where results, bytecode and the peers' virtual environments lie; not under version control."""


@dataclass(frozen=True)
class Run:
    """One process from start to end. `said` is its last line of output, decoded if it was JSON."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    said: Any


def run(command: Sequence[str | Path], **more: str) -> Run:
    """Run and measure. Raises RuntimeError with the end of its errors when it fails."""
    env = {**os.environ, "PYTHONPYCACHEPREFIX": str(PLACE / "bytecode"), **more}
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its bytecode; so do all of them here
    began_s = time.perf_counter()
    process = subprocess.Popen(
        [str(word) for word in command], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stderr is not None
    out, trouble = process.stdout.read(), process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - began_s
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command[1] if len(command) > 1 else command} failed: {trouble[-1500:]}")
    return Run(wall_s, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, _said(out))


def _said(out: str) -> Any:
    line = out.strip().splitlines()[-1] if out.strip() else ""
    try:
        return json.loads(line)
    except ValueError:
        return line


def python(*words: str | Path) -> list[str | Path]:
    """A command of this very Python."""
    return [sys.executable, *words]


def spread(values: Iterable[float], unit: str = "") -> str:
    """Median and range as text: `1.23 s (1.10–1.40)`."""
    found = sorted(values)
    if not found:
        return "–"
    digits = 0 if statistics.median(found) >= 100 else 2
    middle = f"{statistics.median(found):.{digits}f}{unit}"
    return f"{middle} ({found[0]:.{digits}f}–{found[-1]:.{digits}f})"


def ratios(ours: Iterable[float], theirs: Iterable[float]) -> list[float]:
    """Pair by pair, so that what slowed the machine for a while slowed both."""
    return [a / b for a, b in zip(ours, theirs, strict=True) if b > 0]


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table."""
    widths = [max(len(str(row[n])) for row in [heads, *rows]) for n in range(len(heads))]
    for row in [heads, ["-" * width for width in widths], *rows]:
        print("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())
    print(flush=True)
