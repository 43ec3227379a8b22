"""`brygga demo`: the whole life of objects against the imitations, and the proof at the end.

processes   the sandbox and the hub as processes of their own, so that one can be killed
steering    the sandbox's control API
story       what happens, act by act
compare     the sandbox's truth against the store, field by field, by a path of its own
summary     what is told at the end
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from brygga.cli.output import AsJson, print_json


def add_to(app: typer.Typer) -> None:
    """Hang the command on the tree."""
    app.command("demo")(demo)


def demo(
    estates: Annotated[int, typer.Option(min=20, max=20_000, help="How many homes the agency has.")] = 120,
    seed: Annotated[int, typer.Option(help="The same seed tells the same story.")] = 7,
    database: Annotated[str, typer.Option("--database", help="postgresql://… ; empty: SQLite.")] = "",
    home: Annotated[Path | None, typer.Option("--home", help="Keep the demo's files here.")] = None,
    stay: Annotated[bool, typer.Option("--stay", help="Leave the page up until Ctrl+C.")] = False,
    as_json: AsJson = False,
) -> None:
    """Let objects live their whole life against imitations, kill the hub on the way, and prove the end."""
    from brygga.cli.demo.story import tell
    from brygga.cli.demo.summary import show

    with tempfile.TemporaryDirectory(prefix="brygga-demo-") as scratch:
        place = home or Path(scratch)
        outcome = tell(
            place,
            estates=estates,
            seed=seed,
            database=database,
            quiet=as_json,
            told=lambda o: print_json(o.facts()) if as_json else show(o),
            stay=stay,
        )
    if not outcome.well:
        sys.exit(1)


__all__ = ["add_to", "demo"]
