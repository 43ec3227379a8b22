"""Progress on long work: a bar on the terminal, nothing when the output is for a program."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator

Progress = Callable[[dict[str, int]], None]


@contextlib.contextmanager
def counting(*, quiet: bool) -> Iterator[Progress]:
    """A line that counts objects as they come in."""
    if quiet or not sys.stderr.isatty():
        yield lambda _counts: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        task = bars.add_task("Hämtar", total=None)

        def show(counts: dict[str, int]) -> None:
            estates = counts.get("estate", 0)
            bars.update(task, description=f"Hämtar, {estates} objekt", completed=estates)

        yield show
