"""The command line: thin commands, plain speech, exit codes that mean something.

    0  well                    3  the program cannot start or go on as it is set up
    1  a person must act       4  something we gave it cannot be used
    2  try again later

Every command takes `--json` and then prints one JSON document on standard output; logs and
progress go to standard error.
"""

from __future__ import annotations


def run() -> None:
    """Entry point of `brygga`."""
    from brygga.cli.app import main

    main()


__all__ = ["run"]
