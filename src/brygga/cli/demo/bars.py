"""Bars on the terminal while the demo waits for something."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

POLL_S = 0.1


def watch(what: str, done: Callable[[], tuple[int, int]], *, within_s: float, quiet: bool) -> bool:
    """Poll `done` → (reached, of) until reached ≥ of. True if it came in time."""
    until = time.monotonic() + within_s
    if quiet or not sys.stderr.isatty():
        return _poll(done, until, lambda _reached, _of: None)
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<20}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        task = bars.add_task(what, total=1)
        return _poll(done, until, lambda reached, of: bars.update(task, completed=reached, total=of))


def _poll(done: Callable[[], tuple[int, int]], until: float, show: Callable[[int, int], None]) -> bool:
    while time.monotonic() < until:
        reached, of = done()
        show(reached, of)
        if reached >= of:
            return True
        time.sleep(POLL_S)
    return False
