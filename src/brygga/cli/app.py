"""The tree of commands. Modules with weight are imported inside the commands, so `--help` is quick."""

from __future__ import annotations

import sys

import typer

from brygga.cli import (
    agencydb,
    conflicts,
    demo,
    drift,
    looking,
    market,
    mirror,
    normalize,
    practice,
    queues,
    read,
    sending,
    setup,
    working,
)

app = typer.Typer(
    name="brygga",
    help="Joins an estate agency's own system to everything outside it, and keeps both sides true.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
PARTS = (
    demo, practice, setup, working, looking, conflicts, mirror, drift, agencydb, market, read, normalize,
    sending, queues,
)  # fmt: skip
for part in PARTS:
    part.add_to(app)

EXIT = {"needs_sign_in": 1, "outcome_unknown": 1, "refused": 1, "rejected": 1, "retryable": 2, "setup": 3}
"""Error kind → exit code; anything else of ours is 4."""


def main() -> None:
    """Run, and turn every error of ours into one clear sentence and its exit code."""
    from brygga.model.errors import BryggaError, SetupError

    try:
        app()
    except BryggaError as error:
        from brygga.hub.clean import clean

        typer.echo(f"brygga: {clean(error.message)}", err=True)
        code = 3 if isinstance(error, SetupError) else EXIT.get(error.kind, 4)
        sys.exit(code)
    except KeyboardInterrupt:
        sys.exit(130)
