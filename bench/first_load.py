"""Load from the yardstick source through the real path: wire → mapping → sync → store, as a durable flow.

    python bench/first_load.py PORT HOME [full|compare|catchup] [--no-flow] [--now 2026-01-15T00:00:00+00:00]

Prints one line of JSON: `sync_s` is from the asking to the answer, without start and stop.
`--no-flow` runs the same steps without the flow engine, to show what it costs. `--now` is the
moment that the hub's clock shows at the start: the source dates its changes in early 2026, and a
catch-up asks for what changed since the last one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from brygga.hub import Hub

BEGINNING = "2026-01-15T00:00:00+00:00"
HERE = Path(__file__).resolve().parent
os.environ["BRYGGA_CONNECTORS"] = str(HERE)


class NoFlow:
    """A context that records nothing: the steps are simply run."""

    resumed = False

    async def step(self, name: str, fn: Any, *args: Any, attempts: int = 1, **kwargs: Any) -> Any:
        """Run it."""
        return await fn(*args, **kwargs)


def open_hub(home: Path, port: int, now: str = BEGINNING) -> Hub:
    """A hub whose only connection is the yardstick source."""
    from brygga.hub import Connection, Hub, Settings

    shown, began_s = datetime.fromisoformat(now), time.monotonic()
    hub = Hub(Settings(home=home), now=lambda: shown + timedelta(seconds=time.monotonic() - began_s))
    if not hub.connections.all():
        hub.connections.save(
            Connection(
                name="yardstick",
                connector="yardstick",
                settings={"base_url": f"http://127.0.0.1:{port}"},
                practice=True,
            )
        )
    return hub


async def pull(hub: Hub, mode: str, *, flow: bool) -> float:
    """One pull; how many seconds it took."""
    began = time.perf_counter()
    if flow:
        await hub.sync("yardstick", mode=mode)
    else:
        from brygga.hub.flows.pull import Pull

        await Pull(hub.services).run(NoFlow(), key=f"yardstick|{mode}", wanted=0)  # type: ignore[arg-type]
    return time.perf_counter() - began


async def main(asked: argparse.Namespace) -> None:
    """One pull in one process, start to stop."""
    hub = open_hub(asked.home, asked.port, asked.now)
    await hub.start(schedule=False)
    took_s = await pull(hub, asked.mode, flow=asked.flow)
    event = hub.store.events("yardstick", limit=1)[-1]
    counts = {k: live for k, (live, _) in hub.store.counts().items() if live}
    await hub.stop()
    print(json.dumps({"sync_s": round(took_s, 3), **event.facts, **counts}), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("home", type=Path)
    parser.add_argument("mode", nargs="?", default="full", choices=("full", "compare", "catchup"))
    parser.add_argument("--no-flow", dest="flow", action="store_false")
    parser.add_argument("--now", default=BEGINNING)
    asyncio.run(main(parser.parse_args()))
