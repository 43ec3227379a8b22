"""`python -m brygga.sandbox`: the sandbox alone, for who works on a connector."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any

import msgspec

from brygga.model import SetupError
from brygga.sandbox.serving import Plan, serve


def say(settings: dict[str, Any]) -> None:
    """One line of JSON on stdout: address and settings of every imitation."""
    sys.stdout.write(msgspec.json.encode(settings).decode() + "\n")
    sys.stdout.flush()


def main() -> int:
    """Run until interrupted. Exit 1 with one sentence if it cannot start."""
    parser = argparse.ArgumentParser(prog="brygga.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--estates", type=int, default=40)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--from-csv", type=Path)
    parser.add_argument("--faults", default="none")
    for amount in ("contacts", "viewings", "bids"):
        parser.add_argument(f"--{amount}", type=int, help="in all; else as many as the seed gives")
    given = vars(parser.parse_args())
    port = given.pop("port")
    try:
        asyncio.run(serve(Plan(**given), port=port, ready=say))
    except SetupError as error:
        sys.stderr.write(f"{error.sv}\n")
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
