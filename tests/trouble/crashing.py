"""A program that crashes with its hands full: its dump must show nothing of what it held.

Arguments: the home, and a JSON file with the values it holds. `thread` as third: in a thread.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from pathlib import Path
from typing import Any

from brygga.cli.quiet import quiet
from brygga.hub import Hub, Settings
from brygga.hub.connections import Credentials


def crash(held: dict[str, Any], password: str) -> None:
    names, numbers = held["names"], held["numbers"]
    headers = {"Authorization": f"Basic {password}"}
    assert names
    assert headers
    raise RuntimeError(f"cannot sign in as {password} for {numbers} at {held['mails']}, {held['phones']}")


def main() -> None:
    quiet()
    hub = Hub(Settings(home=Path(sys.argv[1])))
    held = json.loads(Path(sys.argv[2]).read_text())
    password = asyncio.run(Credentials(hub.vault, "vitec")("password"))  # type: ignore[arg-type]  # a coroutine
    if "thread" in sys.argv:
        thread = threading.Thread(target=crash, args=(held, password))
        thread.start()
        thread.join()
    else:
        crash(held, password)


if __name__ == "__main__":
    main()
