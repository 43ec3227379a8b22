"""Load from the yardstick source through the real path: wire → mapping → sync → store, as a durable flow.

    python bench/first_load.py PORT HOME [full|compare|catchup] [--no-flow]

Prints one line of JSON: `sync_s` is from the asking to the answer, without start and stop.
`--no-flow` runs the same steps without the flow engine, to show what it costs.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from brygga.hub import Hub

HERE = Path(__file__).resolve().parent
os.environ["BRYGGA_CONNECTORS"] = str(HERE)


class NoFlow:
    """A context that records nothing: the steps are simply run."""

    resumed = False

    async def step(self, name: str, fn: Any, *args: Any, attempts: int = 1, **kwargs: Any) -> Any:
        """Run it."""
        return await fn(*args, **kwargs)


def open_hub(home: Path, port: int) -> Hub:
    """A hub whose only connection is the yardstick source."""
    from brygga.hub import Connection, Hub, Settings

    hub = Hub(Settings(home=home))
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


async def main(port: int, home: Path, mode: str, *, flow: bool) -> None:
    """One pull in one process, start to stop."""
    hub = open_hub(home, port)
    await hub.start(schedule=False)
    took_s = await pull(hub, mode, flow=flow)
    event = hub.store.events("yardstick", limit=1)[-1]
    counts = {k: live for k, (live, _) in hub.store.counts().items() if live}
    await hub.stop()
    print(json.dumps({"sync_s": round(took_s, 3), **event.facts, **counts}), flush=True)


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    chosen = words[2] if len(words) > 2 else "full"
    asyncio.run(main(int(words[0]), Path(words[1]), chosen, flow="--no-flow" not in sys.argv))
